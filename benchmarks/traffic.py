"""Encrypted messages as the platform sends them, and a driver that posts them."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, field
from secrets import token_bytes, token_hex

from wechat.codec import Codec, sign
from wechat.parse import parse_xml


@dataclass(frozen=True)
class Account:
    """The official account of a run."""

    token: str = field(default_factory=lambda: token_hex(12))
    aes_key: str = field(default_factory=lambda: base64.b64encode(token_bytes(32)).decode().rstrip("="))
    app_id: str = field(default_factory=lambda: "wx" + token_hex(8))

    def environ(self) -> dict[str, str]:
        return {
            "WECHAT_TOKEN": self.token,
            "WECHAT_AES_KEY": self.aes_key,
            "WECHAT_APP_ID": self.app_id,
            "WECHAT_APP_SECRET": "s" * 32,
        }

    def codec(self) -> Codec:
        return Codec(self.token, self.aes_key, self.app_id)


def text_message(openid: str, text: str, message_id: int, now: int) -> bytes:
    """A text as the platform words it."""
    return (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{message_id}</MsgId></xml>"
    ).encode()


def request_bytes(account: Account, codec: Codec, path: str, port: int, xml: bytes) -> bytes:
    """A whole HTTP request with the envelope of safe mode."""
    encrypted = codec.encrypt(xml)
    timestamp, nonce = str(int(time.time())), token_hex(6)
    signature = sign(account.token, timestamp, nonce, encrypted)
    plain_signature = sign(account.token, timestamp, nonce)
    body = (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()
    head = (
        f"POST {path}?signature={plain_signature}&timestamp={timestamp}&nonce={nonce}&openid=o"
        f"&encrypt_type=aes&msg_signature={signature} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"User-Agent: Mozilla/4.0\r\nAccept: */*\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    return head + body


class Sender:
    """One sender: keeps its connection as HTTP/1.1 lets it, and opens another when the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and read its answer: status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length, keeps = 0, True
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                keeps = b"close" not in value
        body = await reader.readexactly(length)
        if not keeps:
            self.close()
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def drive(port: int, requests: list[bytes], senders: int) -> list[tuple[int, bytes, float]]:
    """Post all, by `senders` at a time. Returns (status, body, seconds) in order."""
    results: list[tuple[int, bytes, float] | None] = [None] * len(requests)
    upcoming = iter(range(len(requests)))

    async def send() -> None:
        sender = Sender(port)
        for number in upcoming:
            begun = time.perf_counter()
            status, body = await sender.post(requests[number])
            results[number] = (status, body, time.perf_counter() - begun)
        sender.close()

    await asyncio.gather(*(send() for _ in range(senders)))
    return [one for one in results if one is not None]


def reply_text(codec: Codec, body: bytes) -> str:
    """What an encrypted reply says; empty when it says nothing."""
    if body in (b"", b"success"):
        return ""
    envelope = parse_xml(body)
    fields = parse_xml(codec.decrypt(str(envelope["Encrypt"])))
    return str(fields.get("Content", ""))
