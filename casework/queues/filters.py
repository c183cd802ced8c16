"""What a queue is narrowed by."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.sight import Sight
from casework.complaints.urgency import Urgency


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a queue shows; what is not given does not narrow it.

    `order`: "due" (what is due first; open cases only) or "newest". `sight` is what the viewer may see at all, `unit`
    what was chosen. `own_ids` and `or_free_in`: cases given to one of these by name, or to nobody in one of these
    units. `filed_by_id`: what this member of staff filed. `area` is the code of a street.

    `overdue` shows only cases whose limit on the bureau's side has passed, `due_before_at` those whose limit ends
    before then; `disputed` those a citizen was not content with, `supervised` those a leader watches.
    `references` are the only ones wanted, in full; `phone_index` the blind index of the caller's telephone, `words`
    must stand in what was said of the place (of open cases). `restricted`: also what is kept for nothing but keeping.
    """

    states: frozenset[State] = OPEN_STATES
    unit: str | None = None
    sight: Sight | None = None
    own_ids: frozenset[UUID] | None = None
    or_free_in: frozenset[str] = frozenset()
    filed_by_id: UUID | None = None
    unassigned: bool = False
    category: str | None = None
    area: str | None = None
    urgency: Urgency | None = None
    source: str | None = None
    submitted_from_at: datetime | None = None
    submitted_before_at: datetime | None = None
    overdue: bool = False
    due_before_at: datetime | None = None
    disputed: bool = False
    supervised: bool = False
    references: tuple[str, ...] | None = None
    phone_index: str | None = None
    words: str = ""
    restricted: bool = False
    order: Literal["due", "newest"] = "due"
