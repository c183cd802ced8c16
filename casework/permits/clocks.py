"""Until when something must have happened to an application: its promised clock, the law's, and when they stand still.

Pure but for `set_limit`, which reads the pauses. While the application is in hand several clocks run at once: to the
survey (until there was one), to the promised decision, and the law's; `due_at` is the end of the earliest. All of them
stand still only during pauses the law keeps out of them (行政许可法 45); waiting for a co-signing organ is no pause. While
one lasts nobody knows the end: `due_at` is null then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casework.complaints.limits import Pause, Reckoning, add_up, paused
from casework.complaints.profile import PromisedLimit
from casework.permits.desk import PermitDesk
from casework.permits.kinds import PermitsSection
from casework.permits.lifecycle import FLOWS, State
from casework.permits.models import PermitApplication, PermitPause
from kit.calendar import WorkingCalendar
from kit.problems import Conflict
from kit.workflow import Limit

IN_HAND = frozenset({State.ACCEPTED, State.SURVEY_SCHEDULED, State.SURVEYED})
ACCEPT, CORRECT, SURVEY, PROMISE, DECIDE, EXTEND, DELIVER = (
    "accept",
    "correct",
    "survey",
    "promise",
    "decide",
    "extend",
    "deliver",
)
_BY_STATE = {
    State.SUBMITTED: ACCEPT,
    State.CORRECTION_REQUESTED: CORRECT,
    State.GRANTED: DELIVER,
    State.DENIED: DELIVER,
    State.APPROVED: DELIVER,
}


@dataclass(frozen=True)
class Clocks:
    """The clocks of an application in hand. `promise` is None for a kind that promises nothing, `survey` for one without."""

    promise: Reckoning | None
    statutory: Reckoning
    survey: Reckoning | None
    is_paused: bool

    def due_at(self, *, before_survey: bool) -> datetime | None:
        """The earliest end; None while they stand still."""
        if self.is_paused:
            return None
        running = (self.promise, self.statutory, self.survey if before_survey else None)
        return min(one.due_at for one in running if one is not None)


def promised(section: PermitsSection, code: str, name: str) -> PromisedLimit | None:
    """A kind's own figure, else the section's, with its basis. None for what neither promises (`promise`, `survey`)."""
    kind = section.kind(code)
    if kind is not None:
        if name == SURVEY and not kind.has_survey:
            return None
        own: PromisedLimit | None = getattr(kind.limits, name)
        if own is not None:
            return own
    found: PromisedLimit | None = getattr(section.limits, name, None)
    return found


def limit_for(section: PermitsSection, code: str, name: str) -> Limit | None:
    """The same as the lifecycle engine counts it."""
    found = promised(section, code, name)
    return found.limit(f"permits.limits.{name}") if found is not None else None


def clock_of(row: PermitApplication) -> str | None:
    """Which limit ends at the row's `due_at`; None where none runs."""
    if row.due_at is None:
        return None
    state = State(row.state)
    if state in IN_HAND:
        if is_before_survey(row) and row.due_at == row.survey_due_at:
            return SURVEY
        return PROMISE if row.due_at == row.promise_due_at else DECIDE
    return _BY_STATE.get(state)


def limit_of(section: PermitsSection, row: PermitApplication) -> Limit | None:
    """The same limit as the lifecycle engine counts it."""
    name = clock_of(row)
    return limit_for(section, row.kind, name) if name is not None else None


def require_unanswered(row: PermitApplication, now: datetime) -> None:
    """Raise Conflict where the time to answer is over: silence has taken it in (行政许可法 32), whether the duty that says
    so has come by yet or not.
    """
    if is_past(row, now):
        raise Conflict("problem.permit.taken_in_by_silence")


def is_past(row: PermitApplication, now: datetime) -> bool:
    """Whether the limit of the state it is in is over."""
    return row.due_at is not None and row.due_at <= now


def is_before_survey(row: PermitApplication) -> bool:
    """Whether the place is still to be looked at for the first time."""
    return row.surveyed_at is None and row.state in (State.ACCEPTED, State.SURVEY_SCHEDULED)


