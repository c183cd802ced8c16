"""Which limits are watched: for each kind of case, the clock that runs in each of its states.

A state without a clock is the citizen's time or nobody's. A new kind of case is one more `ClockedKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.models import Model

from casework.case_event import CaseEvent
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintEvent
from casework.complaints.lifecycle import State as ComplaintState
from casework.complaints.limits import limit_of
from casework.complaints.models import Complaint
from casework.deadlines.profile import ClockName
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.lifecycle import VISIT
from casework.follow_up_visits.lifecycle import State as VisitState
from casework.follow_up_visits.models import FollowUpVisit
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.events import InquiryEvent
from casework.inquiries.lifecycle import INQUIRY
from casework.inquiries.lifecycle import State as InquiryState
from casework.inquiries.models import Inquiry
from casework.penalties.case_events import PenaltyCaseEvent
from casework.penalties.case_lifecycle import PENALTY
from casework.penalties.case_limits import clock_of as clock_of_penalty
from casework.penalties.case_limits import limit as limit_of_penalties
from casework.penalties.case_limits import limit_of as limit_of_penalty
from casework.penalties.case_requests import RequestState
from casework.penalties.events import RectificationEvent
from casework.penalties.kinds import PenaltiesSection
from casework.penalties.lifecycle import State as RectificationState
from casework.penalties.models import PartyRequest, PenaltyCase, RectificationNotice
from casework.penalties.moving import limit_of as limit_of_rectification
from casework.permits.clocks import clock_of as clock_of_permit
from casework.permits.clocks import limit_of as limit_of_permit
from casework.permits.events import ApplicationEvent
from casework.permits.kinds import PermitsSection
from casework.permits.lifecycle import State as PermitState
from casework.permits.models import PermitApplication
from casework.work_orders.desk import OrderDesk
from casework.work_orders.events import WorkOrderEvent
from casework.work_orders.lifecycle import State as OrderState
from casework.work_orders.models import WorkOrder
from casework.work_orders.moving import limit_in as limit_of_order
from kit.workflow import Limit, LimitUnit


@dataclass(frozen=True)
class RunningClock:
    """A limit that runs: whose, since when, until when, counted in what, and who has the case.

    `of_id` is the case on whose page people find it: itself, or the one a task is about. `organ_unit` is another organ's.
    """

    case_kind: str
    case_id: UUID
    reference: str
    clock: ClockName
    started_at: datetime
    due_at: datetime
    limit_unit: LimitUnit
    of_id: UUID
    unit: str | None = None
    assignee_id: UUID | None = None
    contractor_id: UUID | None = None
    account_id: UUID | None = None
    organ_unit: str | None = None


@dataclass(frozen=True)
class ClockedKind:
    """A kind of case with limits.

    `clocks` gives the clock of a state, `started` names the column that says since when it runs (`due_at` says until
    when), `limit` the limit in force on a row. `heard` are the events after which all this may have changed; without
    any, limits are found by `planning.adopt_cases`. `of` names the column with the case that people are told of, and
    those who have it are told only where it `is_somebodys`; `assignee`, `unit` and `organ_unit` name the columns that say who has it. Where more
    than one clock may run in a state, `clock_of` says which one ends at the row's `due_at`. The clocks in `partys` are the
    time of whoever the case is about, who is told as well.
    """

    name: str
    model: type[Model]
    heard: type[CaseEvent] | None
    clocks: Mapping[str, ClockName]
    started: str
    limit: Callable[[Any], Limit | None]
    of: str = "id"
    is_somebodys: bool = True
    assignee: str = "assignee_id"
    unit: str = "unit"
    organ_unit: str = ""
    clock_of: Callable[[Any], ClockName | None] | None = None
    partys: frozenset[ClockName] = frozenset()

    def running(self, row: Any) -> RunningClock | None:
        """The clock that runs on this case. None when it is over, or the time is not the bureau's."""
        clock = self.clocks.get(row.state)
        if clock is not None and self.clock_of is not None:
            clock = self.clock_of(row)
        if clock is None or row.due_at is None:
            return None
        limit = self.limit(row)
        if limit is None:
            return None
        return RunningClock(
            case_kind=self.name,
            case_id=row.id,
            reference=row.reference,
            clock=clock,
            started_at=getattr(row, self.started),
            due_at=row.due_at,
            limit_unit=limit.unit,
            of_id=getattr(row, self.of),
            unit=getattr(row, self.unit, None) if self.is_somebodys else None,
            assignee_id=getattr(row, self.assignee, None) if self.is_somebodys else None,
            contractor_id=getattr(row, "contractor_id", None),
            account_id=row.account_id if clock in self.partys else None,
            organ_unit=getattr(row, self.organ_unit, None) if self.organ_unit else None,
        )


