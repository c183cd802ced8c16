"""What follow-up visits are made with."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.desk import Desk
from casework.follow_up_visits.profile import VisitsSection


@dataclass(frozen=True)
class VisitDesk:
    """The complaints that are asked about, and the bureau's rules for asking."""

    complaints: Desk
    section: VisitsSection
