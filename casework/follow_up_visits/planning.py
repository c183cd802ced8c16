"""A closed case becomes a task to ask about it: a row, in the relay's transaction.

Whether a case is asked about is decided by its id, so that nobody can pick: so many of a hundred, the same whoever
looks.
"""

from __future__ import annotations

from uuid import UUID

from casework.case_event import CaseEvent
from casework.complaints.events import ComplaintClosed, ComplaintEvent, ComplaintRated, ComplaintRedone
from casework.complaints.models import Complaint
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.lifecycle import FOLLOW_UP_VISIT, VISIT, State
from casework.follow_up_visits.models import FollowUpVisit
from kit.db import Change


class VisitPlanner:
    """Hears every event in the relay's transaction."""

    def __init__(self, desk: VisitDesk) -> None:
        self._desk = desk

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if isinstance(event, ComplaintClosed) or (isinstance(event, ComplaintRated) and event.closed):
            await self._plan(change, event)
        elif isinstance(event, ComplaintRedone):
            waiting = FollowUpVisit.filter(complaint_id=event.complaint_id, state=State.WAITING.value)
            await waiting.update(
                state=State.CANCELLED.value,
                state_since_at=change.now,
                ended_at=change.now,
                updated_at=change.now,
            )

    async def _plan(self, change: Change, event: ComplaintEvent) -> None:
        row = await change.lock(Complaint, event.complaint_id)
        if row is None or not self._asked_about(row):
            return
        if await FollowUpVisit.filter(complaint_id=row.id, state=State.WAITING.value).exists():
            return
        limit = self._desk.section.limits.visit.limit(VISIT)
        visit = FollowUpVisit(
            id=change.ids.new(),
            complaint_id=row.id,
            reference=row.reference,
            unit=row.unit,
            state=FOLLOW_UP_VISIT.initial,
            state_since_at=change.now,
            revision=1,
            limit_started_at=change.now,
            due_at=self._desk.complaints.calendar.due(limit, change.now).at,
            tries=0,
            created_at=change.now,
            updated_at=change.now,
        )
        await visit.save(force_create=True)

    def _asked_about(self, row: Complaint) -> bool:
        section = self._desk.section
        if row.phone_sealed is None or row.anonymised_at is not None:
            return False
        if row.rating is not None and row.rating > 1 and not section.rated_too:
            return False
        # The random end of the id: its beginning is the time.
        return row.rating == 1 or row.id.int % 100 < section.percent
