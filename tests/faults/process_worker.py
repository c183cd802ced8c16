"""Workers that are killed or stopped while thousands of notices go out (I3), and how soon all goes on (I7)."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from tests.e2e.storms import heal, kill_and_restart
from tests.e2e.system import System
from tests.faults.bulk import (
    LONG_TERM,
    ONE_TIME,
    fate_of,
    file_in_bulk,
    planned,
    settle,
    settled,
    slow_platform,
    states_of,
)
from tests.faults.fault import RECOVERY_S, Counts, Fault, Lane, Size
from tests.faults.sender import Sender

WAYS = ((), (LONG_TERM,), (ONE_TIME,), ())
BETWEEN_KILLS_S = (2.5, 5.0)
ENOUGH_S = 90.0
"""A machine that is busy with something else kills less often."""
SETTLED_S = 200.0
"""A killed worker's messages wait for their lease of a minute, its duties fifteen seconds for theirs; then the rest
of the queue goes out."""
LEASE_S, TAKEN_OVER_S = 5.0, 60.0
"""Stopped in the middle of a transaction it keeps its rows until PostgreSQL ends that, after half a minute."""


async def worker_kill(system: System, size: Size) -> Counts:
    """Kill -9 every few seconds while 3,000 notices go out, slowly enough for each kill to hit some."""
    if size is Size.SHORT:
        return await _one_kill(system, 40)
    number, kills, enough_at = 3_000, 0, time.monotonic() + ENOUGH_S
    with slow_platform(system, 800):
        bulk = await file_in_bulk(system, number, WAYS)
        await _until(lambda: planned(system, bulk) > number // 3)
        while kills < 8 and time.monotonic() < enough_at:
            await asyncio.sleep(random.uniform(*BETWEEN_KILLS_S))
            await asyncio.to_thread(kill_and_restart, system, "worker")
            kills += 1
    fate, took = await settle(system, bulk, SETTLED_S)
    return fate.counts(took, f"{kills} kills; late: settled after the last of them")


async def _one_kill(system: System, number: int) -> Counts:
    """The same with a short lease."""
    await asyncio.to_thread(system.kill, "worker")
    try:
        async with Sender(system, LEASE_S, "killed"):
            with slow_platform(system, 800):
                bulk = await file_in_bulk(system, number, WAYS)
                await _until(lambda: planned(system, bulk) == number and settled(system, bulk) > 0)
    finally:
        await asyncio.to_thread(system.start, "worker")
    fate, took = await settle(system, bulk, TAKEN_OVER_S)
    return fate.counts(took, "1 kill; late: settled after it")


async def worker_stop(system: System, size: Size) -> Counts:
    """One of two workers is stopped with messages on their way, for longer than its lease; the other takes over."""
    number = size.pick(400, 60)
    await asyncio.to_thread(system.kill, "worker")
    try:
        async with Sender(system, LEASE_S, "one") as one, Sender(system, LEASE_S, "other") as other:
            with slow_platform(system, 1_000):
                bulk = await file_in_bulk(system, number, WAYS)
                await _until(lambda: planned(system, bulk) == number and settled(system, bulk) > 0)
                await asyncio.to_thread(one.stop)
                begun = time.monotonic()
            await settle(system, bulk, TAKEN_OVER_S)
            taken_over_s = time.monotonic() - begun
            before = states_of(system, bulk)
            one.go_on()
            await asyncio.sleep(2)
            assert one.lives
            assert other.lives
            changed = sum(state != before[id] for id, state in states_of(system, bulk).items())
            fate = fate_of(system, bulk)
    finally:
        await asyncio.to_thread(system.start, "worker")
    # What the stopped one brought after its time must not have been written.
    fate.unaccounted += changed
    return fate.counts(taken_over_s, f"{changed} late results taken; late: all of it taken over")


async def worker_restart(system: System, size: Size) -> Counts:
    took = [await heal(system, lambda: kill_and_restart(system, "worker")) for _ in range(size.pick(2, 1))]
    return Counts(tried=len(took), late_s=max(took))


async def _until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.2)


FAULTS = (
    Fault("worker_kill", ("I3",), worker_kill, limit_s=SETTLED_S, lane=Lane.WAITING, formerly="I3_pushes"),
    Fault("worker_stop", ("I3",), worker_stop, limit_s=TAKEN_OVER_S, lane=Lane.WAITING),
    Fault(
        "worker_restart", ("I7",), worker_restart, limit_s=RECOVERY_S, lane=Lane.WAITING, formerly="I7_worker"
    ),
)
