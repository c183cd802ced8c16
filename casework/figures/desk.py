"""What the keeping of figures works with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.desk import Desk
from casework.figures.profile import FiguresSection
from kit.db import Database


@dataclass(frozen=True)
class FiguresDesk:
    """The cases that are counted, and by what rules months are published."""

    desk: Desk
    section: FiguresSection

    @property
    def db(self) -> Database:
        return self.desk.db
