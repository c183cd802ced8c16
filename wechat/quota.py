"""Counts our calls by endpoint and day, and stops those the platform would refuse until midnight in China.

The book only spares useless calls. Without Redis, or while it does not answer, everything is let through: the
platform counts for itself and says 45009.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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
_TOGETHER: Final = 64
_TOGETHER_S: Final = 0.25
_AWAY = (RedisError, OSError, TimeoutError)


@dataclass
class _Page:
    """What this process knows of one endpoint's day. `left` calls may be made until `until` (the loop's time)
    without asking; `unwritten` are those of them that are not in the common count yet.
    """

    day: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = 0.0
    left: int = 0
    unwritten: int = 0


class QuotaBook:
    """The calls of one account, shared by all processes.

    Many calls in a row are written down together: at most `_TOGETHER` of them, a quarter of a second late. Near the
    end of a quota each is asked for by itself.
    """

    def __init__(self, redis: Redis | None, clock: Clock, app_id: str) -> None:
        self._redis = redis
        self._clock = clock
        self._key = f"wechat:quota:{app_id}"
        self._pages: dict[str, _Page] = {}

    async def spend(self, endpoint: Endpoint) -> None:
        """Count one call; WeChatError (day_quota, final) when the platform would refuse it."""
        if self._redis is None:
            return
        now = self._clock.now()
        page, loop = await self._page(endpoint.path, now), asyncio.get_running_loop()
        if page.left > 0 and loop.time() < page.until:
            page.left, page.unwritten = page.left - 1, page.unwritten + 1
            return
        async with page.lock:
            if page.left > 0 and loop.time() < page.until:
                page.left, page.unwritten = page.left - 1, page.unwritten + 1
                return
            headroom = await self._asked(endpoint, page)
            page.left = 0 if headroom is None else min(_TOGETHER, headroom // 4)
            page.until = loop.time() + _TOGETHER_S
        if headroom is not None and headroom < 0:
            raise WeChatError(DAY_QUOTA, message="not asked: used up", retry_after_s=_seconds_left(now))

    async def _page(self, path: str, now: datetime) -> _Page:
        day, page = self._day(now), self._pages.get(path)
        if page is None or page.day != day:
            if page is not None:
                await self._write(path, page)
            page = self._pages[path] = _Page(day)
        return page

    async def _asked(self, endpoint: Endpoint, page: _Page) -> int | None:
        """How many calls are left after this one, which is counted; below 0: it must not be made, and is not.

        None: Redis does not tell.
        """
        assert self._redis is not None  # noqa: S101 - `spend` has looked
        path, spent = endpoint.path, page.unwritten + 1
        page.unwritten = 0
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(self._closed(path))
                pipe.hget(f"{self._key}:limits", path)
                pipe.hincrby(page.day, path, spent)
                pipe.expire(page.day, _KEPT_S)
                closed, told, used, _ = await pipe.execute()
            limit = int(told) if told is not None else endpoint.day_quota
            headroom = _TOGETHER * 4 if limit is None else limit - int(used)
            if closed is None and headroom >= 0:
                return headroom
            await self._redis.hincrby(page.day, path, -1)
        except _AWAY:
            return None
        return -1

    async def _write(self, path: str, page: _Page) -> None:
        if self._redis is None or not page.unwritten:
            return
        spent, page.unwritten = page.unwritten, 0
        with suppress(*_AWAY):
            await self._redis.hincrby(page.day, path, spent)
            await self._redis.expire(page.day, _KEPT_S)

    async def used_up(self, endpoint: Endpoint) -> None:
        """The platform has said 45009: leave the endpoint alone for a while."""
        if self._redis is None:
            return
        self._ask_next_time(endpoint.path)
        seconds = min(_ASK_AGAIN_S, _seconds_left(self._clock.now()))
        try:
            await self._redis.set(self._closed(endpoint.path), b"1", ex=seconds)
        except _AWAY:
            return

    async def told(self, path: str, day_quota: int) -> None:
        """The platform has told this account's own quota of an endpoint; it counts more than the table's."""
        if self._redis is None or day_quota <= 0:
            return
        self._ask_next_time(path)
        try:
            await self._redis.hset(f"{self._key}:limits", path, str(day_quota))
        except _AWAY:
            return

    async def cleared(self) -> None:
        """All of today's counts at the platform were set back to nought."""
        self._pages.clear()
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
        for path, page in list(self._pages.items()):
            await self._write(path, page)
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

    def _ask_next_time(self, path: str) -> None:
        if path in self._pages:
            self._pages[path].left = 0

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
