"""The client of the mini-program: signing in, phone numbers, content checks, codes and links to its pages."""

from enum import StrEnum
from typing import Final, Literal

import aiohttp
import msgspec
from redis.asyncio import Redis

from kit.clock import Clock
from wechat import endpoints
from wechat.account import Quotas
from wechat.calls import Calls, Observe
from wechat.exchange import CALL_TIMEOUT
from wechat.quota import QuotaBook
from wechat.sending import CustomTexts, SubscribeSending
from wechat.tokens import TokenKeeper

MAX_CODE_BYTES: Final = 2 * 1024 * 1024
LONGEST_CHECKED_TEXT: Final = 2_500

Scene = Literal[1, 2, 3, 4]
"""Where a text would be shown: 1 a profile, 2 a comment, 3 a forum, 4 a social log."""


class MiniSession(msgspec.Struct, frozen=True):
    """Who opened the mini-program. `session_key` never leaves the server."""

    openid: str
    unionid: str = ""
    session_key: str = ""

    def __repr__(self) -> str:
        return "MiniSession()"


class PhoneNumber(msgspec.Struct, frozen=True):
    """A number the platform vouches for, without the country code."""

    number: str
    country_code: str = "86"

    def __repr__(self) -> str:
        return "PhoneNumber()"


class Suggestion(StrEnum):
    """What the platform suggests to do with a content."""

    PASS = "pass"  # noqa: S105 - no secret
    REVIEW = "review"
    RISKY = "risky"


class TextCheck(msgspec.Struct, frozen=True):
    """`label` is the platform's number of the objection, 100 for none."""

    suggestion: Suggestion
    label: int
    trace_id: str


class _Number(msgspec.Struct, frozen=True):
    purePhoneNumber: str
    countryCode: int | str = "86"


class _Phone(msgspec.Struct, frozen=True):
    phone_info: _Number


class _Result(msgspec.Struct, frozen=True):
    suggest: Suggestion
    label: int = 100


class _Checked(msgspec.Struct, frozen=True):
    result: _Result
    trace_id: str = ""


class _Traced(msgspec.Struct, frozen=True):
    trace_id: str


class _Link(msgspec.Struct, frozen=True):
    url_link: str


class _Code(msgspec.Struct, frozen=True):
    code: str


class _Text(msgspec.Struct, frozen=True):
    openid: str
    scene: int
    content: str
    version: int = 2


class _MediaAt(msgspec.Struct, frozen=True):
    openid: str
    scene: int
    media_url: str
    media_type: int
    version: int = 2


class _PageCode(msgspec.Struct, frozen=True):
    scene: str
    page: str
    check_path: bool
    env_version: str


class _PageLink(msgspec.Struct, frozen=True):
    path: str
    query: str
    expire_type: int
    expire_interval: int
    env_version: str


class MiniProgramClient(CustomTexts, SubscribeSending, Quotas):
    """One mini-program, with a token of its own. Every method raises WeChatError."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TokenKeeper,
        app_id: str,
        secret: str,
        base: str,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
        quota: QuotaBook | None = None,
        observe: Observe | None = None,
    ) -> None:
        super().__init__(Calls(session, tokens, base, timeout, quota, observe))
        self._app_id = app_id
        self._secret = secret

    async def code2session(self, code: str) -> MiniSession:
        """Who the code of wx.login stands for; good for five minutes, once."""
        params = {
            "appid": self._app_id,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return await self._calls.get(endpoints.CODE_TO_SESSION, MiniSession, params)

    async def phone_number(self, code: str) -> PhoneNumber:
        """The number a citizen agreed to give; the code is good for five minutes, once."""
        found = (await self._calls.post(endpoints.PHONE_NUMBER, _Phone, _Code(code))).phone_info
        return PhoneNumber(found.purePhoneNumber, str(found.countryCode))

    async def msg_sec_check(self, openid: str, content: str, scene: Scene) -> TextCheck:
        """Whether a text may be shown in public; only the first 2,500 characters are looked at.

        Needs a citizen who opened the mini-program within two hours (else WeChatError not_seen_lately).
        """
        asked = _Text(openid, scene, content[:LONGEST_CHECKED_TEXT])
        found = await self._calls.post(endpoints.TEXT_CHECK, _Checked, asked)
        return TextCheck(found.result.suggest, found.result.label, found.trace_id)

    async def media_check_async(
        self, openid: str, media_url: str, scene: Scene, *, is_picture: bool = True
    ) -> str:
        """Has a picture or a sound looked at; wxa_media_check reports on the trace id returned."""
        asked = _MediaAt(openid, scene, media_url, 2 if is_picture else 1)
        return (await self._calls.post(endpoints.MEDIA_CHECK, _Traced, asked)).trace_id

    async def wxacode_unlimited(
        self, scene: str, page: str, *, check_path: bool = True, state: str = "release"
    ) -> bytes:
        """A picture of the code that opens `page` with `scene` (1 to 32 visible characters)."""
        asked = _PageCode(scene, page, check_path, state)
        return (await self._calls.file(endpoints.PAGE_CODE, MAX_CODE_BYTES, request=asked)).content

    async def url_link(self, path: str, query: str = "", *, days: int = 30) -> str:
        """A web address that opens a page of the mini-program, for at most 30 days."""
        asked = _PageLink(path, query, 1, min(days, 30), "release")
        return (await self._calls.post(endpoints.PAGE_LINK, _Link, asked)).url_link


def mini_program_client(
    session: aiohttp.ClientSession,
    redis: Redis | None,
    app_id: str,
    secret: str,
    base: str,
    clock: Clock,
    observe: Observe | None = None,
) -> MiniProgramClient:
    """The client of a mini-program, with what all processes share about its token and its quotas."""
    tokens = TokenKeeper(redis, session, app_id, secret, base, clock)
    quota = QuotaBook(redis, clock, app_id)
    return MiniProgramClient(session, tokens, app_id, secret, base, quota=quota, observe=observe)
