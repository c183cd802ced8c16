"""What a queue shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.complaints.lifecycle import State
from casework.complaints.urgency import Urgency


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as one line of a work queue.

    `revision` goes back with a move, so that it meets the case its sender saw. `latitude` and `longitude` are WGS-84.
    """

    id: UUID
    reference: str
    state: State
    revision: int
    category: str | None
    category_name: str
    urgency: Urgency
    opening: str
    place_text: str
    latitude: float | None
    longitude: float | None
    unit: str | None
    unit_name: str
    assignee_id: UUID | None
    assignee_name: str
    source: str
    submitted_at: datetime
    due_at: datetime | None
    overdue: bool
    disputed: bool
    supervised: bool
    times_reminded: int
    has_phone: bool


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a queue; `after` leads to the next ones, None at the end."""

    rows: tuple[QueueRow, ...]
    after: str | None
