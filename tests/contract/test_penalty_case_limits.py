"""Limits of penalty cases over holidays and make-up days, walks over their table, forgetting, and alarms; on both engines."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from casework.deadlines import clocks
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.planning import DeadlinePlanner
from casework.deadlines.profile import DeadlinesSection
from casework.deadlines.sounding import sound_due
from casework.events import EVENTS
from casework.notifications.models import Delivery as Message
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.penalties import case_serving as serving
from casework.penalties.case_lifecycle import PENALTY, CaseState
from casework.penalties.case_limits import months_on
from casework.penalties.case_money import Instalment, fen_of, late_fine_at_most, next_instalment
from casework.penalties.case_own_data import forget_case, penalty_case_holdings
from casework.penalties.case_paying import NewPayment, record_payment
from casework.penalties.case_queries import case_view
from casework.penalties.case_requests import even_plan
from casework.penalties.case_serving import Delivery
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox import Relay
from tests import read_once
from tests.casework_setting import calendar, person
from tests.penalty_case_setting import (
    HEAD,
    NOBODY,
    OFFICER,
    PARTY,
    access_of,
    again,
    asks,
    at,
    desk_with_people,
    issued,
    refusal,
    served,
    told,
)


@pytest.fixture
async def desk(database: Database) -> PenaltyDesk:
    return await desk_with_people(database)


async def test_five_working_days_run_over_a_holiday_and_its_make_up_day(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    clock.set(at(9, 30))  # the day before the National Day holiday; Saturday the tenth is worked
    row = await told(desk)
    assert row.statement_due_at is not None
    assert local(row.statement_due_at).date() == date(2026, 10, 13)
    assert row.hearing_due_at == row.statement_due_at
    view = await case_view(desk, NOBODY, row.reference, await access_of(desk, row))
    assert len(view.party_reckoning) >= 13


async def test_fifteen_natural_days_that_end_on_a_holiday_are_put_off(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    clock.set(at(9, 8))
    row = await served(desk, clock)  # received on 16 September
    assert row.decision_delivered_at is not None
    assert row.payment_due_on == date(2026, 10, 8)
    running = clocks.penalty_cases(desk.section).running(row)
    assert running is not None
    assert (running.clock, running.account_id) == ("penalty.pay", None)


async def test_post_and_public_notices_count_from_when_they_were_received(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await issued(desk)
    clock.set(at(12, 7))
    early = Delivery("post", date(2026, 11, 22))
    assert await refusal(serving.serve_notice(desk, OFFICER, row.id, early)) == "delivered_on"
    published = Delivery("public", date(2026, 11, 24))
    assert await refusal(serving.serve_notice(desk, OFFICER, row.id, published)) == "public_notice"
    await serving.serve_notice(desk, OFFICER, row.id, Delivery("post", date(2026, 11, 25)))
    row = await again(row)
    assert row.statement_due_at is not None
    assert local(row.statement_due_at).date() == date(2026, 12, 2)


def test_six_months_end_on_the_same_day_or_the_next_that_is_worked() -> None:
    year = calendar()
    assert months_on(year, date(2026, 3, 31), 6) == date(2026, 9, 30)
    assert months_on(year, date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert months_on(year, date(2026, 4, 1), 6) == date(2026, 10, 8)


def test_amounts_are_read_as_people_write_them() -> None:
    read = {"500": 50_000, "1,200.50": 120_050, "1，200.5 元": 120_050, "0.01": 1}
    assert {typed: fen_of(typed) for typed in read} == read
    assert [fen_of(one) for one in ("", "-5", "5.001", "五百", "1e3")] == [None] * 5


@pytest.mark.parametrize(("owed", "parts"), [(100, 3), (4_000_000, 7), (1_000_001, 12)])
def test_equal_parts_add_up_to_the_fen(owed: int, parts: int) -> None:
    plan = even_plan(owed, parts, date(2026, 12, 20))
    assert sum(one.fen for one in plan) == owed
    assert [one.on for one in plan] == sorted({one.on for one in plan})


def test_what_is_paid_early_covers_the_first_parts_and_late_fines_end_at_the_fine() -> None:
    plan = '[{"on":"2026-12-20","fen":300},{"on":"2027-01-20","fen":700}]'
    row = PenaltyCase(
        decision_fen=1_000, late_fen=0, paid_fen=0, terms=plan, payment_due_on=date(2027, 1, 20)
    )
    assert next_instalment(row) == Instalment(date(2026, 12, 20), 300)
    row.paid_fen = 300
    assert next_instalment(row) == Instalment(date(2027, 1, 20), 700)
    row.paid_fen = 1_000
    assert next_instalment(row) is None
    row.paid_fen = 0
    most = [late_fine_at_most(row, date(2027, 1, 20 + days)) for days in (0, 1, 2)]
    assert most == [0, 30, 60]
    assert late_fine_at_most(row, date(2028, 1, 1)) == 1_000


def test_every_walk_tells_the_party_before_it_decides_and_ends_where_nothing_follows() -> None:
    for steps in PENALTY.walks(at_most=300):
        names = [one.name for _, one in steps]
        if "decide" in names:
            assert names.index("serve_notice") < names.index("propose") < names.index("decide")
        if "close" in names or "enforce" in names:
            assert "serve_decision" in names
        if "enforce" in names:
            assert names.index("demand") < names.index("serve_demand") < names.index("enforce")
        assert steps[-1][1].target in PENALTY.final
    heads_alone = {one.name for one in PENALTY.moves if set(one.by) == {"head"}}
    assert {
        "decide",
        "revoke",
        "withdraw",
        "answer_terms",
        "order_late_fine",
        "enforce",
        "demand",
        "recall_demand",
    } == heads_alone


async def test_a_persons_data_is_given_out_and_forgotten(desk: PenaltyDesk, clock: FixedClock) -> None:
    row = await served(desk, clock)
    access_id = await access_of(desk, row)
    await serving.consent_in_case(desk, PARTY, access_id, "李老板")
    await asks(desk, row, "delay", "困难。", plan=even_plan(4_000_000, 1, date(2027, 1, 20)))
    (held,) = (await penalty_case_holdings(desk.sealer, [person(67)]))["penalty_cases"]
    assert (held["party"], held["decision_fen"]) == ("清水市好滋味餐饮有限公司", 4_000_000)
    assert "proposed" not in held

    async def forget(change: Change) -> None:
        locked = await change.lock(PenaltyCase, row.id)
        assert locked is not None
        await forget_case(change, HEAD, locked)

    await desk.db.change(forget)
    after = await again(row)
    assert (after.facts, after.account_id, after.decision_fen) == (None, None, 4_000_000)
    assert await refusal(case_view(desk, NOBODY, row.reference, access_id)) == "not_found"
    assert (await case_view(desk, HEAD, row.reference)).line.state == CaseState.SERVED
    assert (await penalty_case_holdings(desk.sealer, [person(67)]))["penalty_cases"] == []


async def test_a_reminder_to_pay_that_waits_stays_unsent_once_it_is_paid(
    desk: PenaltyDesk, clock: FixedClock
) -> None:
    row = await served(desk, clock)
    await serving.link_case(desk, PARTY, await access_of(desk, row))
    deadlines = deadlines_of(desk, clock)
    await relay(desk, deadlines)
    clock.advance(timedelta(days=13, hours=13))
    assert await sound_due(deadlines, lambda id, exc: pytest.fail(f"{exc!r}")) > 0
    await relay(desk, deadlines)
    reminder = Message.filter(rule="penalty_payment_due_owner", case_id=row.id)
    # It is night in the city: nobody is woken by it.
    assert [one.state for one in await reminder] == ["queued"]
    today = local(clock.now()).date()
    await record_payment(desk, OFFICER, row.id, NewPayment(amount="10000", receipt="A1", paid_on=today))
    await relay(desk, deadlines)
    assert [one.state for one in await reminder] == ["queued"]
    await record_payment(desk, OFFICER, row.id, NewPayment(amount="30000", receipt="A2", paid_on=today))
    await relay(desk, deadlines)
    assert [(one.state, one.final_reason) for one in await reminder] == [("expired", "limit_ended")]
    told_of_payment = await Message.filter(rule="penalty_paid_owner", case_id=row.id)
    assert {one.state for one in told_of_payment} == {"queued"}


def deadlines_of(desk: PenaltyDesk, clock: FixedClock) -> DeadlineDesk:
    """Alarms of penalty cases, by the clock of the test."""

    async def now(_: object) -> datetime:
        return clock.now()

    kinds = (clocks.penalty_cases(desk.section),)
    return DeadlineDesk(
        db=desk.db,
        calendar=desk.calendar,
        section=DeadlinesSection(),
        kinds=kinds,
        catalogue=read_once.catalogue(),
        now=now,
    )


async def relay(desk: PenaltyDesk, deadlines: DeadlineDesk) -> None:
    """Everything that happened since is planned and told."""
    handlers = (Planner(RuleBook.of(NotificationsSection(), EVENTS)), DeadlinePlanner(deadlines))
    while await Relay(
        desk.db, dict.fromkeys(EVENTS, handlers), lambda name, id, exc: pytest.fail(f"{exc!r}")
    ).step():
        pass
