"""What a clerk may do about a message: try again what certainly never arrived, or send once more what may have.

Trying again goes on with the same row: nobody has seen the message. Sending once more is a message of its own, linked
with the first, because its recipient may see the news twice; whoever does it says why. Both stand in the audit chain
of the case, or of the message where it belongs to no case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry
from casework.notifications.bundles import BUNDLE_RULES
from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, EXPIRED, FAILED, QUEUED, SENDING, SENT, UNCERTAIN
from casework.permissions import Operation, require
from kit.db import Change, Database
from kit.problems import Conflict, Invalid, NotFound

RETRIABLE: Final = (FAILED, EXPIRED)
"""Nobody has seen these."""
REPLAYABLE: Final = (SENT, UNCERTAIN)
FRESH_FOR: Final = timedelta(days=1)
REASON_AT_LEAST, REASON_AT_MOST = 2, 200
MANY_AT_MOST: Final = 500
_ON_THE_WAY: Final = (QUEUED, BUNDLED, SENDING)


async def retry(db: Database, actor: Actor, delivery_id: UUID) -> None:
    """Try once more what never arrived. A doubled tap changes nothing. Raises NotFound, Conflict, Forbidden."""
    require(actor, Operation.MEND_DELIVERIES)

    async def work(change: Change) -> None:
        row = await change.lock(Delivery, delivery_id)
        if row is None:
            raise NotFound()
        if row.state in _ON_THE_WAY:
            return
        _check_retriable(row)
        await _queue_again(change, row)
        await _audit(change, row, actor, "delivery.retry", {})

    await db.change(work)


async def retry_all(db: Database, actor: Actor, reason: str, rule: str = "") -> int:
    """Try once more whatever failed for one reason, once its cause is mended; `rule` narrows it. The newest
    MANY_AT_MOST; returns how many. Raises Forbidden."""
    require(actor, Operation.MEND_DELIVERIES)
    found = Delivery.filter(state__in=list(RETRIABLE), final_reason=reason)
    if rule:
        found = found.filter(rule=rule)
    rows = await found.order_by("-id").limit(MANY_AT_MOST).only("id", "lost_at", "digest_id")
    done = 0
    for one in rows:
        done += await _retry_quietly(db, actor, one.id)
    return done


async def replay(db: Database, actor: Actor, delivery_id: UUID, why: str) -> UUID:
    """Send once more what was sent, or may have been. Returns the new message's id.

    While one is on its way a second tap gives that one. A message is sent once more once; whoever wants yet another
    starts from the last one, so a page left open sends nothing by itself. Raises NotFound, Conflict, Invalid, Forbidden.
    """
    require(actor, Operation.MEND_DELIVERIES)
    words = why.strip()
    if not REASON_AT_LEAST <= len(words) <= REASON_AT_MOST:
        raise Invalid("problem.delivery.why", field="why")

    async def work(change: Change) -> UUID:
        row = await change.lock(Delivery, delivery_id)
        if row is None:
            raise NotFound()
        if row.state not in REPLAYABLE:
            raise Conflict("problem.delivery.not_replayable")
        if row.channel == "console" or row.digest_id is not None:
            raise Conflict("problem.delivery.nothing_to_send")
        earlier = await Delivery.filter(replay_of=row.id).order_by("-id").first()
        if earlier is not None and earlier.state in _ON_THE_WAY:
            return earlier.id
        if earlier is not None:
            raise Conflict("problem.delivery.replayed")
        again = await _once_more(change, row)
        facts = {"why": words, "replay": str(again.id)}
        await _audit(change, row, actor, "delivery.replay", facts)
        return again.id

    return await db.change(work)


async def _retry_quietly(db: Database, actor: Actor, delivery_id: UUID) -> bool:
    async def work(change: Change) -> bool:
        row = await change.lock(Delivery, delivery_id)
        if row is None or not _is_retriable(row):
            return False
        await _queue_again(change, row)
        await _audit(change, row, actor, "delivery.retry", {})
        return True

    return await db.change(work)


def _is_retriable(row: Delivery) -> bool:
    return row.state in RETRIABLE and row.lost_at is None and row.digest_id is None


def _check_retriable(row: Delivery) -> None:
    if not _is_retriable(row):
        raise Conflict("problem.delivery.not_retriable")


async def _queue_again(change: Change, row: Delivery) -> None:
    now = await change.database_now()
    row.state, row.attempts, row.final_reason, row.last_reason = QUEUED, 0, None, None
    row.next_at, row.expires_at, row.settled_at = now, max(row.expires_at, now + FRESH_FOR), None
    row.updated_at = change.now
    await row.save()
    if row.rule in BUNDLE_RULES:
        # What is in it comes to the same end once more.
        inside = Delivery.filter(digest_id=row.id, state__in=list(RETRIABLE))
        await inside.update(state=BUNDLED, final_reason=None, settled_at=None, updated_at=change.now)


async def _once_more(change: Change, row: Delivery) -> Delivery:
    now = await change.database_now()
    again = Delivery(
        id=change.ids.new(),
        # Of its own: one event is told to one recipient once, and this is no longer that.
        event_id=change.ids.new(),
        case_id=row.case_id,
        recipient_kind=row.recipient_kind,
        recipient_id=row.recipient_id,
        rule=row.rule,
        template=row.template,
        params=row.params,
        state=QUEUED,
        attempts=0,
        fence=0,
        lane=row.lane,
        next_at=now,
        expires_at=now + FRESH_FOR,
        created_at=change.now,
        updated_at=change.now,
        replay_of=row.id,
    )
    await again.save(force_create=True)
    return again


async def _audit(
    change: Change, row: Delivery, actor: Actor, action: str, facts: Mapping[str, object]
) -> None:
    chain = row.case_id if row.case_id is not None and await _locked(change, row.case_id) else row.id
    told: dict[str, object] = {"delivery": str(row.id), "rule": row.rule, **facts}
    await change.audit(chain, actor, action, told)


async def _locked(change: Change, case_id: UUID) -> bool:
    """Whether there is such a case; its row is locked then, as whoever appends to its chain must."""
    for kind in (Complaint, Inquiry, DangerAlert):
        if await change.lock(kind, case_id) is not None:
            return True
    return False


def may_be_mended(state: str, channel: str | None, reason: str | None) -> Collection[str]:
    """Which of "retry" and "replay" the page offers for a message in this state."""
    if state in RETRIABLE:
        return ("retry",)
    if state in REPLAYABLE and channel != "console" and reason != "not_bound":
        return ("replay",)
    return ()
