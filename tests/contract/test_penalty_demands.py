"""Before the court is asked, the party is demanded in writing and heard again; on both engines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.documents.models import IssuedDocument
from casework.documents.opening import pdf
from casework.penalties import case_demanding as demanding
from casework.penalties import case_paying as paying
from casework.penalties.case_paying import NewPayment
from casework.penalties.case_queries import case_view, cases
from casework.penalties.case_requests import answer_statement, answer_terms
from casework.penalties.case_serving import Delivery
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PartyRequest, PenaltyCase
from kit.clock import FixedClock, local
from kit.db import Database
from kit.outbox_models import OutboxEvent
from tests.paper_thumbnails import text_of
from tests.penalty_case_setting import (
    HEAD,
    NOBODY,
    OFFICER,
    access_of,
    again,
    asks,
    at,
    desk_with_people,
    parts,
    refusal,
    served,
)


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    return await desk_with_people(database)


async def demanded(desk: PenaltyDesk, clock: FixedClock) -> PenaltyCase:
    """One that was not paid, and whose letter was handed over on the first of February (2027, a Monday)."""
    row = await served(desk, clock)
    clock.set(at(2, 1, year=2027))
    await demanding.demand(desk, HEAD, row.id)
    await demanding.serve_demand(desk, OFFICER, row.id, Delivery("window"))
    return await again(row)


async def test_the_court_is_asked_only_after_a_demand_its_ten_working_days_and_the_remedies(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    assert await refusal(demanding.demand(desk, HEAD, row.id)) == "not_late"
    clock.set(at(2, 1, year=2027))
    # Late, but nobody has demanded it yet.
    assert "enforce" not in (await case_view(desk, HEAD, row.reference)).moves
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "wrong_state"
    assert await refusal(demanding.demand(desk, OFFICER, row.id)) == "not_your_role"
    await demanding.demand(desk, HEAD, row.id)
    by_code = await access_of(desk, row)
    shown = await case_view(desk, NOBODY, row.reference, by_code)
    assert "penalty_demand" not in {one.paper for one in shown.papers}
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "wrong_state"
    await demanding.serve_demand(desk, OFFICER, row.id, Delivery("window"))
    row = await again(row)
    assert row.due_at is not None
    assert local(row.due_at).date() == date(2027, 2, 15)
    shown = await case_view(desk, NOBODY, row.reference, by_code)
    assert "penalty_demand" in {one.paper for one in shown.papers}
    assert shown.demanded_at is not None
    assert "state" in shown.moves
    clock.advance(timedelta(days=40))
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "remedies_open"
    assert row.lawsuit_due_on == date(2027, 6, 1)
    clock.set(at(6, 2, year=2027))
    view = await case_view(desk, HEAD, row.reference)
    assert "enforce" in view.moves
    assert view.enforce_until == date(2027, 9, 1)
    await demanding.enforce(desk, HEAD, row.id, "催告后仍不履行，复议、诉讼期限已过。")
    assert (await again(row)).state == "enforced"


async def test_a_demand_that_was_made_late_gives_its_own_ten_days(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    clock.set(at(7, 5, year=2027))  # a Monday; the time for a lawsuit is over
    await demanding.demand(desk, HEAD, row.id)
    clock.set(at(7, 7, year=2027))
    await demanding.serve_demand(desk, OFFICER, row.id, Delivery("post", date(2027, 7, 6)))
    row = await again(row)
    assert row.due_at is not None
    # From the sixth, that day left out, ten working days (行政强制法 69): the twentieth.
    assert local(row.due_at - timedelta(seconds=1)).date() == date(2027, 7, 20)
    clock.set(at(7, 20, 17, year=2027))
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "demand_runs"
    clock.set(at(7, 21, year=2027))
    await demanding.enforce(desk, HEAD, row.id, "催告后仍不履行。")


async def test_what_the_party_says_to_a_demand_is_answered_first(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await demanded(desk, clock)
    said = await asks(desk, row, "statement", "银行扣款没有成功，有回单。")
    assert said.is_in_time
    clock.set(at(7, 1, year=2027))
    late = await asks(desk, row, "statement", "请再等等。")
    assert not late.is_in_time
    assert "enforce" not in (await case_view(desk, HEAD, row.reference)).moves
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "unanswered_demand"
    for one in (said, late):
        await answer_statement(desk, OFFICER, row.id, one.id, "not_adopted", "没有回单。")
    await demanding.enforce(desk, HEAD, row.id, "催告后仍不履行。")


async def test_while_a_demand_runs_its_sum_stands_and_taking_it_back_voids_it(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await demanded(desk, clock)
    order = paying.order_late_fine(desk, HEAD, row.id, "100", "逾期。")
    assert await refusal(order) == "wrong_state"
    asked = await asks(
        desk,
        row,
        "instalment",
        "有困难。",
        plan=parts((date(2027, 3, 1), 20_000), (date(2027, 4, 1), 20_000)),
    )
    assert (
        await refusal(answer_terms(desk, HEAD, row.id, asked.id, (), "同意。", allowed=True))
        == "recall_first"
    )
    assert await refusal(demanding.recall_demand(desk, OFFICER, row.id, "同意分期。")) == "not_your_role"
    await demanding.recall_demand(desk, HEAD, row.id, "同意分期。")
    await answer_terms(desk, HEAD, row.id, asked.id, (), "同意。", allowed=True)
    row = await again(row)
    assert (row.state, row.payment_due_on) == ("served", date(2027, 4, 1))
    letter = await IssuedDocument.get(about_id=row.id, kind="penalty_demand")
    assert letter.void_reason == "同意分期。"
    assert await refusal(demanding.demand(desk, HEAD, row.id)) == "not_late"
    clock.set(at(4, 6, year=2027))
    await demanding.demand(desk, HEAD, row.id)
    assert await IssuedDocument.filter(about_id=row.id, kind="penalty_demand", voided_at=None).count() == 1
    names = set(
        await OutboxEvent.filter(name__startswith="penalty_case.demand").values_list("name", flat=True)
    )
    assert names == {"penalty_case.demand_made", "penalty_case.demanded", "penalty_case.demand_recalled"}


async def test_whoever_pays_after_the_demand_is_done(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await demanded(desk, clock)
    said = await asks(desk, row, "statement", "今天就去缴。")
    assert [one.reference for one in (await cases(desk, OFFICER, "served")).rows] == [row.reference]
    today = local(clock.now()).date()
    await paying.record_payment(
        desk, OFFICER, row.id, NewPayment(amount="40000", receipt="A1", paid_on=today)
    )
    view = await case_view(desk, OFFICER, row.reference)
    assert {"close"} == {"close", "enforce", "pay"} & set(view.moves)
    assert view.line.clock == "close"
    assert await refusal(demanding.enforce(desk, HEAD, row.id, "逾期。")) == "not_late"
    await paying.close(desk, OFFICER, row.id, "已经缴清。")
    assert (await PartyRequest.get(id=said.id)).state == "noted"


async def test_the_letter_says_what_the_law_asks_for(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await served(desk, clock)
    today = date(2026, 12, 31)
    clock.set(at(12, 31))
    await paying.record_payment(desk, OFFICER, row.id, NewPayment(amount="6000", receipt="A1", paid_on=today))
    await paying.order_late_fine(desk, HEAD, row.id, "3000", "逾期。")
    await demanding.demand(desk, HEAD, row.id)
    letter = await IssuedDocument.get(about_id=row.id, kind="penalty_demand")
    text = text_of(await pdf(desk.documents, letter.id))
    decision = await IssuedDocument.get(about_id=row.id, kind="penalty_decision")
    for words in (
        "履行催告书",
        str(decision.number),
        "37000元",
        "收到本催告书之日起10个工作日内",
        "".join(desk.section.how_to_pay.split()),
        "有权陈述和申辩",
        "申请人民法院强制执行",
        (await case_view(desk, OFFICER, row.reference)).code,
    ):
        assert words in text.replace(",", ""), words
