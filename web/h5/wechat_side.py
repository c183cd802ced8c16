"""The official account behind the pages. Imported when a page first needs it: it brings the HTTP client along."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from kit.clock import Clock
from web.h5.platform import SCRIPT, CodeRefusedError, Opener, PlatformAwayError, ScriptKey
from wechat.authorize import authorize_base
from wechat.client import WeChatClient
from wechat.errors import CODE_USED, WeChatError
from wechat.followers import UserInfo
from wechat.jssdk import TicketKeeper, js_signature
from wechat.oauth import OAuthClient, authorize_url

PATIENCE_S = 6.0
EXTRA_S = 2.5
"""Somebody looks at an empty page meanwhile; what is good to know but not needed gets less."""


class WeChatSide:
    """`WebPlatform` on WeChat."""

    def __init__(
        self,
        sign_in: OAuthClient,
        account: WeChatClient,
        tickets: TicketKeeper,
        clock: Clock,
        *,
        app_id: str,
        base: str,
    ) -> None:
        self._sign_in = sign_in
        self._account = account
        self._tickets = tickets
        self._clock = clock
        self._app_id = app_id
        self._base = base
        # Whoever plays the platform serves its script too.
        self._script = SCRIPT if authorize_base(base) != base else f"{base}{urlsplit(SCRIPT).path}"

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        return authorize_url(self._base, self._app_id, redirect_uri, state)

    async def opener(self, code: str, *, needs_unionid: Callable[[str], Awaitable[bool]]) -> Opener:
        try:
            async with asyncio.timeout(PATIENCE_S):
                user = await self._sign_in.exchange(code)
        except TimeoutError:
            raise PlatformAwayError from None
        except WeChatError as error:
            # Anything else is the platform's or our own trouble, and says nothing about the code.
            raise (CodeRefusedError if error.meaning.name == CODE_USED.name else PlatformAwayError) from None
        if user.is_snapshot or user.unionid or not await needs_unionid(user.openid):
            return Opener(user.openid, user.unionid, is_preview=user.is_snapshot)
        known = await self._known(user.openid)
        if known is None:
            return Opener(user.openid)
        return Opener(user.openid, known.union_id, known.is_follower)

    async def script_key(self, url: str) -> ScriptKey:
        try:
            async with asyncio.timeout(EXTRA_S):
                ticket = await self._tickets.get()
        except (WeChatError, TimeoutError):
            raise PlatformAwayError from None
        nonce, timestamp = secrets.token_hex(8), int(self._clock.now().timestamp())
        signature = js_signature(ticket, nonce, timestamp, url)
        return ScriptKey(self._app_id, timestamp, nonce, signature, self._script)

    async def _known(self, openid: str) -> UserInfo | None:
        """With snsapi_base the platform tells the unionid only here, and only of those who follow."""
        try:
            async with asyncio.timeout(EXTRA_S):
                return await self._account.user_info(openid)
        except (WeChatError, TimeoutError):
            return None
