"""Writing what came of sends, and of those whose sender was never heard of again.

What nobody can tell ends as *uncertain*; where the rule prefers a repeat it is queued again, at most
`REPEATS_AT_MOST` times, and counted in `repeats`. The end of a bundle is the end of every message in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from casework.notifications import trail
from casework.notifications.bundles import BUNDLE_RULES
from casework.notifications.channel import Final as Failed
from casework.notifications.channel import Retry, SendOutcome, Sent, Uncertain
from casework.notifications.claims import Claim, RuleOf
from casework.notifications.shape import Doubt, Lane
from casework.notifications.states import FAILED, FINAL_STATES, QUEUED, SENDING, SENT, UNCERTAIN
from kit.db import Change
from kit.db.raw import Statement, as_uuid, moment

ATTEMPTS_AT_MOST: Final = 10
REPEATS_AT_MOST: Final = 2
BACK_OFF_AT_MOST_S: Final = 1800.0
SWEEP_AT_MOST: Final = 500

# The states are spelled out: these are texts, not made of values.
_WRITTEN = (
    "UPDATE delivery SET state = $1, channel = $2, platform_id = $3, final_reason = $4, last_reason = $5, "
    "next_at = $6, lost_at = $7, repeats = $8, trail = $9, settled_at = $10, updated_at = $11, "
    "lease_until = NULL, fence = fence + $12 WHERE id = $13 AND fence = $14 AND state = 'sending'"
)
_WRITE: Final = Statement(_WRITTEN)
_WRITE_AND_SAY: Final = Statement(_WRITTEN + " RETURNING id")
_MEMBERS: Final = Statement(
    "UPDATE delivery SET state = bundle.state, channel = bundle.channel, final_reason = bundle.final_reason, "
    "settled_at = bundle.settled_at, updated_at = bundle.updated_at FROM delivery AS bundle "
    "WHERE delivery.digest_id = bundle.id AND delivery.state = 'bundled' AND bundle.id IN (@1) "
    "AND bundle.state IN ('sent', 'uncertain', 'failed', 'expired')"
)
_LAPSED: Final = Statement(
    "SELECT id, rule, fence, next_at, lost_at, updated_at, last_reason, repeats, trail FROM delivery "
    "WHERE state = 'sending' AND lease_until < $1 ORDER BY id LIMIT $2/*held*/"
)
_STALE: Final = Statement(
    "SELECT id FROM delivery WHERE state = 'queued' AND expires_at < $1 ORDER BY id LIMIT $2/*held*/"
)
# What may have been shown before it went stale was not simply never told.
_EXPIRE: Final = Statement(
    "UPDATE delivery SET state = CASE WHEN lost_at IS NULL THEN 'expired' ELSE 'uncertain' END, "
    "final_reason = CASE WHEN lost_at IS NULL THEN 'expired' ELSE 'no_answer' END, "
    "settled_at = $1, updated_at = $1 WHERE id IN (@2) AND state = 'queued'"
)
_WITHOUT_LANE: Final = Statement(
    "SELECT id FROM delivery WHERE state = 'queued' AND lane IS NULL ORDER BY id LIMIT $1/*held*/"
)
_GIVE_LANE: Final = Statement("UPDATE delivery SET lane = $2 WHERE id IN (@1) AND lane IS NULL")


@dataclass(frozen=True)
class Result:
    """What came of a claim."""

    claim: Claim
    outcome: SendOutcome


@dataclass(frozen=True)
class _After:
    """A row as it stands afterwards."""

    state: str
    channel: str | None = None
    platform_id: str | None = None
    final_reason: str | None = None
    last_reason: str | None = None
    next_at: datetime | None = None
    lost_at: datetime | None = None
    repeats: int = 0

    def values(self, now: datetime, trail: str | None) -> tuple[Any, ...]:
        """For the holes 1 to 11 of `_WRITE`."""
        settled_at = now if self.state in FINAL_STATES else None
        return (
            self.state,
            self.channel,
            self.platform_id,
            self.final_reason,
            self.last_reason,
            self.next_at,
            self.lost_at,
            self.repeats or None,
            trail,
            settled_at,
            now,
        )


async def settle(change: Change, results: Sequence[Result], now: datetime, back_off_s: float) -> None:
    """Write the results of those rows that are still their sender's, and what hangs on them."""
    together: list[tuple[Any, ...]] = []
    finished: list[UUID] = []
    for result in results:
        claim, after = result.claim, _after(result, now, back_off_s)
        steps = trail.extended(claim.trail, trail.steps_of(result.outcome, now))
        values = (*after.values(now, steps), 0, claim.id, claim.fence)
        if after.state in FINAL_STATES and claim.message.rule in BUNDLE_RULES:
            finished.append(claim.id)
        if not result.outcome.afterwards:
            together.append(values)
        elif await _WRITE_AND_SAY.rows(change.connection, *values):
            for afterwards in result.outcome.afterwards:
                await afterwards(change)
    if together:
        await _WRITE.many(change.connection, together)
    await _settle_members(change, finished)


