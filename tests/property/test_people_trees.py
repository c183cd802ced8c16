"""Whatever is linked and parted, accounts stay divided among people, and every parting gives back what was joined."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models import MODEL_MODULES
from casework.actors import system
from casework.people import merging
from casework.people.models import Account, AccountLink
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from tests.conftest import AUDIT_KEY, MONDAY_MORNING

PEOPLE = 6
NUMBERS = st.integers(0, PEOPLE - 1)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("link"), NUMBERS, NUMBERS), st.tuples(st.just("part"), NUMBERS, NUMBERS)),
    max_size=14,
)


class Forest:
    """The same in a dictionary: who was linked into whom, nothing flattened."""

    def __init__(self, ids: list[UUID]) -> None:
        self.above: dict[UUID, UUID | None] = dict.fromkeys(ids)

    def root(self, id: UUID) -> UUID:
        above = self.above[id]
        return id if above is None else self.root(above)

    def people(self) -> dict[UUID, frozenset[UUID]]:
        return {
            id: frozenset(other for other in self.above if self.root(other) == self.root(id))
            for id in self.above
        }

    def link(self, one: UUID, into: UUID) -> None:
        child, parent = self.root(one), self.root(into)
        if child != parent:
            self.above[child] = parent

    def part(self, id: UUID) -> None:
        if self.above[id] is not None:
            self.above[id] = None
        else:
            self.above = {one: None if above == id else above for one, above in self.above.items()}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_members_are_what_the_links_say_after_every_step(
    steps: list[tuple[str, int, int]], sqlite_template: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        shutil.copy(sqlite_template, path)
        asyncio.run(_walk(f"sqlite://{path}", steps))


async def _walk(url: str, steps: list[tuple[str, int, int]]) -> None:
    clock = FixedClock(MONDAY_MORNING)
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY)
    try:
        with db.use():
            ids = [db.ids.new() for _ in range(PEOPLE)]

            async def arrive(change: Change) -> None:
                await Account.bulk_create([Account(id=id, created_at=change.now) for id in ids])

            await db.change(arrive)
            forest = Forest(ids)
            for act, first, second in steps:
                await _take(db, act, ids[first], ids[second])
                if act == "link":
                    forest.link(ids[first], ids[second])
                else:
                    forest.part(ids[first])
                await _agrees(forest, ids)
    finally:
        await db.close()


async def _take(db: Database, act: str, one: UUID, other: UUID) -> None:
    async def work(change: Change) -> None:
        await merging.link(change, one, other, merging.Basis.STAFF, system())

    if act == "link":
        await db.change(work)
    else:
        await merging.unlink(db, system(), one)


async def _agrees(forest: Forest, ids: list[UUID]) -> None:
    people = forest.people()
    for id in ids:
        assert await merging.members(id) == people[id]
        assert await merging.root(id) == forest.root(id)
    # Flattened: whoever is linked at all names a root.
    pointers = {row.id: row.merged_into_id for row in await Account.all()}
    assert all(into is None or pointers[into] is None for into in pointers.values())
    in_force = {row.account_id: row.into_id for row in await AccountLink.filter(unlinked_at=None)}
    assert in_force == {id: above for id, above in forest.above.items() if above is not None}
