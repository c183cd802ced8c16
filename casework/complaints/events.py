"""What has happened to a complaint, told to whoever it concerns.

An event carries what its sentences need as it stood at that moment, so that telling it later says what was
true then. It never carries the story, the place, the telephone or anybody's platform identity.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class ComplaintEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all of them carry. `account_id` is None where a clerk filed for somebody without an account."""

    complaint_id: UUID
    reference: str
    account_id: UUID | None
    category_name: str = ""
    unit: str | None = None
    assignee_id: UUID | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.complaint_id


class ComplaintSubmitted(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A citizen's complaint is on record. `accept_by_at` is when the citizen is told yes or no at the latest."""

    name: ClassVar[str] = "complaint.submitted"
    source: str
    accept_by_at: datetime | None = None


class ComplaintAccepted(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau takes it on."""

    name: ClassVar[str] = "complaint.accepted"
    answer_by_at: datetime | None = None


class ComplaintRefused(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is not the bureau's to handle; says why, and whose it is."""

    name: ClassVar[str] = "complaint.refused"
    reason: str
    responsible_body: str


class ComplaintAssigned(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A unit, and perhaps an officer, has it."""

    name: ClassVar[str] = "complaint.assigned"
    unit_name: str = ""
    answer_by_at: datetime | None = None


class ComplaintHandedBack(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The unit sent it back to be assigned elsewhere."""

    name: ClassVar[str] = "complaint.handed_back"
    ground: str
    unit_name: str = ""


class ComplaintHandedOver(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody else of the bureau has it now, or the unit as a whole; the citizen's promise stays the same."""

    name: ClassVar[str] = "complaint.handed_over"
    from_name: str
    answer_by_at: datetime | None = None


class ComplaintAnswered(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """There is an answer. `close_by_at` is until when the citizen can rate or dispute it."""

    name: ClassVar[str] = "complaint.answered"
    answer: str
    unit_name: str = ""
    may_dispute: bool = True
    close_by_at: datetime | None = None


class ComplaintRated(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The citizen said how it went: 3 satisfied, 2 on the whole, 1 not. The first two close the case."""

    name: ClassVar[str] = "complaint.rated"
    score: int
    closed: bool


class ComplaintDisputed(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The citizen does not accept the answer; it is handled once more. The reason stays on the case."""

    name: ClassVar[str] = "complaint.disputed"
    answer_by_at: datetime | None = None


class ComplaintClosed(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Closed by the handler, or by the clock after the time to object has passed."""

    name: ClassVar[str] = "complaint.closed"
    by_clock: bool


class ComplaintAddedTo(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The citizen sent more about an open case. What was sent stays on the case."""

    name: ClassVar[str] = "complaint.added_to"
    media: int = 0


class ComplaintUpdated(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Staff tell the citizen how the case stands, in these words. No move of the case."""

    name: ClassVar[str] = "complaint.updated"
    update: str


class ComplaintWithdrawn(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The citizen took it back."""

    name: ClassVar[str] = "complaint.withdrawn"


class ComplaintReclassified(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Staff corrected what it is about, how urgent it is or where; the limit may have changed with it."""

    name: ClassVar[str] = "complaint.reclassified"
    answer_by_at: datetime | None = None


class ComplaintReferred(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Another unit has it now, and why."""

    name: ClassVar[str] = "complaint.referred"
    reason: str
    unit_name: str = ""
    from_unit_name: str = ""
    answer_by_at: datetime | None = None


class ComplaintAsked(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau needs a word from the citizen; its limit stands still until then, `reply_by_at` at the latest."""

    name: ClassVar[str] = "complaint.asked"
    question: str
    reply_by_at: datetime | None = None


class ComplaintResumed(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau's limit runs on: the citizen replied, or the time to do so is over."""

    name: ClassVar[str] = "complaint.resumed"
    replied: bool
    answer_by_at: datetime | None = None


class ComplaintExtended(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The answer comes later than promised, and why."""

    name: ClassVar[str] = "complaint.extended"
    reason: str
    answer_by_at: datetime | None = None


class ComplaintSupervised(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A head looks after this case and says what is to be done."""

    name: ClassVar[str] = "complaint.supervised"
    instruction: str
    answer_by_at: datetime | None = None


class ComplaintReminded(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asks where it stands: the citizen, or a clerk."""

    name: ClassVar[str] = "complaint.reminded"
    by_citizen: bool
    times: int = 1
    answer_by_at: datetime | None = None


class ComplaintHandled(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The unit says it is done; somebody else verifies it before the citizen is told."""

    name: ClassVar[str] = "complaint.handled"
    unit_name: str = ""
    answer_by_at: datetime | None = None


class ComplaintSentBack(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever verified it found that it is not done."""

    name: ClassVar[str] = "complaint.sent_back"
    ground: str
    answer_by_at: datetime | None = None


class ComplaintRedone(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A closed case is handled once more."""

    name: ClassVar[str] = "complaint.redone"
    answer_by_at: datetime | None = None


class ComplaintMerged(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is handled together with another case about the same matter; its citizen hears what comes of that one."""

    name: ClassVar[str] = "complaint.merged"
    answer_by_at: datetime | None = None


class ComplaintUnmerged(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is handled by itself again."""

    name: ClassVar[str] = "complaint.unmerged"
    answer_by_at: datetime | None = None


class ComplaintSplit(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It spoke of several matters: each goes on as a case of its own."""

    name: ClassVar[str] = "complaint.split"
    parts: int
    references: str = ""


class ComplaintSplitOff(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """One matter of a case that was split. The citizen heard of it with the split."""

    name: ClassVar[str] = "complaint.split_off"
    answer_by_at: datetime | None = None


class ComplaintReckoned(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The calendar changed, and with it the end of the limit that runs."""

    name: ClassVar[str] = "complaint.reckoned"
    answer_by_at: datetime | None = None


class ComplaintArchived(ComplaintEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The time in which a closed case could be handled once more is over."""

    name: ClassVar[str] = "complaint.archived"


EVENTS: tuple[type[ComplaintEvent], ...] = (
    ComplaintSubmitted,
    ComplaintAccepted,
    ComplaintRefused,
    ComplaintAssigned,
    ComplaintHandedBack,
    ComplaintHandedOver,
    ComplaintAnswered,
    ComplaintRated,
    ComplaintDisputed,
    ComplaintClosed,
    ComplaintAddedTo,
    ComplaintUpdated,
    ComplaintWithdrawn,
    ComplaintReclassified,
    ComplaintReferred,
    ComplaintAsked,
    ComplaintResumed,
    ComplaintExtended,
    ComplaintSupervised,
    ComplaintReminded,
    ComplaintHandled,
    ComplaintSentBack,
    ComplaintRedone,
    ComplaintMerged,
    ComplaintUnmerged,
    ComplaintSplit,
    ComplaintSplitOff,
    ComplaintReckoned,
    ComplaintArchived,
)
"""Every event of this feature, for the relay and for the sweep that each is heard or declared silent."""
