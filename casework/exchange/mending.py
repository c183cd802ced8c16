"""What a clerk may do about a message to another platform: try again what failed, or send once more what arrived.

Trying again goes on with the same row and the same id, so that the other side cannot take it twice. Sending once more is a
message of its own, for a platform that has lost what it had; whoever does it says why. Both stand in the case's chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from casework.actors import Actor
from casework.complaints.erasing import NOTHING_TOLD
from casework.complaints.models import Complaint
from casework.exchange.models import ExchangeMessage
from casework.exchange.planning import DELIVERED, FAILED, QUEUED, SENDING
from casework.permissions import Operation, require
from kit.db import Change, Database
from kit.problems import Conflict, Invalid, NotFound

REASON_AT_LEAST, REASON_AT_MOST = 2, 200
MANY_AT_MOST: Final = 500
_ON_THE_WAY: Final = (QUEUED, SENDING)


async def retry(db: Database, actor: Actor, message_id: UUID) -> None:
    """Try once more what failed. A doubled tap changes nothing. Raises NotFound, Conflict, Forbidden."""
    require(actor, Operation.MEND_EXCHANGE)

    async def work(change: Change) -> None:
        row = await _locked(change, message_id)
        if row.state in _ON_THE_WAY:
            return
        if row.state != FAILED or row.body == NOTHING_TOLD:
            raise Conflict("problem.exchange.not_retriable")
        await _queue_again(change, actor, row)

    await db.change(work)


async def retry_all(db: Database, actor: Actor, peer: str) -> int:
    """Try once more whatever failed for one platform, the oldest MANY_AT_MOST. Returns how many. Raises Forbidden."""
    require(actor, Operation.MEND_EXCHANGE)
    failed = ExchangeMessage.filter(state=FAILED, peer=peer).order_by("id").limit(MANY_AT_MOST)
    done = 0
    for id in await failed.values_list("id", flat=True):
        done += await _retry_quietly(db, actor, UUID(str(id)))
    return done


async def replay(db: Database, actor: Actor, message_id: UUID, why: str) -> UUID:
    """Send once more what arrived. Returns the new message's id; while one is on its way a second tap gives that one.

    Raises NotFound, Conflict, Invalid without a reason, Forbidden.
    """
    require(actor, Operation.MEND_EXCHANGE)
    words = why.strip()
    if not REASON_AT_LEAST <= len(words) <= REASON_AT_MOST:
        raise Invalid("problem.delivery.why", field="why")

    async def work(change: Change) -> UUID:
        row = await _locked(change, message_id)
        if row.state != DELIVERED or row.body == NOTHING_TOLD:
            raise Conflict("problem.exchange.not_replayable")
        waiting = await ExchangeMessage.filter(replay_of=row.id, state__in=list(_ON_THE_WAY)).first()
        if waiting is not None:
            return waiting.id
        again = await _once_more(change, row)
        await _audit(change, row, actor, "exchange.replay", {"why": words, "replay": str(again.id)})
        return again.id

    return await db.change(work)


def may_be_mended(state: str) -> Collection[str]:
    """Which of "retry" and "replay" the page offers for a message in this state."""
    return {FAILED: ("retry",), DELIVERED: ("replay",)}.get(state, ())


async def _retry_quietly(db: Database, actor: Actor, message_id: UUID) -> bool:
    async def work(change: Change) -> bool:
        row = await change.lock(ExchangeMessage, message_id)
        if row is None or row.state != FAILED or row.body == NOTHING_TOLD:
            return False
        await _queue_again(change, actor, row)
        return True

    return await db.change(work)


async def _locked(change: Change, message_id: UUID) -> ExchangeMessage:
    row = await change.lock(ExchangeMessage, message_id)
    if row is None:
        raise NotFound()
    return row


async def _queue_again(change: Change, actor: Actor, row: ExchangeMessage) -> None:
    row.state, row.attempts, row.last_reason, row.settled_at = QUEUED, 0, None, None
    row.next_at, row.updated_at = await change.database_now(), change.now
    await row.save(update_fields=["state", "attempts", "last_reason", "settled_at", "next_at", "updated_at"])
    await _audit(change, row, actor, "exchange.retry", {})


async def _once_more(change: Change, row: ExchangeMessage) -> ExchangeMessage:
    again = ExchangeMessage(
        id=change.ids.new(),
        peer=row.peer,
        order_id=row.order_id,
        case_id=row.case_id,
        # Of its own: one event is told to one platform once, and this is no longer that.
        event_id=change.ids.new(),
        kind=row.kind,
        body=row.body,
        state=QUEUED,
        attempts=0,
        fence=0,
        next_at=await change.database_now(),
        created_at=change.now,
        updated_at=change.now,
        replay_of=row.id,
    )
    await again.save(force_create=True)
    return again


async def _audit(
    change: Change, row: ExchangeMessage, actor: Actor, action: str, facts: Mapping[str, object]
) -> None:
    """In the chain of the case, whose row is locked as whoever appends to it must; of the message where there is none."""
    case = await change.lock(Complaint, row.case_id) if row.case_id is not None else None
    told: dict[str, object] = {"message": str(row.id), "peer": row.peer, "kind": row.kind, **facts}
    await change.audit(case.id if case is not None else row.id, actor, action, told)
