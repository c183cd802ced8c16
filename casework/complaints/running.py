"""What a move does to the limit of a case: which one runs now, since when, and what is remembered of the one before.

Another promise begins to run only where another promise begins: being assigned or handed back does not give the bureau
more time. While the bureau waits for the citizen its own limit stands still and goes on afterwards where it stopped.
"""

from __future__ import annotations

from datetime import datetime

from casework.complaints.desk import Desk
from casework.complaints.lifecycle import ANSWER, COMPLAINT, ENDED_STATES, State
from casework.complaints.limits import pauses_of, reckon
from casework.complaints.models import Complaint, ComplaintPause
from kit.db import Change

FIRST_ANSWERS = frozenset({"answer", "verify", "answer_with_lead", "close_on_spot"})
"""Moves after which the citizen has an answer."""


async def start_limit(
    desk: Desk, change: Change, row: Complaint, before: State, after: State
) -> frozenset[int]:
    """Set since when and until when the limit of the state `after` runs, on a row that is saved by the caller.

    Returns the years whose holidays were guessed from weekdays.
    """
    if before is not State.WAITING and after is State.WAITING:
        row.answer_started_at, row.limit_started_at = row.limit_started_at, change.now
        await ComplaintPause(
            id=change.ids.new(), complaint_id=row.id, started_at=change.now, ended_at=None
        ).save(force_create=True)
    elif before is State.WAITING and after is not State.WAITING:
        await ComplaintPause.filter(complaint_id=row.id, ended_at=None).update(ended_at=change.now)
        if _basis(after) == ANSWER and row.answer_started_at is not None:
            row.limit_started_at = row.answer_started_at
        else:
            row.limit_started_at = change.now
    elif _basis(before) != _basis(after):
        row.limit_started_at = change.now
        if after is State.REOPENED and row.extended_by is not None:
            # What was handled once more is promised anew; that it was put off before is not forgotten.
            row.extended_by = 0
    return await set_due(desk, row)


async def set_due(desk: Desk, row: Complaint) -> frozenset[int]:
    """Reckon until when the running limit ends. Returns the years whose holidays were guessed."""
    found = reckon(row, await pauses_of(row), desk.policy, desk.calendar)
    row.due_at = found.due_at if found is not None else None
    row.calendar = desk.calendar.fingerprint if found is not None else None
    return found.deadline.assumed_years if found is not None else frozenset()


def keep_moments(row: Complaint, move: str, after: State, due_before: datetime | None, now: datetime) -> None:
    """Remember when what happened for the first time, for the figures and for everybody who asks."""
    if move in ("accept", "merge", "close_on_spot") and row.accepted_at is None:
        row.accepted_at = now
    if move == "report_handled":
        row.handled_at = now
    if move in FIRST_ANSWERS:
        row.answered_at = now
        if row.first_answered_at is None:
            row.first_answered_at, row.answer_due_at = now, due_before
    if after in ENDED_STATES and row.closed_at is None:
        row.closed_at = now
    if after not in ENDED_STATES:
        row.closed_at = None
    if after is State.ARCHIVED:
        row.archived_at = now


def _basis(state: State) -> str | None:
    limit = COMPLAINT.limits.get(state)
    return limit.basis if limit is not None else None
