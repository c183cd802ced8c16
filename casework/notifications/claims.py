"""Taking rows for sending: the urgent first, each row by one sender, for the length of a lease.

A claim is one statement. Rows are this sender's under the fencing number it got with them; whoever comes by a higher
one later has taken them over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from casework.notifications.channel import Channel, DeliveryMessage, Send
from casework.notifications.shape import Doubt, Lane, Rule
from kit.db import Change
from kit.db.raw import Statement, as_uuid, moment

RuleOf = Callable[[str], Rule | None]
"""`rule_book.RuleBook.get`."""

_CLAIM: Final = Statement(
    "WITH urgent AS MATERIALIZED ("
    "SELECT id, lane, next_at FROM delivery WHERE state = 'queued' AND lane = 0 "
    "AND next_at <= $1 AND expires_at >= $1 ORDER BY next_at, id LIMIT $3/*held*/), "
    "normal AS MATERIALIZED ("
    "SELECT id, lane, next_at FROM delivery WHERE state = 'queued' AND lane = 1 "
    "AND next_at <= $1 AND expires_at >= $1 ORDER BY next_at, id LIMIT $4/*held*/), "
    "bulk AS MATERIALIZED ("
    "SELECT id, lane, next_at FROM delivery WHERE state = 'queued' AND lane = 2 "
    "AND next_at <= $1 AND expires_at >= $1 ORDER BY next_at, id LIMIT $4/*held*/), "
    "others AS (SELECT * FROM normal UNION ALL SELECT * FROM bulk ORDER BY lane, next_at, id LIMIT $4), "
    "picked AS (SELECT * FROM urgent UNION ALL SELECT * FROM others ORDER BY lane, next_at, id LIMIT $3) "
    "UPDATE delivery SET state = 'sending', attempts = attempts + 1, fence = fence + 1, lease_until = $2, "
    "updated_at = $1 WHERE id IN (SELECT id FROM picked) "
    "RETURNING id, case_id, recipient_kind, recipient_id, rule, template, params, attempts, fence, lane, "
    "next_at, expires_at, last_reason, lost_at, repeats, trail"
)
_decode_params = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True)
class Room:
    """How many more sends may begin: in all, and of those how many that are not urgent."""

    every: int
    not_urgent: int

    def __bool__(self) -> bool:
        return self.every > 0


@dataclass(frozen=True)
class Claim:
    """A row held for sending since `at` (the database's clock). `send` is what the channel made ready for it,
    `begin_by` the moment of the monotonic clock after which it is not begun any more.
    """

    message: DeliveryMessage
    fence: int
    at: datetime
    is_urgent: bool
    next_at: datetime
    lost_at: datetime | None
    trail: str | None
    send: Send | None = None
    begin_by: float = float("inf")

    @property
    def id(self) -> UUID:
        return self.message.id


async def take(change: Change, now: datetime, lease: timedelta, room: Room, rules: RuleOf) -> list[Claim]:
    """Claim what is due, as much as there is room for. The urgent come first in the list."""
    rows = await _CLAIM.rows(change.connection, now, now + lease, room.every, max(0, room.not_urgent))
    rows.sort(key=lambda row: (row["lane"], row["next_at"]))
    return [_claim(row, now, rules(row["rule"])) for row in rows]


async def made_ready(change: Change, channel: Channel, claims: list[Claim], begin_by: float) -> list[Claim]:
    """The claims with what a channel that prepares made of them, in the same transaction."""
    prepare = getattr(channel, "prepare", None)
    sends = {}
    if prepare is not None and claims:
        sends = await prepare(change, [claim.message for claim in claims])
    return [replace(claim, send=sends.get(claim.id), begin_by=begin_by) for claim in claims]


def _claim(row: dict[str, Any], now: datetime, rule: Rule | None) -> Claim:
    lost_at = moment(row["lost_at"]) if row["lost_at"] is not None else None
    case_id = row["case_id"]
    message = DeliveryMessage(
        id=as_uuid(row["id"]),
        case_id=as_uuid(case_id) if case_id is not None else None,
        recipient_kind=row["recipient_kind"],
        recipient_id=as_uuid(row["recipient_id"]),
        rule=row["rule"],
        template=row["template"],
        params=_decode_params(row["params"]),
        attempt=row["attempts"],
        expires_at=moment(row["expires_at"]),
        last_reason=row["last_reason"],
        lost_s=(now - lost_at).total_seconds() if lost_at is not None else None,
        ways=rule.ways if rule is not None else (),
        must=rule is not None and rule.must,
        prefers_repeat=rule is not None and rule.on_doubt is Doubt.REPEAT,
        repeats=row["repeats"] or 0,
        topic=rule.topic.value if rule is not None else "",
    )
    is_urgent, next_at = row["lane"] == Lane.URGENT, moment(row["next_at"])
    return Claim(message, row["fence"], now, is_urgent, next_at, lost_at, row["trail"])
