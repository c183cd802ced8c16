"""What the console shows of a danger alert."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from casework.dangers.lifecycle import DANGER_ALERT, State
from casework.roles import Role


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. `joined` marks a row whose words were added to an earlier alert of the same person.

    `reference` is that of the complaint behind it, empty while there is none. `next_page_at` is
    when somebody is called again: None while a taken alert is in time. `has_phone`: in the complaint, or in the
    words themselves.
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

    @property
    def state_key(self) -> str:
        """What staff read for the state: a catalogue key."""
        return f"danger_alert.state_staff.{self.state}"

    def moves(self, roles: Collection[Role]) -> tuple[str, ...]:
        """The names of what somebody with these roles may do now; their words are under `danger_alert.move`."""
        return tuple(move.name for move in DANGER_ALERT.allowed(self.state, roles))


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some alerts, the newest first; `after` leads to older ones, None at the end."""

    rows: tuple[AlertView, ...]
    after: str | None
