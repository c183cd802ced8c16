"""Sessions that PostgreSQL ends: whatever comes of it is known as a database that is away, and soon over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from kit.clock import FixedClock
from kit.db import DATABASE_AWAY, Change
from kit.db.database import Database
from kit.ids import Ids
from kit.passing import passes

pytestmark = pytest.mark.postgres

ENDINGS = 60
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def write(db: Database) -> None:
    async def work(change: Change) -> None:
        await change.connection.execute_query("SELECT pg_sleep(0.001)")

    await db.change(work)


async def read(db: Database) -> None:
    await db.database_now()


async def test_an_ended_session_never_looks_like_anything_but_a_database_that_is_away(
    postgres_url: str, clock: FixedClock
) -> None:
    db = await Database.open(postgres_url, ["kit.db.models"], clock, Ids(clock), b"k" * 32)
    admin = await asyncpg.connect(postgres_url)
    over = asyncio.Event()
    others: list[Exception] = []
    failures = 0

    async def go_on(act: Callable[[Database], Awaitable[None]]) -> None:
        nonlocal failures
        while not over.is_set():
            try:
                await act(db)
            except Exception as error:
                failures += 1
                if not isinstance(error, DATABASE_AWAY) or not passes(error):
                    others.append(error)
            await asyncio.sleep(random.random() * 0.003)

    working = [asyncio.create_task(go_on(act)) for act in (write, read) for _ in range(4)]
    for _ in range(ENDINGS):
        await admin.execute(END_SESSIONS)
        await asyncio.sleep(random.random() * 0.04)
    over.set()
    await asyncio.wait_for(asyncio.gather(*working), 10)
    await write(db)
    await read(db)
    await admin.close()
    await db.close()
    assert failures > ENDINGS
    assert others == []
