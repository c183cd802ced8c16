"""Drafts and releases of the knowledge base on both databases: four eyes, races, going back."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import msgspec
import pytest

from content.interpretations import drafts, publishing
from content.interpretations.draft_views import draft_view, offered, open_drafts, rebased
from content.interpretations.keeping import KNOWLEDGE_CHAIN
from content.interpretations.lifecycle import State
from content.interpretations.models import KnowledgeEntry, KnowledgeRevision
from content.interpretations.queries import current_version, every_entry
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.knowledge_setting import (
    BOTH,
    DOG,
    EDITOR,
    LAW,
    LAWS,
    OLD_LAW,
    REPEALED,
    REVIEWER,
    SECOND_EDITOR,
    STALL,
    approved,
    cited,
    entry,
    kinds,
    proposed,
    published,
    with_entries,
    with_phrasing,
)

REWORDED = msgspec.structs.replace(STALL, answer="先到窗口申请。")


async def slugs() -> list[str]:
    return [one.slug for one in await every_entry()]


async def test_an_approved_draft_is_published_with_its_history(database: Database) -> None:
    await with_entries(database, STALL, DOG)
    draft = await approved(database, with_phrasing(STALL, "夜市怎么摆"), kind="phrasings")
    before = await publishing.preview(database, [draft], laws=LAWS, questions=())
    assert (before.faults, [one.slug for one in before.changes]) == ((), ["stall"])
    number = await published(database, draft, seen=before.seen)
    assert number == await current_version() == 2
    row = await KnowledgeEntry.get(slug="stall")
    assert (row.version, row.source, row.phrasings[-1]) == (2, "bureau", "夜市怎么摆")
    assert (row.author_id, row.legal_reviewer_id) == (EDITOR.id, REVIEWER.id)
    release = await publishing.release_view(number)
    (changed,) = release.entries
    assert changed.before == STALL
    assert changed.after is not None
    assert changed.after.version == 2
    assert (await draft_view(database, draft)).state is State.PUBLISHED
    moves = await AuditEntry.filter(case_id=draft).order_by("position").values_list("action", flat=True)
    assert list(moves) == [
        f"knowledge_draft.{one}" for one in ("propose", "approve_edit", "approve_law", "publish")
    ]
    whole = await AuditEntry.filter(case_id=KNOWLEDGE_CHAIN).values_list("action", flat=True)
    assert list(whole) == ["knowledge.publish"]


async def test_the_law_is_reviewed_by_somebody_who_neither_worded_nor_approved_it(database: Database) -> None:
    draft = await proposed(database, STALL, by=BOTH)
    with pytest.raises(Problem, match="wrong_state"):
        await published(database, draft)
    await drafts.approve_edit(database, EDITOR, draft)
    with pytest.raises(Forbidden):
        await drafts.approve_law(database, BOTH, draft, laws=LAWS)
    with pytest.raises(Conflict):
        await published(database, draft)
    await drafts.change_words(database, SECOND_EDITOR, draft, REWORDED)
    await drafts.approve_edit(database, BOTH, draft)
    with pytest.raises(Forbidden):
        await drafts.approve_law(database, BOTH, draft, laws=LAWS)
    await drafts.approve_law(database, REVIEWER, draft, laws=LAWS)
    assert await published(database, draft) == 1
    assert await slugs() == ["stall"]


async def test_where_no_law_is_cited_another_editor_approves(database: Database) -> None:
    await with_entries(database, STALL)
    draft = await proposed(database, STALL, kind="withdraw")
    view = await draft_view(database, draft, laws=LAWS)
    assert (offered(view, EDITOR), view.needs_law) == (("reword", "refuse", "withdraw"), False)
    with pytest.raises(Forbidden):
        await drafts.approve_edit(database, EDITOR, draft)
    await drafts.approve_edit(database, SECOND_EDITOR, draft)
    with pytest.raises(Conflict):
        await drafts.approve_law(database, REVIEWER, draft, laws=LAWS)
    number = await published(database, draft)
    assert await slugs() == []
    revision = await KnowledgeRevision.get(slug="stall")
    assert (revision.content, revision.version) == (None, 2)
    assert await publishing.roll_back(database, EDITOR, 0, "还要", laws=LAWS, questions=()) == number + 1
    assert await slugs() == ["stall"]


async def test_a_repealed_law_is_neither_approved_nor_published_nor_brought_back(database: Database) -> None:
    await with_entries(database, STALL)
    bad = await proposed(database, entry("old", "旧办法还算数吗", citations=(cited(1, OLD_LAW),)))
    await drafts.approve_edit(database, EDITOR, bad)
    assert "repealed_law" in kinds((await draft_view(database, bad, laws=LAWS)).faults)
    with pytest.raises(Conflict, match="faulty"):
        await drafts.approve_law(database, REVIEWER, bad, laws=LAWS)
    out = await approved(database, STALL, kind="withdraw")
    await published(database, out)
    with pytest.raises(Conflict, match="faulty"):
        await publishing.roll_back(database, EDITOR, 0, "恢复", laws=REPEALED, questions=())
    again = await approved(database, msgspec.structs.replace(STALL, version=2))
    with pytest.raises(Conflict, match="faulty"):
        await publishing.publish(database, EDITOR, [again], "恢复", laws=REPEALED, questions=())
    assert await slugs() == []


async def test_a_draft_on_an_entry_that_moved_on_must_be_worded_on_top_of_it(database: Database) -> None:
    await with_entries(database, STALL)
    mine = await approved(database, with_phrasing(STALL, "能摆个煎饼摊吗"), kind="phrasings")
    theirs = await approved(database, REWORDED)
    with pytest.raises(Conflict, match="same_entry"):
        await published(database, mine, theirs)
    await published(database, theirs)
    view = await draft_view(database, mine, laws=LAWS)
    assert view.is_stale
    assert view.current is not None
    assert view.current.answer == REWORDED.answer
    with pytest.raises(Conflict, match="moved_on"):
        await published(database, mine)
    with pytest.raises(Conflict, match="moved_on"):
        await proposed(database, STALL)
    await drafts.change_words(database, EDITOR, mine, rebased(view), seen=view.revision)
    view = await draft_view(database, mine, laws=LAWS)
    assert (view.is_stale, view.state, view.edited_by_id, view.reviewed_by_id) == (
        False,
        State.PROPOSED,
        None,
        None,
    )
    assert (view.content.answer, view.content.phrasings[-1]) == (REWORDED.answer, "能摆个煎饼摊吗")


async def test_a_new_entry_that_somebody_else_published_first_becomes_a_change_of_it(
    database: Database,
) -> None:
    mine, theirs = await approved(database, STALL), await approved(database, REWORDED)
    await published(database, theirs)
    view = await draft_view(database, mine, laws=LAWS)
    assert view.is_stale
    await drafts.change_words(database, EDITOR, mine, rebased(view), seen=view.revision)
    view = await draft_view(database, mine, laws=LAWS)
    assert (view.is_stale, view.base_version, view.content.answer) == (False, 1, STALL.answer)


async def test_two_who_publish_at_once_make_two_releases_or_one(database: Database) -> None:
    await with_entries(database, STALL, DOG)
    stall, dog = await approved(database, REWORDED), await approved(database, with_phrasing(DOG, "狗绳多长"))
    done = await asyncio.gather(
        published(database, stall),
        published(database, dog),
        published(database, stall),
        return_exceptions=True,
    )
    numbers = [one for one in done if isinstance(one, int)]
    assert all(isinstance(one, int | Problem) for one in done)
    assert len(set(numbers)) == len(numbers) >= 1
    versions = dict(await KnowledgeEntry.all().values_list("slug", "version"))
    assert set(versions.values()) <= {1, 2}
    assert await KnowledgeRevision.all().count() == len(numbers) == sum(versions.values()) - 2


async def test_going_back_puts_back_what_later_releases_changed_and_nothing_else(database: Database) -> None:
    await with_entries(database, STALL, DOG)
    first = await published(database, await approved(database, REWORDED))
    fresh = entry("banner", "横幅能挂吗")
    second = await published(
        database,
        await approved(database, fresh),
        await approved(database, msgspec.structs.replace(REWORDED, answer="别摆。", version=2)),
    )
    seen = await publishing.preview_roll_back(database, first, laws=LAWS, questions=())
    assert [(one.slug, one.after is None) for one in seen.changes] == [("banner", True), ("stall", False)]
    third = await publishing.roll_back(
        database, SECOND_EDITOR, first, "写错了", seen.seen, laws=LAWS, questions=()
    )
    assert await slugs() == ["dog", "stall"]
    stall = await KnowledgeEntry.get(slug="stall")
    assert (stall.answer, stall.version, stall.legal_reviewer_id) == (REWORDED.answer, 4, REVIEWER.id)
    view = await publishing.release_view(third)
    assert (view.kind, view.restores, len(view.entries)) == ("rollback", first, 2)
    with pytest.raises(Conflict, match="nothing_to_undo"):
        await publishing.roll_back(database, EDITOR, third, "再退", laws=LAWS, questions=())
    # Going back on going back: nothing was lost.
    await publishing.roll_back(database, EDITOR, second, "其实没错", laws=LAWS, questions=())
    assert (await KnowledgeEntry.get(slug="stall")).answer == "别摆。"
    assert await slugs() == ["banner", "dog", "stall"]


async def test_nothing_is_published_that_was_not_shown(database: Database) -> None:
    await with_entries(database, STALL)
    draft = await approved(database, REWORDED)
    shown = await publishing.preview(database, [draft], laws=LAWS, questions=())
    await published(database, await approved(database, entry("banner", "横幅能挂吗")))
    with pytest.raises(Conflict, match="preview_old"):
        await published(database, draft, seen=shown.seen)
    with pytest.raises(Invalid):
        await publishing.publish(database, EDITOR, [draft], " ", laws=LAWS, questions=())
    with pytest.raises(Forbidden):
        await publishing.publish(database, REVIEWER, [draft], "我来", laws=LAWS, questions=())
    with pytest.raises(NotFound):
        await published(database, uuid4())


async def test_a_sender_who_saw_an_older_draft_changes_nothing(database: Database) -> None:
    draft = await proposed(database, STALL)
    await drafts.change_words(database, EDITOR, draft, REWORDED, seen=1)
    for act in (drafts.approve_edit, drafts.withdraw):
        with pytest.raises(Conflict, match="draft_moved_on"):
            await act(database, EDITOR, draft, seen=1)
    with pytest.raises(Forbidden):
        await drafts.withdraw(database, SECOND_EDITOR, draft)
    await drafts.refuse(database, REVIEWER, draft, "与另一条重复", seen=2)
    assert await open_drafts(database, laws=LAWS) == ()


async def test_loading_the_shipped_files_while_somebody_publishes_loses_no_number(database: Database) -> None:
    await with_entries(database, STALL)
    draft = await approved(database, REWORDED)
    done, _ = await asyncio.gather(
        published(database, draft), with_entries(database, STALL, DOG), return_exceptions=True
    )
    if isinstance(done, Conflict):
        await published(database, draft)
    assert await current_version() == 3


async def test_an_entry_keeps_its_row_whatever_becomes_of_it(database: Database) -> None:
    await with_entries(database, STALL)
    await published(database, await approved(database, STALL, kind="withdraw"))

    async def work(change: Change) -> int:
        return await KnowledgeEntry.filter(slug="stall", published=False).count()

    assert await database.change(work) == 1
    assert LAW in (await KnowledgeEntry.get(slug="stall")).citations[0]["law"]
