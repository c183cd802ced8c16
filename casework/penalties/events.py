"""What has happened to a notice. An event carries nothing of what was found, and nobody's name."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class RectificationEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about a notice carry. `assignee_id` is the officer who issued it, `due_at` ends the limit that runs."""

    notice_id: UUID
    reference: str
    ground_name: str = ""
    unit: str | None = None
    assignee_id: UUID | None = None
    due_at: datetime | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.notice_id


class RectificationIssued(RectificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A notice was issued; a party with an account has agreed to electronic delivery."""

    name: ClassVar[str] = "rectification.issued"


class RectificationReported(RectificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The party says that it is put right: the officers look by `due_at`."""

    name: ClassVar[str] = "rectification.reported"


class RectificationSentBack(RectificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is not put right yet."""

    name: ClassVar[str] = "rectification.sent_back"


class RectificationEnded(RectificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is over: `outcome` is the state's name in words."""

    name: ClassVar[str] = "rectification.ended"
    outcome: str = ""


EVENTS: tuple[type[CaseEvent], ...] = (
    RectificationIssued,
    RectificationReported,
    RectificationSentBack,
    RectificationEnded,
)
