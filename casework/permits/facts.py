"""One row for each case that came to an outcome: all that is published of the promise is reckoned from these rows, and
from the like of those that are late and still open (`late_and_open`).

Written in the transaction of the decision, the refusal or the withdrawal, from the clocks as they stood then. Times are working minutes,
rounded up, pauses taken off; whether something was kept is judged by the moments themselves. Nothing says whose case it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from tortoise.expressions import Q

from casework.complaints.limits import Pause
from casework.permits import co_signing
from casework.permits.clocks import IN_HAND, pauses_of
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.promise import OPEN, UNDECIDED, FactLike, PromiseFigures, figures_of
from casework.permits.promise_sheet import published_in
from casework.permits.published_models import PermitFact
from casework.permits.survey_models import PermitSurvey
from kit.calendar import WorkingCalendar
from kit.clock import local
from kit.db import Change

Outcome = Literal["granted", "denied", "registered", "approved", "refused", "withdrawn"]
_MINUTE = timedelta(minutes=1)


async def keep(desk: PermitDesk, change: Change, row: PermitApplication, outcome: Outcome) -> None:
    """Write the fact of an application that comes to its outcome now; `row` is locked and says when, and why late."""
    decided_at = row.decided_at if row.decided_at is not None else change.now
    fact = await _fact(desk.calendar, row, outcome, decided_at)
    await PermitFact(
        **fact._asdict(),
        id=change.ids.new(),
        application_id=row.id,
        month=month_of(decided_at),
        decided_at=decided_at,
        updated_at=change.now,
    ).save(force_create=True)


async def late_and_open(calendar: WorkingCalendar, now: datetime) -> tuple[FactLike, ...]:
    """What would be published, were the month closed now, of applications that missed something and are not decided."""
    due = Q(promise_due_at__lte=now) | Q(survey_due_at__lte=now) | Q(statutory_due_at__lte=now)
    rows = PermitApplication.filter(due, state__in=[one.value for one in IN_HAND], ended_at=None)
    found = [await _fact(calendar, row, OPEN, now) for row in await rows.order_by("id")]
    return tuple(one for one in found if False in (one.is_survey_kept, one.is_promise_kept, one.is_law_kept))


async def _fact(calendar: WorkingCalendar, row: PermitApplication, outcome: str, at: datetime) -> FactLike:
    pauses = await pauses_of(row)
    is_decided = outcome not in UNDECIDED
    # While the clocks stand still nothing becomes late; what was late before they did stays so.
    judged_at = next((one.started_at for one in pauses if one.ended_at is None), at)
    late = co_signing.latest(await co_signing.asked_of(row.id), at)
    is_visited_in_time = is_survey_kept(row, judged_at)
    in_time, by_law = is_kept(judged_at, row.promise_due_at), is_kept(judged_at, row.statutory_due_at)
    return FactLike(
        kind=row.kind,
        act=row.act,
        source=row.source,
        outcome=outcome,
        survey_minutes=spent(calendar, row.accepted_at, row.surveyed_at, pauses),
        survey_limit_minutes=spent(calendar, row.accepted_at, row.survey_due_at, pauses)
        if is_visited_in_time is not None
        else None,
        is_survey_kept=is_visited_in_time,
        promise_minutes=spent(calendar, row.promise_started_at, at, pauses) if is_decided else None,
        promise_limit_minutes=spent(calendar, row.promise_started_at, row.promise_due_at, pauses),
        is_promise_kept=in_time if is_decided else _missed_only(in_time),
        paused_minutes=paused_minutes(calendar, pauses, at) if is_decided else 0,
        late_organ=late.organ if late is not None else None,
        late_reason=await late_reason_of(row, judged_at),
        is_law_kept=by_law if is_decided else _missed_only(by_law),
        extension_reason=row.extension_reason,
        rating=row.rating,
    )


def _missed_only(is_in_time: bool | None) -> bool | None:
    """What was not decided has kept nothing, however early it was taken back."""
    return None if is_in_time else is_in_time


async def figures(desk: PermitDesk, month: int) -> PromiseFigures:
    """The figures of a month (202611), reckoned from what is published of it and nothing else."""
    now = desk.db.clock.now()
    still_open = await late_and_open(desk.calendar, now) if month == month_of(now) else ()
    return figures_of(await published_in(month, desk.section, still_open))


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
