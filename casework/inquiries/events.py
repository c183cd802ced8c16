"""What has happened to an inquiry. An event never carries the citizen's own words; an answer is the bureau's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class InquiryEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all of them carry."""

    inquiry_id: UUID
    reference: str

    @property
    def case_id(self) -> UUID | None:
        return self.inquiry_id


class InquirySubmitted(InquiryEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody left a message for a person. `answer_by_at` is when it is answered at the latest."""

    name: ClassVar[str] = "inquiry.submitted"
    source: str
    answer_by_at: datetime | None = None


class InquiryContinued(InquiryEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The citizen wrote more; an answer is due (again)."""

    name: ClassVar[str] = "inquiry.continued"
    answer_by_at: datetime | None = None


class InquiryAnswered(InquiryEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A person answered. `close_by_at` is until when the citizen can write more."""

    name: ClassVar[str] = "inquiry.answered"
    answer: str
    close_by_at: datetime | None = None


class InquiryClosed(InquiryEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is over. `by` is the kind of actor who closed it: "citizen", "staff" or "clock"."""

    name: ClassVar[str] = "inquiry.closed"
    by: str


EVENTS: tuple[type[InquiryEvent], ...] = (
    InquirySubmitted,
    InquiryContinued,
    InquiryAnswered,
    InquiryClosed,
)
