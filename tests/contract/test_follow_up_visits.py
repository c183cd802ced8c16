"""Asking people after their case was closed, on both engines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.notes import note_internally
from casework.complaints.views import ComplaintView
from casework.events import EVENTS
from casework.follow_up_visits import actions as visiting
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.models import FollowUpVisit
from casework.follow_up_visits.planning import VisitPlanner
from casework.follow_up_visits.profile import VisitsSection
from casework.follow_up_visits.queries import visits
from kit.audit.models import AuditEntry
from kit.db import Database
from kit.outbox import Relay
from kit.problems import Conflict, Forbidden, Invalid, Problem
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, HEAD, WINDOW_CLERK, desk_on, filed


@pytest.fixture
def desk(database: Database) -> VisitDesk:
    return VisitDesk(complaints=desk_on(database), section=VisitsSection(percent=100, tries=2))


async def closed(desk: Desk, score: int | None = None, **more: Any) -> ComplaintView:
    case = await filed(desk, **{"phone": "13800001234", **more})
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id)
    await actions.answer(desk, HANDLER, case.id, text="摊贩已劝离")
    if score is not None:
        return await actions.rate(desk, CITIZEN, case.id, score=score)
    return await actions.close(desk, HEAD, case.id, ground="到期")


async def told(desk: VisitDesk) -> list[FollowUpVisit]:
    """What the relay does with everything that has happened."""
    handlers = dict.fromkeys(EVENTS, (VisitPlanner(desk),))
    await Relay(desk.complaints.db, handlers, lambda name, id, exc: pytest.fail(f"{exc!r}")).step()
    return await FollowUpVisit.all().order_by("id")


async def test_who_did_not_say_how_it_went_is_asked_once(desk: VisitDesk) -> None:
    case = await closed(desk.complaints)
    await closed(desk.complaints, score=3)  # said so already
    await closed(desk.complaints, phone=None)  # cannot be called
    (visit,) = await told(desk)
    assert (visit.complaint_id, visit.state, visit.unit) == (case.id, "waiting", "street")
    page = await visits(desk, WINDOW_CLERK)
    assert [one.reference for one in page.rows] == [case.reference]
    with pytest.raises(Forbidden):
        await visits(desk, HANDLER)


async def test_what_was_said_goes_to_the_case_and_an_unhappy_citizen_gets_it_redone(desk: VisitDesk) -> None:
    case = await closed(desk.complaints)
    (visit,) = await told(desk)
    with pytest.raises(Invalid, match="why_redo"):
        await visiting.record(desk, WINDOW_CLERK, visit.id, solved=1, redo=True)
    with pytest.raises(Invalid, match="score"):
        await visiting.record(desk, WINDOW_CLERK, visit.id, solved=7)
    with pytest.raises(Conflict, match="moved_on"):
        await visiting.record(desk, WINDOW_CLERK, visit.id, solved=1, expected_revision=9)
    await visiting.record(desk, WINDOW_CLERK, visit.id, solved=1, manner=3, words="又摆回来了", redo=True)
    row = await Complaint.get(id=case.id)
    assert (row.state, row.rating, row.rating_solved, row.rating_manner) == ("reopened", 1, 1, 3)
    entries = await AuditEntry.filter(
        case_id=case.id, action__in=["complaint.visit_record", "complaint.redo"]
    )
    assert len(entries) == 2
    assert "又摆回来了" not in next(one.detail for one in entries if one.action.endswith("record"))
    with pytest.raises(Problem):
        await visiting.record(desk, WINDOW_CLERK, visit.id, solved=3)


async def test_nobody_is_called_for_ever(desk: VisitDesk) -> None:
    await closed(desk.complaints)
    (visit,) = await told(desk)
    await visiting.miss(desk, WINDOW_CLERK, visit.id)
    assert (await FollowUpVisit.get(id=visit.id)).state == "waiting"
    await visiting.miss(desk, WINDOW_CLERK, visit.id)
    row = await FollowUpVisit.get(id=visit.id)
    assert (row.state, row.tries, row.due_at) == ("unreached", 2, None)


async def test_a_try_and_a_note_at_one_moment_both_stand_in_the_chain_of_the_case(desk: VisitDesk) -> None:
    case = await closed(desk.complaints)
    (visit,) = await told(desk)
    notes = [note_internally(desk.complaints, HEAD, case.id, "再打", act=f"note-{one}") for one in range(8)]
    tries = [visiting.miss(desk, WINDOW_CLERK, visit.id) for _ in range(2)]
    await asyncio.gather(*notes[:2], tries[0], *notes[2:5], tries[1], *notes[5:])
    entries = await AuditEntry.filter(case_id=case.id).order_by("position")
    assert [one.position for one in entries] == list(range(1, len(entries) + 1))
    assert [one.action for one in entries].count("complaint.visit_miss") == 2
