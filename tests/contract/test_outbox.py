"""The relay on both engines: order per case, one bad event apart, kills, rivals, unknown and dead events."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import pytest

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.db.models import SerialBlock
from kit.events import Event
from kit.outbox import ATTEMPTS_AT_MOST, Relay, back_off
from kit.outbox_models import DEAD, HANDLED, PENDING, OutboxEvent
from kit.rows import new_row
from tests.conftest import AUDIT_KEY

ROOT = Path(__file__).parents[2]


class Told(Event, frozen=True):
    name: ClassVar[str] = "test.told"
    word: str


class News(Event, frozen=True):
    name: ClassVar[str] = "test.news"


class Listener:
    """Hears events, remembers them in rows, and fails on the words it is told to fail on."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.failures: list[tuple[str, str]] = []

    async def hear(self, change: Change, event_id: UUID, event: Told) -> None:
        await SerialBlock(name=f"{await SerialBlock.all().count():03} {event.word}", next=1).save(
            force_create=True
        )
        if event.word in self.refused:
            raise LookupError("not this one")

    def failed(self, name: str, event_id: UUID, error: BaseException) -> None:
        self.failures.append((name, type(error).__name__))

    def relay(self, db: Database) -> Relay:
        return Relay(db, {Told: [self.hear], News: []}, self.failed)

    @staticmethod
    async def heard() -> list[str]:
        names = await SerialBlock.all().order_by("name").values_list("name", flat=True)
        return [str(name).partition(" ")[2] for name in names]


async def emit(db: Database, *events: tuple[UUID | None, Event]) -> None:
    async def work(change: Change) -> None:
        for case_id, event in events:
            change.emit(event, case_id)

    await db.change(work)


async def states() -> list[str]:
    return [row.state for row in await OutboxEvent.all().order_by("id")]


def case(number: int) -> UUID:
    return UUID(int=(7 << 76) | (2 << 62) | number)


async def test_events_of_a_case_are_heard_in_the_order_in_which_they_became_true(database: Database) -> None:
    listener = Listener()
    await emit(database, *((case(n % 2), Told(word=f"{n}")) for n in range(6)))
    assert await listener.relay(database).step() == 6
    assert await listener.heard() == list("012345")
    assert await states() == [HANDLED] * 6
    assert await listener.relay(database).step() == 0


async def test_a_change_that_fails_emits_nothing(database: Database) -> None:
    async def work(change: Change) -> None:
        change.emit(Told(word="no"), case(1))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.change(work)
    assert await OutboxEvent.all().count() == 0


async def test_a_failing_event_holds_back_its_own_case_alone_and_leaves_nothing_half_done(
    database: Database, clock: FixedClock
) -> None:
    listener = Listener()
    listener.refused = {"a1"}
    await emit(
        database,
        (case(1), Told(word="a1")),
        (case(2), Told(word="b1")),
        (case(1), Told(word="a2")),
        (None, Told(word="c1")),
    )
    assert await listener.relay(database).step() == 2
    assert await listener.heard() == ["b1", "c1"]
    await emit(database, (case(1), Told(word="a3")))
    assert await listener.relay(database).step() == 0
    assert listener.failures == [("test.told", "LookupError")]
    listener.refused = set()
    clock.advance(back_off(1))
    assert await listener.relay(database).step() == 3
    assert await listener.heard() == ["b1", "c1", "a1", "a2", "a3"]


async def test_events_from_before_the_clock_was_set_back_do_not_wait_for_it(
    database: Database, clock: FixedClock
) -> None:
    listener = Listener()
    listener.refused = {"a1"}
    await emit(database, (case(1), Told(word="a1")), (case(1), Told(word="a2")))
    assert await listener.relay(database).step() == 0
    await emit(database, (case(2), Told(word="b1")))
    listener.refused = set()
    clock.advance(timedelta(hours=-2))
    assert await listener.relay(database).step() == 3
    assert await listener.heard() == ["a1", "a2", "b1"]


async def test_many_cases_that_wait_do_not_stand_in_the_way_of_others(database: Database) -> None:
    listener = Listener()
    listener.refused = {"first"}
    for number in range(8):
        await emit(database, (case(number), Told(word="first")))
    relay = listener.relay(database)
    assert await relay.step(at_most=8) == 0
    for number in range(8):
        await emit(database, (case(number), Told(word="second")))
    await emit(database, (case(99), Told(word="free")))
    assert await relay.step(at_most=4) == 1
    assert await listener.heard() == ["free"]


