"""What is removed, on both engines: a portion at a time, and without a transaction when there is nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.housekeeping import AT_MOST, purge
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.db.models import GuardKey
from kit.http.models import HttpSession
from kit.http.sessions import Sessions
from kit.secrets import KeyRing


async def test_old_rows_go_a_portion_at_a_time_and_young_ones_stay(
    database: Database, clock: FixedClock
) -> None:
    async def write(change: Change, prefix: str, count: int) -> None:
        await GuardKey.bulk_create(
            [
                GuardKey(key=f"{prefix}:{number}", body_hash=b"", result=b"", created_at=change.now)
                for number in range(count)
            ]
        )

    sessions = Sessions(database, KeyRing.random())
    await database.change(lambda change: write(change, "old", AT_MOST + 5))
    await sessions.create("staff", database.ids.new())
    clock.advance(timedelta(days=31))
    await database.change(lambda change: write(change, "young", 3))
    await sessions.create("staff", database.ids.new())
    assert [await purge(database) for _ in range(3)] == [AT_MOST + 1, 5, 0]
    assert sorted(await GuardKey.all().values_list("key", flat=True)) == ["young:0", "young:1", "young:2"]
    assert await HttpSession.all().count() == 1


async def test_with_nothing_to_remove_no_transaction_is_begun(database: Database) -> None:
    inside, leave = asyncio.Event(), asyncio.Event()

    async def busy(_: Change) -> None:
        inside.set()
        await leave.wait()

    # On SQLite nobody else could write now.
    writing = asyncio.create_task(database.change(busy))
    await inside.wait()
    async with asyncio.timeout(3):
        assert await purge(database) == 0
    leave.set()
    await writing
