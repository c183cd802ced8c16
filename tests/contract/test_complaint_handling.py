"""The fuller life of a complaint on both engines: waiting, putting off, verifying, merging, splitting, redoing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from casework.actors import clock as the_clock
from casework.complaints import actions, clock_acts, handling, merging, notes, queries, splitting
from casework.complaints.calendar_change import CalendarWatch
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint, ComplaintPause
from casework.complaints.on_spot import close_on_spot
from casework.complaints.views import ComplaintView
from kit.audit.models import AuditEntry
from kit.calendar import WorkingCalendar
from kit.clock import FixedClock, local
from kit.db import Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, Problem
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    GRID_OFFICER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    WINDOW_CLERK,
    desk_on,
    filed,
    person,
    words,
)
from tests.property.test_complaint_limits import OneMore


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def accepted(desk: Desk, **more: Any) -> ComplaintView:
    return await actions.accept(desk, DISPATCHER, (await filed(desk, **more)).id)


async def assigned(desk: Desk, **more: Any) -> ComplaintView:
    return await actions.assign(desk, DISPATCHER, (await accepted(desk, **more)).id)


async def neighbours(desk: Desk) -> ComplaintView:
    new = NewComplaint(account_id=NEIGHBOUR.id, story="也是路口的小贩", source=Source.WECHAT)
    return await actions.accept(desk, DISPATCHER, (await submit(desk, NEIGHBOUR, new)).id)


async def told(complaint_id: Any) -> list[str]:
    return [row.name for row in await OutboxEvent.filter(case_id=complaint_id).order_by("id")]


async def test_the_limit_stands_still_while_the_citizen_is_waited_for(desk: Desk, clock: FixedClock) -> None:
    case = await assigned(desk)
    due = case.due_at
    clock.advance(timedelta(hours=3))
    waiting = await handling.ask(desk, HANDLER, case.id, question="摊位在路口哪一边？")
    assert waiting.state is State.WAITING
    clock.advance(timedelta(days=2))
    await actions.add_material(desk, CITIZEN, case.id, text="在东边", act="a1")
    row = await Complaint.get(id=case.id)
    assert row.state == State.ASSIGNED
    assert due is not None
    assert row.due_at == due + timedelta(days=4)  # two working days: Thursday to Monday
    assert [one.ended_at for one in await ComplaintPause.filter(complaint_id=row.id)] == [clock.now()]
    # The same words once more stop nothing and start nothing.
    await actions.add_material(desk, CITIZEN, case.id, text="在东边", act="a1")
    assert (await told(case.id)).count("complaint.resumed") == 1


async def test_who_does_not_reply_in_time_is_waited_for_no_longer(desk: Desk, clock: FixedClock) -> None:
    case = await assigned(desk)
    await handling.ask(desk, HANDLER, case.id, question="哪一边？")
    assert await clock_acts.resume_waiting_past_limit(desk, clock.now()) == 0
    clock.advance(timedelta(days=8))
    assert await clock_acts.resume_waiting_past_limit(desk, clock.now()) == 1
    row = await Complaint.get(id=case.id)
    assert (row.state, row.due_at > clock.now()) == (State.ASSIGNED, True)


async def test_nobody_is_asked_who_cannot_be_reached(desk: Desk) -> None:
    case = await submit(desk, WINDOW_CLERK, words(account_id=None))
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id)
    with pytest.raises(Conflict, match="nobody_to_ask"):
        await handling.ask(desk, HANDLER, case.id, question="哪里？")


async def test_an_answer_is_put_off_once_with_a_reason_by_a_head(desk: Desk) -> None:
    case = await assigned(desk)
    with pytest.raises(Problem, match="not_your_role"):
        await handling.extend(desk, HANDLER, case.id, reason="要开会", amount=2)
    with pytest.raises(Invalid, match="extension"):
        await handling.extend(desk, HEAD, case.id, reason="要开会", amount=6)
    later = await handling.extend(desk, HEAD, case.id, reason="要等设备", amount=2)
    assert case.due_at is not None
    assert later.due_at == case.due_at + timedelta(days=4)  # Thursday to Monday
    with pytest.raises(Problem, match="too_often"):
        await handling.extend(desk, HEAD, case.id, reason="还要等", amount=1)


async def test_a_category_that_is_verified_is_answered_after_somebody_else_looked(desk: Desk) -> None:
    policy = desk.policy
    street = msgspec.structs.replace(policy.categories["vending"], verify=True, after_photos=True)
    desk = replace(desk, policy=replace(policy, categories={**policy.categories, "vending": street}))
    case = await assigned(desk)
    with pytest.raises(Conflict, match="verify_first"):
        await actions.answer(desk, HANDLER, case.id, text="已清理")
    with pytest.raises(Invalid, match="after_photo"):
        await handling.report_handled(desk, HANDLER, case.id, text="已清理")
    await handling.report_handled(desk, HANDLER, case.id, text="已清理", after_photos=(person(61),))
    assert (await Complaint.get(id=case.id)).answered_at is None
    await handling.send_back(desk, GRID_OFFICER, case.id, ground="还有一半")
    # The photo of the first time is there; the second time needs none.
    await handling.report_handled(desk, HANDLER, case.id, text="全部清理")
    done = await handling.verify(desk, GRID_OFFICER, case.id)
    assert (done.state, done.answer) == (State.ANSWERED, "全部清理")
    row = await Complaint.get(id=case.id)
    assert row.first_answered_at == row.answered_at
    assert row.answer_due_at == case.due_at


async def test_nobody_verifies_or_closes_their_own_answer(desk: Desk) -> None:
    both = msgspec.structs.replace(HANDLER, roles=HANDLER.roles | HEAD.roles, units=HEAD.units)
    case = await assigned(desk)
    await actions.answer(desk, both, case.id, text="已清理")
    with pytest.raises(Conflict, match="own_answer"):
        await actions.close(desk, both, case.id, ground="电话里说满意")
    with pytest.raises(Invalid):
        await actions.close(desk, HEAD, case.id)
    closed = await actions.close(desk, HEAD, case.id, ground="电话里说满意")
    assert closed.state is State.CLOSED


async def test_merged_cases_get_the_answer_and_go_their_own_way(desk: Desk) -> None:
    lead, other = await assigned(desk), await neighbours(desk)
    merged = await merging.merge(desk, DISPATCHER, other.id, lead_id=lead.id)
    assert merged.state is State.MERGED
    assert merged.due_at == other.due_at
    # Twice is as good as once.
    again = await merging.merge(desk, DISPATCHER, other.id, lead_id=lead.id)
    assert again.revision == merged.revision
    await notes.update_citizen(desk, HANDLER, lead.id, "今晚去查", act="u1")
    await actions.answer(desk, HANDLER, lead.id, text="摊贩已劝离", after_photos=(person(71),))
    row = await Complaint.get(id=other.id)
    assert (row.state, row.answer) == (State.ANSWERED, "摊贩已劝离")
    assert (await told(other.id))[-3:] == ["complaint.merged", "complaint.updated", "complaint.answered"]
    disputed = await actions.dispute(desk, NEIGHBOUR, other.id, reason="又回来了")
    assert disputed.state is State.REOPENED
    assert (await Complaint.get(id=lead.id)).state == State.ANSWERED


async def test_a_merge_needs_a_lead_in_hand_and_is_undone_with_a_reason(desk: Desk) -> None:
    lead, other = await filed(desk), await neighbours(desk)
    with pytest.raises(Conflict, match="lead_not_in_hand"):
        await merging.merge(desk, DISPATCHER, other.id, lead_id=lead.id)
    with pytest.raises(Invalid):
        await merging.merge(desk, DISPATCHER, other.id, lead_id=other.id)
    await actions.accept(desk, DISPATCHER, lead.id)
    await merging.merge(desk, DISPATCHER, other.id, lead_id=lead.id)
    with pytest.raises(Conflict):
        await merging.merge(desk, DISPATCHER, lead.id, lead_id=other.id)
    alone = await merging.unmerge(desk, DISPATCHER, other.id, reason="不是同一个路口")
    assert (alone.state, alone.due_at) == (State.ACCEPTED, other.due_at)


async def test_when_the_first_reporter_takes_back_the_others_are_not_forgotten(desk: Desk) -> None:
    lead, second, third = await assigned(desk), await neighbours(desk), await neighbours(desk)
    for one in (second, third):
        await merging.merge(desk, DISPATCHER, one.id, lead_id=lead.id)
    await actions.withdraw(desk, CITIZEN, lead.id)
    rows = {id: await Complaint.get(id=id) for id in (second.id, third.id)}
    assert rows[second.id].state == State.ACCEPTED
    assert rows[second.id].unit == "street"
    assert rows[third.id].merged_into_id == second.id


async def test_a_split_case_closes_when_its_parts_are_over(desk: Desk, clock: FixedClock) -> None:
    whole = await accepted(desk, phone="13800001234", photos=(person(81),))
    parts = (
        splitting.Part(story="路口摆摊", category="vending"),
        splitting.Part(story="晚上太吵", category="noise"),
    )
    view = await splitting.split(desk, DISPATCHER, whole.id, parts=parts)
    assert (view.state, view.due_at) == (State.SPLIT, None)
    children = await splitting.parts_of(whole.id)
    assert [(one.category, one.unit, one.state) for one in children] == [
        ("vending", "street", State.ACCEPTED),
        ("noise", "night", State.ACCEPTED),
    ]
    assert all(one.account_id == CITIZEN.id and one.submitted_at == whole.submitted_at for one in children)
    assert await actions.reveal_phone(desk, DISPATCHER, children[0].id) == "13800001234"
    assert await splitting.close_split_through(desk) == 0
    await actions.withdraw(desk, CITIZEN, children[0].id)
    await actions.withdraw(desk, WINDOW_CLERK, children[1].id, ground="来电说不用了")
    assert await splitting.close_split_through(desk) == 1
    assert (await Complaint.get(id=whole.id)).state == State.CLOSED
    with pytest.raises(Problem):
        await splitting.split(desk, DISPATCHER, children[0].id, parts=parts)


async def test_taking_back_a_split_case_takes_back_its_parts(desk: Desk) -> None:
    whole = await accepted(desk)
    parts = tuple(splitting.Part(story="太吵", category="noise") for _ in range(2))
    await splitting.split(desk, DISPATCHER, whole.id, parts=parts)
    await actions.withdraw(desk, CITIZEN, whole.id)
    assert {one.state for one in await splitting.parts_of(whole.id)} == {State.WITHDRAWN.value}


async def test_a_closed_case_is_handled_once_more_and_then_archived(desk: Desk, clock: FixedClock) -> None:
    case = await assigned(desk)
    await actions.answer(desk, HANDLER, case.id, text="已清理")
    await actions.rate(desk, CITIZEN, case.id, score=2, solved=1, manner=3, speed=3)
    with pytest.raises(Forbidden) as refused:
        await handling.redo(
            desk, msgspec.structs.replace(HEAD, units=frozenset({"night"})), case.id, reason="回访说没解决"
        )
    assert refused.value.key == "problem.complaint.not_your_case"
    again = await handling.redo(desk, HEAD, case.id, reason="回访说没解决")
    assert (again.state, again.closed_at) == (State.REOPENED, None)
    await actions.assign(desk, DISPATCHER, case.id)
    await actions.answer(desk, HANDLER, case.id, text="再次清理")
    with pytest.raises(Problem, match="too_often"):
        await actions.dispute(desk, CITIZEN, case.id, reason="还有")
    await actions.rate(desk, CITIZEN, case.id, score=3)
    assert await clock_acts.archive_closed_past_limit(desk, clock.now()) == 0
    clock.advance(timedelta(days=40))
    assert await clock_acts.archive_closed_past_limit(desk, clock.now()) == 1
    assert (await Complaint.get(id=case.id)).state == State.ARCHIVED


async def test_a_citizen_may_remind_once_half_the_limit_is_over_and_then_once_a_working_day(
    desk: Desk, clock: FixedClock
) -> None:
    case = await assigned(desk)
    with pytest.raises(Conflict, match="remind_too_early") as refused:
        await handling.remind(desk, CITIZEN, case.id)
    told = await queries.for_owner(desk, person(1), case.reference)
    assert told is not None
    assert "remind" not in told.moves
    assert told.remind_from is not None
    assert refused.value.params["moment"] == f"{local(told.remind_from):%Y-%m-%d %H:%M}"
    # Three working days: half of them is the middle of the second.
    await handling.remind(desk, DISPATCHER, case.id)
    clock.advance(told.remind_from - clock.now() + timedelta(days=1))
    await handling.remind(desk, CITIZEN, case.id)
    await handling.remind(desk, CITIZEN, case.id)  # a doubled tap
    with pytest.raises(Conflict, match="reminded_today"):
        await handling.remind(desk, DISPATCHER, case.id)
    await handling.supervise(desk, HEAD, case.id, instruction="今天去看")
    with pytest.raises(Conflict, match="remind_too_early"):
        await handling.remind(desk, CITIZEN, case.id)
    assert (await Complaint.get(id=case.id)).times_reminded == 2


async def test_what_is_corrected_is_reckoned_from_where_the_limit_began(desk: Desk) -> None:
    case = await assigned(desk)
    moved = await handling.reclassify(
        desk, DISPATCHER, case.id, correction=handling.Correction(category="noise")
    )
    assert moved.state is State.ASSIGNED
    assert moved.limit_started_at == case.limit_started_at
    assert moved.due_at is not None
    assert case.due_at is not None
    assert moved.due_at > case.due_at  # five working days instead of three
    assert moved.unit_name == case.unit_name


async def test_what_nobody_was_given_yet_goes_where_the_rules_send_it_now(desk: Desk) -> None:
    case = await filed(desk)
    accepted = await actions.accept(desk, DISPATCHER, case.id, category="vending")
    moved = await handling.reclassify(
        desk, DISPATCHER, case.id, correction=handling.Correction(category="noise")
    )
    assert (accepted.unit_name, moved.unit_name) == ("街面中队", "夜间中队")
    await handling.reclassify(
        desk, DISPATCHER, case.id, correction=handling.Correction(place_text="湖滨路 8 号")
    )
    found = await queries.detail(desk, case.id, DISPATCHER)
    assert found is not None
    assert [one.key.rpartition(".")[2] for one in found.view.timeline][-2:] == [
        "reclassify",
        "reclassify_place",
    ]


async def test_a_patrol_closes_on_the_spot_what_it_filed_and_can_show(desk: Desk) -> None:
    own = await submit(desk, GRID_OFFICER, words(account_id=None, source=Source.PATROL))
    with pytest.raises(Invalid, match="after_photo"):
        await close_on_spot(desk, GRID_OFFICER, own.id, text="已劝离", after_photos=())
    with pytest.raises(Conflict, match="not_on_spot"):
        await close_on_spot(
            desk, GRID_OFFICER, (await filed(desk)).id, text="已劝离", after_photos=(person(91),)
        )
    done = await close_on_spot(desk, GRID_OFFICER, own.id, text="已劝离", after_photos=(person(91),))
    assert (done.state, done.category) == (State.CLOSED, "vending")


async def test_a_holiday_that_is_added_moves_running_limits_and_the_chain_says_so(
    desk: Desk, clock: FixedClock
) -> None:
    case, other = await assigned(desk), await filed(desk)
    assert case.due_at is not None
    richer = WorkingCalendar(
        OneMore(desk.calendar.days, case.due_at.date()), desk.calendar.hours, desk.calendar.zone
    )
    assert await CalendarWatch(desk).step() == 0
    watch = CalendarWatch(replace(desk, calendar=richer))
    assert await watch.step() == 1
    assert await watch.step() == 0
    row = await Complaint.get(id=case.id)
    assert row.due_at == case.due_at + timedelta(days=1)
    entry = await AuditEntry.filter(case_id=case.id).order_by("-position").first()
    assert entry is not None
    facts = msgspec.json.decode(entry.detail)
    assert (entry.action, entry.actor_kind) == ("complaint.reckon", the_clock().kind)
    assert datetime.fromisoformat(facts["content"]["due_before"]) == case.due_at
    assert (await Complaint.get(id=other.id)).calendar == richer.fingerprint


async def test_an_answer_that_forgets_what_was_asked_is_held_until_somebody_says_why(desk: Desk) -> None:
    case = await assigned(desk, story="路口小贩占道。希望清理占道。什么时候能处理好？")
    with pytest.raises(Invalid, match="requests_left") as held:
        await actions.answer(desk, HANDLER, case.id, text="占道小贩由中队清理")
    assert (held.value.field, held.value.params["requests"]) == ("left_out_ground", "“什么时候能处理好？”")
    done = await actions.answer(
        desk, HANDLER, case.id, text="占道小贩由中队清理", left_out_ground="当场已告知"
    )
    assert done.state is State.ANSWERED
    entry = await AuditEntry.filter(case_id=case.id, action="complaint.answer").get()
    assert msgspec.json.decode(entry.detail)["content"]["left_out_ground"] == "当场已告知"
