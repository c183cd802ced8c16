"""Sends what is queued, each message at most once visible.

A claim takes no more rows than there are sends in flight, for the length of a lease by the database's clock,
under a fencing number that rises with every claim. The result is written only by whoever still holds that
number. A lease that lapses leaves the row *uncertain*: its sender was killed or stopped after it may have
sent, and silence is preferred to saying it twice, except where the rule prefers a repeat. Otherwise only what was
certainly not delivered is tried again, and what the platform itself shows once.

What has been sent is written and what is sent next is claimed in one transaction. The urgent go first, and some sends
are kept for them: a call never waits behind ten thousand notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from casework.notifications.channel import Channel, Retry, SendOutcome, Uncertain
from casework.notifications.claims import Claim, Room, RuleOf, made_ready, take
from casework.notifications.models import Delivery
from casework.notifications.pace import CHUNK_S, Pace
from casework.notifications.settling import (
    ATTEMPTS_AT_MOST,
    Result,
    adopt,
    settle,
    sweep_lapsed,
    sweep_stale,
)
from casework.notifications.shape import Lane, Rule
from casework.notifications.states import QUEUED, SENDING
from kit.db import Change, Database

__all__ = ["ATTEMPTS_AT_MOST", "LEASE_S", "Dispatcher"]

LOOK_S: Final = 0.005
STALE_EVERY_S: Final = 5.0
LEASE_S: Final = 45.0
"""A call of the platform takes 21 s at most, a new token and a repeat included: twice that, and a little."""
NO_ROOM: Final = Room(0, 0)


def _no_rules(_: str) -> Rule | None:
    return None


class Dispatcher:
    """Any number may run, in any number of processes."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        *,
        rules: RuleOf = _no_rules,
        slots: int = 16,
        urgent_slots: int = 2,
        pace_per_s: float | None = None,
        lease_s: float = LEASE_S,
        back_off_s: float = 2.0,
        on_failure: Callable[[str, str], None] = lambda delivery_id, error: None,
    ) -> None:
        """`slots` is how many sends are in flight at once, and `urgent_slots` how many more when they are urgent;
        `lease_s` must outlast any one send twice. The wait before another try begins with `back_off_s` and doubles, up to
        half an hour. `pace_per_s`: of what is not urgent no more are begun in a second. `rules` finds a row's rule.

        `on_failure` hears of a channel that raised: the delivery's id and the name of the error.
        """
        self._db = db
        self._channel = channel
        self._rules = rules
        self._slots = slots
        self._every_slot = slots + urgent_slots
        self._pace = Pace(pace_per_s, slots)
        self._lease_s = lease_s
        self._back_off_s = back_off_s
        self._on_failure = on_failure
        self._results: list[Result] = []
        self._in_flight = _InFlight()
        self._woken = asyncio.Event()

    async def step(self) -> int:
        """Claim what is due, send it, write what came of it. Returns how many were claimed."""
        if self._results:
            await self._turn(NO_ROOM)
        await self.sweep()
        room = Room(self._every_slot, self._slots)
        claims = await self._turn(room) if await self._is_due(room) else []
        if claims:
            for claim in claims:
                self._begin(claim)
            await self._in_flight.ended()
            await self._turn(NO_ROOM)
        return len(claims)

    async def run(self, stop: asyncio.Event, *, idle_s: float = 1.0) -> None:
        """Dispatch until told to stop: a freed slot is filled at once. What is in flight is finished first."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        try:
            await self._run(stop, idle_s)
        finally:
            stopping.cancel()
            # Also when the database is away: whoever runs again must not send more at once than there are
            # slots, and what is on its way belongs to somebody who will write what came of it.
            await self._in_flight.ended()
        if self._results:
            await self._turn(NO_ROOM)

    async def _run(self, stop: asyncio.Event, idle_s: float) -> None:
        loop = asyncio.get_running_loop()
        swept_at = stale_at = float("-inf")
        while not stop.is_set():
            self._woken.clear()
            if loop.time() - swept_at >= idle_s:
                swept_at = loop.time()
                with_stale = swept_at - stale_at >= STALE_EVERY_S
                stale_at = swept_at if with_stale else stale_at
                await self.sweep(stale=with_stale)
            wanted = self._in_flight.room(self._slots, self._every_slot)
            paced = self._pace.of(wanted.not_urgent, loop.time())
            room = Room(wanted.every, paced)
            if self._results or await self._is_due(room):
                claims = await self._turn(room)
                self._pace.spend(sum(not claim.is_urgent for claim in claims))
                for claim in claims:
                    self._begin(claim)
            held_back_s = self._pace.wait_s() if paced < wanted.not_urgent else 0.0
            await self._rest(idle_s, held_back_s)

    async def _rest(self, idle_s: float, held_back_s: float) -> None:
        """Until a send has ended, or so long."""
        loop = asyncio.get_running_loop()
        held_back_until = loop.time() + held_back_s
        if not self._results:
            at_most_s = min(idle_s, max(held_back_s, LOOK_S)) if held_back_s else idle_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(at_most_s):
                    await self._woken.wait()
        # Who may not go on yet need not write yet either: what ends meanwhile is written together.
        left_s = held_back_until - loop.time()
        if left_s > 0:
            await asyncio.sleep(min(left_s, CHUNK_S))

    async def sweep(self, *, stale: bool = True) -> int:
        """Settle what needs no sending: lapsed leases, rows of an earlier release and news gone stale.

        Returns how many rows changed.
        """
        now = await self._db.database_now()
        # Asked outside a transaction first: an idle dispatcher must not take the writer's turn every second.
        lapsed = await Delivery.filter(state=SENDING, lease_until__lt=now).exists()
        orphaned = await Delivery.filter(state=QUEUED, lane=None).exists()
        stale = stale and await Delivery.filter(state=QUEUED, expires_at__lt=now).exists()
        if not lapsed and not orphaned and not stale:
            return 0

        async def work(change: Change) -> int:
            now = await change.database_now()
            changed = await sweep_lapsed(change, now, self._rules) if lapsed else 0
            changed += await adopt(change) if orphaned else 0
            return changed + (await sweep_stale(change, now) if stale else 0)

        return await self._db.change(work)

    async def _is_due(self, room: Room) -> bool:
        if not room:
            return False
        now = await self._db.database_now()
        due = Delivery.filter(state=QUEUED, next_at__lte=now, expires_at__gte=now)
        return await (due if room.not_urgent > 0 else due.filter(lane=Lane.URGENT)).exists()

    async def _turn(self, room: Room) -> list[Claim]:
        """Write the results at hand and claim as much as there is room for, in one transaction.

        Results that could not be written are kept for the next turn: a message known to be sent must not
        end as uncertain because the database was busy for a moment.
        """
        taken, self._results = self._results, []
        lease = timedelta(seconds=self._lease_s)
        # Half of the lease: what has been held for longer is not begun, see `_send`.
        begin_by = time.monotonic() + self._lease_s / 2

        async def work(change: Change) -> list[Claim]:
            now = await change.database_now()
            if taken:
                await settle(change, taken, now, self._back_off_s)
            if not room:
                return []
            claims = await take(change, now, lease, room, self._rules)
            return await made_ready(change, self._channel, claims, begin_by)

        try:
            return await self._db.change(work)
        except BaseException:
            self._results = taken + self._results
            raise

    def _begin(self, claim: Claim) -> None:
        """Send what was claimed, in a task of its own whose result is kept for the next turn."""
        if time.monotonic() > claim.begin_by:
            # Stopped in between, perhaps for so long that somebody else has the row.
            self._results.append(Result(claim, Retry(0.0, "busy")))
            return
        send = claim.send or partial(self._channel.send, claim.message)
        sending = asyncio.ensure_future(send())
        self._in_flight.add(sending, claim)
        sending.add_done_callback(partial(self._ended, claim))

    def _ended(self, claim: Claim, sending: asyncio.Future[SendOutcome]) -> None:
        if sending.cancelled():
            return
        error = sending.exception()
        if error is not None:
            # Nobody knows how far it got.
            self._on_failure(str(claim.id), type(error).__name__)
        outcome = Uncertain("channel_error") if error is not None else sending.result()
        self._results.append(Result(claim, outcome))
        self._woken.set()


class _InFlight:
    """What is being sent by a running dispatcher."""

    def __init__(self) -> None:
        self._sends: dict[asyncio.Future[SendOutcome], Claim] = {}

    def add(self, sending: asyncio.Future[SendOutcome], claim: Claim) -> None:
        self._sends[sending] = claim
        sending.add_done_callback(self._sends.pop)

    def room(self, slots: int, every_slot: int) -> Room:
        """How much more may be begun; `every_slot`: those for the urgent included."""
        every = every_slot - len(self._sends)
        others = sum(not claim.is_urgent for claim in self._sends.values())
        return Room(every, min(slots - others, every))

    async def ended(self) -> None:
        while self._sends:
            await asyncio.wait(list(self._sends))
            await asyncio.sleep(0)
