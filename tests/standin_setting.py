"""A running stand-in and an account's webhook to go with it, for the tests of the stand-in."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from kit.clock import Clock, SystemClock
from wechat.codec import Codec, CodecError, SignedQuery
from wechat.parse import Fields, parse_xml
from wechat.standin.config import StandinConfig
from wechat.standin.courier import Courier
from wechat.standin.dispatch import COURIER, PLATFORM
from wechat.standin.platform import Platform
from wechat.standin.server import build_app

MINI_APP_ID, MINI_SECRET, MINI_TOKEN = "wxfedcba9876543210", "another-secret", "another-token"
MINI_AES_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg"
APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "a-secret-of-ours", "a-token-of-ours"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_7d2c51f0a94e"
CITIZEN = "oCitizen_0001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
LONG_TERM = "standin-case-progress-long-term-0000000001"
TEMPLATE = "standin-case-progress-template-0000000003"


def config(
    webhook_url: str = "http://127.0.0.1:9/wechat", clock: Clock | None = None, **more: Any
) -> StandinConfig:
    settings: dict[str, Any] = {"aes_key": AES_KEY, "seed": 7, "answer_limit_s": 0.3} | more
    settings = {
        "miniapp_app_id": MINI_APP_ID,
        "miniapp_app_secret": MINI_SECRET,
        "miniapp_token": MINI_TOKEN,
        "miniapp_aes_key": MINI_AES_KEY,
    } | settings
    return StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token=TOKEN,
        webhook_url=webhook_url,
        clock=clock or SystemClock(),
        **settings,
    )


@dataclass
class Account:
    """A webhook that decrypts for real and answers what a test tells it to."""

    answer: Callable[[Fields], str | bytes | None] = lambda fields: f"you said {fields.get('Content', '')}"
    delay_s: float = 0.0
    slow_tries: int = 99
    received: list[Fields] = field(default_factory=list)
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    codec: Codec = field(default_factory=lambda: Codec(TOKEN, AES_KEY, APP_ID))
    clock: Clock = field(default_factory=SystemClock)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append((request.query_string, body))
        try:
            xml = self.codec.open(SignedQuery.parse(request.query_string), body, self.clock.now())
        except CodecError as error:
            self.refused.append(error.reason)
            return web.Response(status=403)
        fields = parse_xml(xml)
        self.received.append(fields)
        if len(self.received) <= self.slow_tries:
            await asyncio.sleep(self.delay_s)
        answer = self.answer(fields)
        if answer is None:
            return web.Response(text="success")
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        return web.Response(body=self.sealed(reply_xml(str(fields["FromUserName"]), answer)))

    def sealed(self, xml: bytes) -> bytes:
        return self.codec.seal(xml, "1234567890", int(time.time()))

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/wechat", self.handle)
        return app


def reply_xml(openid: str, text: str) -> bytes:
    text = text.replace("]]>", "]]]]><![CDATA[>")
    return (
        f"<xml><ToUserName><![CDATA[{openid}]]></ToUserName><FromUserName><![CDATA[{ACCOUNT}]]></FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
    ).encode()


class Outside:
    """The stand-in seen through HTTP."""

    def __init__(self, server: TestServer, http: aiohttp.ClientSession) -> None:
        self.base = str(server.make_url("")).rstrip("/")
        self.http = http
        self.app = server.app
        self.access_token = ""
        self.miniapp_token = ""

    @property
    def platform(self) -> Platform:
        assert self.app is not None
        return self.app[PLATFORM]

    @property
    def courier(self) -> Courier:
        assert self.app is not None
        return self.app[COURIER]

    async def api(self, path: str, content: object = None, **query: str) -> dict[str, Any]:
        """Call an endpoint with a good token; POST when there is content."""
        if not self.access_token:
            self.access_token = (await self.token())["access_token"]
        query = {"access_token": self.access_token} | query
        method = "GET" if content is None else "POST"
        # Raw UTF-8: the platform shows escaped characters as they are.
        is_ready = content is None or isinstance(content, bytes | aiohttp.FormData)
        body = content if is_ready else msgspec.json.encode(content)
        address = f"{self.base}{path if path.startswith('/') else '/cgi-bin/' + path}"
        async with self.http.request(method, address, params=query, data=body) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    async def mini(self, path: str, content: object = None, **query: str) -> dict[str, Any]:
        """The same in the mini-program's name."""
        if not self.miniapp_token:
            answer = await self.token(appid=MINI_APP_ID, secret=MINI_SECRET)
            self.miniapp_token = answer["access_token"]
        return await self.api(path, content, **({"access_token": self.miniapp_token} | query))

    async def token(self, **changed: object) -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | changed
        async with self.http.post(f"{self.base}/cgi-bin/stable_token", json=asked) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    async def post(self, path: str, content: object, status: int = 200) -> dict[str, Any]:
        async with self.http.post(f"{self.base}{path}", json=content) as response:
            assert response.status == status, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http.get(f"{self.base}{path}") as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def meet(self, **details: object) -> dict[str, Any]:
        return await self.post("/_standin/citizens", {"openid": CITIZEN} | details)

    async def ledger(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = (await self.get(f"/_standin/ledger?openid={CITIZEN}"))["entries"]
        return entries

    async def say(self, content: str, msgtype: str = "text") -> dict[str, Any]:
        """A customer-service text."""
        return await self.api(
            "message/custom/send", {"touser": CITIZEN, "msgtype": msgtype, "text": {"content": content}}
        )


@asynccontextmanager
async def running(account: Account | None = None, **settings: Any) -> AsyncIterator[Outside]:
    """A stand-in that listens, for both apps with `account` as their webhook."""
    if account is not None:
        async with TestServer(account.app()) as webhook:
            address = str(webhook.make_url("/wechat"))
            async with running(None, webhook_url=address, **settings) as outside:
                yield outside
        return
    async with TestServer(build_app(config(**settings))) as server, aiohttp.ClientSession() as http:
        yield Outside(server, http)
