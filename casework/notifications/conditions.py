"""Conditions by which a rule narrows its event, by name: rules are data and name them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintAddedTo,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintRated,
    ComplaintReminded,
    ComplaintResumed,
    ComplaintSubmitted,
)
from casework.dangers.events import DangerPaged
from casework.deadlines.events import DeadlineReached
from casework.inquiries.events import InquiryClosed, InquirySubmitted
from casework.notifications.events import AlertUnanswered, MediaNotReceived
from casework.notifications.shape import Audience
from casework.permits.events import ApplicationAccepted, PaperVoided, PermitReplaced

ORDER, PERMIT = "work_order", "permit_application"
HEARING, CO_SIGNATURE = "permit_hearing", "co_signature"
PENALTIES = frozenset({"penalty_case", "party_request"})
TO_PAY = frozenset({"penalty.pay", "penalty.demand"})
RECTIFICATION = "rectification"


def always(_: CaseEvent) -> bool:
    return True


def not_from_chat(event: ComplaintSubmitted | InquirySubmitted) -> bool:
    """In chat the reply to the citizen's last message already is the receipt."""
    return event.source != "wechat"


def first_answer(event: ComplaintAnswered) -> bool:
    return event.may_dispute


def last_answer(event: ComplaintAnswered) -> bool:
    return not event.may_dispute


def unsatisfied(event: ComplaintRated) -> bool:
    return not event.closed


def by_the_clock(event: ComplaintClosed) -> bool:
    return event.by_clock


def by_a_person(event: ComplaintClosed) -> bool:
    return not event.by_clock


def somebody_has_it(event: ComplaintAddedTo) -> bool:
    return event.unit is not None or event.assignee_id is not None


def nobody_has_it_yet(event: ComplaintAddedTo) -> bool:
    return not somebody_has_it(event)


def somebody_was_reminded(event: ComplaintReminded) -> bool:
    return event.unit is not None or event.assignee_id is not None


def nobody_was_reminded(event: ComplaintReminded) -> bool:
    return not somebody_was_reminded(event)


def citizen_replied(event: ComplaintResumed) -> bool:
    return event.replied


def not_by_the_citizen(event: InquiryClosed) -> bool:
    return event.by != "citizen"


def by_silence(event: ApplicationAccepted) -> bool:
    return event.is_deemed


def by_a_clerk(event: ApplicationAccepted) -> bool:
    return not event.is_deemed


def with_another(event: PaperVoided) -> bool:
    return bool(event.replaced_by)


def without_another(event: PaperVoided) -> bool:
    return not event.replaced_by


def place_given_up(event: PermitReplaced) -> bool:
    return event.restore_by_at is not None


def with_phone(event: DangerPaged) -> bool:
    return event.has_phone


def without_phone(event: DangerPaged) -> bool:
    return not event.has_phone


def heads_with_phone(event: DangerPaged) -> bool:
    return event.heads and event.has_phone


def heads_without_phone(event: DangerPaged) -> bool:
    return event.heads and not event.has_phone


def for_a_case(event: MediaNotReceived) -> bool:
    return event.reference != ""


def for_no_case(event: MediaNotReceived) -> bool:
    return event.reference == ""


def for_heads(event: AlertUnanswered) -> bool:
    return event.to == Audience.HEADS.value


def for_dispatchers(event: AlertUnanswered) -> bool:
    return event.to == Audience.DISPATCHERS.value


def _reached(mark: str, *, by_somebody: bool | None = None) -> Callable[[DeadlineReached], bool]:
    """A mark of a limit, wherever or only where somebody has the case, or nobody has. No news once it is overtaken:
    whoever hears that a case is due need not hear that half of its time was over.
    """

    def holds(event: DeadlineReached) -> bool:
        if (
            event.case_kind in (ORDER, PERMIT, HEARING, CO_SIGNATURE, RECTIFICATION, *PENALTIES)
            or event.mark != mark
            or (event.overtaken and mark in ("half", "most"))
        ):
            return False
        has_somebody = event.unit is not None or event.assignee_id is not None
        return by_somebody is None or has_somebody == by_somebody

    return holds


def _permit_reached(mark: str) -> Callable[[DeadlineReached], bool]:
    """A mark of a limit of an application, or of its hearing; "most" is no news once it is overtaken."""

    def holds(event: DeadlineReached) -> bool:
        is_of_it = event.case_kind in (PERMIT, HEARING)
        return is_of_it and event.mark == mark and not (event.overtaken and mark == "most")

    return holds


def _co_sign_reached(mark: str) -> Callable[[DeadlineReached], bool]:
    """A mark of another organ's limit; "most" is no news once it is overtaken."""

    def holds(event: DeadlineReached) -> bool:
        is_of_it = event.case_kind == CO_SIGNATURE
        return is_of_it and event.mark == mark and not (event.overtaken and mark == "most")

    return holds


def _rectification_reached(mark: str, clock: str) -> Callable[[DeadlineReached], bool]:
    """A mark of one of the limits of a notice to put something right; "most" is no news once it is overtaken."""

    def holds(event: DeadlineReached) -> bool:
        of_notice = event.case_kind == RECTIFICATION and event.clock == f"rectification.{clock}"
        return of_notice and event.mark == mark and not (event.overtaken and mark == "most")

    return holds


