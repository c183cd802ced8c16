"""A message to a person from leaving it to its end, on both engines: who may, what is kept, what is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from casework.actors import Actor, citizen
from casework.actors import clock as the_clock
from casework.complaints.filing import Source
from casework.inquiries import actions, queries
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.filing import NewInquiry, Topic, new_inquiry_rows, submit, submit_once
from casework.inquiries.lifecycle import State
from casework.inquiries.models import Inquiry, InquiryMessage
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock, local
from kit.db import Database, Fresh, Intake, Repeat
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    WINDOW_CLERK,
    asked,
    inquiry_desk_on,
    linked,
    person,
)
from tests.conftest import AUDIT_KEY


@pytest.fixture
def desk(database: Database) -> InquiryDesk:
    return inquiry_desk_on(database)


async def trace(inquiry_id: object) -> tuple[int, int]:
    return (
        await AuditEntry.filter(case_id=inquiry_id).count(),
        await OutboxEvent.filter(case_id=inquiry_id).count(),
    )


async def test_a_message_gets_a_reference_and_a_limit_in_working_days(desk: InquiryDesk) -> None:
    view = await asked(desk)
    assert view.reference.startswith("QS-LY-261123-0001-")
    assert (view.state, view.revision, view.moves) == (State.SUBMITTED, 1, ("write_more", "withdraw"))
    assert view.due_at is not None
    assert local(view.due_at).strftime("%m-%d %H:%M") == "11-24 18:00"
    assert [one.text for one in view.messages] == ["临街装空调外机有什么要求？"]
    assert await trace(view.id) == (1, 1)


async def test_citizens_own_words_are_not_in_the_audit_chain(desk: InquiryDesk) -> None:
    view = await asked(desk, "我妈住院了，能不能晚几天")
    await actions.write_more(desk, CITIZEN, view.id, "是市一医院")
    for entry in await AuditEntry.filter(case_id=view.id):
        assert is_genuine(AUDIT_KEY, entry)
        assert "住院" not in entry.detail
        assert "医院" not in entry.detail
        assert "text_digest" in entry.detail
    for event in await OutboxEvent.filter(case_id=view.id):
        assert "医院" not in event.payload


async def test_a_message_left_through_a_batch_is_one_inquiry_for_one_act(desk: InquiryDesk) -> None:
    async def send() -> object:
        new = NewInquiry(account_id=person(1), text="在吗", source=Source.WECHAT)
        made = await new_inquiry_rows(desk, CITIZEN, new)
        return await desk.db.write(Intake(("message:1",), b"same", made.rows, made.reference.encode()))

    outcomes = await asyncio.gather(*(send() for _ in range(5)))
    assert sum(isinstance(one, Fresh) for one in outcomes) == 1
    row = await Inquiry.get()
    repeats = {one.result.decode() for one in outcomes if isinstance(one, Repeat)}
    assert repeats == {row.reference}
    assert await InquiryMessage.all().count() == 1


@pytest.mark.parametrize("text", ["", " \u200b", "长" * 2_001])
async def test_a_message_that_says_nothing_or_too_much_is_refused_by_name(
    desk: InquiryDesk, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await asked(desk, text)
    assert refused.value.field == "text"
    assert await Inquiry.all().count() == 0


async def test_nobody_leaves_a_message_in_anothers_name(desk: InquiryDesk) -> None:
    for actor in (NEIGHBOUR, DISPATCHER):
        with pytest.raises(Forbidden):
            await submit(desk, actor, NewInquiry(account_id=person(1), text="在吗", source=Source.H5))


@pytest.mark.parametrize("clerk", [DISPATCHER, HANDLER, WINDOW_CLERK], ids=lambda actor: actor.name)
async def test_a_clerk_answers_and_the_citizen_may_write_again(
    desk: InquiryDesk, clock: FixedClock, clerk: Actor
) -> None:
    view = await asked(desk)
    clock.advance(timedelta(hours=1))
    answered = await actions.answer(desk, clerk, view.id, answer="离地两米五以上。", revision=1)
    assert (answered.state, answered.answer, answered.revision) == (State.ANSWERED, "离地两米五以上。", 2)
    assert (await Inquiry.get(id=view.id)).answered_by_id == clerk.id
    clock.advance(timedelta(days=2))
    again = await actions.write_more(desk, CITIZEN, view.id, "那已经装了的呢？")
    assert again.state is State.SUBMITTED
    assert again.due_at is not None
    assert local(again.due_at).strftime("%m-%d") == "11-26"
    assert [one.author_kind for one in again.messages] == ["citizen", "staff", "citizen"]
    assert await trace(view.id) == (3, 3)


async def test_words_added_before_an_answer_do_not_put_it_off(desk: InquiryDesk, clock: FixedClock) -> None:
    view = await asked(desk)
    clock.advance(timedelta(hours=5))
    more = await actions.write_more(desk, CITIZEN, view.id, "补充一句")
    assert (more.due_at, more.state_since_at) == (view.due_at, view.state_since_at)


async def test_a_doubled_tap_says_it_once(desk: InquiryDesk) -> None:
    view = await asked(desk)
    first = await actions.answer(desk, DISPATCHER, view.id, answer="可以。", revision=1)
    second = await actions.answer(desk, DISPATCHER, view.id, answer="可以。", revision=1)
    assert first == second
    assert await InquiryMessage.filter(inquiry_id=view.id).count() == 2
    with pytest.raises(Conflict) as refused:
        await actions.answer(desk, HANDLER, view.id, answer="不可以。", revision=1)
    assert refused.value.key == "problem.inquiry.moved_on"


async def test_simultaneous_answers_are_both_kept_in_order_or_one_is_told(desk: InquiryDesk) -> None:
    view = await asked(desk)
    outcomes = await asyncio.gather(
        *(actions.answer(desk, DISPATCHER, view.id, answer=f"第{n}条", revision=1) for n in range(5)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, Problem)]
    assert len(refused) == 4
    positions = [one.position for one in await InquiryMessage.filter(inquiry_id=view.id).order_by("position")]
    assert positions == [1, 2]


async def test_an_answer_must_say_something_and_fit_one_message(desk: InquiryDesk) -> None:
    view = await asked(desk)
    with pytest.raises(Problem) as blank:
        await actions.answer(desk, DISPATCHER, view.id, answer=" ")
    assert blank.value.status == 422
    with pytest.raises(Invalid) as long:
        await actions.answer(desk, DISPATCHER, view.id, answer="字" * 601)
    assert long.value.field == "answer"
    assert await trace(view.id) == (1, 1)


@pytest.mark.parametrize("actor", [HEAD, AUDITOR, CITIZEN], ids=["head", "auditor", "citizen"])
async def test_who_is_no_clerk_cannot_answer(desk: InquiryDesk, actor: Actor) -> None:
    view = await asked(desk)
    with pytest.raises(Problem) as refused:
        await actions.answer(desk, actor, view.id, answer="可以。")
    assert refused.value.status == 403


async def test_an_unanswered_message_is_taken_back_by_its_owner_only(desk: InquiryDesk) -> None:
    view = await asked(desk)
    for actor in (DISPATCHER, the_clock()):
        with pytest.raises(Problem):
            await actions.close(desk, actor, view.id)
        with pytest.raises(Problem):
            await actions.withdraw(desk, actor, view.id)
    closed = await actions.withdraw(desk, CITIZEN, view.id)
    assert (closed.state, closed.moves, closed.due_at) == (State.CLOSED, (), None)
    with pytest.raises(Problem) as over:
        await actions.write_more(desk, CITIZEN, view.id, "还有")
    assert over.value.status == 409


async def test_the_clock_closes_only_what_is_past_its_limit(desk: InquiryDesk, clock: FixedClock) -> None:
    view = await asked(desk)
    answered = await actions.answer(desk, DISPATCHER, view.id, answer="可以。")
    assert await actions.close_answered_past_limit(desk, clock.now()) == 0
    assert answered.due_at is not None
    clock.set(answered.due_at + timedelta(seconds=1))
    assert await actions.close_answered_past_limit(desk, clock.now()) == 1
    assert await actions.close_answered_past_limit(desk, clock.now()) == 0
    assert (await Inquiry.get(id=view.id)).state == "closed"
    event = await OutboxEvent.get(case_id=view.id, name="inquiry.closed")
    assert '"by":"clock"' in event.payload


async def test_other_peoples_messages_look_like_unknown_ones(desk: InquiryDesk) -> None:
    view = await asked(desk)
    assert await queries.for_owner(desk, person(2), view.reference) is None
    assert await queries.for_owner(desk, person(1), "QS-LY-261123-0001-X") is None
    for inquiry_id in (view.id, person(99)):
        with pytest.raises(NotFound) as refused:
            await actions.write_more(desk, NEIGHBOUR, inquiry_id, "让我看看")
        assert refused.value.key == "problem.inquiry.not_found"
    assert (await queries.mine(desk, person(2))).rows == ()


async def test_a_person_with_two_accounts_reads_and_moves_both(desk: InquiryDesk) -> None:
    view = await asked(desk)
    await linked(desk.db, person(1), person(3))
    other = citizen(person(3))
    seen = await queries.for_owner(desk, person(3), view.reference.lower())
    assert seen is not None
    assert [row.reference for row in (await queries.mine(desk, person(3))).rows] == [view.reference]
    assert (await actions.write_more(desk, other, view.id, "是我")).revision == 2
    with pytest.raises(NotFound):
        await actions.write_more(desk, NEIGHBOUR, view.id, "不是我")


async def test_lists_are_paged_by_key_without_gaps_or_repeats(desk: InquiryDesk, clock: FixedClock) -> None:
    for number in range(7):
        await asked(desk, f"第{number}问")
        clock.advance(timedelta(minutes=number % 2))
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await queries.waiting(desk, after, 3)
        seen += [row.opening for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == [f"第{number}问" for number in range(7)]
    first = await queries.mine(desk, person(1), 4)
    second = await queries.mine(desk, person(1), 4, first.after)
    assert [row.opening for row in (*first.rows, *second.rows)] == [
        f"第{number}问" for number in range(6, -1, -1)
    ]
    assert second.after is None
    with pytest.raises(Invalid):
        await queries.waiting(desk, "nonsense")


async def test_what_waits_is_overdue_past_the_bureaus_limit_only(
    desk: InquiryDesk, clock: FixedClock
) -> None:
    late = await asked(desk)
    answered = await asked(desk)
    await actions.answer(desk, DISPATCHER, answered.id, answer="可以。")
    clock.advance(timedelta(days=30))
    assert [row.overdue for row in (await queries.waiting(desk)).rows] == [True]
    assert [row.overdue for row in (await queries.answered(desk)).rows] == [False]
    view = await queries.one(desk, late.id, HANDLER)
    assert view is not None
    assert view.overdue
    assert view.moves == ("answer",)


async def test_staff_read_an_inquiry_and_nobody_else_by_its_id(desk: InquiryDesk) -> None:
    view = await asked(desk)
    await actions.answer(desk, DISPATCHER, view.id, answer="可以。")
    seen = await queries.by_reference(desk, view.reference, WINDOW_CLERK)
    assert seen is not None
    assert seen.moves == ("answer", "close")
    assert await queries.one(desk, person(99), WINDOW_CLERK) is None
    with pytest.raises(Forbidden):
        await queries.one(desk, view.id, CITIZEN)
    closed = await actions.close(desk, WINDOW_CLERK, view.id)
    assert [row.id for row in (await queries.closed(desk)).rows] == [closed.id]


# ---- requests about one's own data


async def test_a_request_about_ones_own_data_has_a_limit_of_its_own_and_says_what_it_is(
    database: Database,
) -> None:
    desk = inquiry_desk_on(database)
    ordinary = await asked(desk)
    new = NewInquiry(
        account_id=CITIZEN.id or person(1), text="请改电话", source=Source.H5, topic=Topic.CORRECTION
    )
    request = await submit_once(desk, CITIZEN, new, key="h5:one", body=b"1")
    assert (ordinary.topic, request.topic) == (None, "correction")
    assert ordinary.due_at is not None
    assert request.due_at is not None
    assert request.due_at > ordinary.due_at
    again = await actions.write_more(desk, CITIZEN, request.id, "还有地址", revision=1)
    assert again.due_at == request.due_at


async def test_a_message_sent_twice_with_one_key_is_one_message(database: Database) -> None:
    desk = inquiry_desk_on(database)
    new = NewInquiry(account_id=CITIZEN.id or person(1), text="请问几点下班", source=Source.H5)
    first = await submit_once(desk, CITIZEN, new, key="h5:act", body=b"a")
    second = await submit_once(desk, CITIZEN, new, key="h5:act", body=b"a")
    assert second.reference == first.reference
    with pytest.raises(Conflict):
        await submit_once(desk, CITIZEN, new, key="h5:act", body=b"b")
    assert await Inquiry.all().count() == 1
