"""Looking at what is masked: whose case it is, and the words as they were written. Each look is one entry in the chain.

No reason is asked for: a clerk on the telephone has none but the work itself, and a field that must be filled is filled
with "1". What was shown and to whom is on record, and the discipline inspector sees how often.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.assembly import opened_name, opened_phone
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.restricting import sees_restricted
from casework.complaints.sight import require_on
from casework.permissions import Operation, require
from kit.db import Change
from kit.problems import NotFound


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who filed a case, in clear; "" for what was not given."""

    name: str = ""
    phone: str = ""


async def reveal_person(desk: Desk, actor: Actor, complaint_id: UUID) -> Person:
    """Name and telephone in clear, for a member of staff; what was shown is audited."""

    async def work(change: Change) -> Person:
        row = await _locked(change, actor, complaint_id)
        if not row.phone_sealed and not row.name_sealed:
            raise NotFound("problem.complaint.no_phone")
        shown = [name for name, sealed in (("name", row.name_sealed), ("phone", row.phone_sealed)) if sealed]
        action = "reveal_phone" if row.phone_sealed else "reveal_name"
        await change.audit(row.id, actor, ACTION + action, {"content": {"shown": shown}})
        return Person(
            name=opened_name(desk, row) if row.name_sealed else "",
            phone=opened_phone(desk, row) if row.phone_sealed else "",
        )

    return await desk.db.change(work)


async def reveal_phone(desk: Desk, actor: Actor, complaint_id: UUID) -> str:
    """The citizen's telephone in clear and nothing else."""

    async def work(change: Change) -> str:
        row = await _locked(change, actor, complaint_id)
        if not row.phone_sealed:
            raise NotFound("problem.complaint.no_phone")
        await change.audit(row.id, actor, ACTION + "reveal_phone", {"content": {"shown": ["phone"]}})
        return opened_phone(desk, row)

    return await desk.db.change(work)


async def reveal_story(desk: Desk, actor: Actor, complaint_id: UUID) -> None:
    """Note that the words are read as they were written, with the numbers in them."""

    async def work(change: Change) -> None:
        row = await _locked(change, actor, complaint_id)
        await change.audit(row.id, actor, ACTION + "reveal_story", {})

    await desk.db.change(work)


async def _locked(change: Change, actor: Actor, complaint_id: UUID) -> Complaint:
    require(actor, Operation.SEE_PHONE)
    row = await change.lock(Complaint, complaint_id)
    if row is None or (row.restricted_at is not None and not sees_restricted(actor)):
        raise NotFound("problem.complaint.not_found")
    require_on(actor, Operation.SEE_PHONE, row.unit, row.assignee_id)
    return row
