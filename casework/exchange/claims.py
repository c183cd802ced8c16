"""Taking messages for sending and writing what came of it, both under a fencing number.

Of one case only the first message that has not ended is taken: a platform hears of the steps of a case in their order.
What ended as failed holds nothing up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from casework.complaints.models import Complaint
from casework.exchange.models import ExchangeOrder
from casework.exchange.planning import DELIVERED, FAILED, ORDER, QUEUED
from casework.notifications import trail
from kit.db import Change
from kit.db.raw import Statement, as_uuid

ATTEMPTS_AT_MOST: Final = 24
BACK_OFF_S: Final = 5.0
BACK_OFF_AT_MOST_S: Final = 3600.0
"""24 tries take some 14 hours: a platform that is away for a night gets everything in the morning."""
SWEEP_AT_MOST: Final = 200

_CLAIM: Final = Statement(
    "WITH picked AS (SELECT m.id FROM exchange_message m WHERE m.peer = $1 AND m.state = 'queued' "
    "AND m.next_at <= $2 AND NOT EXISTS (SELECT 1 FROM exchange_message e WHERE e.case_id = m.case_id "
    "AND e.peer = m.peer AND e.id < m.id AND e.state IN ('queued', 'sending')) "
    "ORDER BY m.next_at, m.id LIMIT $4/*held*/) "
    "UPDATE exchange_message SET state = 'sending', attempts = attempts + 1, fence = fence + 1, "
    "lease_until = $3, updated_at = $2 WHERE id IN (SELECT id FROM picked) "
    "RETURNING id, order_id, case_id, kind, body, attempts, fence, trail, replay_of"
)
_WRITE: Final = Statement(
    "UPDATE exchange_message SET state = $1, next_at = $2, last_status = $3, last_reason = $4, trail = $5, "
    "settled_at = $6, updated_at = $7, lease_until = NULL WHERE id = $8 AND fence = $9 AND state = 'sending' "
    "RETURNING id"
)
_LAPSED: Final = Statement(
    "SELECT id, attempts, trail FROM exchange_message WHERE state = 'sending' AND lease_until < $1 "
    "ORDER BY id LIMIT $2/*held*/"
)
_TAKE_BACK: Final = Statement(
    "UPDATE exchange_message SET state = $1, last_reason = $2, trail = $3, settled_at = $4, next_at = $5, "
    "updated_at = $5, lease_until = NULL, fence = fence + 1 WHERE id = $6 AND state = 'sending'"
)
_NOBODYS: Final = Statement(
    "UPDATE exchange_message SET state = 'failed', last_reason = 'no_peer', settled_at = $2, updated_at = $2 "
    "WHERE state = 'queued' AND peer = $1 RETURNING id"
)


@dataclass(frozen=True)
class Claim:
    """A message held for sending. `complaint` is there for the message that refers a case, None otherwise."""

    id: UUID
    order_id: UUID | None
    kind: str
    body: str
    attempt: int
    fence: int
    trail: str | None
    replay_of: UUID | None
    complaint: Complaint | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a try. `code` is "" for what arrived, else why not (`exchange.reason.<code>` in the catalogue).

    `is_final`: another try would be answered alike. `number` is what the platform calls the order.
    """

    code: str = ""
    status: int | None = None
    is_final: bool = False
    after_s: float = 0.0
    number: str | None = None


async def take(change: Change, peer: str, now: datetime, lease: timedelta, at_most: int) -> list[Claim]:
    """Hold what is due for one platform, as many as asked for."""
    rows = await _CLAIM.rows(change.connection, peer, now, now + lease, at_most)
    wanted = [as_uuid(row["case_id"]) for row in rows if row["kind"] == ORDER and row["case_id"]]
    found = {one.id: one for one in await Complaint.filter(id__in=wanted)} if wanted else {}
    return [_claim(row, found) for row in rows]


async def settle(change: Change, results: Sequence[tuple[Claim, Outcome]], now: datetime) -> None:
    """Write the results of those messages that are still their sender's."""
    for claim, outcome in results:
        state, next_at, reason = _after(claim, outcome, now)
        step = trail.Step(now, str(outcome.status or ""), _told(state), reason)
        written = await _WRITE.rows(
            change.connection,
            state,
            next_at,
            outcome.status,
            reason or None,
            trail.extended(claim.trail, (step,)),
            now if state in (DELIVERED, FAILED) else None,
            now,
            claim.id,
            claim.fence,
        )
        if written and outcome.number is not None and claim.order_id is not None:
            await ExchangeOrder.filter(id=claim.order_id).update(their_number=outcome.number)


async def sweep_lapsed(change: Change, now: datetime) -> int:
    """Queue again what its sender never told the end of: the other side knows a repeat by its id."""
    rows = await _LAPSED.rows(change.connection, now, SWEEP_AT_MOST)
    for row in rows:
        is_over = row["attempts"] >= ATTEMPTS_AT_MOST
        steps = trail.extended(row["trail"], (trail.Step(now, "", trail.LAPSED, "lease_lapsed"),))
        await _TAKE_BACK.rows(
            change.connection,
            FAILED if is_over else QUEUED,
            "lease_lapsed",
            steps,
            now if is_over else None,
            now,
            as_uuid(row["id"]),
        )
    return len(rows)


async def end_for(change: Change, peer: str, now: datetime) -> int:
    """End what waits for a platform that the profile does not know any more."""
    return len(await _NOBODYS.rows(change.connection, peer, now))


def _after(claim: Claim, outcome: Outcome, now: datetime) -> tuple[str, datetime, str]:
    if not outcome.code:
        return DELIVERED, now, ""
    if outcome.is_final or claim.attempt >= ATTEMPTS_AT_MOST:
        return FAILED, now, outcome.code
    wait_s = min(BACK_OFF_AT_MOST_S, max(outcome.after_s, BACK_OFF_S * 2.0 ** (claim.attempt - 1)))
    return QUEUED, now + timedelta(seconds=wait_s), outcome.code


def _told(state: str) -> str:
    return {DELIVERED: trail.SENT, FAILED: trail.FAILED}.get(state, trail.RETRY)


def _claim(row: dict[str, Any], complaints: dict[UUID, Complaint]) -> Claim:
    case_id, order_id, replay_of = row["case_id"], row["order_id"], row["replay_of"]
    return Claim(
        id=as_uuid(row["id"]),
        order_id=as_uuid(order_id) if order_id is not None else None,
        kind=row["kind"],
        body=row["body"],
        attempt=row["attempts"],
        fence=row["fence"],
        trail=row["trail"],
        replay_of=as_uuid(replay_of) if replay_of is not None else None,
        complaint=complaints.get(as_uuid(case_id)) if case_id is not None and row["kind"] == ORDER else None,
    )
