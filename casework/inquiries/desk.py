"""What the actions and queries of inquiries work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.complaints.profile import PromisedLimit
from casework.dangers.profile import DangerSection
from casework.inquiries.lifecycle import ANSWER, INQUIRY, State
from casework.inquiries.profile import InquiriesSection
from kit.calendar import Deadline, WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class InquiryDesk:
    """`bureau_code` is the capital letters its references begin with; `danger` is how danger is recognised."""

    db: Database
    calendar: WorkingCalendar
    policy: InquiriesSection
    sealer: FieldSealer
    bureau_code: str
    danger: DangerSection | None = None

    def promised(self, state: State, topic: str | None = None) -> PromisedLimit | None:
        """The bureau's figure for `state`, for a request about one's own data its own. None in final states."""
        shipped, limits = INQUIRY.limits.get(state), self.policy.limits
        if shipped is None:
            return None
        if shipped.basis != ANSWER:
            return limits.close
        return limits.own_data if topic is not None and limits.own_data is not None else limits.answer

    def deadline(self, state: State, started_at: datetime, topic: str | None = None) -> Deadline | None:
        """When the limit of `state` ends that began to run at `started_at`. None in final states."""
        promised = self.promised(state, topic)
        if promised is None:
            return None
        return self.calendar.due(promised.limit(INQUIRY.limits[state].basis), started_at)
