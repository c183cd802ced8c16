"""PostgreSQL ends every session at once: all goes on by itself (I7)."""

from __future__ import annotations

from tests.e2e.storms import heal, kill_database_sessions
from tests.e2e.system import System
from tests.faults.fault import RECOVERY_S, Counts, Fault, Size


async def database_sessions(system: System, size: Size) -> Counts:
    took = [await heal(system, lambda: kill_database_sessions(system)) for _ in range(size.pick(3, 1))]
    return Counts(tried=len(took), late_s=max(took))


FAULTS = (
    Fault(
        "database_sessions",
        ("I7",),
        database_sessions,
        limit_s=RECOVERY_S,
        engines=("postgres",),
        formerly="I7_database_sessions",
    ),
)
