"""Cases about one matter handled as one. A person decides; each reporter keeps a case, a reference and a voice of their own.

The merged case waits for the answer of its lead and then goes its own way: it is rated, disputed and closed by itself.
What was promised to its citizen goes on running, and staff watch the lead's.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintUnmerged
from casework.complaints.followers import AT_MOST, merged
from casework.complaints.lifecycle import IN_HAND, State
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION, Step, seen_by, take, take_within
from casework.complaints.sight import require_on
from casework.complaints.telling import common
from casework.complaints.views import ComplaintView
from casework.complaints.wording import REASON_AT_MOST, optional
from casework.permissions import Operation
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

LEADS = frozenset({*IN_HAND, State.WAITING, State.HANDLED})
"""Where a case must stand to lead others: taken on, and not yet answered."""


async def merge(
    desk: Desk, actor: Actor, complaint_id: UUID, *, lead_id: UUID, expected_revision: int | None = None
) -> ComplaintView:
    """Hand a case over to another one about the same matter. What was merged into it goes with it.

    Raises Conflict for a lead that is not in hand, is merged itself or has too many already; Invalid for itself.
    """
    if lead_id == complaint_id:
        raise Invalid("problem.complaint.lead", field="lead")

    async def work(change: Change) -> ComplaintView:
        rows = {id: await change.lock(Complaint, id) for id in sorted((complaint_id, lead_id))}
        row, lead = rows[complaint_id], rows[lead_id]
        if row is None or lead is None:
            raise NotFound("problem.complaint.not_found")
        require_on(actor, Operation.SEE_CASES, lead.unit, lead.assignee_id)
        if lead.state not in LEADS:
            raise Conflict("problem.complaint.lead_not_in_hand")
        hanging = await Complaint.filter(merged_into_id=row.id, state=State.MERGED.value).order_by("id")
        beside = await Complaint.filter(merged_into_id=lead.id, state=State.MERGED.value).count()
        if beside + len(hanging) >= AT_MOST:
            raise Conflict("problem.complaint.too_many_merged", at_most=AT_MOST)

        def fill(row: Complaint) -> None:
            row.merged_into_id = lead.id
            row.category = row.category or lead.category
            row.unit, row.assignee_id = lead.unit, lead.assignee_id

        step = Step(
            move="merge",
            given={"lead": lead.reference},
            content={"lead": lead.reference},
            fill=fill,
            tell=lambda row: merged(desk, row),
        )
        if await take_within(desk, change, actor, row, step, expected_revision):
            for other in hanging:
                await _hang_on(change, actor, other, lead)
            await change.audit(lead.id, actor, ACTION + "lead", {"content": {"merged": row.reference}})
        return await seen_by(desk, row, actor)

    return await desk.db.change(work)


async def unmerge(
    desk: Desk, actor: Actor, complaint_id: UUID, *, reason: str, expected_revision: int | None = None
) -> ComplaintView:
    """Let a case go its own way again: it was not the same matter after all. Its own limit never stopped."""
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)
    lead_reference = ""

    async def settle(_: Change, row: Complaint) -> None:
        nonlocal lead_reference
        lead = await Complaint.get_or_none(id=row.merged_into_id)
        lead_reference = lead.reference if lead is not None else ""
        row.merged_into_id = row.assignee_id = None

    step = Step(
        move="unmerge",
        given={"reason": why},
        content={"reason": why},
        settle=settle,
        tell=lambda row: ComplaintUnmerged(**common(desk, row), answer_by_at=row.due_at),
    )
    return await take(desk, actor, complaint_id, step, expected_revision)


async def merged_into(lead_id: UUID) -> list[Complaint]:
    """The cases that hang on this one, or did until it was answered; oldest first."""
    return await Complaint.filter(merged_into_id=lead_id).order_by("id").limit(AT_MOST)


async def _hang_on(change: Change, actor: Actor, other: Complaint, lead: Complaint) -> None:
    row = await change.lock(Complaint, other.id)
    if row is None or row.state != State.MERGED:
        return
    row.merged_into_id, row.unit, row.assignee_id = lead.id, lead.unit, lead.assignee_id
    row.revision += 1
    row.updated_at = change.now
    await row.save(update_fields=["merged_into_id", "unit", "assignee_id", "revision", "updated_at"])
    facts = {
        "from": row.state,
        "to": row.state,
        "revision": row.revision,
        "content": {"lead": lead.reference},
    }
    await change.audit(row.id, actor, ACTION + "other_lead", facts)
