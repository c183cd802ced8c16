"""Signing in by a code of the platform's: anybody may try, and each try costs a call to the platform.

Tries without success are counted by address and minute, on all machines together; without Redis each process counts
for itself. Whoever succeeds costs nothing, however many share an address. A try waits for one of a few places, so
that made-up codes cannot hold the connections that messages go out by.
"""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from datetime import datetime

from kit.clock import Clock
from kit.http.addresses import bucket
from kit.problems import Busy, TooMany
from kit.redis import UNAVAILABLE, Redis
from kit.secrets import KeyRing

TRIES_A_MINUTE = 60
AT_ONCE = 8
"""In one process, of the hundred connections its calls share."""
WAIT_FOR_A_PLACE_S = 3.0
_MINUTE_S = 60


class SignInLimit:
    """One per door and process."""

    def __init__(
        self,
        redis: Redis | None,
        keys: KeyRing,
        clock: Clock,
        *,
        tries_a_minute: int | None = TRIES_A_MINUTE,
        at_once: int = AT_ONCE,
        wait_s: float = WAIT_FOR_A_PLACE_S,
    ) -> None:
        """`tries_a_minute` None: addresses are not counted, places still are, each waited for `wait_s`."""
        self._redis = redis
        self._key = keys.derive("sessions", "sign-in-limit/1", 32)
        self._clock = clock
        self._most = tries_a_minute
        self._wait_s = wait_s
        self._places = asyncio.Semaphore(at_once)
        self._minute = 0
        self._own: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def one_try(self, address: str) -> AsyncIterator[None]:
        """Hold a place while a code is exchanged; what ends without an exception is not counted.

        Raises TooMany (429) when the address has used up its tries, Busy (503) when no place comes free.
        """
        now = self._clock.now()
        name = self._name(address, now)
        if self._most is not None and await self._count(name, 1) > self._most:
            seconds = _MINUTE_S - int(now.timestamp()) % _MINUTE_S
            raise TooMany("problem.login.slow_down", retry_after_s=seconds, seconds=seconds)
        try:
            async with asyncio.timeout(self._wait_s):
                await self._places.acquire()
        except TimeoutError:
            raise Busy() from None
        try:
            yield
        finally:
            self._places.release()
        if self._most is not None:
            await self._count(name, -1)

    async def _count(self, name: str, by: int) -> int:
        if self._redis is not None:
            with contextlib.suppress(*UNAVAILABLE):
                async with self._redis.pipeline(transaction=False) as pipe:
                    pipe.incrby(name, by)
                    pipe.expire(name, 2 * _MINUTE_S)
                    counted, _ = await pipe.execute()
                return int(counted)
        minute = int(self._clock.now().timestamp()) // _MINUTE_S
        if minute != self._minute:
            self._minute, self._own = minute, {}
        self._own[name] = self._own.get(name, 0) + by
        return self._own[name]

    def _name(self, address: str, at: datetime) -> str:
        """A keyed hash: from where is not readable in Redis."""
        who = hmac.digest(self._key, bucket(address).encode(), "sha256").hex()[:32]
        return f"sign-in:{who}:{int(at.timestamp()) // _MINUTE_S}"
