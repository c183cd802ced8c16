"""Migrations killed at random moments, of a new database and of a full one, then run again to their end (I9)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

from tests.e2e.storms import heal
from tests.e2e.system import ROOT, System
from tests.faults.bulk import LONG_TERM, file_in_bulk, settle
from tests.faults.fault import RECOVERY_S, Counts, Fault, Size, Start

FILLED_S = 60.0


async def first_migration_kill(system: System, size: Size) -> Counts:
    """From nothing. Afterwards somebody files, a clerk accepts it and the citizen is told."""
    counts = await killed_migrations(system, size.pick(10, 2), "empty")
    await asyncio.to_thread(system.set_up)
    await asyncio.to_thread(system.start)
    took = await heal(system, lambda: None)
    return Counts(**counts, late_s=took, note="late: used afterwards")


async def migration_kill(system: System, size: Size) -> Counts:
    """From the release before this one, with people, cases, notices and their chains in the tables."""
    system.start("standin", "worker")
    bulk = await file_in_bulk(system, size.pick(300, 30), ((), (LONG_TERM,)))
    await settle(system, bulk, FILLED_S)
    await asyncio.to_thread(system.close)
    counts = await killed_migrations(system, size.pick(20, 2), "older")
    await asyncio.to_thread(system.start)
    took = await heal(system, lambda: None)
    note = f"{len(bulk.openids)} cases and what belongs to them compared each time; late: used afterwards"
    return Counts(**counts, late_s=took, note=note)


async def killed_migrations(system: System, kills: int, start: str) -> dict[str, int]:
    """Counts, by name. `start` is "empty" or "older", see `migrating`."""
    killing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.migrating", str(kills), start, env=system.env, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        printed, complaints = await killing.communicate()
    finally:
        if killing.returncode is None:
            os.killpg(killing.pid, signal.SIGKILL)
    assert killing.returncode == 0, complaints.decode()[-2000:]
    found = json.loads(printed)
    return {"tried": found["killed"], "lost": found["altered"], "unaccounted": found["failed"]}


FAULTS = (
    Fault(
        "migration_kill",
        ("I9",),
        migration_kill,
        limit_s=RECOVERY_S,
        start=Start.MIGRATED,
        formerly="I9_migrations_killed",
    ),
    Fault("first_migration_kill", ("I9",), first_migration_kill, limit_s=RECOVERY_S, start=Start.EMPTY),
)
