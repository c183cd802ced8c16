"""The database is slow, silent, gone, or ends its sessions, while citizens file and clerks accept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from tests.e2e.deeds import Pushes, file_for_followers, settle_pushes
from tests.e2e.hindrances import writes_held
from tests.e2e.storms import kill_and_restart, kill_database_sessions
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid
from tests.faults.citizens import Citizens, accept_surely, joined, told_again_s
from tests.faults.fault import ANSWER_S, RECOVERY_S, Counts, Fault, Lane, Size
from tests.faults.proxy import Proxy, proxy_before

SETTLED_S = 120.0
"""For pushes: a lease runs for a minute, then a row is judged."""

Hurt = Callable[[], Awaitable[None]]


@contextlib.contextmanager
def through_proxy(system: System) -> Iterator[Proxy]:
    """What is started meanwhile speaks to PostgreSQL through a proxy; `system.rows` goes there directly."""
    direct = system.env["DATABASE_URL"]
    parts = urlsplit(direct)
    query = dict(parse_qsl(parts.query))
    with proxy_before(query.get("host") or str(parts.hostname), parts.port or 5432) as proxy:
        system.env["DATABASE_URL"] = f"postgres://{parts.username}@127.0.0.1:{proxy.port}{parts.path}"
        try:
            yield proxy
        finally:
            system.env["DATABASE_URL"] = direct


@contextlib.contextmanager
def proxied(system: System) -> Iterator[Proxy]:
    """Web processes and worker of a running system go through a proxy for a while."""
    with through_proxy(system) as proxy:
        _restart(system)
        yield proxy
        proxy.latency_s = 0.0
        proxy.let_through()
        proxy.listen()
    _restart(system)


def _restart(system: System) -> None:
    kill_and_restart(system, "worker")
    kill_and_restart(system, "serve")


def _change_settings(system: System) -> None:
    """One more amendment: what is shipped stays in force."""
    system.rows(
        "INSERT INTO amendment (id, number, kind, path, value, reason, made_by_id, made_at) "
        "SELECT gen_random_uuid(), coalesce(max(number), 0) + 1, 'text', 'bot.greeting', NULL, 'fault', "
        "gen_random_uuid(), now() FROM amendment"
    )


async def work_through(system: System, size: Size, about: str, hurt: Hurt, *, limit_s: float) -> Counts:
    """Citizens file and cases are accepted while `hurt` goes on; then it is counted what became of each act.

    The delay is the slowest try of a message where `limit_s` is that of answers, else the recovery.
    """
    async with _questions(system) as asked, Citizens(system, about, size.pick(8, 4)) as citizens:
        openids = await file_for_followers(system, citizens.weixin, size.pick(20, 3), f"{about}推送")
        accepting = asyncio.create_task(accept_surely(system, openids))
        await hurt()
        healed_s = await told_again_s(system, citizens.weixin, about)
        await accepting
    pushes = await settle_pushes(system, openids, SETTLED_S)
    slowest_s = citizens.weixin.slowest_s
    late_s = slowest_s if limit_s == ANSWER_S else healed_s
    note = f"{citizens.weixin.tries} tries of messages, the slowest {slowest_s:.1f} s; whole {healed_s:.1f} s after it"
    healed = Counts(tried=1, unaccounted=int(healed_s > RECOVERY_S))
    return joined(citizens.counts(late_s), asked(), pushed(pushes), healed, late_s=late_s, note=note)


def pushed(pushes: Pushes) -> Counts:
    return Counts(
        tried=pushes.due,
        lost=pushes.sent_but_not_shown,
        doubled=pushes.shown_twice,
        unaccounted=pushes.unaccounted,
        note=", ".join(f"{count} {state}" for state, count in sorted(pushes.states.items())),
    )


@contextlib.asynccontextmanager
async def _questions(system: System) -> AsyncIterator[Callable[[], Counts]]:
    """Questions need no database: somebody asks twice a second, and every one is answered at the first try."""
    asked = missed = 0
    over = asyncio.Event()

    async def ask() -> None:
        nonlocal asked, missed
        async with Weixin(system) as weixin:
            while not over.is_set():
                reply = await weixin.say(new_openid(), "门口能不能摆摊")
                asked += 1
                missed += int("依据" not in reply)
                await asyncio.sleep(0.5)

    asking = asyncio.create_task(ask())
    try:
        yield lambda: Counts(tried=asked, unaccounted=missed)
        over.set()
        await asking
    finally:
        asking.cancel()


async def db_held(system: System, size: Size) -> Counts:
    """Nobody may write: for two seconds again and again, and once for longer than WeChat waits."""

    async def hurt() -> None:
        for seconds in [2.0] * size.pick(4, 1) + [6.0] * size.pick(1, 0):
            async with writes_held(system, seconds):
                pass
            await asyncio.sleep(0.3)

    return await work_through(system, size, "写不进去", hurt, limit_s=ANSWER_S)


async def db_latency(system: System, size: Size) -> Counts:
    """Every question to PostgreSQL takes two seconds longer."""
    with proxied(system) as proxy:

        async def hurt() -> None:
            proxy.latency_s = 2.0
            await asyncio.sleep(size.pick(20, 5))
            proxy.latency_s = 0.0

        return await work_through(system, size, "数据库很慢", hurt, limit_s=ANSWER_S)


async def db_blackhole(system: System, size: Size) -> Counts:
    """Connections stay and nothing comes: neither way, then no answers only; then held lines go on, then all are cut."""
    with proxied(system) as proxy:

        async def hurt() -> None:
            for silence in ({}, {"requests": False}):
                for end in (proxy.let_through, proxy.reset_all):
                    proxy.swallow(**silence)
                    await asyncio.sleep(size.pick(6, 2))
                    await asyncio.to_thread(end)
                    proxy.let_through()
                    await asyncio.sleep(1)

        return await work_through(system, size, "数据库不作声", hurt, limit_s=ANSWER_S)


async def db_refusal(system: System, size: Size) -> Counts:
    """PostgreSQL takes no connection, twice: shortly, and for longer than any pause of the worker."""
    with proxied(system) as proxy:

        async def hurt() -> None:
            for seconds in (3, size.pick(20, 2)):
                await asyncio.to_thread(proxy.refuse)
                await asyncio.sleep(seconds)
                await asyncio.to_thread(proxy.listen)
                await asyncio.sleep(2)

        return await work_through(system, size, "数据库拒绝", hurt, limit_s=RECOVERY_S)


async def pg_terminate(system: System, size: Size) -> Counts:
    """Every session is ended, about once a second; meanwhile settings change, so that all processes begin anew."""

    async def hurt() -> None:
        for time in range(size.pick(20, 4)):
            if time % 4 == 1:
                await asyncio.to_thread(_change_settings, system)
            await asyncio.to_thread(kill_database_sessions, system)
            await asyncio.sleep(0.7)

    return await work_through(system, size, "会话被断", hurt, limit_s=RECOVERY_S)


_on_postgres = partial(Fault, lane=Lane.WAITING, engines=("postgres",))

FAULTS: tuple[Fault, ...] = (
    Fault(
        "db_held", ("I1", "I3", "I6"), db_held, ANSWER_S, lane=Lane.WAITING, formerly="I6_database_held_2_s"
    ),
    _on_postgres("db_latency", ("I1", "I3", "I6"), db_latency, ANSWER_S),
    _on_postgres("db_blackhole", ("I1", "I3", "I6"), db_blackhole, ANSWER_S),
    _on_postgres("db_refusal", ("I1", "I3", "I7"), db_refusal, RECOVERY_S),
    _on_postgres("pg_terminate", ("I1", "I3", "I7"), pg_terminate, RECOVERY_S),
)
