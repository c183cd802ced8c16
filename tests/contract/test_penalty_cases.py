"""Penalty cases on both engines: from the notice to the last payment, who may do what, and what is refused with a sentence."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import msgspec
import pytest

from casework.documents.models import IssuedDocument
from casework.penalties import case_deciding as deciding
from casework.penalties import case_paying as paying
from casework.penalties import case_serving as serving
from casework.penalties.access import access_by_code
from casework.penalties.case_hearing import Appointment, appoint_hearing, record_hearing
from casework.penalties.case_issuing import issue_case
from casework.penalties.case_paying import NewPayment
from casework.penalties.case_queries import case_counts, case_view, cases, cases_of
from casework.penalties.case_requests import (
    NewRequest,
    answer_statement,
    answer_terms,
    send_request,
    withdraw_request,
)
from casework.penalties.case_serving import Delivery
from casework.penalties.delivery_consents import consent_of
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PenaltyCase, PenaltyPayment
from casework.people.models import StaffBinding
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from tests.casework_setting import person
from tests.penalty_case_setting import (
    ELSEWHERE,
    HEAD,
    HOST,
    NOBODY,
    OFFICER,
    PARTY,
    REVIEWER,
    SECOND,
    STRANGER,
    access_of,
    again,
    asks,
    at,
    desk_with_people,
    issued,
    new_case,
    parts,
    proposed,
    refusal,
    served,
    told,
)


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    return await desk_with_people(database)


async def test_a_case_goes_from_the_notice_through_a_hearing_to_the_last_payment(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await told(desk)
    assert (row.state, row.allows_hearing, row.unit) == ("notified", True, "street")
    said = await asks(desk, row, "statement", "当晚就扫干净了。")
    await asks(desk, row, "hearing", "要求听证。")
    assert (await again(row)).state == "hearing_asked"
    await answer_statement(desk, OFFICER, row.id, said.id, "partly", "清扫属实，从轻。")
    hearing = Appointment(at=at(12, 4), place="三楼听证室", host_id=HOST.id)
    await appoint_hearing(desk, OFFICER, row.id, hearing)
    assert await refusal(record_hearing(desk, OFFICER, row.id, "听过了。")) == "not_heard_yet"
    clock.set(at(12, 4, 15))
    await record_hearing(desk, OFFICER, row.id, "当事人到场，说明已清扫。")
    await deciding.propose(desk, OFFICER, row.id, deciding.Proposal(words="罚款肆万元。", fine="40000"))
    assert await refusal(deciding.decide(desk, HEAD, row.id)) == "not_reviewed"
    assert await refusal(deciding.review(desk, OFFICER, row.id, "可以。")) == "not_your_role"
    await deciding.review(desk, REVIEWER, row.id, "程序合法。")
    await deciding.decide(desk, HEAD, row.id)
    await serving.serve_decision(desk, OFFICER, row.id, Delivery("left"))
    row = await again(row)
    assert (row.state, row.decision_fen, row.payment_due_on) == ("served", 4_000_000, date(2026, 12, 21))
    asked = await asks(
        desk,
        row,
        "instalment",
        "资金困难。",
        plan=parts((date(2026, 12, 30), 20_000), (date(2027, 1, 29), 20_000)),
    )
    await answer_terms(desk, HEAD, row.id, asked.id, (), "确有困难。", allowed=True)
    row = await again(row)
    assert row.payment_due_on == date(2027, 1, 29)
    for number in ("A1", "A2"):
        paid = NewPayment(amount="20000", receipt=number, paid_on=date(2026, 12, 4))
        await paying.record_payment(desk, OFFICER, row.id, paid)
    await paying.close(desk, OFFICER, row.id, "已缴清。")
    assert (await again(row)).state == "closed"
    papers = IssuedDocument.filter(about_id=row.id).order_by("issued_at", "id")
    assert await papers.values_list("kind", "number") == [
        ("penalty_notice", "清城管罚告字〔2026〕第001号"),
        ("penalty_hearing", "清城管罚听字〔2026〕第001号"),
        ("penalty_decision", "清城管罚字〔2026〕第001号"),
        ("payment_terms", "清城管罚缴字〔2026〕第001号"),
    ]
    told_of = await OutboxEvent.filter(case_id=row.id).order_by("id").values_list("name", flat=True)
    assert "penalty_case.hearing_appointed" in told_of
    assert told_of[-1] == "penalty_case.ended"


async def test_nothing_is_decided_before_the_party_was_heard(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await issued(desk)
    draft = deciding.Proposal(words="罚款肆万元。", fine="40000")
    assert await refusal(deciding.propose(desk, OFFICER, row.id, draft)) == "wrong_state"
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("window"))
    assert await refusal(deciding.propose(desk, OFFICER, row.id, draft)) == "too_early"
    clock.set(at(11, 30, 17))  # The fifth working day ends at half past five.
    assert await refusal(deciding.propose(desk, OFFICER, row.id, draft)) == "too_early"
    clock.set(at(11, 30, 19))
    await deciding.propose(desk, OFFICER, row.id, draft)
    late = await asks(desk, row, "statement", "晚了一天，还是要说。")
    assert not late.is_in_time
    assert await refusal(deciding.decide(desk, HEAD, row.id)) == "unanswered"
    await answer_statement(desk, OFFICER, row.id, late.id, "not_adopted", "没有证据。")
    await deciding.decide(desk, HEAD, row.id)
    assert (await again(row)).state == "decided"


async def test_a_party_that_gives_up_its_right_need_not_be_waited_for(desk: PenaltyDesk) -> None:
    row = await told(desk)
    await asks(desk, row, "waiver", "没有意见，同意处罚。")
    assert await refusal(asks(desk, row, "hearing")) == "waived"
    await deciding.propose(desk, OFFICER, row.id, deciding.Proposal(words="罚款。", fine="40000"))
    assert (await again(row)).state == "proposed"


async def test_a_penalty_gets_no_heavier_because_somebody_spoke(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await told(desk)
    clock.advance(timedelta(days=8))
    heavier = deciding.Proposal(words="罚款。", fine="60000.01")
    assert await refusal(deciding.propose(desk, OFFICER, row.id, heavier)) == "heavier"
    nothing = await told(desk, amount="")
    clock.advance(timedelta(days=8))
    assert await refusal(deciding.propose(desk, OFFICER, nothing.id, heavier)) == "heavier"


async def test_who_looked_into_a_case_or_drafted_releases_nothing(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await proposed(desk, clock)
    head_too = msgspec.structs.replace(HEAD, id=OFFICER.id)
    assert await refusal(deciding.decide(desk, head_too, row.id)) == "own_draft"
    assert await refusal(deciding.decide(desk, OFFICER, row.id)) == "not_your_role"
    await deciding.send_back(desk, HEAD, row.id, "裁量理由要写清楚。")
    assert (await again(row)).state == "notified"


async def test_nobody_acts_for_the_bureau_on_a_case_of_their_own(desk: PenaltyDesk) -> None:
    first = await told(desk)
    access_id = await access_of(desk, first)
    await serving.consent_in_case(desk, PARTY, access_id, "李老板")

    async def bind(change: Change) -> None:
        await StaffBinding(
            id=change.ids.new(), staff_id=SECOND.id, account_id=PARTY.id, bound_at=change.now
        ).save(force_create=True)

    await desk.db.change(bind)
    reviewed = await refusal(serving.renew_code(desk, SECOND, first.id, expected_revision=first.revision))
    assert reviewed == "own_case"
    assert await AuditEntry.filter(case_id=first.id, action="penalty_case.own_refused").count() == 1
    as_second = {"second_officer_id": OFFICER.id}
    # The party's number alone tells: nothing of this second case has been opened by anybody.
    assert await refusal(issue_case(desk, SECOND, new_case(desk, **as_second))) == "own_case"
    assert await AuditEntry.filter(case_id=SECOND.id, action="penalty_case.own_refused").exists()
    assert await PenaltyCase.all().count() == 1


async def test_papers_come_electronically_only_after_somebody_signed(desk: PenaltyDesk) -> None:
    row = await issued(desk)
    assert await refusal(serving.serve_notice(desk, OFFICER, row.id, Delivery("online"))) == "no_consent"
    assert (await again(row)).state == "issued"
    access_id = await access_of(desk, row)
    assert await refusal(serving.consent_in_case(desk, NOBODY, access_id, "李老板")) == "sign_in_first"
    await serving.consent_in_case(desk, PARTY, access_id, "李老板")
    assert await consent_of(row.party_index) is not None
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("online"))
    row = await again(row)
    assert (row.state, row.account_id) == ("notified", PARTY.id)
    assert [one.reference for one in await cases_of(desk, person(67))] == [row.reference]
    assert await cases_of(desk, person(68)) == ()


async def test_a_paper_goes_electronically_only_to_the_account_that_signed(desk: PenaltyDesk) -> None:
    first = await issued(desk)
    # Whoever held the code has put it into an account; the party signs in another, on a case of its own.
    await serving.link_case(desk, STRANGER, await access_of(desk, first))
    second = await issued(desk)
    await serving.consent_in_case(desk, PARTY, await access_of(desk, second), "李老板")
    assert await refusal(serving.serve_notice(desk, OFFICER, first.id, Delivery("online"))) == "no_consent"
    assert (await again(first)).state == "issued"
    await serving.serve_notice(desk, OFFICER, second.id, Delivery("online"))
    third = await issued(desk)
    await serving.serve_notice(desk, OFFICER, third.id, Delivery("online"))
    assert (await again(third)).account_id == PARTY.id
    # Once they sign as well, it may go there: the case is theirs.
    await serving.consent_in_case(desk, STRANGER, await access_of(desk, first), "王经理")
    await serving.serve_notice(desk, OFFICER, first.id, Delivery("online"))
    first = await again(first)
    assert (first.state, first.account_id) == ("notified", STRANGER.id)


async def test_a_code_opens_its_own_case_and_no_other(desk: PenaltyDesk) -> None:
    mine, other = await told(desk), await told(desk)
    code = (await case_view(desk, OFFICER, mine.reference)).code
    assert await access_by_code(desk, other.reference, code) is None
    access_id = await access_of(desk, mine)
    new = NewRequest(kind="statement", words="不是我的。")
    assert await refusal(send_request(desk, NOBODY, other.id, new, access_id=access_id)) == "not_found"
    assert await refusal(case_view(desk, NOBODY, other.reference, access_id)) == "not_found"
    assert await refusal(case_view(desk, STRANGER, mine.reference)) == "not_found"
    assert await refusal(case_view(desk, ELSEWHERE, mine.reference)) == "not_found"
    await serving.renew_code(desk, OFFICER, mine.id)
    assert await refusal(case_view(desk, NOBODY, mine.reference, access_id)) == "not_found"
    assert await access_by_code(desk, mine.reference, code) is None


async def test_a_party_sees_a_decision_once_it_is_delivered(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await proposed(desk, clock)
    access_id = await access_of(desk, row)
    await deciding.decide(desk, HEAD, row.id)
    before = await case_view(desk, NOBODY, row.reference, access_id)
    assert (before.decision, before.proposed, before.code) == ("", "", "")
    assert [one.paper for one in before.papers] == ["penalty_notice"]
    await serving.serve_decision(desk, OFFICER, row.id, Delivery("window"))
    after = await case_view(desk, NOBODY, row.reference, access_id)
    assert (after.decision, after.decision_fen) == ("罚款肆万元。", 4_000_000)
    assert [one.paper for one in after.papers] == ["penalty_decision", "penalty_notice"]


async def test_doubled_forms_count_once(desk: PenaltyDesk, clock: FixedClock) -> None:
    act = person(900)
    rows = await asyncio.gather(issued(desk, act=act), issued(desk, act=act), return_exceptions=True)
    assert any(isinstance(one, PenaltyCase) for one in rows)
    assert await PenaltyCase.all().count() == 1
    assert (await issued(desk, act=act)).id == act
    row = await PenaltyCase.get(id=act)
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("window"), 1)
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("window"), 1)
    access_id = await access_of(desk, row)
    new = NewRequest(kind="statement", words="说一遍。", act=person(901))
    sent = [
        send_request(desk, NOBODY, row.id, new, access_id=access_id, expected_revision=2) for _ in range(3)
    ]
    await asyncio.gather(*sent)
    assert await PartyRequest.filter(case_id=row.id).count() == 1
    other = NewRequest(kind="statement", words="别人改了以后。", act=person(902))
    sent_late = send_request(desk, NOBODY, row.id, other, access_id=access_id, expected_revision=2)
    assert await refusal(sent_late) == "moved_on"


async def test_the_same_receipt_is_one_payment_and_nothing_is_paid_twice(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    today = date(2026, 12, 1)
    first = NewPayment(amount="10,000.50", receipt="A1", paid_on=today, act=person(903))
    await asyncio.gather(
        *(paying.record_payment(desk, OFFICER, row.id, first, row.revision) for _ in range(2))
    )
    assert (await again(row)).paid_fen == 1_000_050
    assert await PenaltyPayment.filter(case_id=row.id).count() == 1
    again_ = NewPayment(amount="1", receipt="A1", paid_on=today)
    assert await refusal(paying.record_payment(desk, OFFICER, row.id, again_)) == "receipt_known"
    more = NewPayment(amount="30000", receipt="A2", paid_on=today)
    assert await refusal(paying.record_payment(desk, OFFICER, row.id, more)) == "too_much"
    tomorrow = NewPayment(amount="1", receipt="A3", paid_on=today + timedelta(days=1))
    assert await refusal(paying.record_payment(desk, OFFICER, row.id, tomorrow)) == "paid_on"
    assert await refusal(paying.close(desk, OFFICER, row.id, "结案。")) == "still_owed"


async def test_a_plan_pays_exactly_what_is_owed(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await served(desk, clock)
    first, second = date(2026, 12, 20), date(2027, 1, 20)
    wrong = {
        "plan_sum": parts((first, 20_000), (second, 20_001)),
        "plan_days": parts((second, 20_000), (first, 20_000)),
        "parts": parts((first, 40_000)),
    }
    for why, plan in wrong.items():
        assert await refusal(asks(desk, row, "instalment", plan=plan)) == why
    past = parts((date(2026, 11, 1), 20_000), (second, 20_000))
    assert await refusal(asks(desk, row, "instalment", plan=past)) == "plan_days"
    asked = await asks(desk, row, "delay", plan=parts((second, 40_000)))
    assert await refusal(asks(desk, row, "delay", plan=parts((second, 40_000)))) == "terms_open"
    assert (
        await refusal(answer_terms(desk, OFFICER, row.id, asked.id, (), "行。", allowed=True))
        == "not_your_role"
    )
    await answer_terms(desk, HEAD, row.id, asked.id, (), "没有证明材料。", allowed=False)
    assert (await again(row)).payment_due_on == date(2026, 12, 16)
    late = await asks(desk, row, "delay", "补上证明。", plan=parts((second, 40_000)))
    await withdraw_request(desk, NOBODY, row.id, late.id, access_id=await access_of(desk, row))
    assert await refusal(answer_terms(desk, HEAD, row.id, late.id, (), "行。", allowed=True)) == "answered"


async def test_more_for_paying_late_is_ordered_by_a_person_and_bounded_by_law(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    order = paying.order_late_fine
    assert await refusal(order(desk, HEAD, row.id, "1", "逾期。")) == "not_late"
    clock.set(at(12, 18))
    assert (await again(row)).late_fen == 0
    view = await case_view(desk, HEAD, row.reference)
    assert view.late_fine_at_most == 4_000_000 * 2 * 3 // 100
    assert await refusal(order(desk, HEAD, row.id, "2400.01", "逾期两天。")) == "late_fine"
    assert await refusal(order(desk, OFFICER, row.id, "1", "逾期两天。")) == "not_your_role"
    await order(desk, HEAD, row.id, "2400", "逾期两天，催告后仍未缴纳。")
    assert (
        await case_view(desk, NOBODY, row.reference, await access_of(desk, row))
    ).line.owed_fen == 4_240_000
    clock.advance(timedelta(days=300))
    assert (await case_view(desk, HEAD, row.reference)).late_fine_at_most == 4_000_000


async def test_a_hearing_is_given_notice_of_and_held_by_somebody_else(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await told(desk)
    await asks(desk, row, "hearing")
    soon = Appointment(at=at(12, 1), place="三楼", host_id=HOST.id)
    assert await refusal(appoint_hearing(desk, OFFICER, row.id, soon)) == "hearing_too_soon"
    on_saturday = Appointment(at=at(12, 5), place="三楼", host_id=HOST.id)
    assert await refusal(appoint_hearing(desk, OFFICER, row.id, on_saturday)) == "hearing_day"
    by_an_officer = Appointment(at=at(12, 4), place="三楼", host_id=SECOND.id)
    assert await refusal(appoint_hearing(desk, OFFICER, row.id, by_an_officer)) == "host_looked_into_it"
    await appoint_hearing(desk, OFFICER, row.id, Appointment(at=at(12, 4), place="三楼", host_id=HOST.id))
    await appoint_hearing(desk, OFFICER, row.id, Appointment(at=at(12, 7), place="四楼", host_id=HOST.id))
    notices = IssuedDocument.filter(about_id=row.id, kind="penalty_hearing")
    assert await notices.filter(voided_at=None).count() == 1
    assert await notices.count() == 2
    request = await PartyRequest.get(case_id=row.id)
    await withdraw_request(desk, NOBODY, row.id, request.id, access_id=await access_of(desk, row))
    row = await again(row)
    assert (row.state, row.hearing_at) == ("notified", None)


async def test_a_hearing_is_asked_for_in_time_and_only_where_the_law_gives_one(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    small = await told(desk, amount="500")
    assert await refusal(asks(desk, small, "hearing")) == "no_hearing"
    large = await told(desk)
    clock.set(at(11, 30, 19))
    assert await refusal(asks(desk, large, "hearing")) == "hearing_too_late"
    assert not (await asks(desk, large, "statement", "那我说几句。")).is_in_time
    assert await case_counts(OFFICER) == {
        "asked": 1, "deliver": 0, "heard": 2, "hearing": 0, "proposed": 0, "served": 0,
    }  # fmt: skip
    assert [one.reference for one in (await cases(desk, OFFICER, "asked")).rows] == [large.reference]
    assert (await cases(desk, ELSEWHERE, "heard")).rows == ()


async def test_what_is_taken_back_leaves_no_valid_paper(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await served(desk, clock)
    assert await refusal(deciding.end(desk, OFFICER, row.id, "revoke", "错了。")) == "not_your_role"
    await deciding.end(desk, HEAD, row.id, "revoke", "复议机关撤销。")
    assert (await again(row)).state == "revoked"
    assert not await IssuedDocument.filter(about_id=row.id, voided_at=None).exists()
    spared = await told(desk)
    await asks(desk, spared, "waiver")
    await deciding.propose(
        desk, OFFICER, spared.id, deciding.Proposal(words="轻微，不予处罚。", is_penalty=False)
    )
    await deciding.decide(desk, HEAD, spared.id)
    await serving.serve_decision(desk, OFFICER, spared.id, Delivery("window"))
    row = await again(spared)
    assert (row.state, row.decision_fen, row.payment_due_on) == ("no_penalty", None, None)
    assert row.review_due_on is not None
