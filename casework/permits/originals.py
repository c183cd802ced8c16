"""At the window: the original was held against what was handed in."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.permissions import Operation
from casework.permits.desk import PermitDesk
from casework.permits.materials import mark_seen
from casework.permits.models import PermitApplication
from casework.permits.moving import locked, note, refused_as_own, require_not_own
from kit.db import Change


async def see_original(desk: PermitDesk, actor: Actor, application_id: UUID, attached_id: UUID) -> None:
    """Write down that the actor has seen the original of a file. Raises NotFound, Forbidden."""

    async def work(change: Change) -> PermitApplication | None:
        row = await locked(change, actor, application_id)
        require_on(actor, Operation.TAKE_IN_PERMITS, row.unit, row.assignee_id)
        if await refused_as_own(desk, change, actor, row, "see_original"):
            return None
        await mark_seen(change, actor, row.id, attached_id)
        await note(change, actor, row, "see_original", {"material": attached_id})
        return row

    require_not_own(await desk.db.change(work))