async def _settle_members(change: Change, ids: Sequence[UUID]) -> None:
    if ids:
        await _MEMBERS.rows(change.connection, list(ids))


def _after(result: Result, now: datetime, back_off_s: float) -> _After:
    claim, message = result.claim, result.claim.message
    stands = _After(
        SENDING,
        last_reason=message.last_reason,
        next_at=claim.next_at,
        lost_at=claim.lost_at,
        repeats=message.repeats,
    )
    wait_s = min(BACK_OFF_AT_MOST_S, back_off_s * 2.0 ** (message.attempt - 1))
    match result.outcome:
        case Sent(channel, platform_id, reason):
            return replace(stands, state=SENT, channel=channel, platform_id=platform_id, final_reason=reason)
        case Failed(reason):
            # Of an earlier try nobody knows whether it was shown.
            state = FAILED if claim.lost_at is None else UNCERTAIN
            return replace(stands, state=state, final_reason=reason)
        case Uncertain(reason):
            return _in_doubt(
                stands, reason, message.prefers_repeat, claim.at, now + timedelta(seconds=wait_s)
            )
        case Retry(_, reason, may_be_shown) if message.attempt >= ATTEMPTS_AT_MOST:
            if may_be_shown or claim.lost_at is not None:
                return replace(stands, state=UNCERTAIN, final_reason=reason, last_reason=reason)
            return replace(stands, state=FAILED, final_reason="too_many_attempts", last_reason=reason)
        case Retry(after_s, reason, may_be_shown):
            lost_at = claim.lost_at or (claim.at if may_be_shown else None)
            next_at = now + timedelta(seconds=max(after_s, wait_s))
            return replace(stands, state=QUEUED, next_at=next_at, last_reason=reason, lost_at=lost_at)


def _in_doubt(
    stands: _After, reason: str, prefers_repeat: bool, begun_at: datetime, next_at: datetime
) -> _After:
    """Silence, or once more where the rule prefers it and it was not repeated too often."""
    lost_at = stands.lost_at or begun_at
    if not prefers_repeat or stands.repeats >= REPEATS_AT_MOST:
        return replace(stands, state=UNCERTAIN, final_reason=reason, lost_at=lost_at)
    return replace(
        stands,
        state=QUEUED,
        next_at=next_at,
        last_reason=reason,
        lost_at=lost_at,
        repeats=stands.repeats + 1,
    )


async def sweep_lapsed(change: Change, now: datetime, rules: RuleOf) -> int:
    """See to rows whose lease is over: their sender was killed or stopped after it may have sent."""
    rows = await _LAPSED.rows(change.connection, now, SWEEP_AT_MOST)
    values, finished = [], []
    for row in rows:
        rule, begun_at = rules(row["rule"]), moment(row["updated_at"])
        stands = _After(
            SENDING,
            last_reason=row["last_reason"],
            next_at=moment(row["next_at"]),
            lost_at=moment(row["lost_at"]) if row["lost_at"] is not None else None,
            repeats=row["repeats"] or 0,
        )
        repeats = rule is not None and rule.on_doubt is Doubt.REPEAT
        after = _in_doubt(stands, "lease_lapsed", repeats, begun_at, now)
        steps = trail.extended(row["trail"], (trail.Step(now, "", trail.LAPSED),))
        # Whoever was stopped and comes back finds another number and writes nothing.
        values.append((*after.values(now, steps), 1, as_uuid(row["id"]), row["fence"]))
        if after.state in FINAL_STATES:
            finished.append(as_uuid(row["id"]))
    if values:
        await _WRITE.many(change.connection, values)
        await _settle_members(change, finished)
    return len(values)


async def sweep_stale(change: Change, now: datetime) -> int:
    """End what nobody needs to be told any more."""
    ids = _ids(await _STALE.rows(change.connection, now, SWEEP_AT_MOST))
    if ids:
        await _EXPIRE.rows(change.connection, now, ids)
        await _settle_members(change, ids)
    return len(ids)


async def adopt(change: Change) -> int:
    """Give rows of a release that knew no lanes the ordinary one."""
    ids = _ids(await _WITHOUT_LANE.rows(change.connection, SWEEP_AT_MOST))
    if ids:
        await _GIVE_LANE.rows(change.connection, ids, int(Lane.NORMAL))
    return len(ids)


def _ids(rows: Iterable[dict[str, Any]]) -> list[UUID]:
    return [as_uuid(row["id"]) for row in rows]
