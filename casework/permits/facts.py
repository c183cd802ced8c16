"""One row for each case that came to an outcome: all that is published of the promise is reckoned from these rows alone.

Written in the transaction of the decision or refusal, from the clocks as they stood then. Times are working minutes,
rounded up, pauses taken off; whether something was kept is judged by the moments themselves. Nothing says whose case it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from casework.complaints.limits import Pause
from casework.permits import co_signing
from casework.permits.clocks import pauses_of
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.promise import PromiseFigures, figures_of
from casework.permits.promise_sheet import published_in
from casework.permits.published_models import PermitFact
from casework.permits.survey_models import PermitSurvey
from kit.calendar import WorkingCalendar
from kit.clock import local
from kit.db import Change

Outcome = Literal["granted", "denied", "registered", "approved", "refused"]
_MINUTE = timedelta(minutes=1)


async def keep(desk: PermitDesk, change: Change, row: PermitApplication, outcome: Outcome) -> None:
    """Write the fact of an application that is decided now; `row` is locked and says when, and why late."""
    decided_at = row.decided_at if row.decided_at is not None else change.now
    pauses = await pauses_of(row)
    late = co_signing.latest(await co_signing.asked_of(row.id), decided_at)
    surveyed_at, accepted_at = row.surveyed_at, row.accepted_at
    fact = PermitFact(
        id=change.ids.new(),
        application_id=row.id,
        kind=row.kind,
        act=row.act,
        source=row.source,
        outcome=outcome,
        month=month_of(decided_at),
        decided_at=decided_at,
        survey_minutes=spent(desk.calendar, accepted_at, surveyed_at, pauses),
        survey_limit_minutes=spent(desk.calendar, accepted_at, row.survey_due_at, pauses)
        if surveyed_at is not None
        else None,
        is_survey_kept=is_survey_kept(row, decided_at),
        promise_minutes=spent(desk.calendar, row.promise_started_at, decided_at, pauses),
        promise_limit_minutes=spent(desk.calendar, row.promise_started_at, row.promise_due_at, pauses),
        is_promise_kept=is_kept(decided_at, row.promise_due_at),
        paused_minutes=paused_minutes(desk.calendar, pauses, decided_at),
        late_reason=await late_reason_of(row, decided_at),
        late_organ=late.organ if late is not None else None,
        is_law_kept=is_kept(decided_at, row.statutory_due_at),
        extension_reason=row.extension_reason,
        updated_at=change.now,
    )
    await fact.save(force_create=True)


async def figures(desk: PermitDesk, month: int) -> PromiseFigures:
    """The figures of a month (202611), reckoned from what is published of its facts and nothing else."""
    return figures_of(await published_in(month, desk.section))


async def late_reason_of(row: PermitApplication, now: datetime) -> str | None:
    """Why something that was promised was missed, as it will be published; None where nothing was, or nobody said."""
    if not missed(row, now):
        return None
    if row.late_reason is not None:
        return row.late_reason
    if is_kept(now, _decision_due_at(row)) is False:
        return None
    # Only the look at the place came late: whoever went there may have said why.
    said = PermitSurvey.filter(about_id=row.id, late_reason__isnull=False).order_by("scheduled_at")
    survey = await said.first()
    return survey.late_reason if survey is not None else None


def missed(row: PermitApplication, now: datetime) -> bool:
    """Whether the look at the place or the decision comes later than promised (or the law has it), were it decided at `now`."""
    return False in (is_survey_kept(row, now), is_kept(now, _decision_due_at(row)))


def _decision_due_at(row: PermitApplication) -> datetime | None:
    """Until when it is to be decided: as promised, by law where nothing more was promised."""
    return row.promise_due_at or row.statutory_due_at


def is_survey_kept(row: PermitApplication, now: datetime) -> bool | None:
    """Whether the place was looked at in time; whoever decides without a look although its limit is over missed it too."""
    if row.surveyed_at is None and (row.act == "cancel" or is_kept(now, row.survey_due_at) is not False):
        return None
    return is_kept(row.surveyed_at or now, row.survey_due_at)


def is_kept(at: datetime | None, due_at: datetime | None) -> bool | None:
    """Whether something happened in time; None where it did not happen or nothing was promised."""
    return at <= due_at if at is not None and due_at is not None else None


def spent(
    calendar: WorkingCalendar, from_at: datetime | None, until_at: datetime | None, pauses: tuple[Pause, ...]
) -> int | None:
    """Working minutes between two moments without the pauses in between, rounded up."""
    if from_at is None or until_at is None:
        return None
    time = calendar.working_time_between(from_at, max(from_at, until_at))
    for one in pauses:
        begins, ends = max(one.started_at, from_at), min(one.ended_at or until_at, until_at)
        if begins < ends:
            time -= calendar.working_time_between(begins, ends)
    return -(-time // _MINUTE)


def paused_minutes(calendar: WorkingCalendar, pauses: tuple[Pause, ...], now: datetime) -> int:
    """Working minutes for which the clocks stood still."""
    stood = (calendar.working_time_between(one.started_at, one.ended_at or now) for one in pauses)
    return -(-sum(stood, timedelta()) // _MINUTE)


def month_of(at: datetime) -> int:
    """The local month as a number, such as 202611."""
    on = local(at)
    return on.year * 100 + on.month
