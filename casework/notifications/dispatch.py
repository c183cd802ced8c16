"""Sends what is queued, each message at most once visible.

A claim takes no more rows than there are sends in flight, for the length of a lease by the database's clock,
under a fencing number that rises with every claim. The result is written only by whoever still holds that
number. A lease that lapses leaves the row *uncertain*: its sender was killed or stopped after it may have
sent, and silence is preferred to saying it twice. Only what was certainly not delivered is tried again, and what
the platform itself shows once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from tortoise.expressions import F

from casework.notifications.channel import (
    Channel,
    DeliveryMessage,
    Final,
    Retry,
    SendOutcome,
    Sent,
    Uncertain,
)
from casework.notifications.models import Delivery
from casework.notifications.plan import EXPIRED, FAILED, QUEUED, SENDING, SENT, UNCERTAIN
from kit.db import Change, Database

ATTEMPTS_AT_MOST = 10
BACK_OFF_AT_MOST_S = 1800.0
SWEEP_AT_MOST = 500


@dataclass(frozen=True)
class _Claim:
    """A row held for sending."""

    message: DeliveryMessage
    fence: int
    at: datetime


@dataclass
class _Result:
    claim: _Claim
    outcome: SendOutcome


class Dispatcher:
    """Any number may run, in any number of processes."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        *,
        slots: int = 16,
        lease_s: float = 60.0,
        back_off_s: float = 2.0,
        on_failure: Callable[[str, str], None] = lambda delivery_id, error: None,
    ) -> None:
        """`slots` is how many sends are in flight at once; `lease_s` must outlast any one send. The
        wait before another try begins with `back_off_s` and doubles, up to half an hour.

        `on_failure` hears of a channel that raised: the delivery's id and the name of the error.
        """
        self._db = db
        self._channel = channel
        self._slots = slots
        self._lease = timedelta(seconds=lease_s)
        self._back_off_s = back_off_s
        self._on_failure = on_failure
        self._results: list[_Result] = []
        self._writer: asyncio.Task[None] | None = None

    async def step(self) -> int:
        """Claim what is due, send it, write what came of it. Returns how many were claimed."""
        await self._written()
        await self.sweep()
        claims = await self._claim(self._slots)
        if claims:
            await asyncio.gather(*(self._send(claim) for claim in claims))
            await self._written()
        return len(claims)

    async def run(self, stop: asyncio.Event, *, idle_s: float = 1.0) -> None:
        """Dispatch until told to stop: a freed slot is filled at once. What is in flight is finished first."""
        sending: set[asyncio.Task[None]] = set()
        try:
            await self._written()
            await self._run(stop, sending, idle_s)
        finally:
            # Also when the database is away: whoever runs again must not send more at once than there are
            # slots, and what is on its way belongs to somebody who will write what came of it.
            if sending:
                await asyncio.wait(sending)
        await self._written()

    async def _run(self, stop: asyncio.Event, sending: set[asyncio.Task[None]], idle_s: float) -> None:
        swept_at = 0.0
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            self._start_writing()
            if loop.time() - swept_at >= idle_s:
                await self.sweep()
                swept_at = loop.time()
            claims = await self._claim(self._slots - len(sending)) if len(sending) < self._slots else []
            sending |= {asyncio.create_task(self._send(claim)) for claim in claims}
            if claims and len(sending) < self._slots:
                continue
            if sending:
                done, _ = await asyncio.wait(sending, timeout=idle_s, return_when=asyncio.FIRST_COMPLETED)
                sending -= done
                for task in done:
                    task.result()
            else:
                await _rest(stop, idle_s)

    async def sweep(self) -> int:
        """Settle what needs no sending: lapsed leases and news gone stale. Returns how many rows changed."""
        now = await self._db.database_now()
        lapsed = await Delivery.filter(state=SENDING, lease_until__lt=now).exists()
        stale = await Delivery.filter(state=QUEUED, expires_at__lt=now).exists()
        if not lapsed and not stale:
            return 0

        async def work(change: Change) -> int:
            now = await change.database_now()
            ids = (
                await Delivery.filter(state=SENDING, lease_until__lt=now)
                .limit(SWEEP_AT_MOST)
                .values_list("id", flat=True)
            )
            changed = (
                await Delivery.filter(id__in=ids, state=SENDING, lease_until__lt=now).update(
                    state=UNCERTAIN,
                    final_reason="lease_lapsed",
                    fence=F("fence") + 1,
                    lease_until=None,
                    updated_at=now,
                )
                if ids
                else 0
            )
            ids = (
                await Delivery.filter(state=QUEUED, expires_at__lt=now)
                .limit(SWEEP_AT_MOST)
                .values_list("id", flat=True)
            )
            if ids:
                changed += await Delivery.filter(id__in=ids, state=QUEUED).update(
                    state=EXPIRED, final_reason="expired", updated_at=now
                )
            return int(changed)

        return await self._db.change(work)

    async def _claim(self, at_most: int) -> list[_Claim]:
        now = await self._db.database_now()
        # Asked outside a transaction first: an idle dispatcher must not take the writer's turn every second.
        if not await Delivery.filter(state=QUEUED, next_at__lte=now, expires_at__gte=now).exists():
            return []

        async def work(change: Change) -> list[_Claim]:
            now = await change.database_now()
            query = Delivery.filter(state=QUEUED, next_at__lte=now, expires_at__gte=now)
            query = query.order_by("next_at", "id").limit(at_most)
            rows = await (query.select_for_update(skip_locked=True) if change.is_postgres else query)
            if rows:
                # The rows are ours alone until the commit, so one statement for all of them is exact.
                await Delivery.filter(id__in=[row.id for row in rows]).update(
                    state=SENDING,
                    attempts=F("attempts") + 1,
                    fence=F("fence") + 1,
                    lease_until=now + self._lease,
                    updated_at=now,
                )
            return [_Claim(message_of(row, row.attempts + 1, now), row.fence + 1, now) for row in rows]

        return await self._db.change(work)

    async def _send(self, claim: _Claim) -> None:
        (outcome,) = await asyncio.gather(self._channel.send(claim.message), return_exceptions=True)
        if isinstance(outcome, asyncio.CancelledError):
            raise outcome
        if isinstance(outcome, BaseException):
            # Nobody knows how far it got.
            self._on_failure(str(claim.message.id), type(outcome).__name__)
            outcome = Uncertain("channel_error")
        self._results.append(_Result(claim, outcome))
        self._start_writing()

    def _start_writing(self) -> None:
        if self._results and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write_results())
            # Looked at, so that a failure whose results are written by the next attempt is not reported.
            self._writer.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _written(self) -> None:
        """All results are written, those of a failed attempt included. Raises when this attempt fails too."""
        self._start_writing()
        while self._writer is not None and not self._writer.done():
            await self._writer
            self._start_writing()

    async def _write_results(self) -> None:
        """Write the results at hand in one transaction, then those that have come meanwhile.

        Results that could not be written are kept for the next attempt: a message known to be sent must not
        end as uncertain because the database was busy for a moment.
        """
        while self._results:
            taken, self._results = self._results, []

            async def work(change: Change, taken: list[_Result] = taken) -> None:
                now = await change.database_now()
                for result in taken:
                    await self._settle(result, now)

            try:
                await self._db.change(work)
            except BaseException:
                self._results = taken + self._results
                raise

    async def _settle(self, result: _Result, now: datetime) -> None:
        claim, outcome = result.claim, result.outcome
        held = Delivery.filter(id=claim.message.id, state=SENDING, fence=claim.fence)
        common: dict[str, Any] = {"lease_until": None, "updated_at": now}
        match outcome:
            case Sent(channel, platform_id, reason):
                known = {"platform_id": platform_id, "final_reason": reason}
                await held.update(state=SENT, channel=channel, **known, **common)
            case Final(reason):
                await held.update(state=FAILED, final_reason=reason, **common)
            case Uncertain(reason):
                await held.update(state=UNCERTAIN, final_reason=reason, **common)
            case Retry(_, reason, may_be_shown) if claim.message.attempt >= ATTEMPTS_AT_MOST:
                was_lost = may_be_shown or claim.message.lost_s is not None
                state, final = (UNCERTAIN, reason) if was_lost else (FAILED, "too_many_attempts")
                await held.update(state=state, final_reason=final, last_reason=reason, **common)
            case Retry(after_s, reason, may_be_shown):
                wait = timedelta(seconds=max(after_s, self._wait_s(claim.message.attempt)))
                if may_be_shown and claim.message.lost_s is None:
                    common["lost_at"] = claim.at
                await held.update(state=QUEUED, next_at=now + wait, last_reason=reason, **common)

    def _wait_s(self, attempt: int) -> float:
        return min(BACK_OFF_AT_MOST_S, self._back_off_s * 2.0 ** (attempt - 1))


def message_of(row: Delivery, attempt: int, now: datetime) -> DeliveryMessage:
    """What a channel is told of a row; `now` by the database's clock."""
    return DeliveryMessage(
        id=row.id,
        case_id=row.case_id,
        recipient_kind=row.recipient_kind,
        recipient_id=row.recipient_id,
        rule=row.rule,
        template=row.template,
        params=msgspec.json.decode(row.params, type=dict[str, str]),
        attempt=attempt,
        expires_at=row.expires_at,
        last_reason=row.last_reason,
        lost_s=(now - row.lost_at).total_seconds() if row.lost_at is not None else None,
    )


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
