"""What every event about somebody's case carries, so that one rule list can tell of any of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kit.events import Event


class CaseEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """`account_id` is whose matter it is, None where nobody with an account is behind it."""

    at: datetime
    account_id: UUID | None = None

    @property
    def case_id(self) -> UUID | None:
        """The case whose page the deliveries about this event stand on; None for what belongs to no case."""
        return None
