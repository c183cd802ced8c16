"""How often somebody may do something: a share that refills evenly, counted over all processes.

One number per name and subject is kept: the time at which the share would be full again. A burst of a minute's
worth is fine, after it one act each time its part of the minute has gone by. Without Redis each process counts
for itself: weaker, never absent.
"""

import contextlib
import hmac
import math
from collections import OrderedDict

from kit.clock import Clock
from kit.http.addresses import bucket
from kit.problems import TooMany
from kit.redis import UNAVAILABLE, Redis
from kit.secrets import KeyRing

_MINUTE_MS = 60_000
_REMEMBERED = 10_000

# KEYS: the count. ARGV: milliseconds one act takes up, milliseconds of a full share, how many acts are taken.
# Returns how long to wait, in milliseconds; takes nothing if that is not 0.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local full_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0)) + ARGV[1] * ARGV[3]
local wait = full_at - now - ARGV[2]
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil(full_at - now) + 1000)
return 0
"""


class RateLimit:
    """One per process; `take` before the work is done."""

    def __init__(self, redis: Redis | None, keys: KeyRing, clock: Clock, *, enabled: bool = True) -> None:
        self._redis = redis
        self._key = keys.derive("sessions", "rate-limit/1", 32)
        self._clock = clock
        self._enabled = enabled
        self._own: OrderedDict[str, float] = OrderedDict()

    async def take(
        self,
        name: str,
        subject: str,
        *,
        per_minute: float,
        burst: int = 0,
        acts: int = 1,
        problem: str = "problem.too_many",
    ) -> None:
        """Count `acts` of `subject` under `name`. Raises TooMany (429) with the seconds to wait, and counts nothing then.

        `subject` is an account, a session, or `by_address(…)`; only its keyed hash is kept. `burst`: how many at
        once, a minute's worth if 0. `problem` is the key of what is said then.
        """
        if not self._enabled:
            return
        each_ms = _MINUTE_MS / per_minute
        share_ms = each_ms * max(burst or per_minute, acts)
        key = self._name(name, subject)
        wait_ms = await self._take_in_redis(key, each_ms, share_ms, acts)
        if wait_ms is None:
            wait_ms = self._take_here(key, each_ms, share_ms, acts)
        if wait_ms > 0:
            raise TooMany(problem, retry_after_s=max(1, math.ceil(wait_ms / 1000)))

    async def _take_in_redis(self, key: str, each_ms: float, share_ms: float, acts: int) -> float | None:
        if self._redis is not None:
            with contextlib.suppress(*UNAVAILABLE):
                return float(await self._redis.eval(_TAKE, 1, key, str(each_ms), str(share_ms), str(acts)))
        return None

    def _take_here(self, key: str, each_ms: float, share_ms: float, acts: int) -> float:
        now = self._clock.now().timestamp() * 1000
        full_at = max(now, self._own.get(key, 0.0)) + each_ms * acts
        wait_ms = full_at - now - share_ms
        # Less than a thousandth is what floating point makes of nothing.
        if wait_ms > 0.001:
            return wait_ms
        self._own[key] = full_at
        self._own.move_to_end(key)
        while len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)
        return 0.0

    def _name(self, name: str, subject: str) -> str:
        """A keyed hash: neither who nor from where is readable in Redis."""
        return f"rate:{name}:{hmac.digest(self._key, subject.encode(), 'sha256').hex()[:32]}"


def by_address(address: str) -> str:
    """The subject of somebody known only by where they come from; an IPv6 household is one."""
    return f"address:{bucket(address)}"
