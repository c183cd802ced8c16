"""One complaint from filing to closing, on both engines: who may, what is kept, what is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from casework.actors import Actor, citizen, system
from casework.actors import clock as the_clock
from casework.complaints import actions, queries
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, new_complaint_rows, submit
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.place import Position
from casework.complaints.views import ComplaintView
from casework.people import staff
from casework.people.passwords import Passwords
from casework.roles import Role
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Database, Fresh, Intake, Repeat
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NEIGHBOUR,
    NIGHT_HANDLER,
    desk_on,
    filed,
    person,
    words,
)
from tests.conftest import AUDIT_KEY


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def assigned(desk: Desk) -> ComplaintView:
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    return await actions.assign(desk, DISPATCHER, case.id)


async def answered(desk: Desk) -> ComplaintView:
    case = await assigned(desk)
    return await actions.answer(desk, HANDLER, case.id, text="摊位已劝离。")


async def trace(complaint_id: object) -> tuple[int, int]:
    """How many audit entries and events a case has."""
    return (
        await AuditEntry.filter(case_id=complaint_id).count(),
        await OutboxEvent.filter(case_id=complaint_id).count(),
    )


async def test_filing_keeps_everything_said_and_seals_the_telephone(desk: Desk, clock: FixedClock) -> None:
    photos = (person(31), person(32))
    case = await filed(
        desk,
        photos=photos,
        place_text="湖滨路口",
        position=Position(30.25, 120.15, "gcj02"),
        phone="+86 138-0000-1234",
    )
    row = await Complaint.get(id=case.id)
    assert row.reference.startswith("QS-TS-261123-0001-")
    assert (row.story, row.place_text, row.state) == ("路口有人摆摊，占道", "湖滨路口", "submitted")
    assert row.suggested_category == "vending"
    assert b"13800001234" not in bytes(row.phone_sealed)
    assert row.phone_index == desk.sealer.blind_index("13800001234").hex()
    assert msgspec.json.decode(row.place_original or "", type=Position) == Position(30.25, 120.15, "gcj02")
    assert row.latitude != 30.25
    kept = await ComplaintPhoto.filter(complaint_id=case.id).order_by("position")
    assert [photo.file_id for photo in kept] == list(photos)
    assert await trace(case.id) == (1, 1)
    entry = await AuditEntry.get(case_id=case.id)
    assert is_genuine(AUDIT_KEY, entry)
    assert "摆摊" not in entry.detail
    assert case.due_at is not None
    assert local(case.due_at).strftime("%m-%d %H:%M") == "11-24 18:00"


async def test_filing_through_a_batch_is_one_case_for_one_act(desk: Desk) -> None:
    async def send() -> object:
        prepared = await new_complaint_rows(desk, CITIZEN, words())
        reply = prepared.reference.encode()
        return await desk.db.write(Intake(("message:1",), b"same", prepared.rows, reply))

    outcomes = await asyncio.gather(*(send() for _ in range(6)))
    assert sum(isinstance(outcome, Fresh) for outcome in outcomes) == 1
    repeats = [outcome for outcome in outcomes if isinstance(outcome, Repeat)]
    row = await Complaint.get()
    assert {repeat.result.decode() for repeat in repeats} == {row.reference}
    assert await trace(row.id) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"story": " \u200b"}, "story"),
        ({"story": "长" * 12_001}, "story"),
        ({"photos": tuple(person(number) for number in range(40, 50))}, "photos"),
        ({"phone": "12"}, "phone"),
        ({"category": "moon"}, "category"),
        ({"position": Position(95.0, 0.0, "wgs84")}, "latitude"),
        ({"place_text": "远" * 301}, "place"),
        ({"scene_code": "x" * 41}, "scene_code"),
    ],
)
async def test_what_cannot_be_used_is_named_and_nothing_is_written(
    desk: Desk, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await filed(desk, **wrong)
    assert refused.value.field == field
    assert await Complaint.all().count() == 0
    assert await AuditEntry.all().count() == 0


async def test_twelve_thousand_characters_with_emoji_and_control_characters_are_kept(desk: Desk) -> None:
    case = await filed(desk, story="😡\x00" + "吵" * 11_999)
    assert (await Complaint.get(id=case.id)).story == "😡" + "吵" * 11_999


async def test_a_clerk_files_for_a_caller_and_a_stranger_for_nobody_else(desk: Desk) -> None:
    clerk = Actor(kind="staff", id=person(14), roles=frozenset({Role.WINDOW_CLERK}))
    by_phone = NewComplaint(account_id=None, story="路灯不亮", source=Source.PHONE)
    case = await submit(desk, clerk, by_phone)
    assert (await Complaint.get(id=case.id)).account_id is None
    with pytest.raises(Forbidden):
        await submit(desk, NEIGHBOUR, words())
    with pytest.raises(Forbidden):
        await submit(desk, Actor(kind="staff", id=person(15), roles=frozenset({Role.AUDITOR})), by_phone)


async def test_the_whole_way_from_filing_to_closing(desk: Desk, clock: FixedClock) -> None:
    case = await filed(desk)
    clock.advance(timedelta(hours=2))
    view = await actions.accept(desk, DISPATCHER, case.id)
    assert (view.state, view.category, view.unit_name) == (State.ACCEPTED, "vending", "街面中队")
    answer_due = view.due_at
    clock.advance(timedelta(hours=1))
    view = await actions.assign(desk, DISPATCHER, case.id)
    # Being assigned gives the bureau no more time.
    assert view.due_at == answer_due
    clock.advance(timedelta(days=1))
    view = await actions.answer(desk, HANDLER, case.id, text="摊位已劝离。", after_photos=(person(33),))
    assert (view.state, view.answer, view.answered_at) == (State.ANSWERED, "摊位已劝离。", clock.now())
    assert [photo.stage for photo in view.photos] == ["after"]
    view = await actions.rate(desk, CITIZEN, case.id, score=3, comment="很快")
    assert (view.state, view.rating, view.due_at, view.closed_at) == (State.CLOSED, 3, None, clock.now())
    assert await trace(case.id) == (5, 5)
    names = await OutboxEvent.all().order_by("id").values_list("name", flat=True)
    assert names == [
        f"complaint.{what}" for what in ("submitted", "accepted", "assigned", "answered", "rated")
    ]


async def test_a_refusal_is_final_and_keeps_its_grounds(desk: Desk) -> None:
    case = await filed(desk)
    with pytest.raises(Problem) as incomplete:
        await actions.refuse(desk, DISPATCHER, case.id, reason="不归我们管", responsible_body=" ")
    assert incomplete.value.status == 422
    view = await actions.refuse(
        desk, DISPATCHER, case.id, reason="不归我们管", responsible_body="公安交管部门"
    )
    assert (view.state, view.refusal_reason, view.responsible_body, view.moves) == (
        State.REFUSED,
        "不归我们管",
        "公安交管部门",
        (),
    )
    with pytest.raises(Problem) as late:
        await actions.accept(desk, DISPATCHER, case.id)
    assert late.value.status == 409


async def test_a_dispute_reopens_once_and_the_second_answer_is_the_last(desk: Desk) -> None:
    case = await answered(desk)
    poor = await actions.rate(desk, CITIZEN, case.id, score=1)
    assert (poor.state, poor.rating) == (State.ANSWERED, 1)
    again = await actions.dispute(desk, CITIZEN, case.id, reason="他们又来了")
    assert again.state is State.REOPENED
    await actions.assign(desk, DISPATCHER, case.id)
    second = await actions.answer(desk, HANDLER, case.id, text="已安排固定巡查。")
    assert second.rating is None
    owner = await queries.for_owner(desk, CITIZEN.id or person(0), case.reference)
    assert owner is not None
    assert "dispute" not in owner.moves
    with pytest.raises(Problem) as refused:
        await actions.dispute(desk, CITIZEN, case.id, reason="还是不行")
    assert refused.value.key == "problem.workflow.too_often"
    entries = await AuditEntry.filter(case_id=case.id, action="complaint.dispute")
    assert "又来了" not in entries[0].detail


async def test_a_case_handed_back_waits_for_another_unit_on_the_same_clock(desk: Desk) -> None:
    case = await assigned(desk)
    back = await actions.hand_back(desk, HANDLER, case.id, ground="不在本片区")
    assert (back.state, back.due_at) == (State.ACCEPTED, case.due_at)
    moved = await actions.assign(desk, DISPATCHER, case.id, unit="night")
    assert moved.unit_name == "夜间中队"
    view = await actions.answer(desk, NIGHT_HANDLER, case.id, text="已处理。")
    assert view.state is State.ANSWERED


async def test_a_handler_of_another_unit_cannot_answer(desk: Desk) -> None:
    case = await assigned(desk)
    before = await trace(case.id)
    with pytest.raises(Forbidden) as refused:
        await actions.answer(desk, NIGHT_HANDLER, case.id, text="我来")
    assert refused.value.key == "problem.complaint.not_your_case"
    assert await trace(case.id) == before


async def test_a_named_officer_handles_it_and_only_handlers_who_are_here_can_be_named(desk: Desk) -> None:
    passwords = Passwords(memory_kib=64, passes=1)
    hired = [
        await staff.add_staff(
            desk.db,
            passwords,
            system(),
            login=login,
            name=login,
            password="long enough",
            grants=[(role, None)],
        )
        for login, role in (("here", Role.HANDLER), ("gone", Role.HANDLER), ("head", Role.HEAD))
    ]
    await staff.leave(desk.db, system(), hired[1].id)
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    for nobody in (hired[1].id, hired[2].id, person(99)):
        with pytest.raises(Invalid) as refused:
            await actions.assign(desk, DISPATCHER, case.id, assignee_id=nobody)
        assert refused.value.field == "assignee_id"
    await actions.assign(desk, DISPATCHER, case.id, assignee_id=hired[0].id)
    detail = await queries.detail(desk, case.id, DISPATCHER)
    assert detail is not None
    assert detail.assignee_name == "here"
    view = await actions.answer(desk, hired[0].actor(), case.id, text="已处理。")
    assert view.state is State.ANSWERED


async def test_other_peoples_cases_look_like_unknown_ones(desk: Desk) -> None:
    case = await answered(desk)
    with pytest.raises(NotFound) as other:
        await actions.rate(desk, NEIGHBOUR, case.id, score=3)
    with pytest.raises(NotFound) as unknown:
        await actions.rate(desk, NEIGHBOUR, person(99), score=3)
    assert other.value.key == unknown.value.key
    assert NEIGHBOUR.id is not None
    assert await queries.for_owner(desk, NEIGHBOUR.id, case.reference) is None
    assert (await queries.mine(desk, NEIGHBOUR.id)).rows == ()


async def test_a_doubled_tap_changes_nothing_and_gets_the_same_answer(desk: Desk) -> None:
    case = await filed(desk)
    first = await actions.accept(desk, DISPATCHER, case.id, category="noise", expected_revision=1)
    again = await actions.accept(desk, DISPATCHER, case.id, category="noise", expected_revision=1)
    assert again == first
    assert await trace(case.id) == (2, 2)
    with pytest.raises(Problem) as other_content:
        await actions.accept(desk, DISPATCHER, case.id, category="vending")
    assert other_content.value.status == 409
    colleague = Actor(kind="staff", id=person(16), roles=frozenset({Role.DISPATCHER}))
    with pytest.raises(Problem) as other_person:
        await actions.accept(desk, colleague, case.id, category="noise", expected_revision=1)
    assert other_person.value.key == "problem.complaint.moved_on"


async def test_simultaneous_moves_happen_once(desk: Desk) -> None:
    case = await answered(desk)
    outcomes = await asyncio.gather(
        *(actions.rate(desk, CITIZEN, case.id, score=3) for _ in range(4)),
        *(actions.dispute(desk, CITIZEN, case.id, reason="没解决") for _ in range(4)),
        return_exceptions=True,
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, ComplaintView)]
    assert {view.state for view in won} in ({State.CLOSED}, {State.REOPENED})
    assert all(isinstance(outcome, ComplaintView | Problem) for outcome in outcomes)
    assert await trace(case.id) == (5, 5)


async def test_a_page_that_is_out_of_date_is_told_so(desk: Desk) -> None:
    case = await filed(desk)
    await actions.withdraw(desk, CITIZEN, case.id)
    with pytest.raises(Conflict) as refused:
        await actions.accept(desk, DISPATCHER, case.id, expected_revision=case.revision)
    assert refused.value.key == "problem.complaint.moved_on"


async def test_acceptance_without_any_category_asks_for_one(desk: Desk) -> None:
    case = await filed(desk, story="请帮帮我")
    with pytest.raises(Invalid) as refused:
        await actions.accept(desk, DISPATCHER, case.id)
    assert refused.value.key == "problem.complaint.no_category"
    assert (await Complaint.get(id=case.id)).state == "submitted"


async def test_the_clock_closes_only_what_is_past_its_limit(desk: Desk, clock: FixedClock) -> None:
    case = await answered(desk)
    assert await actions.close_answered_past_limit(desk, clock.now()) == 0
    with pytest.raises(Conflict):
        await actions.close(desk, the_clock(), case.id)
    assert case.due_at is not None
    clock.set(case.due_at + timedelta(seconds=1))
    assert await actions.close_answered_past_limit(desk, clock.now()) == 1
    assert await actions.close_answered_past_limit(desk, clock.now()) == 0
    assert (await Complaint.get(id=case.id)).state == "closed"
    owner = await queries.for_owner(desk, CITIZEN.id or person(0), case.reference)
    assert owner is not None
    assert owner.timeline[-1].key == "complaint.timeline.close_by_clock"


async def test_looking_at_the_telephone_is_audited_and_citizens_do_not_see_that(desk: Desk) -> None:
    case = await filed(desk, phone="13800001234")
    with pytest.raises(Forbidden):
        await actions.reveal_phone(desk, CITIZEN, case.id)
    assert await actions.reveal_phone(desk, DISPATCHER, case.id) == "13800001234"
    detail = await queries.detail(desk, case.id, DISPATCHER)
    assert detail is not None
    assert detail.masked_phone == "138****1234"
    assert [entry.action for entry in detail.view.timeline] == ["submit", "reveal_phone"]
    owner = await queries.for_owner(desk, CITIZEN.id or person(0), case.reference)
    assert owner is not None
    assert [entry.action for entry in owner.timeline] == ["submit"]
    silent = await filed(desk)
    with pytest.raises(NotFound):
        await actions.reveal_phone(desk, DISPATCHER, silent.id)


async def test_citizens_own_words_are_nowhere_but_on_the_case(desk: Desk) -> None:
    case = await answered(desk)
    await actions.rate(desk, CITIZEN, case.id, score=1, comment="机密评语")
    await actions.dispute(desk, citizen(CITIZEN.id or person(0)), case.id, reason="机密理由")
    everything = [entry.detail for entry in await AuditEntry.all()]
    everything += [event.payload for event in await OutboxEvent.all()]
    assert not any("机密" in text or "摆摊，占道" in text for text in everything)