def reckon(
    section: PermitsSection, calendar: WorkingCalendar, row: PermitApplication, pauses: Iterable[Pause]
) -> Clocks | None:
    """The clocks of an accepted application, day by day. None for one that is not (yet) accepted."""
    if row.accepted_at is None:
        return None
    still = tuple(pauses)
    started_at = row.promise_started_at if row.promise_started_at is not None else row.accepted_at

    def one(limit: Limit, began_at: datetime, more: int = 0) -> Reckoning:
        found, stood = add_up(limit, began_at, calendar, more), 0
        for each in still:
            # What was missed before the clock stopped stays missed.
            if each.started_at >= found.due_at:
                break
            stood += paused(limit, each, calendar)
            found = add_up(limit, began_at, calendar, more, stood)
        return found

    promise, survey = limit_for(section, row.kind, PROMISE), limit_for(section, row.kind, SURVEY)
    decide = limit_for(section, row.kind, DECIDE) or section.limits.decide.limit(f"permits.limits.{DECIDE}")
    extension = extension_for(section, row.kind) if row.extended_at is not None else None
    extended_by = extension.amount if extension is not None else 0
    return Clocks(
        promise=one(promise, started_at) if promise is not None else None,
        statutory=one(decide, row.accepted_at, extended_by),
        survey=one(survey, row.accepted_at) if survey is not None else None,
        is_paused=any(each.ended_at is None for each in still),
    )


def extension_for(section: PermitsSection, code: str) -> Limit | None:
    """How much the head may add to the law's limit; None for a kind whose own limit is counted in something else."""
    extend = limit_for(section, code, EXTEND)
    decide = limit_for(section, code, DECIDE)
    return extend if extend is not None and decide is not None and extend.unit == decide.unit else None


async def reckoned(desk: PermitDesk, row: PermitApplication) -> Clocks | None:
    """The same with what is known of the pauses now."""
    return reckon(desk.section, desk.calendar, row, await pauses_of(row))


def start_promise(desk: PermitDesk, row: PermitApplication, accepted_at: datetime) -> None:
    """Acceptance counts from this moment; the promised clock too, unless the bureau lets it begin with the papers."""
    row.accepted_at = accepted_at
    received_at = row.received_at if row.received_at is not None else row.submitted_at
    row.promise_started_at = accepted_at if desk.section.from_acceptance else received_at


async def set_limit(desk: PermitDesk, row: PermitApplication, before: str | None, now: datetime) -> None:
    """Write into the row when the limit of the state it is in now ends, having come from `before` (None: just filed).

    Within the states in hand the clocks go on; anywhere else a state begins its own.
    """
    state = State(row.state)
    row.calendar = desk.calendar.fingerprint
    if state in FLOWS[row.flow].final:
        row.due_at = None
        return
    if state in IN_HAND:
        if before is None or before not in IN_HAND:
            row.limit_started_at = row.promise_started_at or now
        put_clocks(row, await reckoned(desk, row))
        return
    if before != row.state:
        row.limit_started_at = now
    name = _BY_STATE.get(state)
    limit = limit_for(desk.section, row.kind, name) if name is not None else None
    row.due_at = desk.calendar.due(limit, row.limit_started_at).at if limit is not None else None


def put_clocks(row: PermitApplication, clocks: Clocks | None) -> None:
    """Write reckoned clocks into a row that is saved by the caller."""
    if clocks is None:
        return
    row.promise_due_at = clocks.promise.due_at if clocks.promise is not None else None
    row.statutory_due_at = clocks.statutory.due_at
    if row.surveyed_at is None:
        row.survey_due_at = clocks.survey.due_at if clocks.survey is not None else None
    row.due_at = clocks.due_at(before_survey=is_before_survey(row))


async def pauses_of(row: PermitApplication) -> tuple[Pause, ...]:
    """When the clocks of an application stood still, first to last."""
    rows = await PermitPause.filter(application_id=row.id).order_by("started_at", "id")
    return tuple(Pause(one.started_at, one.ended_at) for one in rows)


async def is_paused(row: PermitApplication) -> bool:
    """Whether they stand still now."""
    return await PermitPause.filter(application_id=row.id, ended_at=None).exists()
