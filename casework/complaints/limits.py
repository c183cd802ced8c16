"""Until when something must have happened to a complaint."""

from __future__ import annotations

from datetime import datetime

from casework.complaints.lifecycle import ANSWER, COMPLAINT, State
from casework.complaints.profile import ComplaintPolicy, PromisedLimit
from kit.calendar import Deadline, WorkingCalendar
from kit.workflow import Limit


def limit_in(state: State, category: str | None, policy: ComplaintPolicy) -> Limit | None:
    """The limit that holds in `state`: the category's own, else the bureau's. None in final states."""
    shipped = COMPLAINT.limits.get(state)
    if shipped is None:
        return None
    if shipped.basis == ANSWER and category is not None:
        found = policy.categories.get(category)
        if found is not None and found.answer_working_days is not None:
            return Limit(working_days=found.answer_working_days, basis=ANSWER)
    return promised(shipped.basis, policy).limit(shipped.basis)


def promised(path: str, policy: ComplaintPolicy) -> PromisedLimit:
    """The bureau's figure at a limit's `basis` path, such as `complaints.limits.accept`."""
    return {
        "accept": policy.limits.accept,
        "answer": policy.limits.answer,
        "close": policy.limits.close,
    }[path.rpartition(".")[2]]


def deadline(
    state: State,
    started_at: datetime,
    category: str | None,
    policy: ComplaintPolicy,
    calendar: WorkingCalendar,
) -> Deadline | None:
    """When the limit of `state` ends that began to run at `started_at`. None where there is no limit."""
    limit = limit_in(state, category, policy)
    return calendar.due(limit, started_at) if limit is not None else None
