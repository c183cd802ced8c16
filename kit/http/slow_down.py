"""Logins get slower with every failure, for the login name and for the address, on all machines together.

An attempt counts as failed from its beginning and is forgiven when it succeeds, so a burst of parallel guesses
gains nothing. Without Redis each process counts for itself: weaker, never absent.
"""

import contextlib
import hmac
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.clock import Clock
from kit.http.addresses import bucket
from kit.problems import TooMany
from kit.redis import UNAVAILABLE, Redis
from kit.secrets import KeyRing

_REMEMBERED = 10_000


@dataclass(frozen=True)
class Slope:
    """`free` attempts, then a wait that doubles from `first_s` to `longest_s`; forgotten after `forget_s`."""

    free: int
    first_s: float = 2.0
    longest_s: float = 300.0
    forget_s: float = 3600.0

    def wait_s(self, attempts: int) -> float:
        """The wait after this many attempts without success."""
        over = attempts - self.free
        return 0.0 if over < 0 else min(self.first_s * 2.0 ** min(over, 30), self.longest_s)


BY_LOGIN = Slope(free=5)
# A whole office or mobile network may share one address.
BY_ADDRESS = Slope(free=30)

# KEYS: one per count. ARGV: free, first, longest, forget for each, in milliseconds where it is time.
# Returns the longest wait in milliseconds; counts the attempt only if there is none.
_ATTEMPT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or 0) - now)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  local over = redis.call('HINCRBY', key, 'n', 1) - tonumber(ARGV[at + 1])
  if over >= 0 then
    local pause = math.min(tonumber(ARGV[at + 2]) * 2 ^ math.min(over, 30), tonumber(ARGV[at + 3]))
    redis.call('HSET', key, 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', key, ARGV[at + 4])
end
return 0
"""

# KEYS: login, address. ARGV: attempts that are free by address.
_SUCCESS = """
redis.call('DEL', KEYS[1])
if redis.call('EXISTS', KEYS[2]) == 1 and redis.call('HINCRBY', KEYS[2], 'n', -1) < tonumber(ARGV[1]) then
  redis.call('HDEL', KEYS[2], 'until')
end
"""


class LoginSlowDown:
    """Ask `attempt` before checking a password, tell `succeeded` after a right one."""

    def __init__(
        self,
        redis: Redis | None,
        keys: KeyRing,
        clock: Clock,
        *,
        by_login: Slope = BY_LOGIN,
        by_address: Slope = BY_ADDRESS,
    ) -> None:
        self._redis = redis
        self._key = keys.derive("sessions", "slow-down/1", 32)
        self._clock = clock
        self._slopes = (by_login, by_address)
        self._own: OrderedDict[str, tuple[int, datetime, datetime]] = OrderedDict()

    async def attempt(self, login: str, address: str) -> None:
        """Count one attempt. Raises TooMany (429) with the seconds to wait, and counts nothing then."""
        names = self._names(login, address)
        wait_s = await self._attempt_in_redis(names)
        if wait_s is None:
            wait_s = self._attempt_here(names)
        if wait_s > 0:
            seconds = max(1, math.ceil(wait_s))
            raise TooMany("problem.login.slow_down", retry_after_s=seconds, seconds=seconds)

    async def succeeded(self, login: str, address: str) -> None:
        """Forgive the login name everything and the address this one attempt.

        No more than that, or one known password would let a guesser begin anew.
        """
        names = self._names(login, address)
        self._forgive_here(names)
        if self._redis is not None:
            with contextlib.suppress(*UNAVAILABLE):
                await self._redis.eval(_SUCCESS, len(names), *names, str(self._slopes[1].free))

    async def _attempt_in_redis(self, names: tuple[str, str]) -> float | None:
        if self._redis is None:
            return None
        arguments: list[str] = []
        for slope in self._slopes:
            times = (slope.first_s, slope.longest_s, slope.forget_s)
            arguments += [str(slope.free), *(str(int(seconds * 1000)) for seconds in times)]
        try:
            return int(await self._redis.eval(_ATTEMPT, len(names), *names, *arguments)) / 1000
        except UNAVAILABLE:
            return None

    def _attempt_here(self, names: tuple[str, str]) -> float:
        now = self._clock.now()
        counts = [self._own.get(name, (0, now, now)) for name in names]
        wait_s = max((until - now).total_seconds() for _, until, _ in counts)
        if wait_s > 0:
            return wait_s
        for name, slope, (attempts, _, forgotten_at) in zip(names, self._slopes, counts, strict=True):
            attempts = 1 if now >= forgotten_at else attempts + 1
            until = now + timedelta(seconds=slope.wait_s(attempts))
            self._own[name] = (attempts, until, now + timedelta(seconds=slope.forget_s))
            self._own.move_to_end(name)
        while len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)
        return 0.0

    def _forgive_here(self, names: tuple[str, str]) -> None:
        login, address = names
        self._own.pop(login, None)
        if address in self._own:
            attempts, until, forgotten_at = self._own[address]
            if attempts - 1 < self._slopes[1].free:
                until = self._clock.now()
            self._own[address] = (max(0, attempts - 1), until, forgotten_at)

    def _names(self, login: str, address: str) -> tuple[str, str]:
        """Keyed hashes: neither who tries nor from where is readable in Redis."""
        login_name = hmac.digest(self._key, f"login:{login.strip().casefold()}".encode(), "sha256").hex()[:32]
        address_name = hmac.digest(self._key, f"address:{bucket(address)}".encode(), "sha256").hex()[:32]
        return f"slow:{login_name}", f"slow:{address_name}"
