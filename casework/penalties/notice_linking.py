"""A notice goes into the account of whoever holds the code of its paper: to read it again, and to tell that it is put right."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.penalties.access import notice_behind
from casework.penalties.desk import PenaltyDesk
from casework.penalties.moving import NOT_FOUND, locked
from casework.penalties.own_notices import is_its_officer, require_not_own
from kit.db import Change
from kit.problems import Forbidden, NotFound


async def link_notice(desk: PenaltyDesk, actor: Actor, access_id: UUID) -> None:
    """Put it among one's own. One that is somebody else's already stays theirs. Raises NotFound, Forbidden."""
    account_id = actor.id
    if actor.kind != "citizen" or account_id is None:
        raise Forbidden("problem.penalty.sign_in_first")

    async def work(change: Change) -> bool:
        notice_id = await notice_behind(access_id)
        if notice_id is None:
            raise NotFound(NOT_FOUND)
        row = await locked(change, actor, notice_id, access_id)
        if await is_its_officer(actor, row):
            await change.audit(row.id, actor, "rectification.own_refused", {"tried": "link"})
            return False
        if row.account_id is None:
            row.account_id, row.updated_at = account_id, change.now
            await row.save(update_fields=["account_id", "updated_at"])
            await change.audit(row.id, actor, "rectification.link", {})
        return True

    require_not_own(await desk.db.change(work))
