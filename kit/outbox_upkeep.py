"""Events that are held up: looking at them, and letting them be tried again once what stopped them is mended."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.outbox_models import DEAD, PENDING, OutboxEvent

if TYPE_CHECKING:
    from kit.db.change import AuditActor, Change
    from kit.db.database import Database

REVIVED: Final = "event.revive"


async def held_up(states: Collection[str] = (PENDING, DEAD), limit: int = 100) -> list[OutboxEvent]:
    """Events not handled, oldest first."""
    return await OutboxEvent.filter(state__in=list(states)).order_by("id").limit(limit)


async def dead_ids() -> list[UUID]:
    """Of all events that were given up, oldest first."""
    ids: list[UUID] = await OutboxEvent.filter(state=DEAD).order_by("id").values_list("id", flat=True)  # type: ignore[assignment]
    return ids


async def revive(db: Database, actor: AuditActor, event_id: UUID) -> bool:
    """Let an event be tried again at once, with all its tries. False when there is none or it was handled.

    An event that was given up lets later ones of its case pass: they may have been handled before it. The act
    stands in a chain of the event's own.
    """

    async def work(change: Change) -> bool:
        row = await change.lock(OutboxEvent, event_id)
        if row is None or row.state not in (PENDING, DEAD):
            return False
        facts = {"event": row.name, "was": row.state, "attempts": row.attempts, "error": row.last_error}
        row.state, row.attempts, row.next_at = PENDING, 0, change.now
        await row.save(update_fields=["state", "attempts", "next_at"])
        await change.audit(row.id, actor, REVIVED, facts)
        return True

    return await db.change(work)
