"""Group commit against a model: whatever comes together, each act happens once and each position has one owner."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Database, Fresh, Intake, Outcome, Repeat, Stale
from kit.db.models import GuardKey, SerialBlock
from kit.ids import Ids
from tests.conftest import AUDIT_KEY, MONDAY_MORNING


@dataclass(frozen=True)
class Wish:
    """One request: an act, the body it came with, and the positions it wants to take."""

    act: int
    body: int
    positions: tuple[int, ...]

    def intake(self, row_name: str) -> Intake:
        return Intake(
            keys=(f"act:{self.act}", *(f"position:{position}" for position in self.positions)),
            body_hash=b"%d" % self.body,
            rows=(SerialBlock(name=row_name, next=self.act),),
            result=b"%d/%d" % (self.act, self.body),
        )


@dataclass
class Books:
    """What the tables should hold, kept by dictionaries."""

    acts: dict[int, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)

    def expect(self, wish: Wish, row_name: str) -> Outcome:
        if wish.act in self.acts:
            body = self.acts[wish.act]
            return Repeat(b"%d/%d" % (wish.act, body), same_body=body == wish.body)
        for position in wish.positions:
            if position in self.owners:
                return Stale(f"position:{position}")
        self.acts[wish.act] = wish.body
        self.owners.update(dict.fromkeys(wish.positions, wish.act))
        self.rows.add(row_name)
        return Fresh()


WISHES = st.builds(
    Wish,
    act=st.integers(0, 5),
    body=st.integers(0, 1),
    positions=st.lists(st.integers(0, 4), max_size=2, unique=True).map(tuple),
)
WAVES = st.lists(st.lists(WISHES, min_size=1, max_size=10), min_size=1, max_size=3)


@pytest.fixture
def one_loop(sqlite_url: str) -> Iterator[tuple[asyncio.Runner, Database]]:
    """A loop and a database for all examples: opening one a time would take the whole budget."""
    clock = FixedClock(MONDAY_MORNING)
    with asyncio.Runner() as runner:
        opening = Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
        database = runner.run(opening)
        yield runner, database
        runner.run(database.close())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waves=WAVES)
def test_intakes_that_come_together_end_as_if_they_had_come_one_after_another(
    one_loop: tuple[asyncio.Runner, Database], waves: list[list[Wish]]
) -> None:
    runner, database = one_loop
    runner.run(_play(database, waves))


async def _play(database: Database, waves: list[list[Wish]]) -> None:
    async def clear(_: object) -> None:
        await GuardKey.all().delete()
        await SerialBlock.all().delete()

    await database.change(clear)
    books = Books()
    for number, wave in enumerate(waves):
        names = [f"{number}-{place}" for place in range(len(wave))]
        before = database.batcher.batches
        got = await asyncio.gather(
            *(database.write(wish.intake(name)) for wish, name in zip(wave, names, strict=True))
        )
        assert database.batcher.batches == before + 1
        _assert_serial(books, wave, names, list(got))
    assert set(await SerialBlock.all().values_list("name", flat=True)) == books.rows
    keys = {f"act:{act}" for act in books.acts} | {f"position:{position}" for position in books.owners}
    assert set(await GuardKey.all().values_list("key", flat=True)) == keys


def _assert_serial(books: Books, wave: list[Wish], names: list[str], got: list[Outcome]) -> None:
    """Some order explains the outcomes. Fresh ones share no key, so their order among themselves is free."""
    earlier = set(books.acts)
    for wish, name, outcome in zip(wave, names, got, strict=True):
        if isinstance(outcome, Fresh):
            assert books.expect(wish, name) == Fresh()
    for wish, name, outcome in zip(wave, names, got, strict=True):
        if isinstance(outcome, Stale):
            # Came after the owner of the position, and before its own act was done, if it was.
            assert wish.act not in earlier
            lost = int(outcome.key.removeprefix("position:"))
            assert lost in wish.positions
            assert books.owners[lost] != wish.act
        elif isinstance(outcome, Repeat):
            assert books.expect(wish, name) == outcome
