"""What the actions and queries of inquiries work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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

    def deadline(self, state: State, started_at: datetime) -> Deadline | None:
        """When the limit of `state` ends that began to run at `started_at`. None in final states."""
        shipped = INQUIRY.limits.get(state)
        if shipped is None:
            return None
        limits = self.policy.limits
        promised = limits.answer if shipped.basis == ANSWER else limits.close
        return self.calendar.due(promised.limit(shipped.basis), started_at)
