"""What a worker does over and over, and the loop it does it in.

A duty is a name, a pause and a step; the step says how much it did. A duty that
did something goes on at once, one that did nothing rests. Duties that must not
run twice at a time are held by a lease; those that claim rows of their own are
not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from kit.leases import Lease

Step = Callable[[], Awaitable[int]]

TRY_AGAIN_WITHIN_S = 10.0
"""However often a duty has failed: an outage's end must not be slept through, alarms least of all."""


@dataclass
class Duty:
    """`wakes` names duties that have work as soon as this one did some."""

    name: str
    step: Step
    pause_s: float
    lease: Lease | None = None
    wakes: tuple[str, ...] = ()
    awake: asyncio.Event = field(default_factory=asyncio.Event)


def rest_s(pause_s: float, failures: int) -> float:
    """How long a duty rests after so many failures in a row: ever longer, but never long."""
    return min(pause_s * 2 ** min(failures, 16), max(pause_s, TRY_AGAIN_WITHIN_S))


class Roster:
    """Runs all duties until told to stop; one that fails is reported and tried again, the others go on."""

    def __init__(
        self,
        duties: Sequence[Duty],
        *,
        log: Callable[..., object],
        counted: Callable[[str, int | None], None] = lambda name, count: None,
    ) -> None:
        """`counted` hears of every step that was taken: its duty and how much it did, None when it failed."""
        self._duties = {duty.name: duty for duty in duties}
        self._log = log
        self._counted = counted

    def wake(self, *names: str) -> None:
        """Let duties look at once, whatever their pause. Unknown names are ignored."""
        for name in names:
            if name in self._duties:
                self._duties[name].awake.set()

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(*(self._run(duty, stop) for duty in self._duties.values()))
        for duty in self._duties.values():
            if duty.lease is not None:
                with contextlib.suppress(Exception):
                    # At worst the lease runs out by itself.
                    await duty.lease.give_up()

    async def _run(self, duty: Duty, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            done = 0
            took_a_step = False
            # Before looking: a wake during the step means work it may not have seen.
            duty.awake.clear()
            try:
                if duty.lease is None or await duty.lease.hold():
                    done = await duty.step()
                    took_a_step = True
                failures = 0
            except Exception as exc:  # noqa: BLE001 - the outermost loop of a duty: reported, then tried again
                failures += 1
                # Where, and not what it says: a database's message quotes the values it did not like.
                self._log("duty_failed", duty=duty.name, error=type(exc).__name__, exc_info=exc)
                self._counted(duty.name, None)
            if took_a_step:
                self._counted(duty.name, done)
            if done:
                self.wake(*duty.wakes)
                await asyncio.sleep(0)
                continue
            await self._rest(duty, stop, rest_s(duty.pause_s, failures))

    @staticmethod
    async def _rest(duty: Duty, stop: asyncio.Event, seconds: float) -> None:
        waiting = [asyncio.create_task(duty.awake.wait()), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
