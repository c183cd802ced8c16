"""A case that its owner wants deleted and that the law wants kept: stored, and used for nothing else.

It is in no list and in no search but those of administrators and auditors, who say why they open it; the owner is told
on what ground it was kept. When its time is over it is anonymised like every other.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.forgetting import locked_ended, require_keeper
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.releasing import withdraw_within
from casework.complaints.wording import required
from casework.permissions import Operation, may, require
from kit.db import Change, Database
from kit.problems import Conflict, NotFound

BASIS_AT_MOST, REASON_AT_MOST = 200, 200


async def restrict_case(db: Database, actor: Actor, complaint_id: UUID, *, basis: str) -> None:
    """Keep a case that is over for nothing but keeping, on this ground. Nothing of it is public any more.

    Raises NotFound, Conflict for an open case and for one that names nobody any more. Twice is as good as once.
    """
    require_keeper(actor)
    ground = required(basis, field="basis", at_most=BASIS_AT_MOST)

    async def work(change: Change) -> None:
        row = await locked_ended(change, complaint_id)
        if row.anonymised_at is not None:
            raise Conflict("problem.own_data.nobodys")
        if row.restricted_at is not None:
            return
        row.restricted_at, row.restriction_basis, row.updated_at = change.now, ground, change.now
        await row.save(update_fields=["restricted_at", "restriction_basis", "updated_at"])
        await withdraw_within(change, actor, row.id)
        await change.audit(row.id, actor, ACTION + "restrict", {"content": {"basis": ground}})

    await db.change(work)


async def lift_restriction(db: Database, actor: Actor, complaint_id: UUID, *, reason: str) -> None:
    """Take the restriction off, because the owner changed their mind or a court asks. Raises NotFound, Conflict."""
    require_keeper(actor)
    why = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, complaint_id)
        if row is None:
            raise NotFound("problem.complaint.not_found")
        if row.restricted_at is None:
            raise Conflict("problem.own_data.not_restricted")
        row.restricted_at = row.restriction_basis = None
        row.updated_at = change.now
        await row.save(update_fields=["restricted_at", "restriction_basis", "updated_at"])
        await change.audit(row.id, actor, ACTION + "lift_restriction", {"content": {"reason": why}})

    await db.change(work)


def sees_restricted(actor: Actor) -> bool:
    """Whether restricted cases are in this actor's lists at all."""
    return actor.kind == "system" or may(actor, Operation.SEE_RESTRICTED)


async def open_restricted(db: Database, actor: Actor, complaint_id: UUID, *, reason: str) -> None:
    """Note why somebody who may looks at a restricted case. Raises Forbidden, NotFound, Invalid."""
    require(actor, Operation.SEE_RESTRICTED)
    why = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, complaint_id)
        if row is None or row.restricted_at is None:
            raise NotFound("problem.complaint.not_found")
        await change.audit(row.id, actor, ACTION + "open_restricted", {"content": {"reason": why}})

    await db.change(work)
