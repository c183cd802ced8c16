"""Signing in on web pages opened inside WeChat."""

from typing import Literal
from urllib.parse import urlencode

import aiohttp
import msgspec

from wechat import endpoints
from wechat.authorize import authorize_base
from wechat.calls import Calls, Done
from wechat.exchange import CALL_TIMEOUT

Scope = Literal["snsapi_base", "snsapi_userinfo"]


class OAuthUser(msgspec.Struct, frozen=True):
    """Who opened the page. `is_snapshot`: a made-up person, because the page was only previewed.

    `access_token` is the citizen's own, good for two hours and for `user_info` only; it never leaves us.
    """

    openid: str
    unionid: str = ""
    scope: str = ""
    is_snapshot: bool = False
    access_token: str = ""

    def __repr__(self) -> str:
        return f"OAuthUser(scope={self.scope!r})"  # neither person nor token reaches a log


class OAuthProfile(msgspec.Struct, frozen=True):
    """What a citizen agreed to tell (snsapi_userinfo)."""

    openid: str
    nickname: str = ""
    unionid: str = ""

    def __repr__(self) -> str:
        return "OAuthProfile()"


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    openid: str
    unionid: str = ""
    scope: str = ""
    is_snapshotuser: int = 0


def authorize_url(
    api_base: str, app_id: str, redirect_uri: str, state: str, scope: Scope = "snsapi_base"
) -> str:
    """Where to send the citizen's browser; WeChat sends it back to `redirect_uri` with code and state.

    `api_base` is the address of the API: when that is not the real one, its page is asked instead.
    """
    # The platform wants the parameters in this order and the fragment at the end.
    query = urlencode(
        {
            "appid": app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": scope,
            "state": state,
        }
    )
    return f"{authorize_base(api_base)}/connect/oauth2/authorize?{query}#wechat_redirect"


class OAuthClient:
    """The account's side of signing in. Everything raises WeChatError; a code is good for five minutes, once."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        app_id: str,
        secret: str,
        base: str,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
    ) -> None:
        self._calls = Calls(session, None, base, timeout)
        self._app_id = app_id
        self._secret = secret

    async def exchange(self, code: str) -> OAuthUser:
        """Who the code stands for."""
        params = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        found = await self._calls.get(endpoints.OAUTH_TOKEN, _Token, params)
        return OAuthUser(
            found.openid, found.unionid, found.scope, found.is_snapshotuser == 1, found.access_token
        )

    async def user_info(self, user: OAuthUser) -> OAuthProfile:
        """What the citizen agreed to tell; needs the scope snsapi_userinfo."""
        params = {"access_token": user.access_token, "openid": user.openid, "lang": "zh_CN"}
        return await self._calls.get(endpoints.OAUTH_USER, OAuthProfile, params)

    async def check(self, user: OAuthUser) -> None:
        """WeChatError (code_used) when the citizen's token is no longer good."""
        params = {"access_token": user.access_token, "openid": user.openid}
        await self._calls.get(endpoints.OAUTH_CHECK, Done, params)