async def test_an_event_of_an_unknown_name_is_kept_however_long_it_takes(
    database: Database, clock: FixedClock
) -> None:
    listener = Listener()
    older = Relay(database, {News: []}, listener.failed)
    await emit(database, (case(1), Told(word="later")), (case(2), News()))
    assert await older.step() == 1
    for _ in range(ATTEMPTS_AT_MOST + 3):
        clock.advance(timedelta(minutes=11))
        assert await older.step() == 0
    assert set(listener.failures) == {("test.told", "UnknownEvent")}
    assert await states() == [PENDING, HANDLED]
    clock.advance(timedelta(minutes=11))
    assert await listener.relay(database).step() == 1
    assert await listener.heard() == ["later"]


async def test_an_event_that_never_succeeds_is_dead_after_its_tries_and_its_case_goes_on(
    database: Database, clock: FixedClock
) -> None:
    listener = Listener()
    listener.refused = {"bad"}
    relay = listener.relay(database)
    await emit(database, (case(1), Told(word="bad")), (case(1), Told(word="good")))
    for attempt in range(1, ATTEMPTS_AT_MOST + 1):
        assert await listener.heard() == []
        await relay.step()
        assert await relay.step() == (1 if attempt == ATTEMPTS_AT_MOST else 0)
        clock.advance(back_off(attempt))
    assert await states() == [DEAD, HANDLED]
    dead = await OutboxEvent.get(state=DEAD)
    assert (dead.attempts, dead.last_error) == (ATTEMPTS_AT_MOST, "LookupError")
    assert len(listener.failures) == ATTEMPTS_AT_MOST


async def test_rival_relays_hear_each_event_once_and_each_case_in_order(
    database: Database, database_url: str
) -> None:
    listener = Listener()
    other = await Database.open(database_url, MODEL_MODULES, database.clock, database.ids, AUDIT_KEY)
    order: list[str] = []

    async def slow(change: Change, event_id: UUID, event: Told) -> None:
        await asyncio.sleep(0)
        # The name is unique: a second hearing would raise and show as a failure.
        await SerialBlock(name=event.word, next=1).save(force_create=True)
        order.append(event.word)

    async def run(db: Database) -> None:
        with db.use():
            relay = Relay(db, {Told: [slow]}, listener.failed)
            while await relay.step(at_most=5):
                pass

    try:
        await emit(database, *((case(n % 4), Told(word=f"{n % 4}-{n:03}")) for n in range(60)))
        await asyncio.gather(run(database), run(other), run(database), run(other))
    finally:
        await other.close()
    assert listener.failures == []
    assert await states() == [HANDLED] * 60
    assert await SerialBlock.all().count() == 60
    for number in range(4):
        of_case = [word for word in order if word.startswith(f"{number}-")]
        assert of_case == sorted(of_case)


KILLED = """
    import asyncio, os, signal, sys
    from app.models import MODEL_MODULES
    from kit.clock import FixedClock
    from kit.db import Database
    from kit.db.models import SerialBlock
    from kit.ids import Ids
    from kit.outbox import Relay
    from tests.conftest import MONDAY_MORNING
    from tests.contract.test_outbox import Told

    async def hear(change, event_id, event):
        await SerialBlock(name=event.word, next=1).save(force_create=True)
        os.kill(os.getpid(), signal.SIGKILL)

    async def main():
        clock = FixedClock(MONDAY_MORNING)
        db = await Database.open(
            sys.argv[1], MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True
        )
        await Relay(db, {Told: [hear]}, print).step()
        await db.close()

    asyncio.run(main())
"""


async def test_a_kill_between_handling_and_the_mark_repeats_the_event_and_doubles_nothing(
    database: Database, database_url: str, clock: FixedClock
) -> None:
    await emit(database, (case(1), Told(word="once")))
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", textwrap.dedent(KILLED), database_url), cwd=ROOT
        )
        assert await process.wait() == -signal.SIGKILL
    assert await states() == [PENDING]
    assert await Listener.heard() == []
    listener = Listener()
    assert await listener.relay(database).step() == 1
    assert (await listener.heard(), listener.failures) == (["once"], [])


def test_the_pause_between_tries_doubles_up_to_ten_minutes() -> None:
    pauses: Callable[[int], float] = lambda attempts: back_off(attempts).total_seconds()  # noqa: E731
    assert [pauses(n) for n in (1, 2, 3, 10, 11, 40)] == [1, 2, 4, 512, 600, 600]


def test_a_row_made_without_checks_is_the_row_the_model_makes(database: Database) -> None:
    given = {"id": uuid4(), "name": "a.b", "version": 1, "payload": "{}", "state": "pending", "attempts": 0}
    plain, quick = OutboxEvent(**given), new_row(OutboxEvent, **given)
    assert {name: getattr(quick, name) for name in OutboxEvent._meta.fields} == {
        name: getattr(plain, name) for name in OutboxEvent._meta.fields
    }
    assert vars(quick).keys() == vars(plain).keys()
    with pytest.raises(TypeError, match="has no nothing"):
        new_row(OutboxEvent, nothing=1)
