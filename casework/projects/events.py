"""What has happened on a visit to an enterprise. Nobody's name and nothing of what was found is in an event."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class EnterpriseVisitEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about a visit carry."""

    visit_id: UUID
    project_id: UUID | None = None
    unit: str | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.visit_id


class EnterpriseVisitToConfirm(EnterpriseVisitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """One officer has checked in; `assignee_id`, the other one, is to confirm before the visit begins."""

    name: ClassVar[str] = "enterprise_visit.to_confirm"
    assignee_id: UUID | None = None
    enterprise: str = ""


class EnterpriseVisitCheckedIn(EnterpriseVisitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Two certified officers have checked in, each under a login of their own."""

    name: ClassVar[str] = "enterprise_visit.checked_in"


class EnterpriseVisitTurnedAway(EnterpriseVisitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A check-in was refused; `refused` is the catalogue key of why."""

    name: ClassVar[str] = "enterprise_visit.turned_away"
    refused: str = ""


class EnterpriseVisitEnded(EnterpriseVisitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The visit is over; the enterprise can say how it was."""

    name: ClassVar[str] = "enterprise_visit.ended"
    project_name: str = ""


EVENTS = (EnterpriseVisitToConfirm, EnterpriseVisitCheckedIn, EnterpriseVisitTurnedAway, EnterpriseVisitEnded)
