"""Moments and states in a citizen's words."""

from __future__ import annotations

from datetime import datetime

from kit.catalogue import Catalogue
from kit.clock import local, shown_end


class Words:
    """Says what the pages say, from the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.text = catalogue.text

    def moment(self, at: datetime) -> str:
        """Day and time on the wall; always with the year, because cases last."""
        shown = local(at)
        return self.text(
            "h5.time.moment", year=shown.year, month=shown.month, day=shown.day, time=f"{shown:%H:%M}"
        )

    def end(self, at: datetime) -> str:
        """When something ends: midnight belongs to the day before."""
        on, time = shown_end(at)
        return self.text("h5.time.moment", year=on.year, month=on.month, day=on.day, time=time)

    def day(self, at: datetime) -> str:
        shown = local(at)
        return self.text("h5.time.day", year=shown.year, month=shown.month, day=shown.day)
