"""What has happened in a penalty case. An event carries nothing of what was found or said, no amount and nobody's name."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class PenaltyCaseEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about a penalty case carry. `assignee_id` is the officer who has it, `due_at` ends the limit that runs.

    `what` and `outcome` are words: what it is about, what came of it.
    """

    penalty_id: UUID
    reference: str
    unit: str | None = None
    assignee_id: UUID | None = None
    due_at: datetime | None = None
    meeting_at: datetime | None = None
    what: str = ""
    outcome: str = ""

    @property
    def case_id(self) -> UUID | None:
        return self.penalty_id


class PenaltyIssued(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The notice before a penalty is made out and has to be delivered."""

    name: ClassVar[str] = "penalty_case.issued"


class PenaltyNotified(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It was delivered: `due_at` here is until when its party may state the case or ask for a hearing in time."""

    name: ClassVar[str] = "penalty_case.notified"


class PenaltyStated(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The party has said or asked something (`what`), or takes it back."""

    name: ClassVar[str] = "penalty_case.stated"


class PenaltyAnswered(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The party's request (`what`) is answered (`outcome`)."""

    name: ClassVar[str] = "penalty_case.answered"


class PenaltyHearingAppointed(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A hearing is held at `meeting_at`."""

    name: ClassVar[str] = "penalty_case.hearing_appointed"


class PenaltyHearingRecorded(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The hearing is over and its record is written."""

    name: ClassVar[str] = "penalty_case.hearing_recorded"


class PenaltyProposed(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A decision is drafted: somebody else than its author has to release it."""

    name: ClassVar[str] = "penalty_case.proposed"


class PenaltySentBack(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The draft was not released."""

    name: ClassVar[str] = "penalty_case.sent_back"


class PenaltyReviewed(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A legal reviewer has passed the draft."""

    name: ClassVar[str] = "penalty_case.reviewed"


class PenaltyDecided(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The head has decided; the paper has to be delivered by `due_at`."""

    name: ClassVar[str] = "penalty_case.decided"


class PenaltyServed(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The decision was delivered."""

    name: ClassVar[str] = "penalty_case.served"


class PenaltyTermsAsked(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The party asks to pay later or in parts: the head answers."""

    name: ClassVar[str] = "penalty_case.terms_asked"


class PenaltyPaid(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A payment was noted."""

    name: ClassVar[str] = "penalty_case.paid"


class PenaltyLateFineOrdered(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """More is to be paid because the fine is late."""

    name: ClassVar[str] = "penalty_case.late_fine_ordered"


class PenaltyDemandMade(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The letter that demands what is late is made out and has to be delivered."""

    name: ClassVar[str] = "penalty_case.demand_made"


class PenaltyDemanded(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It was delivered: `due_at` ends the last time before the court is asked."""

    name: ClassVar[str] = "penalty_case.demanded"


class PenaltyDemandRecalled(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It was taken back and is void."""

    name: ClassVar[str] = "penalty_case.demand_recalled"


class PenaltyEnded(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is over: `outcome` is the state's name in words."""

    name: ClassVar[str] = "penalty_case.ended"


class PenaltyPaperVoided(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A paper (`what`, `number`) no longer counts; `outcome` is the number of the one that does."""

    name: ClassVar[str] = "penalty_case.paper_voided"
    number: str = ""
    reason: str = ""


class PenaltyReckoned(PenaltyCaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its limits were reckoned again after the calendar changed."""

    name: ClassVar[str] = "penalty_case.reckoned"


EVENTS: tuple[type[CaseEvent], ...] = (
    PenaltyIssued,
    PenaltyNotified,
    PenaltyStated,
    PenaltyAnswered,
    PenaltyHearingAppointed,
    PenaltyHearingRecorded,
    PenaltyProposed,
    PenaltySentBack,
    PenaltyReviewed,
    PenaltyDecided,
    PenaltyServed,
    PenaltyTermsAsked,
    PenaltyPaid,
    PenaltyLateFineOrdered,
    PenaltyDemandMade,
    PenaltyDemanded,
    PenaltyDemandRecalled,
    PenaltyEnded,
    PenaltyPaperVoided,
    PenaltyReckoned,
)
