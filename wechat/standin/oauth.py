"""Who granted what to the account's web pages: codes, and the tokens bought with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from kit.clock import Clock
from wechat.standin.once import OnceCodes
from wechat.standin.refusals import Refusal

Scope = Literal["snsapi_base", "snsapi_userinfo"]
SCOPES: tuple[Scope, ...] = ("snsapi_base", "snsapi_userinfo")
TOKEN_LIVES = timedelta(hours=2)
REFRESH_LIVES = timedelta(days=30)
MOST_GRANTS = 5_000


@dataclass(frozen=True)
class Grant:
    """`openid` let the account's pages know it, and with snsapi_userinfo its unionid too."""

    openid: str
    scope: Scope


@dataclass(frozen=True)
class WebToken:
    """A grant with the moment its token or refresh token ends."""

    grant: Grant
    until_at: datetime


@dataclass(frozen=True)
class Asked:
    """An authorize request that waits for the citizen's yes."""

    grant: Grant
    redirect_uri: str
    state: str


class OAuthDesk:
    """Codes once and for five minutes, tokens for two hours, refresh tokens for thirty days."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._tokens: dict[str, WebToken] = {}
        self._refreshes: dict[str, WebToken] = {}
        self.codes: OnceCodes[Grant] = OnceCodes(clock, random)
        self.asked: OnceCodes[Asked] = OnceCodes(clock, random)

    def tokens_for(self, grant: Grant) -> tuple[str, str]:
        """An access token and a refresh token."""
        access = self._keep(self._tokens, grant, TOKEN_LIVES)
        return access, self._keep(self._refreshes, grant, REFRESH_LIVES)

    def refreshed(self, refresh_token: str) -> tuple[str, Grant]:
        found = self._alive(self._refreshes, refresh_token, Refusal(40030, "invalid refresh_token"))
        return self._keep(self._tokens, found.grant, TOKEN_LIVES), found.grant

    def holder(self, access_token: str, openid: str) -> Grant:
        """The grant behind a token, if it is this person's."""
        if not access_token:
            raise Refusal(41001, "access_token missing")
        missing = Refusal(40001, "invalid credential, access_token is invalid or not latest")
        grant = self._alive(self._tokens, access_token, missing).grant
        if grant.openid != openid:
            raise Refusal(40003, "invalid openid")
        return grant

    def expire_all(self) -> None:
        """End every access token now; refresh tokens live on."""
        now = self._clock.now()
        self._tokens = {key: WebToken(one.grant, now) for key, one in self._tokens.items()}

    def _keep(self, shelf: dict[str, WebToken], grant: Grant, lives: timedelta) -> str:
        while len(shelf) >= MOST_GRANTS:
            del shelf[next(iter(shelf))]
        value = f"{self._random.getrandbits(256):064x}"
        shelf[value] = WebToken(grant, self._clock.now() + lives)
        return value

    def _alive(self, shelf: Mapping[str, WebToken], value: str, refusal: Refusal) -> WebToken:
        found = shelf.get(value)
        if found is None:
            raise refusal
        if self._clock.now() >= found.until_at:
            raise Refusal(
                42001 if shelf is self._tokens else 42002,
                f"{'access' if shelf is self._tokens else 'refresh'}_token expired",
            )
        return found
