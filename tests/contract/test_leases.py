"""Who does a duty, on both engines: one at a time, by the database's clock, with a rising fence."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.duties import Duty, Roster
from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.leases import DutyLease, Lease
from tests.conftest import AUDIT_KEY

ROOT = Path(__file__).parents[2]
SHORT_S = 0.4


@pytest.fixture
async def elsewhere(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    other = await Database.open(database_url, MODEL_MODULES, database.clock, database.ids, AUDIT_KEY)
    yield other
    await other.close()


async def test_one_of_two_holds_and_the_other_waits_until_it_is_given_up(
    database: Database, elsewhere: Database
) -> None:
    one, two = Lease(database, "relay", "one"), Lease(elsewhere, "relay", "two")
    assert [await one.hold(), await two.hold(), await one.hold()] == [True, False, True]
    assert await Lease(elsewhere, "seal", "two").hold(), "another duty is free"
    await one.give_up()
    assert [await two.hold(), await one.hold()] == [True, False]
    assert (one.fence, two.fence) == (0, 2)


async def test_whoever_stands_by_begins_no_transactions(database: Database, elsewhere: Database) -> None:
    assert await Lease(database, "relay", "one").hold()
    inside, leave = asyncio.Event(), asyncio.Event()

    async def busy(_: Change) -> None:
        inside.set()
        await leave.wait()

    # On SQLite nobody else could write now.
    writing = asyncio.create_task(elsewhere.change(busy))
    await inside.wait()
    standing_by = Lease(elsewhere, "relay", "two")
    async with asyncio.timeout(3):
        assert [await standing_by.hold() for _ in range(5)] == [False] * 5
    leave.set()
    await writing


async def test_of_many_who_come_at_once_exactly_one_holds(database: Database, elsewhere: Database) -> None:
    leases = [Lease((database, elsewhere)[n % 2], "relay", f"holder {n}") for n in range(10)]
    assert sum(await asyncio.gather(*(lease.hold() for lease in leases))) == 1
    assert await DutyLease.all().count() == 1


async def test_a_lease_runs_out_by_the_clock_of_the_database_alone(
    database: Database, elsewhere: Database, clock: FixedClock
) -> None:
    gone, heir = Lease(database, "relay", "gone", length_s=SHORT_S), Lease(elsewhere, "relay", "heir")
    assert await gone.hold()
    clock.advance(timedelta(hours=2))
    assert not await heir.hold(), "a machine whose clock is ahead takes nothing"
    clock.advance(timedelta(hours=-4))
    await asyncio.sleep(SHORT_S + 0.1)
    assert await heir.hold(), "nor does one whose clock is behind wait"
    assert heir.fence == gone.fence + 1


async def test_a_lease_from_before_the_clock_was_set_back_binds_nobody(database: Database) -> None:
    gone, heir = Lease(database, "relay", "gone"), Lease(database, "relay", "heir")
    assert await gone.hold()

    async def set_back(change: Change) -> None:
        row = await DutyLease.get(name="relay")
        await DutyLease.filter(name="relay").update(expires_at=row.expires_at + timedelta(hours=2))

    await database.change(set_back)
    assert await heir.hold()
    assert heir.fence == gone.fence + 1


async def test_a_holder_that_stood_still_loses_the_duty_and_learns_it(
    database: Database, elsewhere: Database
) -> None:
    still, heir = Lease(database, "relay", "still", length_s=SHORT_S), Lease(elsewhere, "relay", "heir")
    assert await still.hold()
    await asyncio.sleep(SHORT_S + 0.1)
    assert await heir.hold()
    assert not await still.hold()
    await still.give_up()
    assert await heir.hold(), "giving up what one no longer has takes it from nobody"
    row = await DutyLease.get(name="relay")
    assert (row.holder, row.fence) == ("heir", 2)


async def test_renewing_keeps_the_fence_and_costs_no_write_each_time(database: Database) -> None:
    lease = Lease(database, "relay", "one", length_s=30)
    assert await lease.hold()
    before = (await DutyLease.get(name="relay")).expires_at
    for _ in range(5):
        assert await lease.hold()
    assert (await DutyLease.get(name="relay")).expires_at == before
    short = Lease(database, "seal", "one", length_s=SHORT_S)
    for _ in range(4):
        assert await short.hold()
        await asyncio.sleep(SHORT_S / 2)
    assert short.fence == 1


STOPPED = """
    import asyncio, os, signal, sys
    from app.models import MODEL_MODULES
    from kit.clock import SystemClock
    from kit.db import Database
    from kit.ids import Ids
    from kit.leases import Lease

    async def main():
        clock = SystemClock()
        db = await Database.open(sys.argv[1], MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
        lease = Lease(db, "relay", "stopped", length_s=1.0)
        print("held" if await lease.hold() else "failed", flush=True)
        # By its own hand, so that it is certain not to stand still inside a transaction.
        os.kill(os.getpid(), signal.SIGSTOP)
        print("held" if await lease.hold() else "lost", flush=True)
        await db.close()

    asyncio.run(main())
"""


async def test_a_process_that_was_stopped_and_woken_does_not_go_on_with_its_duty(
    database: Database, database_url: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(STOPPED), database_url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"held\n"
        heir = Lease(database, "relay", "heir")
        assert not await heir.hold()
        async with asyncio.timeout(10):
            while not await heir.hold():
                await asyncio.sleep(0.05)
        os.kill(process.pid, signal.SIGCONT)
        assert await process.stdout.readline() == b"lost\n"
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    assert heir.fence == 2


async def test_a_duty_with_a_lease_is_done_by_one_worker_and_taken_over_at_once_when_that_stops(
    database: Database, elsewhere: Database
) -> None:
    done: list[str] = []

    def worker(db: Database, name: str) -> tuple[asyncio.Event, asyncio.Task[None]]:
        async def step() -> int:
            done.append(name)
            return 0

        duty = Duty("relay", step, 0.02, Lease(db, "relay", name, length_s=60))
        stop = asyncio.Event()
        return stop, asyncio.create_task(Roster([duty], log=lambda *_, **__: None).run(stop))

    stop_first, first = worker(database, "first")
    await asyncio.sleep(0.2)
    stop_second, second = worker(elsewhere, "second")
    await asyncio.sleep(0.3)
    assert set(done) == {"first"}
    stop_first.set()
    await first
    async with asyncio.timeout(5):
        while "second" not in done:
            await asyncio.sleep(0.02)
    stop_second.set()
    await second
    assert done == sorted(done)
