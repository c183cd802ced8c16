"""A process takes over what was published, and answers on while it cannot."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.knowledge import Knowledge, build_knowledge
from content.interpretations.laws import shipped_laws
from content.interpretations.load import load_starter, read_starter
from content.interpretations.models import KnowledgeEntry
from content.interpretations.terms import add_term
from kit.clock import FixedClock
from kit.db import Change, Database
from tests.knowledge_setting import DOG, EDITOR, STALL, with_entries

LOCAL = {"hours": "九点"}


async def entries_from_the_shipped_files(db: Database) -> None:
    """Two that cite law of the shipped index, so that they may answer."""
    shipped = [one for one in read_starter(shipped_laws()) if one.citations][:2]

    async def work(change: Change) -> int:
        return await load_starter(change, shipped, change.now, change.ids)

    await db.change(work)


async def test_what_is_published_is_answered_a_look_later(database: Database, clock: FixedClock) -> None:
    logged: list[dict[str, Any]] = []
    knowledge = Knowledge(
        await build_knowledge(clock), clock, lambda event, **said: logged.append({"event": event, **said})
    )
    assert knowledge.entries == ()
    assert not await knowledge.renewed()
    await entries_from_the_shipped_files(database)
    assert await knowledge.renewed()
    assert (len(knowledge.entries), knowledge.version) == (2, 1)
    before = knowledge.answerer
    await add_term(database, EDITOR, "湖东夜市", "夜市")
    assert await knowledge.renewed()
    assert knowledge.answerer is not before
    assert [one["event"] for one in logged] == ["knowledge_swapped"] * 2


async def test_what_cites_no_law_in_force_answers_nobody(database: Database, clock: FixedClock) -> None:
    await with_entries(database, STALL, DOG)
    assert (await build_knowledge(clock)).answerer.entries == ()


async def test_the_bureaus_own_figures_are_taken_over_by_whoever_was_built_without(
    database: Database, clock: FixedClock
) -> None:
    knowledge = Knowledge(await build_knowledge(clock), clock, lambda event, **said: None, LOCAL)
    assert await knowledge.renewed()
    assert not await knowledge.renewed()


async def test_an_index_that_cannot_be_built_leaves_the_old_one(
    database: Database, clock: FixedClock
) -> None:
    await entries_from_the_shipped_files(database)
    knowledge = Knowledge(await build_knowledge(clock), clock, lambda event, **said: None)

    async def spoil(change: Change) -> None:
        await KnowledgeEntry.all().update(citations=[{"law": 1}])

    await database.change(spoil)
    await add_term(database, EDITOR, "湖东夜市")
    with pytest.raises(msgspec.ValidationError):
        await knowledge.renewed()
    assert (len(knowledge.entries), knowledge.version) == (2, 1)
