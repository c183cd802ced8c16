"""Limits end while no worker runs, and while the workers' clocks are set forward and back (I4)."""

from __future__ import annotations

import asyncio

from tests.e2e.system import System
from tests.faults.alarms import alarms_through_clock_steps, alarms_through_outage
from tests.faults.fault import ALARM_S, Counts, Fault, Lane, Size


async def alarms_outage(system: System, size: Size) -> Counts:
    """Fifty limits end within two minutes without a worker."""
    return await alarms_through_outage(system, size.pick(50, 6), outage_s=size.pick(120, 6))


async def alarms_clock_steps(system: System, size: Size) -> Counts:
    """The clock of two workers goes two hours forward, right, two hours back and right again."""
    await asyncio.to_thread(system.kill, "worker")
    try:
        return await alarms_through_clock_steps(system, size.pick(25, 3))
    finally:
        await asyncio.to_thread(system.start, "worker")


FAULTS: tuple[Fault, ...] = (
    Fault("alarms_outage", ("I4",), alarms_outage, ALARM_S, lane=Lane.CLOCK),
    Fault("alarms_clock_steps", ("I4",), alarms_clock_steps, ALARM_S, lane=Lane.CLOCK),
)
