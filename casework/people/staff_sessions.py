"""Ending the sessions of a colleague: somebody left a machine open, or a password is in the wrong hands."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.people.staff_grants import STAFF
from casework.people.staff_rows import locked, require_keeper
from kit.db import Change, Database
from kit.http.sessions import end_all_for


async def end_sessions(db: Database, actor: Actor, staff_id: UUID) -> int:
    """End all of them at once; how many there were. For an administrator or the command line, not for oneself."""
    require_keeper(actor, staff_id)

    async def work(change: Change) -> int:
        row = await locked(change, staff_id)
        ended = await end_all_for(change, STAFF, row.id)
        await change.audit(row.id, actor, "staff.end_sessions", {"count": ended})
        return ended

    return await db.change(work)
