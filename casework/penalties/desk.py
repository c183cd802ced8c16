"""What the actions and queries of notices work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.documents.desk import DocumentDesk
from casework.penalties.kinds import PenaltiesSection
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing


@dataclass(frozen=True)
class PenaltyDesk:
    """`bureau_code` is the capital letters references begin with; `documents` issues the papers; `keys` make access codes."""

    db: Database
    calendar: WorkingCalendar
    section: PenaltiesSection
    sealer: FieldSealer
    keys: KeyRing
    bureau_code: str
    documents: DocumentDesk
    public_url: str = ""

    def ground_name(self, code: str) -> str:
        """The ground's name; the code itself for one that is not in the profile any more."""
        ground = self.section.ground(code)
        return ground.name if ground is not None else code
