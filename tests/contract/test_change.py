"""The one door for change, on both engines: commit, rollback, hang-ups, reading, repeats, numbers."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import date

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Change, Database, Fresh, Intake, Repeat, Stale
from kit.db.models import GuardKey, SerialBlock
from kit.ids import Ids
from kit.problems import Busy, Conflict
from tests.conftest import AUDIT_KEY


def guard(change: Change, key: str) -> GuardKey:
    return GuardKey(key=key, body_hash=b"h", result=b"", created_at=change.now)


async def insert(db: Database, key: str) -> None:
    async def work(change: Change) -> None:
        await guard(change, key).save(force_create=True)

    await db.change(work)


async def test_what_a_change_writes_is_there_afterwards(database: Database) -> None:
    await insert(database, "a")
    assert await GuardKey.filter(key="a").count() == 1


async def test_a_change_that_raises_leaves_nothing(database: Database) -> None:
    async def work(change: Change) -> None:
        await guard(change, "a").save(force_create=True)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.change(work)
    assert await GuardKey.all().count() == 0
    await insert(database, "b")


async def test_writing_outside_a_change_is_refused(database: Database) -> None:
    row = GuardKey(key="x", body_hash=b"", result=b"", created_at=database.clock.now())
    with pytest.raises((OperationalError, Exception), match=r"(?i)read.?only"):
        await row.save(force_create=True)
    assert await GuardKey.all().count() == 0


async def test_five_hundred_hang_ups_in_the_middle_of_a_write_leave_the_database_usable(
    database: Database,
) -> None:
    async def request(number: int) -> None:
        await insert(database, f"hang-{number}")

    for start in range(0, 500, 20):
        tasks = [asyncio.create_task(request(number)) for number in range(start, start + 20)]
        for delay, task in enumerate(tasks):
            await asyncio.sleep(0.0002 * (delay % 4))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.wait_for(insert(database, "after"), 10)
    assert await GuardKey.filter(key="after").count() == 1


async def test_reads_go_on_while_a_change_is_open(database: Database) -> None:
    await insert(database, "seen")
    inside, leave = asyncio.Event(), asyncio.Event()

    async def work(change: Change) -> None:
        await guard(change, "unseen").save(force_create=True)
        inside.set()
        await leave.wait()

    running = asyncio.create_task(database.change(work))
    await inside.wait()
    assert sorted(await GuardKey.all().values_list("key", flat=True)) == ["seen"]
    leave.set()
    await running
    assert await GuardKey.all().count() == 2


async def test_a_caller_out_of_patience_hears_busy_and_a_change_not_begun_is_given_up(
    database: Database,
) -> None:
    inside, leave = asyncio.Event(), asyncio.Event()

    async def hold(change: Change) -> None:
        inside.set()
        await leave.wait()

    holders = [asyncio.create_task(database.change(hold)) for _ in range(8 if database.is_postgres else 1)]
    await inside.wait()
    await asyncio.sleep(0.05)

    async def late(change: Change) -> None:
        await guard(change, "late").save(force_create=True)

    with pytest.raises(Busy):
        await database.change(late, timeout_s=0.2)
    leave.set()
    await asyncio.gather(*holders)
    await insert(database, "next")
    assert await GuardKey.all().values_list("key", flat=True) == ["next"]


async def test_once_does_it_once_and_repeats_get_the_first_result(database: Database) -> None:
    runs = 0

    async def work(change: Change) -> bytes:
        nonlocal runs
        runs += 1
        return b"number %d" % runs

    results = await asyncio.gather(*(database.once("k", b"hash", work) for _ in range(6)))
    assert {one.result for one in results} == {b"number 1"}
    assert sum(one.fresh for one in results) == 1
    assert runs == 1
    with pytest.raises(Conflict):
        await database.once("k", b"other hash", work)


async def test_once_that_fails_leaves_the_key_free(database: Database) -> None:
    async def fail(change: Change) -> bytes:
        raise ValueError("not now")

    async def work(change: Change) -> bytes:
        return b"done"

    with pytest.raises(ValueError, match="not now"):
        await database.once("k", b"h", fail)
    assert (await database.once("k", b"h", work)).fresh


def intake(db: Database, *keys: str, rows: int = 0, body: bytes = b"h") -> Intake:
    made = tuple(SerialBlock(name=f"{keys[0]}-{number}", next=1) for number in range(rows))
    return Intake(keys=keys, body_hash=body, rows=made, result=b"result of " + keys[0].encode())


async def test_concurrent_intakes_share_transactions(database: Database) -> None:
    outcomes = await asyncio.gather(*(database.write(intake(database, f"m{n}", rows=2)) for n in range(64)))
    assert all(isinstance(one, Fresh) for one in outcomes)
    assert database.batcher.batches < 20
    assert await SerialBlock.all().count() == 128


async def test_a_repeated_act_gets_the_stored_result_also_within_one_batch(database: Database) -> None:
    outcomes = await asyncio.gather(*(database.write(intake(database, "m", rows=1)) for _ in range(6)))
    assert sum(isinstance(one, Fresh) for one in outcomes) == 1
    repeats = [one for one in outcomes if isinstance(one, Repeat)]
    assert {one.result for one in repeats} == {b"result of m"}
    later = await database.write(intake(database, "m", rows=1, body=b"another"))
    assert later == Repeat(b"result of m", same_body=False)
    assert await SerialBlock.all().count() == 1


async def test_a_taken_position_makes_an_intake_stale_and_frees_its_own_key(database: Database) -> None:
    assert await database.write(intake(database, "m1", "turn:1", rows=1)) == Fresh()
    assert await database.write(intake(database, "m2", "turn:1", rows=1)) == Stale("turn:1")
    assert await SerialBlock.all().count() == 1
    assert await database.write(intake(database, "m2", "turn:2", rows=1)) == Fresh()


async def test_two_turns_in_one_batch_do_not_both_win(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(database.write(intake(database, f"m{n}", "turn:7", rows=1)) for n in range(5))
    )
    assert sum(isinstance(one, Fresh) for one in outcomes) == 1
    assert sum(isinstance(one, Stale) for one in outcomes) == 4
    assert await GuardKey.all().count() == 2


async def test_one_faulty_intake_does_not_take_the_others_with_it(database: Database) -> None:
    await database.write(Intake(("first",), b"h", (SerialBlock(name="twin", next=1),), b""))
    faulty = Intake(("bad",), b"h", (SerialBlock(name="twin", next=1),), b"")
    results = await asyncio.gather(
        *(database.write(intake(database, f"m{n}", rows=1)) for n in range(5)),
        database.write(faulty),
        return_exceptions=True,
    )
    assert [isinstance(one, Fresh) for one in results] == [True] * 5 + [False]
    assert isinstance(results[-1], IntegrityError)
    assert await GuardKey.filter(key="bad").count() == 0


async def test_serials_are_unique_across_processes_and_start_anew_each_day(
    database: Database, database_url: str
) -> None:
    from app.models import MODEL_MODULES

    other = await Database.open(database_url, MODEL_MODULES, database.clock, database.ids, b"k" * 32)
    try:
        day = date(2026, 11, 23)
        taken = []
        for _ in range(25):
            taken.append(await database.next_serial("TS", day))
            with other.use():
                taken.append(await other.next_serial("TS", day))
        assert len(set(taken)) == 50
        assert min(taken) == 1
        assert await database.next_serial("TS", date(2026, 11, 24)) == 1
    finally:
        await other.close()


async def test_closing_waits_for_a_change_in_progress(database_url: str, database: Database) -> None:
    inside = asyncio.Event()

    async def slow(change: Change) -> None:
        inside.set()
        await asyncio.sleep(0.2)
        await guard(change, "slow").save(force_create=True)

    from app.models import MODEL_MODULES

    other = await Database.open(database_url, MODEL_MODULES, database.clock, database.ids, b"k" * 32)
    running = asyncio.create_task(other.change(slow))
    await inside.wait()
    await other.close()
    await running
    assert await GuardKey.filter(key="slow").count() == 1


@pytest.mark.postgres
async def test_a_postgresql_that_stood_still_is_written_to_again(
    postgres_url: str, clock: FixedClock
) -> None:
    db = await Database.open(postgres_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, pool_size=1)
    with db.use():
        pool = db._context.connections.get("write")._pool
        pool._connect_kwargs["command_timeout"] = 0.3
        await pool.expire_connections()

        async def who(change: Change) -> int:
            rows = await change.connection.execute_query_dict("SELECT pg_backend_pid() AS pid")
            return int(rows[0]["pid"])

        backend = await db.change(who)
        os.kill(backend, signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError):
                await insert(db, "while it stood")
        finally:
            os.kill(backend, signal.SIGCONT)
        await insert(db, "after")
        assert list(await GuardKey.all().values_list("key", flat=True)) == ["after"]
    await db.close()
