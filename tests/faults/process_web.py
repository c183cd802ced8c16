"""Web processes that are killed: what was acknowledged is kept (I1, I2), and all is well again soon (I7)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time

from tests.e2e.storms import heal, kill_and_restart, kill_one_web_process
from tests.e2e.system import System
from tests.faults.citizens import Citizens
from tests.faults.fault import RECOVERY_S, Counts, Fault, Size

BETWEEN_KILLS_S = (1.5, 3.0)
ENOUGH_S = 150.0
"""A machine that is busy with something else kills less often."""


async def web_kill(system: System, size: Size) -> Counts:
    """The whole group killed twenty times while eight citizens file, one process of it alone in between."""
    kills, enough_at = 0, time.monotonic() + ENOUGH_S
    async with Citizens(system, "杀进程", pause_s=0.0) as citizens:
        listening = asyncio.create_task(_longest_silence_s(citizens))
        while kills < size.pick(20, 1) and time.monotonic() < enough_at:
            await asyncio.sleep(random.uniform(*BETWEEN_KILLS_S))
            if kills % 4 == 3:
                kill_one_web_process(system)
                await asyncio.sleep(random.uniform(0.2, 0.8))
            await asyncio.to_thread(kill_and_restart, system, "serve")
            kills += 1
        await asyncio.sleep(0.5)
        silence_s = await _ended(listening)
    note = f"{kills} kills of the group, {citizens.weixin.tries} tries; late: nobody was told anything"
    return citizens.counts(silence_s, note)


async def _longest_silence_s(citizens: Citizens) -> float:
    """The longest time in which nobody was acknowledged anything, until it is cancelled."""
    longest_s, told, told_at = 0.0, 0, time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0.05)
            longest_s = max(longest_s, time.monotonic() - told_at)
            if len(citizens.acknowledged) > told:
                told, told_at = len(citizens.acknowledged), time.monotonic()
    return longest_s


async def _ended(listening: asyncio.Task[float]) -> float:
    listening.cancel()
    return await listening


async def web_process(system: System, size: Size) -> Counts:
    took = [await heal(system, lambda: kill_one_web_process(system)) for _ in range(size.pick(3, 1))]
    return Counts(tried=len(took), late_s=max(took))


async def web_group(system: System, size: Size) -> Counts:
    took = [await heal(system, lambda: kill_and_restart(system, "serve")) for _ in range(size.pick(3, 1))]
    return Counts(tried=len(took), late_s=max(took))


FAULTS = (
    Fault("web_kill", ("I1", "I2"), web_kill, limit_s=RECOVERY_S, formerly="I1_acknowledged_complaints"),
    Fault("web_process", ("I7",), web_process, limit_s=RECOVERY_S, formerly="I7_web_process"),
    Fault("web_group", ("I7",), web_group, limit_s=RECOVERY_S, formerly="I7_web_group"),
)