def _penalty_reached(mark: str, *, to_pay: bool | None = None) -> Callable[[DeadlineReached], bool]:
    """A mark of a limit of a penalty case: only of the time to pay, only of the others, or of any."""

    def holds(event: DeadlineReached) -> bool:
        is_meant = to_pay is None or (event.clock in TO_PAY) == to_pay
        of_case = event.case_kind in PENALTIES and is_meant
        return of_case and event.mark == mark and not (event.overtaken and mark == "most")

    return holds


def _order_reached(mark: str, clock: str) -> Callable[[DeadlineReached], bool]:
    """A mark of one of the limits of a work order; "most" is no news once it is overtaken."""

    def holds(event: DeadlineReached) -> bool:
        of_order = event.case_kind == ORDER and event.clock == clock
        return of_order and event.mark == mark and not (event.overtaken and mark == "most")

    return holds


@dataclass(frozen=True)
class Condition:
    """`holds` is asked only of the events it knows."""

    events: tuple[type[CaseEvent], ...]
    holds: Callable[[Any], bool]


CONDITIONS: dict[str, Condition] = {
    "": Condition((CaseEvent,), always),
    "not_from_chat": Condition((ComplaintSubmitted, InquirySubmitted), not_from_chat),
    "first_answer": Condition((ComplaintAnswered,), first_answer),
    "last_answer": Condition((ComplaintAnswered,), last_answer),
    "unsatisfied": Condition((ComplaintRated,), unsatisfied),
    "by_the_clock": Condition((ComplaintClosed,), by_the_clock),
    "by_a_person": Condition((ComplaintClosed,), by_a_person),
    "somebody_has_it": Condition((ComplaintAddedTo,), somebody_has_it),
    "nobody_has_it_yet": Condition((ComplaintAddedTo,), nobody_has_it_yet),
    "somebody_was_reminded": Condition((ComplaintReminded,), somebody_was_reminded),
    "nobody_was_reminded": Condition((ComplaintReminded,), nobody_was_reminded),
    "citizen_replied": Condition((ComplaintResumed,), citizen_replied),
    "not_by_the_citizen": Condition((InquiryClosed,), not_by_the_citizen),
    "with_phone": Condition((DangerPaged,), with_phone),
    "without_phone": Condition((DangerPaged,), without_phone),
    "heads_with_phone": Condition((DangerPaged,), heads_with_phone),
    "heads_without_phone": Condition((DangerPaged,), heads_without_phone),
    "for_a_case": Condition((MediaNotReceived,), for_a_case),
    "for_no_case": Condition((MediaNotReceived,), for_no_case),
    "for_heads": Condition((AlertUnanswered,), for_heads),
    "for_dispatchers": Condition((AlertUnanswered,), for_dispatchers),
    "half_somebody": Condition((DeadlineReached,), _reached("half", by_somebody=True)),
    "half_nobody": Condition((DeadlineReached,), _reached("half", by_somebody=False)),
    "most_somebody": Condition((DeadlineReached,), _reached("most", by_somebody=True)),
    "most_nobody": Condition((DeadlineReached,), _reached("most", by_somebody=False)),
    "due": Condition((DeadlineReached,), _reached("due")),
    "due_somebody": Condition((DeadlineReached,), _reached("due", by_somebody=True)),
    "due_nobody": Condition((DeadlineReached,), _reached("due", by_somebody=False)),
    "overdue": Condition((DeadlineReached,), _reached("overdue")),
    "order_most": Condition((DeadlineReached,), _order_reached("most", "work_order.do")),
    "order_due": Condition((DeadlineReached,), _order_reached("due", "work_order.do")),
    "order_overdue": Condition((DeadlineReached,), _order_reached("overdue", "work_order.do")),
    "order_verify_due": Condition((DeadlineReached,), _order_reached("due", "work_order.verify")),
    "by_silence": Condition((ApplicationAccepted,), by_silence),
    "by_a_clerk": Condition((ApplicationAccepted,), by_a_clerk),
    "with_another": Condition((PaperVoided,), with_another),
    "place_given_up": Condition((PermitReplaced,), place_given_up),
    "without_another": Condition((PaperVoided,), without_another),
    "rectify_most": Condition((DeadlineReached,), _rectification_reached("most", "rectify")),
    "rectify_due": Condition((DeadlineReached,), _rectification_reached("due", "rectify")),
    "recheck_most": Condition((DeadlineReached,), _rectification_reached("most", "recheck")),
    "recheck_due": Condition((DeadlineReached,), _rectification_reached("due", "recheck")),
    "recheck_overdue": Condition((DeadlineReached,), _rectification_reached("overdue", "recheck")),
    "penalty_most": Condition((DeadlineReached,), _penalty_reached("most", to_pay=False)),
    "penalty_due": Condition((DeadlineReached,), _penalty_reached("due")),
    "penalty_overdue": Condition((DeadlineReached,), _penalty_reached("overdue", to_pay=False)),
    "penalty_pay_most": Condition((DeadlineReached,), _penalty_reached("most", to_pay=True)),
    "permit_most": Condition((DeadlineReached,), _permit_reached("most")),
    "permit_due": Condition((DeadlineReached,), _permit_reached("due")),
    "permit_overdue": Condition((DeadlineReached,), _permit_reached("overdue")),
    "co_sign_most": Condition((DeadlineReached,), _co_sign_reached("most")),
    "co_sign_due": Condition((DeadlineReached,), _co_sign_reached("due")),
    "co_sign_overdue": Condition((DeadlineReached,), _co_sign_reached("overdue")),
}
"""The empty name: always."""
