"""Calls to staff that somebody must answer, and whom to call when nobody does: rows, and a worker's duty.

A call is answered by anybody whom it reached: by reading it in the console or by opening the case; and by whoever
moves the case. Until then the row waits; when its time is over the next audience is called, once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from tortoise.models import Model

from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintHandedBack,
    ComplaintHandedOver,
    ComplaintRefused,
    ComplaintUpdated,
    ComplaintWithdrawn,
)
from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.models import Complaint
from casework.dangers.events import DangerAcknowledged, DangerEnded
from casework.dangers.lifecycle import DANGER_ALERT
from casework.dangers.models import DangerAlert
from casework.inquiries.events import InquiryAnswered, InquiryClosed
from casework.inquiries.lifecycle import INQUIRY
from casework.inquiries.models import Inquiry
from casework.notifications.events import AlertUnanswered
from casework.notifications.models import Delivery, StaffAlert
from casework.notifications.preferences import STAFF
from casework.notifications.shape import Rule
from kit.db import Change, Database
from kit.workflow import Lifecycle

ANSWERS: Final[tuple[type[CaseEvent], ...]] = (
    ComplaintAccepted,
    ComplaintRefused,
    ComplaintAssigned,
    ComplaintHandedBack,
    ComplaintHandedOver,
    ComplaintAnswered,
    ComplaintUpdated,
    ComplaintClosed,
    ComplaintWithdrawn,
    DangerAcknowledged,
    DangerEnded,
    InquiryAnswered,
    InquiryClosed,
)
"""After these nobody has to be called any more about what was before."""
PORTION: Final = 100
_KINDS: Final[tuple[tuple[type[Model], Lifecycle], ...]] = (
    (Complaint, COMPLAINT),
    (Inquiry, INQUIRY),
    (DangerAlert, DANGER_ALERT),
)


async def raise_alert(
    change: Change, event_id: UUID, event: CaseEvent, rule: Rule, since: datetime, *, anybody: bool
) -> None:
    """Watch a call that goes out at `since`. Where there is nobody to be called, the next audience is called at once."""
    if rule.escalate_after is None or rule.escalate_to is None:
        return
    row = StaffAlert(
        id=change.ids.new(),
        event_id=event_id,
        rule=rule.code,
        case_id=event.case_id,
        raised_at=event.at,
        escalate_at=since + rule.escalate_after if anybody else since,
        escalate_to=rule.escalate_to.value,
        settled=False,
    )
    await StaffAlert.bulk_create([row], ignore_conflicts=True)


async def note_answered(change: Change, event: CaseEvent) -> None:
    """The case went on: whatever was called about it before is answered."""
    if not isinstance(event, ANSWERS) or event.case_id is None:
        return
    open_alerts = StaffAlert.filter(case_id=event.case_id, settled=False, raised_at__lte=event.at)
    # Asked first: almost no event answers a call, and an update takes locks.
    if await open_alerts.exists():
        await open_alerts.update(settled=True, acknowledged_at=change.now)


async def answer_by_reading(change: Change, staff_id: UUID, event_ids: list[UUID]) -> int:
    """A member of staff has seen these calls: they are answered. Returns how many were open."""
    found = StaffAlert.filter(event_id__in=event_ids, settled=False)
    return await found.update(settled=True, acknowledged_at=change.now, acknowledged_by=staff_id)


async def escalate_unanswered(db: Database) -> int:
    """Call the next audience for whatever nobody has answered in time. Returns how many calls were settled.

    Safe to run in several workers and to repeat: the row is locked, and settled together with the event.
    """
    now = await db.database_now()
    due = (
        await StaffAlert.filter(settled=False, escalate_at__lte=now)
        .order_by("escalate_at", "id")
        .limit(PORTION)
        .only("id")
    )
    settled = 0
    for row in due:
        settled += await _escalate(db, row.id)
    return settled


async def _escalate(db: Database, alert_id: UUID) -> bool:
    async def work(change: Change) -> bool:
        row = await change.lock(StaffAlert, alert_id)
        if row is None or row.settled:
            return False
        row.settled = True
        read = (
            await Delivery.filter(
                event_id=row.event_id, recipient_kind=STAFF, rule=row.rule, read_at__isnull=False
            )
            .order_by("read_at")
            .first()
        )
        if read is not None:
            row.acknowledged_at, row.acknowledged_by = read.read_at, read.recipient_id
        elif await _is_over(row.case_id):
            # Its end was handled before the call was, or bears the time of another clock.
            row.acknowledged_at = change.now
        else:
            row.escalated_at = change.now
            change.emit(await _unanswered(change, row), row.case_id or row.id)
        await row.save()
        return True

    return await db.change(work)


async def _is_over(case_id: UUID | None) -> bool:
    """Whether the case has ended: there is nothing left to be called for."""
    if case_id is None:
        return False
    for kind, lifecycle in _KINDS:
        row = await kind.get_or_none(id=case_id).values("state")
        if row is not None:
            return row["state"] in lifecycle.final
    return False


async def _unanswered(change: Change, row: StaffAlert) -> AlertUnanswered:
    told = await Delivery.filter(event_id=row.event_id, rule=row.rule).first()
    return AlertUnanswered(
        at=change.now,
        rule=row.rule,
        to=row.escalate_to,
        raised_at=row.raised_at,
        minutes=max(1, round((change.now - row.raised_at).total_seconds() / 60)),
        reference=reference_of(told) if told is not None else "",
        about_id=row.case_id,
    )


def reference_of(row: Delivery) -> str:
    """The case's reference among what the message says, "" if it has none."""
    params: dict[str, str] = msgspec.json.decode(row.params, type=dict[str, str])
    return params.get("reference", "")
