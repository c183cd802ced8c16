"""One row for each case that came to an outcome: all that is published of the promise is reckoned from these rows, and
from the like of those that are late and still open (`late_and_open`).

Written in the transaction of the decision, the refusal or the withdrawal, from the clocks as they stood then. Times are working minutes,
rounded up, pauses taken off; whether something was kept is judged by the moments themselves. Nothing says whose case it was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tortoise.expressions import Q

from casework.complaints.limits import Pause
from casework.permits import co_signing
from casework.permits.clocks import IN_HAND
from casework.permits.desk import PermitDesk
from casework.permits.models import CoSignature, PermitApplication, PermitPause
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
    around = await _around([row.id])
    fact = _fact(desk.calendar, row, outcome, decided_at, around[row.id])
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
    late = await rows.order_by("id")
    around = await _around([row.id for row in late])
    found = [_fact(calendar, row, OPEN, now, around[row.id]) for row in late]
    return tuple(one for one in found if False in (one.is_survey_kept, one.is_promise_kept, one.is_law_kept))


@dataclass
class _Around:
    """What stands in other tables about an application: when its clocks stood still, whom it was asked of, why a look came late."""

    pauses: list[Pause] = field(default_factory=list)
    asked: list[CoSignature] = field(default_factory=list)
    said_late: str | None = None


async def _around(ids: Collection[UUID]) -> dict[UUID, _Around]:
    """Of many at once, in as many queries as of one."""
    found = {id: _Around() for id in ids}
    for pause in await PermitPause.filter(application_id__in=list(ids)).order_by("started_at", "id"):
        found[pause.application_id].pauses.append(Pause(pause.started_at, pause.ended_at))
    for asked in await CoSignature.filter(application_id__in=list(ids)).order_by("asked_at", "id"):
        found[asked.application_id].asked.append(asked)
    said = PermitSurvey.filter(about_id__in=list(ids), late_reason__isnull=False)
    for survey in await said.order_by("-scheduled_at"):
        found[survey.about_id].said_late = survey.late_reason
    return found


def _fact(
    calendar: WorkingCalendar, row: PermitApplication, outcome: str, at: datetime, around: _Around
) -> FactLike:
    pauses = tuple(around.pauses)
    is_decided = outcome not in UNDECIDED
    # While the clocks stand still nothing becomes late; what was late before they did stays so.
    judged_at = next((one.started_at for one in pauses if one.ended_at is None), at)
    late = co_signing.latest(around.asked, at)
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
        late_reason=_late_reason(row, judged_at, around.said_late),
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
    return _late_reason(row, now, (await _around([row.id]))[row.id].said_late)


def _late_reason(row: PermitApplication, now: datetime, said_late: str | None) -> str | None:
    if not missed(row, now):
        return None
    if row.late_reason is not None:
        return row.late_reason
    if is_kept(now, _decision_due_at(row)) is False:
        return None
    # Only the look at the place came late: whoever went there may have said why.
    return said_late


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
