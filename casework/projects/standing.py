"""Where an officer stands at a check-in: the phone says it, or the officer says why not."""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.place import Position, checked, distance_m
from casework.complaints.wording import optional
from casework.projects.models import EnterpriseVisit, Project
from kit.problems import Invalid


@dataclass(frozen=True)
class Place:
    """Where the phone is, in WGS-84, give or take so many metres; else the reason."""

    position: Position | None
    accuracy_m: float | None
    reason: str | None

    @property
    def words(self) -> str:
        """What the lifecycle asks for: that the one or the other is there."""
        return self.reason or "position"


def place_said(position: Position | None, accuracy_m: float | None, why_not: str) -> Place:
    """Where the phone is, or why it does not say. Raises Invalid where it is neither."""
    if position is None:
        reason = optional(why_not, field="place_reason", at_most=200)
        if reason is None:
            raise Invalid("problem.visit.place", field="place_reason")
        return Place(None, None, reason)
    accuracy = accuracy_m if accuracy_m is not None and 0 <= accuracy_m < 100_000 else None
    return Place(checked(position).as_wgs84(), accuracy, None)


def put_place(row: EnterpriseVisit, project: Project, place: Place) -> None:
    """Keep it with the distance from the site, for who supervises."""
    at = place.position
    row.latitude = at.latitude if at is not None else None
    row.longitude = at.longitude if at is not None else None
    row.accuracy_m, row.place_reason, row.distance_m = place.accuracy_m, place.reason, None
    if at is not None and project.latitude is not None and project.longitude is not None:
        site = (project.latitude, project.longitude)
        row.distance_m = round(distance_m((at.latitude, at.longitude), site))
