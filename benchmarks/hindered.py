"""The slowest webhook answer while the platform's interface hangs, the database takes two seconds for a write,
Valkey is black-holed, and all of it at once. The whole system runs as it ships; WeChat is played over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.servers import postgres
from tests.e2e.hindrances import api_hanging, redis_stopped, writes_held
from tests.e2e.system import System
from tests.e2e.weixin import TRIES, Sealed, Weixin, new_openid

CITIZENS, AT_ONCE = 24, 8
SLOW_S, BREATH_S = 2.0, 0.2
SAYS = ("门口能不能摆摊", "我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号门口", "跳过", "1")
"""What each citizen says: a question, then a complaint. 144 messages under every hindrance."""

Hindrance = Callable[[System], AbstractAsyncContextManager[None]]


@dataclass
class Tally:
    """What was seen under one hindrance."""

    slowest_s: float = 0.0
    messages: int = 0
    hung_up: int = 0
    lost: int = 0
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def citizen(self, weixin: Weixin) -> None:
        """Say everything, each message tried as WeChat tries it."""
        openid = new_openid()
        for words in SAYS:
            async with self._limit:
                self.messages += 1
                self.lost += not await self._deliver(weixin, weixin.seal(weixin.text(openid, words)))

    async def _deliver(self, weixin: Weixin, sealed: Sealed) -> bool:
        for _ in range(TRIES):
            begun = time.perf_counter()
            try:
                status, _ = await weixin.post(sealed)
                assert status == 200, status
                return True
            except (aiohttp.ClientError, TimeoutError):
                self.hung_up += 1  # the door closed without an answer: WeChat sends again
            finally:
                self.slowest_s = max(self.slowest_s, time.perf_counter() - begun)
            await asyncio.sleep(max(0.0, begun + 5 - time.perf_counter()))
        return False


@contextlib.asynccontextmanager
async def _api_hanging(system: System) -> AsyncIterator[None]:
    with api_hanging(system):
        yield


@contextlib.asynccontextmanager
async def _redis_stopped(system: System) -> AsyncIterator[None]:
    with redis_stopped(system):
        yield


@contextlib.asynccontextmanager
async def _database_slow(system: System) -> AsyncIterator[None]:
    """Whoever writes waits for up to two seconds, again and again."""

    async def hold() -> None:
        while True:
            async with writes_held(system, SLOW_S):
                pass
            await asyncio.sleep(BREATH_S)

    holding = asyncio.create_task(hold())
    await asyncio.sleep(BREATH_S)
    try:
        yield
    finally:
        holding.cancel()
        await asyncio.wait([holding])
        await asyncio.sleep(SLOW_S)


@contextlib.asynccontextmanager
async def _everything(system: System) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for one in (_api_hanging, _database_slow, _redis_stopped):
            await stack.enter_async_context(one(system))
        yield


HINDRANCES: dict[str, Hindrance] = {
    "platform hanging": _api_hanging,
    "database slow": _database_slow,
    "valkey black-holed": _redis_stopped,
    "all together": _everything,
}


async def _under(system: System, hindrance: Hindrance) -> Tally:
    tally = Tally()
    async with Weixin(system) as weixin:
        await weixin.say(new_openid(), SAYS[0])
        async with hindrance(system):
            await asyncio.gather(*(tally.citizen(weixin) for _ in range(CITIZENS)))
    return tally


def worst_s() -> float:
    """Wall time of the slowest try under any hindrance, answered or hung up, on SQLite and on PostgreSQL."""
    with postgres() as url:
        return max(_worst_on("SQLite", None), _worst_on("PostgreSQL", url))


def _worst_on(engine: str, database_url: str | None) -> float:
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="cgh-") as folder:
        system = System(Path(folder), database_url)
        try:
            system.set_up()
            system.start()
            for name, hindrance in HINDRANCES.items():
                tally = asyncio.run(_under(system, hindrance))
                print(
                    f"{engine}, {name}: {tally.messages} messages, slowest {tally.slowest_s:.2f} s, "
                    f"{tally.hung_up} tries hung up on, {tally.lost} messages unanswered",
                    flush=True,
                )
                assert not tally.lost, "quick, but a message went unanswered three times"
                worst = max(worst, tally.slowest_s)
        finally:
            system.close()
    return worst
