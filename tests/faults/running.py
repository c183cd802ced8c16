"""Runs faults on one engine, some side by side, and counts what became of their acts."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.system import System
from tests.faults.databases import databases_on
from tests.faults.fault import Counts, Fault, Lane, NotHereError, Size, Start
from tests.faults.ground import Ground, audited, await_quiet
from tests.faults.report import Outcome

WAITING_RUNNERS = 2
LONGEST_S = 400.0
"""For one fault, before it counts as one that could not be tried."""


def run_all(faults: Sequence[Fault], engine: str, size: Size, scratch: Path) -> list[Outcome]:
    """Every fault of this engine. One that raises is reported and the others are still run."""
    busy = deque(fault for fault in faults if fault.lane is Lane.BUSY)
    # What waits for minutes is begun first.
    waiting = deque(
        fault for lane in (Lane.CLOCK, Lane.WAITING) for fault in faults if fault.lane is lane
    )  # fmt: skip
    # One runner takes what wants the processors, and then helps the others.
    queues = [(busy, waiting), *([(waiting,)] * WAITING_RUNNERS)]
    with databases_on(engine, scratch) as databases:
        ground = Ground(scratch, databases)
        with ThreadPoolExecutor(len(queues)) as threads:
            runs = threads.map(
                lambda mine: list(_Runner(ground, engine, size).outcomes(_taken(mine))), queues
            )
            outcomes = [outcome for run in runs for outcome in run]
    order = [fault.name for fault in faults]
    return sorted(outcomes, key=lambda outcome: order.index(outcome.fault.name))


def _taken(queues: Iterable[deque[Fault]]) -> Iterator[Fault]:
    """Whoever is free takes the next."""
    for queue in queues:
        with contextlib.suppress(IndexError):
            while True:
                yield queue.popleft()


class _Runner:
    """One fault after another: they share a running system until one of them leaves it broken."""

    def __init__(self, ground: Ground, engine: str, size: Size) -> None:
        self._ground = ground
        self._engine = engine
        self._size = size
        self._shared: System | None = None

    def outcomes(self, faults: Iterable[Fault]) -> Iterator[Outcome]:
        try:
            for fault in faults:
                outcome = self._outcome(fault)
                if outcome is not None:
                    print(f"  {outcome.sentence()}", flush=True)
                    yield outcome
        finally:
            self._close_shared()

    def _outcome(self, fault: Fault) -> Outcome | None:
        begun = time.monotonic()
        outcome = Outcome(fault, self._engine, Counts(tried=1, unaccounted=1))
        system: System | None = None
        try:
            system = self._system(fault.start)
            outcome.counts = asyncio.run(self._run(fault, system))
            if fault.verified:
                outcome.audited = audited(system)
        except NotHereError as reason:
            print(f"  {fault.name} on {self._engine} could not be tried: {reason}", flush=True)
            return None
        except (
            Exception
        ) as exc:  # a fault that cannot even be tried breaks its promises; the others are still run
            outcome.counts = Counts(tried=1, unaccounted=1, note=f"could not be tried: {exc!r}"[:600])
            self._complain(fault, system)
            if system is self._shared:
                self._close_shared()
        finally:
            if system is not None and system is not self._shared:
                system.close()
        outcome.seconds = time.monotonic() - begun
        return outcome

    async def _run(self, fault: Fault, system: System) -> Counts:
        async with asyncio.timeout(LONGEST_S):
            counts = await fault.run(system, self._size)
            if fault.start is Start.RUNNING:
                await await_quiet(system)
        return counts

    def _system(self, start: Start) -> System:
        if start is not Start.RUNNING:
            return self._ground.new(start)
        if self._shared is None:
            self._shared = self._ground.new(start)
        return self._shared

    def _close_shared(self) -> None:
        if self._shared is not None:
            with contextlib.suppress(Exception):
                self._shared.close()
            self._shared = None

    def _complain(self, fault: Fault, system: System | None) -> None:
        said = [f"--- {fault.name} on {self._engine}", traceback.format_exc(limit=-6)]
        if system is not None:
            said += [f"--- {name}\n{system.log(name)[-2000:]}" for name in ("serve", "worker")]
        print("\n".join(said), file=sys.stderr, flush=True)
