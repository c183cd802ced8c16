"""Counts our calls by endpoint and day, and stops those the platform would refuse until midnight in China.

The book only spares useless calls. Without Redis, or while it does not answer, everything is let through: the
platform counts for itself and says 45009.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from kit.clock import Clock, local
from wechat.endpoints import Endpoint
from wechat.errors import DAY_QUOTA, WeChatError

_KEPT_S: Final = 2 * 86_400
# A quota can be raised or cleared by hand: so often is the platform asked whether it has been.
_ASK_AGAIN_S: Final = 3_600
_AWAY = (RedisError, OSError, TimeoutError)


class QuotaBook:
    """The calls of one account, shared by all processes."""

    def __init__(self, redis: Redis | None, clock: Clock, app_id: str) -> None:
        self._redis = redis
        self._clock = clock
        self._key = f"wechat:quota:{app_id}"

    async def spend(self, endpoint: Endpoint) -> None:
        """Count one call; WeChatError (day_quota, final) when the platform would refuse it."""
        if self._redis is None:
            return
        now, path = self._clock.now(), endpoint.path
        day = self._day(now)
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(self._closed(path))
                pipe.hget(f"{self._key}:limits", path)
                pipe.hincrby(day, path, 1)
                pipe.expire(day, _KEPT_S)
                closed, told, used, _ = await pipe.execute()
            limit = int(told) if told is not None else endpoint.day_quota
            if closed is None and (limit is None or used <= limit):
                return
            await self._redis.hincrby(day, path, -1)
        except _AWAY:
            return
        raise WeChatError(DAY_QUOTA, message="not asked: used up", retry_after_s=_seconds_left(now))

    async def used_up(self, endpoint: Endpoint) -> None:
        """The platform has said 45009: leave the endpoint alone for a while."""
        if self._redis is None:
            return
        seconds = min(_ASK_AGAIN_S, _seconds_left(self._clock.now()))
        try:
            await self._redis.set(self._closed(endpoint.path), b"1", ex=seconds)
        except _AWAY:
            return

    async def told(self, path: str, day_quota: int) -> None:
        """The platform has told this account's own quota of an endpoint; it counts more than the table's."""
        if self._redis is None or day_quota <= 0:
            return
        try:
            await self._redis.hset(f"{self._key}:limits", path, str(day_quota))
        except _AWAY:
            return

    async def cleared(self) -> None:
        """All of today's counts at the platform were set back to nought."""
        if self._redis is None:
            return
        try:
            used = await self._redis.hkeys(self._day(self._clock.now()))
            paths = [_text(one) for one in used]
            await self._redis.delete(self._day(self._clock.now()), *(self._closed(path) for path in paths))
        except _AWAY:
            return

    async def used(self) -> Mapping[str, int]:
        """Today's calls by path; empty when Redis does not tell."""
        if self._redis is None:
            return {}
        try:
            counts = await self._redis.hgetall(self._day(self._clock.now()))
        except _AWAY:
            return {}
        return {_text(path): int(count) for path, count in counts.items()}

    async def limits(self) -> Mapping[str, int]:
        """What the platform told of this account's own quotas, by path; those of the table are not among them."""
        if self._redis is None:
            return {}
        try:
            told = await self._redis.hgetall(f"{self._key}:limits")
        except _AWAY:
            return {}
        return {_text(path): int(limit) for path, limit in told.items()}

    def _day(self, now: datetime) -> str:
        return f"{self._key}:{local(now):%Y-%m-%d}"

    def _closed(self, path: str) -> str:
        return f"{self._key}:closed:{path}"


def _text(given: bytes | str) -> str:
    return given.decode() if isinstance(given, bytes) else given


def _seconds_left(now: datetime) -> int:
    """Until midnight in China, when the platform begins to count anew."""
    today = local(now)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return max(1, int((midnight - today).total_seconds()))
