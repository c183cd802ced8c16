"""What the console shows of a danger alert."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.dangers.lifecycle import State


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. `joined` marks a row whose words were added to an earlier alert of the same person.

    `reference` is that of the complaint behind it, empty while there is none. `next_page_at` is None once
    somebody has taken it, and after the last page.
    """

    id: UUID
    state: State
    revision: int
    source: str
    words: str
    matched: str
    place_text: str
    account_id: UUID | None
    complaint_id: UUID | None
    reference: str
    has_phone: bool
    raised_at: datetime
    pages: int
    next_page_at: datetime | None
    acknowledged_by_id: UUID | None
    acknowledged_by_name: str
    acknowledged_at: datetime | None
    outcome: str
    ended_at: datetime | None
    joined: bool


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some alerts, the newest first; `after` leads to older ones, None at the end."""

    rows: tuple[AlertView, ...]
    after: str | None
