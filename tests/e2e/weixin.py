"""WeChat's side of the wire: messages sealed as the platform seals them, each sent until it is answered."""

from __future__ import annotations

import asyncio
import io
import itertools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import randbelow, token_hex
from types import TracebackType
from typing import Any

import aiohttp

from tests.e2e.system import System
from wechat.codec import Codec, sign
from wechat.parse import parse_xml

ACCOUNT = "gh_0123456789ab"
REFERENCE = re.compile(r"[A-Z]{2,4}-TS-\d{6}-\d{4,}-[0-9A-Z*]")
TRIES = 3
PATIENCE_S = 5.0

Query = Mapping[str, str] | Sequence[tuple[str, str]]


class UnansweredError(Exception):
    """All tries of a message went without an answer."""


@dataclass(frozen=True)
class Sealed:
    """One message as it goes over the wire: every try has the same bytes."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Acknowledged:
    """A case somebody was told the reference of, with the message that brought it about."""

    reference: str
    sealed: Sealed
    reply: str


@dataclass
class Weixin:
    """The platform. Use with `async with`."""

    system: System
    slowest_s: float = 0.0
    """Of all tries, answered or not."""
    tries: int = 0
    ahead_s: float = 0.0
    """How far the platform's clock is ahead of this machine's."""
    _numbers: itertools.count[int] = field(
        default_factory=lambda: itertools.count(randbelow(10**15) + 10**16)
    )

    def __post_init__(self) -> None:
        env = self.system.env
        self.token = env["WECHAT_TOKEN"]
        self.codec = Codec(self.token, env["WECHAT_AES_KEY"], env["WECHAT_APP_ID"])
        self.url = f"{self.system.url}/wechat"

    async def __aenter__(self) -> Weixin:
        # A connection per message, as the platform does; none outlives a web process.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    # ---- messages

    def now(self) -> int:
        return int(time.time() + self.ahead_s)

    def fields(self, openid: str, kind: str, **content: Any) -> dict[str, str]:
        common = {
            "ToUserName": ACCOUNT,
            "FromUserName": openid,
            "CreateTime": str(self.now()),
            "MsgType": kind,
        }
        if kind != "event":
            common["MsgId"] = str(next(self._numbers))
        return common | {name: str(value) for name, value in content.items()}

    def text(self, openid: str, words: str) -> dict[str, str]:
        return self.fields(openid, "text", Content=words)

    def seal(self, fields: Mapping[str, str], **changes: str) -> Sealed:
        """`changes` replace parameters of the query."""
        elements = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        return self.seal_xml(f"<xml>{elements}</xml>".encode(), **changes)

    def seal_xml(self, xml: bytes, codec: Codec | None = None, **changes: str) -> Sealed:
        encrypted = (codec or self.codec).encrypt(xml)
        timestamp = changes.get("timestamp", str(self.now()))
        nonce = changes.get("nonce", token_hex(5))
        query = {
            "signature": sign(self.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": sign(self.token, timestamp, nonce, encrypted),
        }
        body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return Sealed(query | changes, body.encode())

    # ---- sending

    async def post(self, sealed: Sealed) -> tuple[int, bytes]:
        """One try. aiohttp.ClientError or TimeoutError when it was not answered."""
        return await self.raw(sealed.query, sealed.body)

    async def raw(self, query: Query, body: bytes) -> tuple[int, bytes]:
        begun = time.perf_counter()
        self.tries += 1
        try:
            async with self._http.post(self.url, params=query, data=io.BytesIO(body)) as answer:
                return answer.status, await answer.read()
        finally:
            self.slowest_s = max(self.slowest_s, time.perf_counter() - begun)

    async def deliver(self, sealed: Sealed, *, tries: int = TRIES) -> str:
        """What the citizen reads, "" for `success`; tried again as WeChat does."""
        for number in range(tries):
            try:
                status, body = await self.post(sealed)
            except (aiohttp.ClientError, TimeoutError):
                # WeChat waits its five seconds out; a test has less time.
                await asyncio.sleep(0.2 * (number + 1))
                continue
            if status == 200:
                return self.read(body)
            assert status >= 500, (status, body)
        raise UnansweredError

    async def deliver_surely(self, sealed: Sealed, *, within_s: float = 60.0) -> str:
        """WeChat's three tries, then three more, until answered: always the same MsgId."""
        async with asyncio.timeout(within_s):
            while True:
                try:
                    return await self.deliver(sealed)
                except UnansweredError:
                    await asyncio.sleep(0.3)

    async def say(self, openid: str, words: str) -> str:
        return await self.deliver_surely(self.seal(self.text(openid, words)))

    def read(self, body: bytes) -> str:
        if body in (b"", b"success"):
            return ""
        encrypted = parse_xml(body)["Encrypt"]
        assert isinstance(encrypted, str)
        content = parse_xml(self.codec.decrypt(encrypted))["Content"]
        assert isinstance(content, str)
        return content

    async def file(self, openid: str, story: str, *, within_s: float = 90.0) -> Acknowledged:
        """A citizen who answers whatever is asked until the complaint is acknowledged."""
        words = f"我要投诉{story}"
        async with asyncio.timeout(within_s):
            while True:
                sealed = self.seal(self.text(openid, words))
                reply = await self.deliver_surely(sealed)
                found = REFERENCE.search(reply)
                if found is not None:
                    return Acknowledged(found[0], sealed, reply)
                if not reply:  # it comes later, as a message of its own: ask where we are
                    await asyncio.sleep(1)
                words = _answer_to(reply)

    async def filed_up_to_the_end(self, openid: str, story: str) -> Sealed:
        """The dialogue without its last message, which is returned."""
        for words in (f"我要投诉{story}", "跳过", "文一路 88 号门口", "跳过"):
            reply = await self.say(openid, words)
        assert reply.startswith("请核对"), reply
        return self.seal(self.text(openid, "1"))


def _answer_to(reply: str) -> str:
    if reply.startswith("请核对"):
        return "1"
    if "在什么地方" in reply:
        return "文一路 88 号门口"
    if "有照片的话" in reply or "手机号" in reply:
        return "跳过"
    if "没有填到一半" in reply:
        return "我的案件"
    return "继续"


def new_openid() -> str:
    """As WeChat makes them: 28 characters, the first an o."""
    return "o" + token_hex(14)[:27]
