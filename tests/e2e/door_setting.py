"""The platform's doors on a real server, and WeChat's side of the wire."""

from __future__ import annotations

import dataclasses
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from sanic import Sanic

from bot.building import build_miniprogram_door
from bot.webhook import webhook_blueprint
from tests.transcripts.conftest import ACCOUNT, TOKEN, Office
from wechat.codec import Codec, sign
from wechat.parse import Fields, parse_xml

MINIPROGRAM, MINIPROGRAM_TOKEN = "wxminiprogram0001", "another-token"
miniprogram_codec = Codec(MINIPROGRAM_TOKEN, b64encode(b"m" * 32).decode()[:43], MINIPROGRAM)


class Platform:
    """WeChat's side of the wire."""

    def __init__(self, url: str, codec: Codec, office: Office, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.codec = codec
        self.office = office
        self.session = session

    def query(self, encrypted: str, **changes: str) -> dict[str, str]:
        timestamp = str(int(self.office.clock.now().timestamp()))
        query = {"timestamp": timestamp, "nonce": "2718281828", "encrypt_type": "aes"}
        query["msg_signature"] = sign(TOKEN, timestamp, query["nonce"], encrypted)
        return {**query, **changes}

    def sealed(self, fields: dict[str, Any], codec: Codec | None = None) -> tuple[str, bytes]:
        """Encrypt and the body it stands in; sealed by the account's own codec unless another is given."""
        elements = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        encrypted = (codec or self.codec).encrypt(f"<xml>{elements}</xml>".encode())
        body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return encrypted, body.encode()

    async def post(self, fields: dict[str, Any], **changes: str) -> tuple[int, bytes]:
        encrypted, body = self.sealed(fields)
        return await self.raw(body, self.query(encrypted, **changes))

    async def raw(self, body: bytes, query: Any) -> tuple[int, bytes]:
        async with self.session.post(self.url, params=query, data=body) as response:
            return response.status, await response.read()

    async def answer(self, fields: dict[str, Any]) -> Fields:
        """The passive reply; empty for `success`."""
        status, body = await self.post(fields)
        assert status == 200, body
        if body == b"success":
            return {}
        encrypted = parse_xml(body)["Encrypt"]
        assert isinstance(encrypted, str)
        return parse_xml(self.codec.decrypt(encrypted))

    async def deliver(self, fields: dict[str, Any]) -> str:
        """What the citizen reads; "" for `success`."""
        content = (await self.answer(fields)).get("Content", "")
        assert isinstance(content, str)
        return content

    async def say(self, text: str, openid: str = "oCitizen") -> str:
        return await self.deliver(self.office.fields(openid, MsgType="text", Content=text))


_serial = iter(range(1_000_000))


@asynccontextmanager
async def served(office: Office, **changes: Any) -> AsyncIterator[Platform]:
    app = Sanic(f"bot{next(_serial)}", configure_logging=False)
    app.blueprint(webhook_blueprint())
    app.ctx.bot = dataclasses.replace(office.bot.door, **changes)
    app.ctx.miniprogram = build_miniprogram_door(
        office.bot, desk=office.desk, codec=miniprogram_codec, appid=MINIPROGRAM
    )
    async with listening(app) as url, aiohttp.ClientSession() as session:
        yield Platform(f"{url}/wechat", app.ctx.bot.codec, office, session)


@asynccontextmanager
async def listening(app: Sanic[Any, Any]) -> AsyncIterator[str]:
    """The application on a free port; its address."""
    app.config.TOUCHUP = False  # it rewrites the server's own methods, once per process only
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        await server.start_serving()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.close()
        await server.wait_closed()