def complaints(desk: Desk) -> ClockedKind:
    """Accepting and answering. The time to object or to reply is the citizen's; for a merged case its lead is watched."""
    return ClockedKind(
        name="complaint",
        model=Complaint,
        heard=ComplaintEvent,
        clocks={
            ComplaintState.SUBMITTED: "complaint.accept",
            ComplaintState.ACCEPTED: "complaint.answer",
            ComplaintState.ASSIGNED: "complaint.answer",
            ComplaintState.HANDLED: "complaint.answer",
            ComplaintState.REOPENED: "complaint.answer",
        },
        started="limit_started_at",
        limit=lambda row: limit_of(row, desk.policy),
    )


def inquiries(desk: InquiryDesk) -> ClockedKind:
    """Answering. The time to write more is the citizen's."""

    def limit(row: Inquiry) -> Limit | None:
        state = InquiryState(row.state)
        promised = desk.promised(state, row.topic)
        return promised.limit(INQUIRY.limits[state].basis) if promised is not None else None

    return ClockedKind(
        name="inquiry",
        model=Inquiry,
        heard=InquiryEvent,
        clocks={InquiryState.SUBMITTED: "inquiry.answer"},
        started="state_since_at",
        limit=limit,
    )


def visits(desk: VisitDesk) -> ClockedKind:
    """Asking by telephone how it went. The unit that handled the case is not the one that asks: the clerks are told."""
    return ClockedKind(
        name="follow_up_visit",
        model=FollowUpVisit,
        heard=None,
        clocks={VisitState.WAITING: "follow_up_visit.ask"},
        started="limit_started_at",
        limit=lambda row: desk.section.limits.visit.limit(VISIT),
        of="complaint_id",
        is_somebodys=False,
    )


def work_orders(desk: OrderDesk) -> ClockedKind:
    """The contractor's time to do it, then the bureau's to look. Who issued it is told of both, the contractor of theirs."""
    return ClockedKind(
        name="work_order",
        model=WorkOrder,
        heard=WorkOrderEvent,
        clocks={
            OrderState.ISSUED: "work_order.do",
            OrderState.ACCEPTED: "work_order.do",
            OrderState.DONE: "work_order.verify",
        },
        started="limit_started_at",
        limit=lambda row: limit_of_order(desk, row),
        assignee="issued_by_id",
    )


def permits(section: PermitsSection) -> ClockedKind:
    """The bureau's time with applications. To correct is the applicant's, and while the clocks stand still none runs."""
    names: dict[str | None, ClockName] = {
        "accept": "permit.accept",
        "survey": "permit.survey",
        "promise": "permit.promise",
        "decide": "permit.decide",
        "deliver": "permit.deliver",
    }
    return ClockedKind(
        name="permit_application",
        model=PermitApplication,
        heard=ApplicationEvent,
        clocks={
            PermitState.SUBMITTED: "permit.accept",
            PermitState.ACCEPTED: "permit.decide",
            PermitState.SURVEY_SCHEDULED: "permit.decide",
            PermitState.SURVEYED: "permit.decide",
            PermitState.GRANTED: "permit.deliver",
            PermitState.DENIED: "permit.deliver",
            PermitState.APPROVED: "permit.deliver",
        },
        started="limit_started_at",
        limit=lambda row: limit_of_permit(section, row),
        clock_of=lambda row: names.get(clock_of_permit(row)),
    )


def rectifications(section: PenaltiesSection) -> ClockedKind:
    """The party's time to put things right, of which they are reminded, then the officers' to look again."""
    return ClockedKind(
        name="rectification",
        model=RectificationNotice,
        heard=RectificationEvent,
        clocks={
            RectificationState.ISSUED: "rectification.rectify",
            RectificationState.REPORTED: "rectification.recheck",
        },
        started="limit_started_at",
        limit=lambda row: limit_of_rectification(section, row),
        assignee="officer_id",
        partys=frozenset({"rectification.rectify"}),
    )


def penalty_cases(section: PenaltiesSection) -> ClockedKind:
    """The bureau's time with penalty cases, and the party's to pay: both are told of that one."""
    names: dict[str | None, ClockName] = {
        "deliver": "penalty.deliver",
        "appoint": "penalty.appoint",
        "record": "penalty.record",
        "decide": "penalty.decide",
        "pay": "penalty.pay",
        "demand": "penalty.demand",
        "close": "penalty.close",
    }
    return ClockedKind(
        name="penalty_case",
        model=PenaltyCase,
        heard=PenaltyCaseEvent,
        clocks=dict.fromkeys((one for one in PENALTY.states if one not in PENALTY.final), "penalty.decide"),
        started="limit_started_at",
        limit=lambda row: limit_of_penalty(section, row),
        assignee="officer_id",
        clock_of=lambda row: names.get(clock_of_penalty(row)),
        partys=frozenset({"penalty.pay", "penalty.demand"}),
    )


def party_requests(section: PenaltiesSection) -> ClockedKind:
    """Answering what the party of a penalty case says or asks."""
    return ClockedKind(
        name="party_request",
        model=PartyRequest,
        heard=None,
        clocks={RequestState.SENT: "penalty.answer"},
        started="sent_at",
        limit=lambda row: limit_of_penalties(section, "answer"),
        of="case_id",
        assignee="officer_id",
    )
