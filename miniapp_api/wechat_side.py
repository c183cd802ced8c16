"""The mini-program behind the API. Imported when somebody first signs in: it brings the HTTP client along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from miniapp_api.platform import CodeRefusedError, MiniOpener, PlatformAwayError
from wechat.errors import CODE_USED, WeChatError
from wechat.miniprogram import MiniProgramClient

T = TypeVar("T")

PATIENCE_S = 6.0


class WeChatMiniSide:
    """`MiniPlatform` on WeChat. The session key is used for nothing and forgotten here."""

    def __init__(self, client: MiniProgramClient) -> None:
        self._client = client

    async def opener(self, code: str) -> MiniOpener:
        session = await _asked(self._client.code2session(code))
        return MiniOpener(session.openid, session.unionid)

    async def phone(self, code: str) -> str:
        found = await _asked(self._client.phone_number(code))
        return found.number if found.country_code in ("86", "") else f"+{found.country_code} {found.number}"


async def _asked(call: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await call
    except TimeoutError:
        raise PlatformAwayError from None
    except WeChatError as error:
        raise (CodeRefusedError if error.meaning.name == CODE_USED.name else PlatformAwayError) from None
