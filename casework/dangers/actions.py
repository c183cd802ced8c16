"""Taking a danger alert, and ending it. A doubled tap changes nothing and gives the same view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import optional
from casework.dangers import queries
from casework.dangers.events import DangerAcknowledged, DangerEnded, DangerEvent
from casework.dangers.lifecycle import DANGER_ALERT, State
from casework.dangers.models import DangerAlert
from casework.dangers.views import AlertView
from kit.db import Change, Database
from kit.problems import Conflict, NotFound

OUTCOME_AT_MOST = 1_000


async def acknowledge(db: Database, actor: Actor, alert_id: UUID) -> AlertView:
    """Take it: nobody is paged any more. Conflict when a colleague already has it."""

    def fill(row: DangerAlert, change: Change) -> DangerEvent:
        row.acknowledged_by_id, row.acknowledged_at = actor.id, change.now
        return DangerAcknowledged(
            alert_id=row.id, account_id=row.account_id, at=change.now, by_name=actor.name
        )

    def done(row: DangerAlert) -> bool:
        return row.acknowledged_by_id == actor.id

    return await _take(db, actor, alert_id, "acknowledge", {}, fill, done)


async def end(db: Database, actor: Actor, alert_id: UUID, *, outcome: str) -> AlertView:
    """It is over; `outcome` says how it went, or that there was no danger."""
    words = optional(outcome, field="outcome", at_most=OUTCOME_AT_MOST)

    def fill(row: DangerAlert, change: Change) -> DangerEvent:
        if row.acknowledged_by_id is None:
            row.acknowledged_by_id, row.acknowledged_at = actor.id, change.now
        row.outcome, row.ended_at = words, change.now
        return DangerEnded(alert_id=row.id, account_id=row.account_id, at=change.now, by_name=actor.name)

    def done(row: DangerAlert) -> bool:
        return row.outcome == words

    return await _take(db, actor, alert_id, "end", {"outcome": words}, fill, done)


async def _take(
    db: Database,
    actor: Actor,
    alert_id: UUID,
    move: str,
    given: Mapping[str, object],
    fill: Callable[[DangerAlert, Change], DangerEvent],
    done: Callable[[DangerAlert], bool],
) -> AlertView:
    async def work(change: Change) -> AlertView:
        row = await change.lock(DangerAlert, alert_id)
        if row is None:
            raise NotFound("problem.danger_alert.not_found")
        target = State(DANGER_ALERT.find(move).leads_to(row.state))
        may = not set(DANGER_ALERT.find(move).by).isdisjoint(actor.roles)
        if not (may and row.state == target.value and done(row)):
            if may and move == "acknowledge" and row.state == State.ACKNOWLEDGED.value:
                raise Conflict("problem.danger_alert.taken")
            DANGER_ALERT.check(move, row.state, actor.roles, given)
            before, row.state = row.state, target.value
            row.revision += 1
            row.next_page_at = None
            event = fill(row, change)
            await row.save()
            facts: dict[str, object] = {
                "from": before,
                "to": row.state,
                "revision": row.revision,
                "content": dict(given),
            }
            await change.audit(row.id, actor, f"danger_alert.{move}", facts)
            change.emit(event, row.id)
        return await queries.view_of(row)

    return await db.change(work)
