"""Somebody leaves: sessions, bindings, one-time codes and standing in end in the same moment.

What to do with the cases somebody was working on is `casework.complaints.handing_over`, which leaves through here.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.people.deputies import end_all_of
from casework.people.models import Staff
from casework.people.second_factor import forget
from casework.people.staff_binding import end_bindings
from casework.people.staff_grants import STAFF
from casework.people.staff_rows import keep_an_administrator, locked, require_keeper, view
from casework.people.views import StaffView
from kit.clock import local
from kit.db import Change, Database
from kit.http.sessions import end_all_for


async def leave(db: Database, actor: Actor, staff_id: UUID) -> StaffView:
    """Somebody leaves: no more logging in, from this moment on. Leaving twice is leaving once.

    Raises Conflict rather than let the last administrator go, Forbidden for oneself.
    """
    require_keeper(actor, staff_id)

    async def work(change: Change) -> StaffView:
        row = await locked(change, staff_id)
        await leaving(change, actor, row, {})
        return await view(row, local(change.now).date())

    return await db.change(work)


async def leaving(change: Change, actor: Actor, row: Staff, facts: dict[str, object]) -> None:
    """The same inside a change, for a locked row; `facts` go into the person's chain."""
    if row.left_at is not None:
        return
    await keep_an_administrator(change, row.id, local(change.now).date())
    row.left_at, row.phone_index, row.identity_index = change.now, None, None
    await row.save(update_fields=["left_at", "phone_index", "identity_index"])
    await end_all_for(change, STAFF, row.id)
    await end_bindings(change, actor, row.id)
    await end_all_of(change, actor, row.id)
    await forget(row)
    await change.audit(row.id, actor, "staff.leave", facts)
