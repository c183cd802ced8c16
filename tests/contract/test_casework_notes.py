"""Notes among staff and news for the citizen, on a real database."""

from __future__ import annotations

import pytest

from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.models import ComplaintNote
from casework.complaints.notes import NOTE_AT_MOST, Kind, note_internally, notes_of, update_citizen
from casework.complaints.queries import detail, for_owner
from casework.complaints.sight import sight_of
from casework.queues.filters import QueueFilter
from casework.queues.reading import queue
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NIGHT_HANDLER,
    desk_on,
    filed,
    person,
)

CONTRACTOR = Actor(
    kind="staff", id=person(18), roles=frozenset({Role.CONTRACTOR}), name="保洁", units=frozenset({"street"})
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def names_of_events() -> list[str]:
    return [row.name for row in await OutboxEvent.all().order_by("id")]


async def test_an_internal_note_is_for_staff_alone_and_told_to_nobody(desk: Desk) -> None:
    case = await filed(desk)
    before = await names_of_events()
    await note_internally(desk, DISPATCHER, case.id, "  报案人说电话里再联系  ", act="one")
    (note,) = await notes_of(case.id, Kind.INTERNAL)
    assert note.text == "报案人说电话里再联系"
    assert await names_of_events() == before
    own = await for_owner(desk, CITIZEN.id, case.reference)
    assert own is not None
    assert "报案人" not in str(own)
    assert not any(entry.action == "note" for entry in own.timeline)
    seen = await detail(desk, case.id, AUDITOR)
    assert seen is not None
    assert seen.view.timeline[-1].action == "note"
    # The chain attests the words and does not hold them.
    entry = await AuditEntry.filter(case_id=case.id).order_by("-position").first()
    assert entry is not None
    assert "报案人" not in entry.detail
    assert seen.view.revision == case.revision


async def test_an_update_is_told_to_the_citizen_word_for_word(desk: Desk) -> None:
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street")
    await update_citizen(desk, HANDLER, case.id, "今天下午到现场，请稍等。", act="one")
    assert (await names_of_events())[-1] == "complaint.updated"
    own = await for_owner(desk, CITIZEN.id, case.reference)
    assert own is not None
    assert (own.timeline[-1].action, own.timeline[-1].note) == ("update", "今天下午到现场，请稍等。")
    assert await notes_of(case.id, Kind.INTERNAL) == ()


async def test_the_same_form_writes_once(desk: Desk) -> None:
    case = await filed(desk)
    for _ in range(2):
        await update_citizen(desk, DISPATCHER, case.id, "已派人去看", act="same")
    assert await ComplaintNote.all().count() == 1
    with pytest.raises(Conflict):
        await update_citizen(desk, DISPATCHER, case.id, "另一句话", act="same")
    await update_citizen(desk, DISPATCHER, case.id, "已派人去看", act="another")
    assert await ComplaintNote.all().count() == 2


async def test_who_may_write_what(desk: Desk) -> None:
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    await actions.assign(desk, DISPATCHER, case.id, unit="street")
    for actor in (AUDITOR, CITIZEN, CONTRACTOR):
        with pytest.raises(Forbidden):
            await note_internally(desk, actor, case.id, "看", act="a")
    with pytest.raises(Forbidden):
        await update_citizen(desk, CONTRACTOR, case.id, "好了", act="a")
    with pytest.raises(NotFound):
        await note_internally(desk, NIGHT_HANDLER, case.id, "看", act="a")
    assert await ComplaintNote.all().count() == 0


async def test_nothing_and_too_much_are_refused_and_a_case_that_is_over_has_no_news(desk: Desk) -> None:
    case = await filed(desk)
    with pytest.raises(Invalid):
        await note_internally(desk, DISPATCHER, case.id, " \n\u200b", act="a")
    with pytest.raises(Invalid):
        await note_internally(desk, DISPATCHER, case.id, "长" * (NOTE_AT_MOST + 1), act="a")
    await actions.refuse(desk, DISPATCHER, case.id, reason="不归我们", responsible_body="交警支队")
    with pytest.raises(Conflict):
        await update_citizen(desk, DISPATCHER, case.id, "还有", act="b")
    await note_internally(desk, DISPATCHER, case.id, "事后说明", act="c")


async def test_a_queue_and_a_case_show_what_ones_roles_reach(desk: Desk) -> None:
    new = await filed(desk)
    taken = await filed(desk)
    await actions.accept(desk, DISPATCHER, taken.id, category="vending")
    own_unit = Actor(
        kind="staff",
        id=person(19),
        roles=frozenset({Role.DISPATCHER}),
        units=frozenset({"night"}),
    )
    head = Actor(kind="staff", id=person(20), roles=frozenset({Role.HEAD}), units=frozenset({"street"}))
    seen = {
        actor: {row.id for row in (await queue(desk, QueueFilter(sight=sight_of(actor)))).rows}
        for actor in (DISPATCHER, HANDLER, NIGHT_HANDLER, CONTRACTOR, own_unit, head)
    }
    assert seen == {
        DISPATCHER: {new.id, taken.id},
        HANDLER: {taken.id},
        NIGHT_HANDLER: set(),
        CONTRACTOR: set(),
        own_unit: {new.id},
        head: {taken.id},
    }
    for actor, ids in seen.items():
        sight = sight_of(actor)
        assert sight.covers(None, None) is (new.id in ids)
        assert sight.covers("street", None) is (taken.id in ids)
    assert not sight_of(CONTRACTOR).covers("street", CONTRACTOR.id)
