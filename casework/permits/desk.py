"""What the actions and queries of permits work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.complaints.ports import NoPlaces, Places
from casework.documents.desk import DocumentDesk
from casework.permits.kinds import PermitsSection
from casework.permits.sign_port import NoSigns, Signs
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class PermitDesk:
    """The bureau's permit desk. `bureau_code` is the capital letters its references begin with; `documents` issues its papers,
    `signs` keeps the signs that are registered and approved.
    """

    db: Database
    calendar: WorkingCalendar
    section: PermitsSection
    sealer: FieldSealer
    bureau_code: str
    documents: DocumentDesk
    places: Places = field(default_factory=NoPlaces)
    signs: Signs = field(default_factory=NoSigns)

    def kind_name(self, code: str) -> str:
        """The kind's name; the code itself for one that is not in the profile any more."""
        kind = self.section.kind(code)
        return kind.name if kind is not None else code
