"""The knowledge base as rows, on both databases."""

from __future__ import annotations

from datetime import date

import msgspec

from content.interpretations.answering import Answerer
from content.interpretations.laws import LawIndex
from content.interpretations.load import load_starter, read_starter
from content.interpretations.models import KnowledgeEntry
from content.interpretations.queries import current_version, published_entries
from content.interpretations.views import EntryView
from kit.db import Change, Database

TODAY = date(2026, 11, 23)


async def loaded(db: Database, entries: list[EntryView]) -> int:
    async def work(change: Change) -> int:
        return await load_starter(change, entries, change.now, change.ids)

    return await db.change(work)


async def test_loading_twice_changes_nothing_the_second_time(database: Database) -> None:
    entries = read_starter(LawIndex.load())
    assert await current_version() == 0
    assert await loaded(database, entries) == len(entries)
    assert await current_version() == 1
    assert await loaded(database, entries) == 0
    assert await current_version() == 1


async def test_rows_come_back_as_they_were_written(database: Database) -> None:
    entries = read_starter(LawIndex.load())
    await loaded(database, entries)
    assert await published_entries(TODAY) == sorted(entries, key=lambda entry: entry.slug)


async def test_one_corrected_entry_moves_its_version_and_that_of_the_whole(database: Database) -> None:
    first, *others = read_starter(LawIndex.load())
    await loaded(database, [first, *others])
    corrected = msgspec.structs.replace(first, answer="先申请，批下来再摆。")
    assert await loaded(database, [corrected, *others]) == 1
    assert await current_version() == 2
    row = await KnowledgeEntry.get(slug=first.slug)
    assert (row.version, row.answer) == (2, corrected.answer)


async def test_what_staff_made_their_own_is_left_alone(database: Database) -> None:
    first, *others = read_starter(LawIndex.load())
    await loaded(database, [first, *others])

    async def edit(_: Change) -> None:
        await KnowledgeEntry.filter(slug=first.slug).update(source="bureau", answer="本局另有规定。")

    await database.change(edit)
    assert await loaded(database, [first, *others]) == 0
    assert (await KnowledgeEntry.get(slug=first.slug)).answer == "本局另有规定。"


async def test_what_a_release_no_longer_holds_is_withdrawn_and_comes_back(database: Database) -> None:
    first, second, *others = read_starter(LawIndex.load())[:4]
    await loaded(database, [first, second, *others])

    async def adopt(_: Change) -> None:
        await KnowledgeEntry.filter(slug=second.slug).update(source="bureau")

    await database.change(adopt)
    assert await loaded(database, others) == 1
    assert await current_version() == 2
    published = {entry.slug for entry in await published_entries(TODAY)}
    assert first.slug not in published
    assert second.slug in published
    assert await loaded(database, others) == 0
    assert await loaded(database, [first, *others]) == 1
    row = await KnowledgeEntry.get(slug=first.slug)
    assert (row.published, row.version, row.author_id, row.legal_reviewer_id) == (True, 3, None, None)


async def test_entries_out_of_their_time_or_withdrawn_are_not_published(database: Database) -> None:
    slugs = {"open-air-barbecue", "seizure", "appeal"}
    await loaded(database, [entry for entry in read_starter(LawIndex.load()) if entry.slug in slugs])

    async def alter(_: Change) -> None:
        await KnowledgeEntry.filter(slug="seizure").update(valid_until_on=date(2026, 11, 22))
        await KnowledgeEntry.filter(slug="appeal").update(published=False)

    await database.change(alter)
    assert [entry.slug for entry in await published_entries(TODAY)] == ["open-air-barbecue"]
    before_the_code = await published_entries(date(2026, 8, 14))
    assert [entry.slug for entry in before_the_code] == ["seizure"]


async def test_the_published_rows_answer_questions(database: Database) -> None:
    await loaded(database, read_starter(LawIndex.load()))
    answer = Answerer(await published_entries(TODAY)).answer("遛狗不牵绳怎么罚")
    assert answer.entry is not None
    assert answer.citations[0].label == "《动物防疫法》第三十条"
