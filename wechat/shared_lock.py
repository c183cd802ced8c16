"""One at a time: within this process always, among all processes as long as Redis answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

LIFE_S: Final = 30  # longer than the two calls of one refresh may take
WAIT_S: Final = 12


class SharedLock:
    """Without Redis each process goes alone; what it then asks for twice must do no harm."""

    def __init__(self, redis: Redis | None, name: str) -> None:
        self._redis = redis
        self._name = name
        self._here = asyncio.Lock()

    def is_held_here(self) -> bool:
        return self._here.locked()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        async with self._here:
            if self._redis is None:
                yield
                return
            lock = self._redis.lock(self._name, timeout=LIFE_S, sleep=0.05)
            try:
                is_held = await lock.acquire(blocking_timeout=WAIT_S)
            except (RedisError, OSError):
                is_held = False
            try:
                yield
            finally:
                if is_held:
                    with suppress(LockError, RedisError, OSError):
                        await lock.release()
