"""Until when something must have happened in a penalty case, and until when its party may act. Pure but for what it is given.

Working days are those of 行政处罚法 85; longer times are natural days whose last one, where it is no working day, is put off
to the next that is. Whatever counts from a paper counts from the day on which it was received, that day not included.
"""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, time, timedelta

from casework.complaints.profile import PromisedLimit
from casework.penalties.case_lifecycle import OWING, CaseState
from casework.penalties.case_money import next_instalment, owed_fen, terms_of
from casework.penalties.desk import PenaltyDesk
from casework.penalties.kinds import PenaltiesSection
from casework.penalties.models import PenaltyCase
from kit.calendar import Deadline, WorkingCalendar
from kit.clock import SHANGHAI, local
from kit.workflow import Limit

S = CaseState
DELIVER, DECIDE, APPOINT, RECORD = "deliver", "decide", "appoint", "record"
PAY, DEMAND, CLOSE = "pay", "demand", "close"
_BY_STATE = {
    S.ISSUED: DELIVER,
    S.NOTIFIED: DECIDE,
    S.HEARING_ASKED: APPOINT,
    S.HEARING_APPOINTED: RECORD,
    S.PROPOSED: DECIDE,
    S.DECIDED: DELIVER,
    S.SERVED: PAY,
    S.DEMAND_MADE: DELIVER,
    S.DEMANDED: DEMAND,
}
_DAY = timedelta(days=1)


def noon(on: date) -> datetime:
    """A moment within a local day: limits in days only look at which day it is."""
    return datetime.combine(on, time(12), tzinfo=SHANGHAI)


def clock_of(row: PenaltyCase) -> str | None:
    """Which limit runs in the state the case is in; None once it is over."""
    if row.state in OWING and owed_fen(row) <= 0:
        return CLOSE
    return _BY_STATE.get(CaseState(row.state))


def promised(section: PenaltiesSection, name: str) -> PromisedLimit:
    """The figure of a limit with its basis."""
    found: PromisedLimit = getattr(section.limits, name)
    return found


def limit(section: PenaltiesSection, name: str) -> Limit:
    """The same as the lifecycle engine counts it."""
    return promised(section, name).limit(f"penalties.limits.{name}")


def limit_of(section: PenaltiesSection, row: PenaltyCase) -> Limit | None:
    """The limit that ends at the row's `due_at`."""
    name = clock_of(row)
    return limit(section, name) if name is not None else None


def began(row: PenaltyCase) -> datetime:
    """Since when the limit of its state runs."""
    match CaseState(row.state):
        case S.NOTIFIED | S.PROPOSED:
            return noon(row.filed_on)
        case S.HEARING_APPOINTED if row.hearing_at is not None:
            return row.hearing_at
        case state if state in OWING and owed_fen(row) <= 0 and row.paid_at is not None:
            return row.paid_at
        case S.DEMANDED:
            return row.limit_started_at  # when the demand was received
        case S.SERVED if terms_of(row) and row.limit_started_at > row.state_since_at:
            return row.limit_started_at
        case S.SERVED if row.decision_delivered_at is not None:
            return row.decision_delivered_at
    return row.state_since_at


def reckoned(desk: PenaltyDesk, row: PenaltyCase) -> Deadline | None:
    """When the limit of its state ends, with the arithmetic; None where none runs."""
    found = limit_of(desk.section, row)
    if found is None:
        return None
    if row.state == S.SERVED:
        following = next_instalment(row)
        if following is not None:
            return end_of(desk.calendar, following.on)
    return desk.calendar.due(found, began(row))


def end_of(calendar: WorkingCalendar, on: date) -> Deadline:
    """The end of a day that was agreed on, put off where it is no working day."""
    return calendar.add_natural_days(noon(on - _DAY), 1)


def set_limits(desk: PenaltyDesk, row: PenaltyCase) -> None:
    """Write into a row, which the caller saves, when the limits end that run in it now."""
    row.calendar = desk.calendar.fingerprint
    row.limit_started_at = began(row)
    found = reckoned(desk, row)
    row.due_at = found.at if found is not None else None
    _set_partys_limits(desk, row)


def _set_partys_limits(desk: PenaltyDesk, row: PenaltyCase) -> None:
    calendar, section = desk.calendar, desk.section
    told_at, served_at = row.advance_delivered_at, row.decision_delivered_at
    if told_at is not None:
        row.statement_due_at = calendar.due(limit(section, "statement"), told_at).at
        row.hearing_due_at = (
            calendar.due(limit(section, "hearing"), told_at).at if row.allows_hearing else None
        )
    if served_at is not None:
        terms = terms_of(row)
        if row.decision_fen:
            pay = calendar.due(limit(section, PAY), served_at).on
            row.payment_due_on = end_of(calendar, terms[-1].on).on if terms else pay
        row.review_due_on = calendar.due(limit(section, "reconsideration"), served_at).on
        row.lawsuit_due_on = months_on(calendar, local(served_at).date(), section.limits.lawsuit.months)


def months_on(calendar: WorkingCalendar, on: date, count: int) -> date:
    """The same day so many months on (the last of a month that is too short), put off where it is no working day."""
    year, month = divmod(on.year * 12 + on.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return end_of(calendar, date(year, month + 1, min(on.day, last))).on


def enforce_until(desk: PenaltyDesk, row: PenaltyCase) -> date | None:
    """The last day on which the court may be asked (行政强制法 53); None before the decision was received."""
    if row.lawsuit_due_on is None:
        return None
    return months_on(desk.calendar, row.lawsuit_due_on, desk.section.limits.enforce.months)


def earliest_hearing_on(desk: PenaltyDesk, now: datetime) -> date:
    """The first day on which a hearing may be held of which notice is given now."""
    return desk.calendar.due(limit(desk.section, "hearing_ahead"), now).on


def received_by_public_notice(desk: PenaltyDesk, published_on: date) -> date:
    """The day on which what was published counts as received: so many days have passed, working or not."""
    return published_on + timedelta(days=limit(desk.section, "public_notice").amount)
