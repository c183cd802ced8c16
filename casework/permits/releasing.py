"""Somebody leaves: the applications that were theirs by name are their units' again."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.permits.models import PermitApplication
from casework.permits.moving import note
from kit.db import Change


async def release_all_of(change: Change, actor: Actor, staff_id: UUID) -> tuple[str, ...]:
    """Within the change in which they leave; the references. Limits and states stay: whoever is in the unit goes on."""
    released = []
    theirs = PermitApplication.filter(assignee_id=staff_id, ended_at=None).order_by("id")
    for found in await theirs.only("id"):
        row = await change.lock(PermitApplication, found.id)
        if row is None or row.assignee_id != staff_id:
            continue
        row.assignee_id = None
        row.revision += 1
        row.updated_at = change.now
        await row.save(update_fields=["assignee_id", "revision", "updated_at"])
        await note(change, actor, row, "release", {"from": str(staff_id)})
        released.append(row.reference)
    return tuple(released)
