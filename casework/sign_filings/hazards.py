"""Reports by a sign's code: a complaint that names it makes it a hazard until every one of them is over.

The complaint is filed, handled and answered as any other; the register hears of it in the relay's transaction, so that no
door has to know of signs.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import clock
from casework.case_event import CaseEvent
from casework.complaints.events import ComplaintEvent, ComplaintSubmitted
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.scene_codes.kinds import PREFIXES, SceneKind
from casework.sign_filings.events import SignCleared, SignHazardReported
from casework.sign_filings.lifecycle import UP, SignState
from casework.sign_filings.models import Sign, SignCheck, SignHazard
from casework.sign_filings.moving import SignStep, locked, move_within
from kit.db import Change

OVER = tuple(
    sorted(
        one.value
        for one in (State.CLOSED, State.REFUSED, State.WITHDRAWN, State.ARCHIVED, State.MERGED, State.SPLIT)
    )
)
"""Where nothing more is done about a complaint, or where another one stands for it."""
LOOKED_AT = 200


class HazardKeeper:
    """Hears every event. What it did already it does not do again."""

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if isinstance(event, ComplaintSubmitted):
            await _report(change, event)
        elif isinstance(event, ComplaintEvent):
            found = await SignHazard.get_or_none(complaint_id=event.complaint_id)
            if found is not None:
                await _judge(change, found.sign_id)


async def open_reports(sign_id: UUID) -> int:
    """How many complaints by the sign's code are not over."""
    rows = await SignHazard.filter(sign_id=sign_id).order_by("-reported_at").limit(LOOKED_AT)
    asked = Complaint.filter(id__in=[one.complaint_id for one in rows])
    return await asked.exclude(state__in=OVER).count()


async def _report(change: Change, event: ComplaintSubmitted) -> None:
    case = await Complaint.get_or_none(id=event.complaint_id)
    if case is None or not (case.scene_code or "").startswith(PREFIXES[SceneKind.SIGN]):
        return
    found = await Sign.get_or_none(code=case.scene_code)
    if found is None or await SignHazard.filter(complaint_id=case.id).exists():
        return
    row = await locked(change, found.id)
    hazard = SignHazard(
        id=change.ids.new(), sign_id=row.id, complaint_id=case.id, reported_at=case.submitted_at
    )
    await hazard.save(force_create=True)
    if row.state in UP:
        told_of = {"reference": case.reference}
        step = SignStep("find_hazard", SignHazardReported, content=told_of, telling=told_of)
        await move_within(change, clock(), row, step)


async def _judge(change: Change, sign_id: UUID) -> None:
    """Safe again once nobody's report is open, unless its holder's own last look found something."""
    row = await locked(change, sign_id)
    if row.state != SignState.HAZARD or await open_reports(sign_id):
        return
    last = await SignCheck.filter(sign_id=sign_id).order_by("-sent_at").first()
    if last is None or last.is_safe:
        await move_within(change, clock(), row, SignStep("clear", SignCleared, content={"by": "complaints"}))
