"""Until when something must have happened to a complaint, and the arithmetic of a limit that stood still or was put off.

A limit of so many working days (minutes, natural days) is reckoned from its start. What was added to it and what it
stood still are counted in its own unit and added to its amount, so that the same few numbers can be shown to
everybody and reckoned again when a holiday is added:

* put off by n: the amount plus n;
* stood still between two moments: working minutes between them; for a limit in days the days of its kind after the
  date it stopped up to and including the date it went on. A stop and a start on one day change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.complaints.lifecycle import ACCEPT, ANSWER, COMPLAINT, State
from casework.complaints.models import Complaint, ComplaintPause
from casework.complaints.profile import ComplaintPolicy, PromisedLimit
from casework.complaints.urgency import Urgency
from kit.calendar import Deadline, WorkingCalendar
from kit.workflow import Limit

_MINUTES = ("working_minutes", "natural_minutes")


@dataclass(frozen=True)
class Pause:
    """A time during which the limit stood still; `ended_at` None while it lasts."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Reckoning:
    """How a limit came to end when it does: what is promised, what was added, how long it stood still.

    All in `limit.unit`; `deadline` has the days one by one. `due_at` is its end, or another platform's if that is earlier.
    """

    limit: Limit
    started_at: datetime
    extended_by: int
    paused_for: int
    deadline: Deadline
    due_at: datetime


def urgency_of(row: Complaint, policy: ComplaintPolicy) -> Urgency:
    """What somebody decided, else the category's own, else ordinary."""
    if row.urgency is not None:
        return Urgency(row.urgency)
    found = policy.categories.get(row.category or "")
    return found.urgency if found is not None else Urgency.ORDINARY


def limit_in(
    state: State, category: str | None, policy: ComplaintPolicy, urgency: Urgency = Urgency.ORDINARY
) -> Limit | None:
    """The limit that holds in `state`: the category's own by urgency, else the bureau's. None in final states."""
    shipped = COMPLAINT.limits.get(state)
    if shipped is None:
        return None
    if shipped.basis == ANSWER and category is not None:
        found = policy.categories.get(category)
        own = found.limit(urgency) if found is not None else None
        if own is not None:
            return own
    return promised(shipped.basis, policy).limit(shipped.basis)


def limit_of(row: Complaint, policy: ComplaintPolicy) -> Limit | None:
    """The limit that holds for a case where it stands."""
    return limit_in(State(row.state), row.category, policy, urgency_of(row, policy))


def promised(path: str, policy: ComplaintPolicy) -> PromisedLimit:
    """The bureau's figure at a limit's `basis` path, such as `complaints.limits.accept`."""
    limits = policy.limits
    return {
        "accept": limits.accept,
        "answer": limits.answer,
        "wait": limits.wait,
        "close": limits.close,
        "archive": limits.archive,
    }[path.rpartition(".")[2]]


def deadline(
    state: State,
    started_at: datetime,
    category: str | None,
    policy: ComplaintPolicy,
    calendar: WorkingCalendar,
    urgency: Urgency = Urgency.ORDINARY,
) -> Deadline | None:
    """When the plain limit of `state` ends that began to run at `started_at`. None where there is no limit."""
    limit = limit_in(state, category, policy, urgency)
    return calendar.due(limit, started_at) if limit is not None else None


def reckon(
    row: Complaint, pauses: Iterable[Pause], policy: ComplaintPolicy, calendar: WorkingCalendar
) -> Reckoning | None:
    """When the limit of a case ends that began at its `limit_started_at`. None where it has none.

    Only the time to answer is put off and stands still.
    """
    limit = limit_of(row, policy)
    if limit is None:
        return None
    added, still = 0, 0
    if limit.basis == ANSWER:
        added = row.extended_by or 0
        still = sum(paused(limit, one, calendar) for one in pauses if one.started_at >= row.limit_started_at)
    return add_up(limit, row.limit_started_at, calendar, added, still, row.external_due_at)


def add_up(
    limit: Limit,
    started_at: datetime,
    calendar: WorkingCalendar,
    extended_by: int = 0,
    paused_for: int = 0,
    bound_at: datetime | None = None,
) -> Reckoning:
    """The end of a limit from its parts, all in its own unit. `bound_at` is another platform's deadline."""
    more = extended_by + paused_for
    due = calendar.due(limit.of(limit.amount + more) if more else limit, started_at)
    binds = bound_at is not None and limit.basis in (ACCEPT, ANSWER)
    due_at = min(due.at, bound_at) if bound_at is not None and binds else due.at
    return Reckoning(limit, started_at, extended_by, paused_for, due, due_at)


def paused(limit: Limit, pause: Pause, calendar: WorkingCalendar) -> int:
    """How many of the limit's units it stood still; 0 while nobody knows yet until when."""
    end_at = pause.ended_at
    if end_at is None or end_at <= pause.started_at:
        return 0
    match limit.unit:
        case "working_minutes":
            return calendar.working_minutes_between(pause.started_at, end_at)
        case "natural_minutes":
            return int((end_at - pause.started_at) / timedelta(minutes=1))
    first_on = pause.started_at.astimezone(calendar.zone).date()
    last_on = end_at.astimezone(calendar.zone).date()
    if limit.unit == "working_days":
        return calendar.working_days_between(first_on, last_on)
    return (last_on - first_on).days


async def pauses_of(row: Complaint) -> tuple[Pause, ...]:
    """When the limit of a case stood still, first to last. Nothing is read for a case that never waited."""
    if row.answer_started_at is None:
        return ()
    rows = await ComplaintPause.filter(complaint_id=row.id).order_by("started_at", "id")
    return tuple(Pause(one.started_at, one.ended_at) for one in rows)


def extension(limit: Limit, amount: int) -> int:
    """So many days in the limit's own unit; for a limit in minutes so many hours."""
    return amount * 60 if limit.unit in _MINUTES else amount
