"""The stand-in seen from outside, and how the client's tests call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from kit.clock import Clock
from wechat.errors import WeChatError
from wechat.standin.config import StandinConfig
from wechat.standin.server import build_app

APP_ID, SECRET = "wx0123456789abcdef", "a-secret-of-ours"
MINI_ID, MINI_SECRET = "wxfedcba9876543210", "another-secret-of-ours"
CITIZEN, MINI_CITIZEN, UNION = "oCitizen-1", "oMini-1", "oUnion-1"
LONG_TERM = "standin-case-progress-long-term-0000000001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
TEMPLATE = "standin-case-progress-template-0000000003"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
RESULT = {
    "character_string1": "QS-TS-1",
    "thing2": "已清理",
    "time3": "2026年11月23日 09:30",
    "thing4": "谢谢",
}


class Platform:
    """The running stand-in, seen from outside: faults, what was delivered, how often it was called."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session

    async def post(self, path: str, content: dict[str, Any]) -> None:
        async with self._session.post(f"{self.base}/_standin/{path}", json=content) as response:
            assert response.status == 200, await response.text()

    async def fault(self, endpoint: str, kind: str, times: int | None = 1, seconds: float = 1.0) -> None:
        await self.post("faults", {"endpoint": endpoint, "kind": kind, "times": times, "seconds": seconds})

    async def delivered(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self.base}/_standin/ledger") as response:
            return [one for one in (await response.json())["entries"] if one["openid"] == CITIZEN]

    async def calls(self, path: str) -> int:
        async with self._session.get(f"{self.base}/_standin/calls") as response:
            return int((await response.json())["calls"].get(f"/cgi-bin/{path}", 0))


@asynccontextmanager
async def open_platform(clock: Clock, session: aiohttp.ClientSession) -> AsyncIterator[Platform]:
    """A running stand-in that knows one citizen, who wrote and consented once."""
    config = StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token="token",
        aes_key=None,
        webhook_url="http://127.0.0.1:9/wechat",
        miniapp_app_id=MINI_ID,
        miniapp_app_secret=MINI_SECRET,
        clock=clock,
        seed=1,
    )
    async with TestServer(build_app(config)) as server:
        standin = Platform(str(server.make_url("")).rstrip("/"), session)
        await standin.post(
            "citizens",
            {
                "openid": CITIZEN,
                "miniapp_openid": MINI_CITIZEN,
                "unionid": UNION,
                "wrote": True,
                "consents": {ONE_TIME: 1, LONG_TERM: 1},
            },
        )
        yield standin


async def refused(call: Awaitable[object]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        await call
    return caught.value
