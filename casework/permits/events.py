"""What has happened to an application or to a granted permit, told to the applicant and to whoever handles it.

An event carries nothing of what was filled in, only the bureau's own words to the applicant: what is to be put right,
and why something was refused, stands still or is late.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class ApplicationEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about an application carry. `due_at` ends the limit that runs now, None where none does."""

    application_id: UUID
    reference: str
    kind: str
    kind_name: str = ""
    unit: str | None = None
    assignee_id: UUID | None = None
    due_at: datetime | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.application_id


class ApplicationSubmitted(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody applied: the bureau says by `due_at` whether it takes it in."""

    name: ClassVar[str] = "permit_application.submitted"
    source: str = ""


class ApplicationAccepted(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is taken in: a decision by `promised_at`. `is_deemed`: by silence, from the day of filing."""

    name: ClassVar[str] = "permit_application.accepted"
    promised_at: datetime | None = None
    is_deemed: bool = False


class ApplicationRefused(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is not taken in, and why."""

    name: ClassVar[str] = "permit_application.refused"
    reason: str = ""


class CorrectionRequested(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Something is to be put right by `due_at`: `items` has a line for each thing and what is wrong with it."""

    name: ClassVar[str] = "permit_application.correction_requested"
    count: int = 1
    items: str = ""


class ApplicationCorrected(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for has come."""

    name: ClassVar[str] = "permit_application.corrected"


class ApplicationLapsed(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The correction did not come in time."""

    name: ClassVar[str] = "permit_application.lapsed"


class ApplicationWithdrawn(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The applicant takes it back."""

    name: ClassVar[str] = "permit_application.withdrawn"


class ApplicationAssigned(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is to handle it."""

    name: ClassVar[str] = "permit_application.assigned"


class SurveyScheduled(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Two officers come to look at the place, at `meeting_at` where a time was agreed."""

    name: ClassVar[str] = "permit_application.survey_scheduled"
    meeting_at: datetime | None = None
    officer_ids: tuple[UUID, ...] = ()


class SurveyRescheduled(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """They come at another time, or others come."""

    name: ClassVar[str] = "permit_application.survey_rescheduled"
    meeting_at: datetime | None = None
    officer_ids: tuple[UUID, ...] = ()


class SurveyRecorded(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The place has been looked at."""

    name: ClassVar[str] = "permit_application.surveyed"


class SurveyWantedAgain(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The place is to be looked at once more."""

    name: ClassVar[str] = "permit_application.survey_wanted_again"


class CoSignatureAsked(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Another organ is asked; `organ_unit` is the unit whose co-signers answer by `due_at`, where it is one of the profile's."""

    name: ClassVar[str] = "permit_application.co_signature_asked"
    organ: str = ""
    organ_unit: str | None = None


class CoSignatureGiven(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Another organ has answered."""

    name: ClassVar[str] = "permit_application.co_signature_given"
    organ: str = ""


class ApplicationPaused(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The limits stand still for what the law keeps out of them (`reason`, on which `basis`)."""

    name: ClassVar[str] = "permit_application.paused"
    reason: str = ""
    basis: str = ""


class ApplicationResumed(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The limits run again: a decision by `promised_at`."""

    name: ClassVar[str] = "permit_application.resumed"
    promised_at: datetime | None = None


class LimitExtended(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The head has put off the law's limit, once, to `until_at` (行政许可法 42). What was promised stays promised."""

    name: ClassVar[str] = "permit_application.extended"
    reason: str = ""
    until_at: datetime | None = None


class HearingRightTold(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody else's weighty interests are touched: the applicant may speak and, by `until_at`, ask for a hearing (47)."""

    name: ClassVar[str] = "permit_application.hearing_right_told"
    until_at: datetime | None = None


class StatementMade(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The applicant, or one whose interests are touched, has had their say. What was said stands in the row, sealed."""

    name: ClassVar[str] = "permit_application.statement_made"


class HearingCalled(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A hearing is to be held by `until_at`."""

    name: ClassVar[str] = "permit_application.hearing_called"
    until_at: datetime | None = None


class HearingArranged(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """When and where it is; `officer_ids` is who leads it."""

    name: ClassVar[str] = "permit_application.hearing_arranged"
    meeting_at: datetime | None = None
    place: str = ""
    officer_ids: tuple[UUID, ...] = ()


class HearingHeld(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It was held, and its record is confirmed."""

    name: ClassVar[str] = "permit_application.hearing_held"


class HearingCalledOff(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """There will be none."""

    name: ClassVar[str] = "permit_application.hearing_called_off"


class RenewedBySilence(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody decided on a renewal before its permit ended: the law has granted it (50)."""

    name: ClassVar[str] = "permit_application.renewed_by_silence"


class DelayExplained(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Why the promise was not kept has been written down."""

    name: ClassVar[str] = "permit_application.delay_explained"
    reason: str = ""


class ApplicationReckoned(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A limit ends at another moment because the calendar changed."""

    name: ClassVar[str] = "permit_application.reckoned"


class ApplicationGranted(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The permit is granted."""

    name: ClassVar[str] = "permit_application.granted"


class ApplicationDenied(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is denied; reasons and remedies in full are on the paper."""

    name: ClassVar[str] = "permit_application.denied"
    reason: str = ""


class ApplicationRegistered(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A filing stands in the register."""

    name: ClassVar[str] = "permit_application.registered"


class RefundApproved(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A deposit is to be paid back."""

    name: ClassVar[str] = "permit_application.approved"


class RefundPaidOut(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It has been paid back."""

    name: ClassVar[str] = "permit_application.paid_out"


class ApplicationRated(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The applicant says how it went, from 1 to 5."""

    name: ClassVar[str] = "permit_application.rated"
    score: int = 0


class ApplicationDelivered(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The decision is in the applicant's hands."""

    name: ClassVar[str] = "permit_application.delivered"


class PaperVoided(ApplicationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A paper about it no longer counts, and why; `replaced_by` is the number of the one that does, "" where none was issued."""

    name: ClassVar[str] = "permit_application.paper_voided"
    paper: str = ""
    paper_name: str = ""
    number: str = ""
    reason: str = ""
    replaced_by: str = ""


class PermitEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all events about a granted permit carry. `number` is printed on it."""

    permit_id: UUID
    application_id: UUID
    number: str
    kind: str
    kind_name: str = ""
    unit: str | None = None
    valid_until_at: datetime | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.permit_id


class PermitEnding(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It ends soon."""

    name: ClassVar[str] = "permit.ending"


class PermitExpired(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It has ended; `restore_by_at` is until when the place must be cleaned up."""

    name: ClassVar[str] = "permit.expired"
    restore_by_at: datetime | None = None


class PermitReplaced(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Another one, changed or renewed, holds in its stead; `restore_by_at` where that is at another place."""

    name: ClassVar[str] = "permit.replaced"
    restore_by_at: datetime | None = None


class PermitEndingProposed(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The bureau means to undo it or take it back: its holder may speak before that. Why stands on the paper, not here."""

    name: ClassVar[str] = "permit.ending_proposed"


class HolderStated(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Its holder answered that. What was said stands in the row, sealed."""

    name: ClassVar[str] = "permit.holder_stated"


class PermitWithdrawn(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Taken back for the public good (行政许可法 8)."""

    name: ClassVar[str] = "permit.withdrawn"


class PermitRevoked(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Undone for what was wrong from the start (行政许可法 69)."""

    name: ClassVar[str] = "permit.revoked"


class PermitCancelled(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Struck off (行政许可法 70)."""

    name: ClassVar[str] = "permit.cancelled"


class PermitFound(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Officers looked whether it is used as granted, or whether the place is clean."""

    name: ClassVar[str] = "permit.found"


class PermitNotRestored(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The place should be clean by now, and nobody has confirmed that it is."""

    name: ClassVar[str] = "permit.not_restored"


class PermitRestored(PermitEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The place is clean again."""

    name: ClassVar[str] = "permit.restored"


EVENTS: tuple[type[CaseEvent], ...] = (
    ApplicationSubmitted,
    ApplicationAccepted,
    ApplicationRefused,
    CorrectionRequested,
    ApplicationCorrected,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ApplicationAssigned,
    SurveyScheduled,
    SurveyRescheduled,
    SurveyRecorded,
    SurveyWantedAgain,
    CoSignatureAsked,
    CoSignatureGiven,
    ApplicationPaused,
    ApplicationResumed,
    DelayExplained,
    LimitExtended,
    HearingRightTold,
    StatementMade,
    HearingCalled,
    HearingArranged,
    HearingHeld,
    HearingCalledOff,
    RenewedBySilence,
    ApplicationReckoned,
    ApplicationGranted,
    ApplicationDenied,
    ApplicationRegistered,
    RefundApproved,
    RefundPaidOut,
    ApplicationDelivered,
    ApplicationRated,
    PaperVoided,
    PermitEnding,
    PermitExpired,
    PermitReplaced,
    PermitEndingProposed,
    HolderStated,
    PermitWithdrawn,
    PermitRevoked,
    PermitCancelled,
    PermitFound,
    PermitNotRestored,
    PermitRestored,
)
