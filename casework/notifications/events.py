"""What has happened on the way to and from people, apart from any feature's case."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class MediaNotReceived(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Photos, voice messages or films that a citizen sent could not be taken over and are to be sent again.

    `medium` is "photo", "voice" or "video", or empty for several kinds; `reference` the case they belong to, if
    any; `count` how many.
    """

    name: ClassVar[str] = "media.not_received"
    medium: str
    reference: str = ""
    count: int = 1


class PageReachedNobody(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The `number`-th call about a danger reached nobody's WeChat. The other fields are the call's own."""

    name: ClassVar[str] = "page.reached_nobody"
    alert_id: UUID
    number: int
    what: str
    raised_at: datetime

    @property
    def case_id(self) -> UUID | None:
        return self.alert_id


class AccountLinked(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """`account_id` is now held to be the same person's as another, because both have one telephone number."""

    name: ClassVar[str] = "account.linked"


class StaffUnbound(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """`account_id` is no longer the WeChat of the member of staff `staff_name`: another one took its place."""

    name: ClassVar[str] = "staff.unbound"
    staff_name: str


class StaffGranted(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody among the staff, `by_name`, gave an account a role, made it with some, or had it stand in.

    Told to all who keep people or watch over them but these two, so that nobody makes a second self unseen.
    """

    name: ClassVar[str] = "staff.granted"
    staff_id: UUID
    by_id: UUID
    login: str
    staff_name: str
    by_name: str


class AlertUnanswered(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A call to staff was answered by none of them in time. `rule` is the rule that called, `to` the audience that
    is called now, `reference` the case's, if it has one.
    """

    name: ClassVar[str] = "alert.unanswered"
    rule: str
    to: str
    raised_at: datetime
    minutes: int
    reference: str = ""
    about_id: UUID | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.about_id


EVENTS: tuple[type[CaseEvent], ...] = (
    MediaNotReceived,
    PageReachedNobody,
    AlertUnanswered,
    AccountLinked,
    StaffUnbound,
    StaffGranted,
)
