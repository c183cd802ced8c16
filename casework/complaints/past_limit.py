"""Which cases the clock has to move, oldest first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint


async def past_limit(state: State, now: datetime) -> list[UUID]:
    """The cases in this state whose limit has passed."""
    # In the words of the indexes, see `Complaint.Meta`.
    is_open = state in OPEN_STATES
    rows = Complaint.filter(state=state.value, due_at__lte=now, closed_at__isnull=is_open)
    return [row.id for row in await rows.order_by("due_at", "id").only("id")]
