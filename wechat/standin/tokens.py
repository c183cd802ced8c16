"""Access tokens: the rules of `stable_token` and of the older `token`, which know nothing of each other."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from random import Random
from typing import Literal

from kit.clock import Clock
from wechat.standin.refusals import Refusal

LIFETIME = timedelta(seconds=7200)
RENEWED_BEFORE_EXPIRY = timedelta(minutes=5)
OLD_TOKEN_LIVES_ON = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
SPENT_TOKENS_REMEMBERED = 64

Door = Literal["stable", "plain"]


@dataclass(frozen=True)
class IssuedToken:
    """A token and the moment after which it is refused."""

    value: str
    expires_at: datetime

    def seconds_left(self, now: datetime) -> int:
        return int((self.expires_at - now).total_seconds())


@dataclass
class _Line:
    """The tokens one app holds through one door: the current one and the one before."""

    current: IssuedToken | None = None
    previous: IssuedToken | None = None
    forced_at: deque[datetime] = field(default_factory=lambda: deque(maxlen=FORCED_A_DAY))


class TokenDesk:
    """Issues and checks access tokens for the apps it knows (app id to secret)."""

    def __init__(self, clock: Clock, random: Random, apps: Mapping[str, str]) -> None:
        self._clock = clock
        self._random = random
        self._apps = dict(apps)
        self._lines: dict[tuple[str, Door], _Line] = {}
        self._spent: deque[str] = deque(maxlen=SPENT_TOKENS_REMEMBERED)

    def stable(self, app_id: str, secret: str, *, force: bool) -> tuple[str, int]:
        """The stable token and its remaining seconds; a new one only when due or when forced."""
        line = self._line(app_id, secret, "stable")
        now = self._clock.now()
        token = line.current
        if force:
            token = self._force(line, now)
        elif token is None or now >= token.expires_at - RENEWED_BEFORE_EXPIRY:
            token = self._renew(line, now)
        return token.value, token.seconds_left(now)

    def plain(self, app_id: str, secret: str) -> tuple[str, int]:
        """A new token at every call, as the older endpoint does."""
        line = self._line(app_id, secret, "plain")
        now = self._clock.now()
        token = self._renew(line, now)
        return token.value, token.seconds_left(now)

    def owner_of(self, value: str | None) -> str:
        """The app id a token belongs to; raises the refusal the platform would give."""
        if not value:
            raise Refusal(41001, "access_token missing")
        now = self._clock.now()
        for (app_id, _), line in self._lines.items():
            for token in (line.current, line.previous):
                if token is None or not compare_digest(token.value.encode(), value.encode()):
                    continue
                if now < token.expires_at:
                    return app_id
                raise Refusal(42001, "access_token expired")
        if value in self._spent:
            raise Refusal(42001, "access_token expired")
        raise Refusal(40001, "invalid credential, access_token is invalid or not latest")

    def expire_all(self) -> None:
        """End every token now, as if its two hours were over; the next one is new."""
        for line in self._lines.values():
            for token in (line.current, line.previous):
                if token is not None:
                    self._spent.append(token.value)
            line.current = line.previous = None

    def revoke_all(self) -> None:
        """Forget every token, as after the secret was reset."""
        self._lines.clear()

    def _line(self, app_id: str, secret: str, door: Door) -> _Line:
        if not app_id:
            raise Refusal(41002, "appid missing")
        known = self._apps.get(app_id)
        if known is None:
            raise Refusal(40013, "invalid appid")
        if not secret:
            raise Refusal(41004, "appsecret missing")
        if not compare_digest(known.encode(), secret.encode()):
            raise Refusal(40125, "invalid appsecret")
        return self._lines.setdefault((app_id, door), _Line())

    def _force(self, line: _Line, now: datetime) -> IssuedToken:
        recent = [at for at in line.forced_at if now - at < timedelta(days=1)]
        if recent and now - recent[-1] < FORCED_APART and line.current is not None:
            return line.current  # too soon: the platform hands out the same token again
        if len(recent) >= FORCED_A_DAY:
            raise Refusal(45009, "reach max api daily quota limit")
        line.forced_at.append(now)
        return self._renew(line, now)

    def _renew(self, line: _Line, now: datetime) -> IssuedToken:
        if line.previous is not None:
            self._spent.append(line.previous.value)
        if line.current is not None:
            until = min(line.current.expires_at, now + OLD_TOKEN_LIVES_ON)
            line.previous = IssuedToken(line.current.value, until)
        line.current = IssuedToken(f"{self._random.getrandbits(512):0128x}", now + LIFETIME)
        return line.current
