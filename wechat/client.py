"""The client of the official account: all its areas under one name."""

import aiohttp
from redis.asyncio import Redis

from kit.clock import Clock
from wechat.account import Account, ApiQuota, PrivateTemplate, QrTicket, SubscriptionTemplate
from wechat.articles import Article, ArticleError
from wechat.calls import Calls, Observe
from wechat.exchange import CALL_TIMEOUT
from wechat.followers import Followers, Tag, UserInfo
from wechat.mass import MassSending
from wechat.media import MAX_MEDIA_BYTES, Media
from wechat.menus import Menus
from wechat.publishing import Publishing, PublishStatus
from wechat.quota import QuotaBook
from wechat.sending import Link, MenuChoice, MiniProgramPage, Sending
from wechat.service_desk import ServiceDesk
from wechat.tokens import TokenKeeper

__all__ = [
    "MAX_MEDIA_BYTES",
    "ApiQuota",
    "Article",
    "ArticleError",
    "Link",
    "MenuChoice",
    "MiniProgramPage",
    "PrivateTemplate",
    "PublishStatus",
    "QrTicket",
    "SubscriptionTemplate",
    "Tag",
    "UserInfo",
    "WeChatClient",
    "account_client",
]


class WeChatClient(Sending, Media, Publishing, MassSending, Menus, Followers, ServiceDesk, Account):
    """One account. Every method raises WeChatError; its `uncertain` and `retryable` say what may be repeated."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TokenKeeper,
        base: str,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
        quota: QuotaBook | None = None,
        observe: Observe | None = None,
    ) -> None:
        super().__init__(Calls(session, tokens, base, timeout, quota, observe))


def account_client(
    session: aiohttp.ClientSession, redis: Redis | None, app_id: str, secret: str, base: str, clock: Clock
) -> WeChatClient:
    """The client of an account, with what all processes share about its token and its quotas."""
    tokens = TokenKeeper(redis, session, app_id, secret, base, clock)
    return WeChatClient(session, tokens, base, quota=QuotaBook(redis, clock, app_id))
