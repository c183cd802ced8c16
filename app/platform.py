"""The platform's clients for a process that may never need them: opened at first use, closed with the process.

The web processes answer most requests without ever calling the platform, and its HTTP client is a fifth of what
they weigh: so nothing of it is imported before somebody signs in or prints a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app.core import Core
from bot.profile import WechatSection
from wechat.account_kinds import Right, rights

if TYPE_CHECKING:
    import aiohttp

    from wechat.calls import Observe
    from wechat.client import WeChatClient
    from wechat.jssdk import TicketKeeper
    from wechat.miniprogram import MiniProgramClient
    from wechat.oauth import OAuthClient


@dataclass(frozen=True)
class Clients:
    """Everything that calls the platform. `mini_program` is None where none is set up."""

    session: aiohttp.ClientSession
    account: WeChatClient
    sign_in: OAuthClient
    tickets: TicketKeeper
    mini_program: MiniProgramClient | None


class Platform:
    """One per process."""

    def __init__(self, core: Core, observe: Observe | None = None) -> None:
        self._core = core
        self._observe = observe
        self._clients: Clients | None = None

    async def clients(self) -> Clients:
        """The clients, opened on first use."""
        if self._clients is None:
            self._clients = _open(self._core, self._observe)
        return self._clients

    async def scene_address(self, scene: str, lasts_s: int | None) -> str:
        """What the platform's QR code for a scene holds; "" when the account has no such codes or none comes."""
        from wechat.errors import WeChatError

        kind = self._core.profile.section(WechatSection).account_kind
        if Right.QRCODE not in rights(kind):
            return ""
        try:
            account = (await self.clients()).account
            made = await account.create_qrcode(scene, permanent=lasts_s is None, expire_s=lasts_s)
        except WeChatError as error:
            structlog.get_logger("web").warning("scene_code_missing", reason=error.meaning.name)
            return ""
        return made.url

    async def close(self) -> None:
        if self._clients is not None:
            await self._clients.session.close()


def _open(core: Core, observe: Observe | None) -> Clients:
    from wechat.calls import Calls
    from wechat.client import WeChatClient
    from wechat.exchange import CALL_TIMEOUT, new_session
    from wechat.jssdk import TicketKeeper
    from wechat.miniprogram import mini_program_client
    from wechat.oauth import OAuthClient
    from wechat.quota import QuotaBook
    from wechat.tokens import TokenKeeper

    settings, clock, redis = core.settings, core.clock, core.redis
    base, app_id, secret = settings.wechat_api_base, settings.wechat_app_id, settings.wechat_app_secret
    session = new_session()
    tokens = TokenKeeper(redis, session, app_id, secret, base, clock)
    quota = QuotaBook(redis, clock, app_id)
    mini = None
    if settings.miniapp_app_id and settings.miniapp_app_secret:
        mini = mini_program_client(
            session, redis, settings.miniapp_app_id, settings.miniapp_app_secret, base, clock, observe
        )
    return Clients(
        session=session,
        account=WeChatClient(session, tokens, base, quota=quota, observe=observe),
        sign_in=OAuthClient(session, app_id, secret, base),
        tickets=TicketKeeper(redis, Calls(session, tokens, base, CALL_TIMEOUT, quota), app_id, clock),
        mini_program=mini,
    )
