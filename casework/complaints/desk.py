"""What the actions and queries of complaints work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.profile import ComplaintPolicy
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class Desk:
    """The bureau's complaint desk. `bureau_code` is the capital letters its references begin with."""

    db: Database
    calendar: WorkingCalendar
    policy: ComplaintPolicy
    sealer: FieldSealer
    bureau_code: str
