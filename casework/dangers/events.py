"""What has happened to a danger alert.

Pages carry what was said and where: whoever is paged has to act before opening anything. They never carry a
telephone number or a platform identity; `has_phone` says that the case behind the alert holds a number.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class DangerEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all of them carry."""

    alert_id: UUID

    @property
    def case_id(self) -> UUID | None:
        return self.alert_id


class DangerRaised(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody said something that sounds like danger to life."""

    name: ClassVar[str] = "danger.raised"
    source: str


class DangerPaged(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is time to call somebody, for the `number`-th time. `heads`: the heads as well.

    `what` is the place, where one is known, and what was said.
    """

    name: ClassVar[str] = "danger.paged"
    number: int
    heads: bool
    what: str
    raised_at: datetime
    has_phone: bool


class DangerAddedTo(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The same person said more. Nobody is told of every message: a page or `danger.passed_on` carries it."""

    name: ClassVar[str] = "danger.added_to"


class DangerPassedOn(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever took it, `assignee_id`, is told what was said since. `what` is as on a page."""

    name: ClassVar[str] = "danger.passed_on"
    what: str
    assignee_id: UUID | None


class DangerAcknowledged(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is on it."""

    name: ClassVar[str] = "danger.acknowledged"
    by_name: str


class DangerOverdue(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody took it and has not said how it went."""

    name: ClassVar[str] = "danger.overdue"
    what: str
    assignee_id: UUID | None


class DangerEnded(DangerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is over, or it was none, or it joined another alert."""

    name: ClassVar[str] = "danger.ended"
    by_name: str = ""


EVENTS: tuple[type[DangerEvent], ...] = (
    DangerRaised,
    DangerPaged,
    DangerAddedTo,
    DangerPassedOn,
    DangerAcknowledged,
    DangerOverdue,
    DangerEnded,
)
