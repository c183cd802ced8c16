"""Logins get slower with every failure: for a login from an address, for the login, for the address; on all machines.

An attempt counts as failed from its beginning and is forgiven when it succeeds, so a burst of parallel guesses
gains nothing. A browser that has logged in before (`kit.http.devices`) is counted by itself: strangers who guess at a
login, or share its address, cannot lock its owner out. Without Redis each process counts for itself: weaker, never
absent.
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


BY_BOTH = Slope(free=5)
# From many addresses at once: slow enough to make guessing hopeless, never so slow that a new device is shut out.
BY_LOGIN = Slope(free=20, longest_s=60.0)
# A whole office or mobile network may share one address.
BY_ADDRESS = Slope(free=30)
BY_DEVICE = Slope(free=5)

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

# KEYS: those forgiven everything, then the one forgiven a single attempt. ARGV: attempts that are free by the last.
_SUCCESS = """
for i = 1, #KEYS - 1 do redis.call('DEL', KEYS[i]) end
local last = KEYS[#KEYS]
if redis.call('EXISTS', last) == 1 and redis.call('HINCRBY', last, 'n', -1) < tonumber(ARGV[1]) then
  redis.call('HDEL', last, 'until')
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
        by_both: Slope = BY_BOTH,
        by_login: Slope = BY_LOGIN,
        by_address: Slope = BY_ADDRESS,
        by_device: Slope = BY_DEVICE,
    ) -> None:
        self._redis = redis
        self._key = keys.derive("sessions", "slow-down/1", 32)
        self._clock = clock
        self._by_both, self._by_login, self._by_address = by_both, by_login, by_address
        self._by_device = by_device
        self._own: OrderedDict[str, tuple[int, datetime, datetime]] = OrderedDict()

    async def attempt(self, login: str, address: str, device: str | None = None) -> None:
        """Count one attempt. Raises TooMany (429) with the seconds to wait, and counts nothing then.

        `device` names the browser if it is known to have logged in with this login before.
        """
        counted = self._counted(login, address, device)
        wait_s = await self._attempt_in_redis(counted)
        if wait_s is None:
            wait_s = self._attempt_here(counted)
        if wait_s > 0:
            seconds = max(1, math.ceil(wait_s))
            raise TooMany("problem.login.slow_down", retry_after_s=seconds, seconds=seconds)

    async def succeeded(self, login: str, address: str, device: str | None = None) -> None:
        """Forgive the login name (or the device) everything and the address this one attempt.

        No more than that, or one known password would let a guesser begin anew.
        """
        names = [name for name, _ in self._counted(login, address, None)]
        forgiven, last = names[:-1], names[-1]
        if device is not None:
            # The address was not counted, and what strangers did to the login stays theirs.
            forgiven, last = [name for name, _ in self._counted(login, address, device)], ""
        self._forgive_here(forgiven, last)
        if self._redis is not None:
            keys = (*forgiven, last or "slow:none")
            with contextlib.suppress(*UNAVAILABLE):
                await self._redis.eval(_SUCCESS, len(keys), *keys, str(self._by_address.free))

    async def _attempt_in_redis(self, counted: list[tuple[str, Slope]]) -> float | None:
        if self._redis is None:
            return None
        arguments: list[str] = []
        for _, slope in counted:
            times = (slope.first_s, slope.longest_s, slope.forget_s)
            arguments += [str(slope.free), *(str(int(seconds * 1000)) for seconds in times)]
        names = [name for name, _ in counted]
        try:
            return int(await self._redis.eval(_ATTEMPT, len(names), *names, *arguments)) / 1000
        except UNAVAILABLE:
            return None

    def _attempt_here(self, counted: list[tuple[str, Slope]]) -> float:
        now = self._clock.now()
        counts = [self._own.get(name, (0, now, now)) for name, _ in counted]
        wait_s = max((until - now).total_seconds() for _, until, _ in counts)
        if wait_s > 0:
            return wait_s
        for (name, slope), (attempts, _, forgotten_at) in zip(counted, counts, strict=True):
            attempts = 1 if now >= forgotten_at else attempts + 1
            until = now + timedelta(seconds=slope.wait_s(attempts))
            self._own[name] = (attempts, until, now + timedelta(seconds=slope.forget_s))
            self._own.move_to_end(name)
        while len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)
        return 0.0

    def _forgive_here(self, forgiven: list[str], last: str) -> None:
        for name in forgiven:
            self._own.pop(name, None)
        if last in self._own:
            attempts, until, forgotten_at = self._own[last]
            if attempts - 1 < self._by_address.free:
                until = self._clock.now()
            self._own[last] = (max(0, attempts - 1), until, forgotten_at)

    def _counted(self, login: str, address: str, device: str | None) -> list[tuple[str, Slope]]:
        """What this attempt counts for, under keyed hashes: neither who tries nor from where is readable in Redis."""
        name, place = login.strip().casefold(), bucket(address)
        if device is not None:
            return [(self._hashed(f"device:{name}:{device}"), self._by_device)]
        return [
            (self._hashed(f"both:{name}:{place}"), self._by_both),
            (self._hashed(f"login:{name}"), self._by_login),
            (self._hashed(f"address:{place}"), self._by_address),
        ]

    def _hashed(self, what: str) -> str:
        return "slow:" + hmac.digest(self._key, what.encode(), "sha256").hex()[:32]
