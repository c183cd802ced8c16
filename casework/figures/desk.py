"""What the keeping of figures works with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.desk import Desk
from casework.figures.profile import FiguresSection
from kit.db import Database


@dataclass(frozen=True)
class FiguresDesk:
    """The cases that are counted, by what rules months are published, and at which address everybody finds them."""

    desk: Desk
    section: FiguresSection
    public_url: str = ""

    @property
    def db(self) -> Database:
        return self.desk.db
