"""What the actions and queries of complaints work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.complaints.ports import NoPermits, NoPlaces, NoRouter, PermitFinder, Places, Router, Suggester
from casework.complaints.profile import ComplaintPolicy
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class Desk:
    """The bureau's complaint desk. `bureau_code` is the capital letters its references begin with.

    Without a suggester the profile's keywords suggest.
    """

    db: Database
    calendar: WorkingCalendar
    policy: ComplaintPolicy
    sealer: FieldSealer
    bureau_code: str
    places: Places = field(default_factory=NoPlaces)
    router: Router = field(default_factory=NoRouter)
    permits: PermitFinder = field(default_factory=NoPermits)
    suggester: Suggester | None = None
