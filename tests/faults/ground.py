"""The systems faults are let loose on: set up once on each engine, then copied."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from pathlib import Path

from tests.e2e.system import System, copy_system
from tests.faults.databases import Databases
from tests.faults.fault import Start


class Ground:
    """Makes systems on one engine."""

    def __init__(self, scratch: Path, databases: Databases) -> None:
        self._scratch = scratch
        self._databases = databases
        self._pattern = self._empty("pattern")
        self._pattern.set_up()
        self._pattern.close()

    def new(self, start: Start) -> System:
        """What a fault finds; a running one is started. Close it."""
        system = self._empty(uuid.uuid4().hex[:8]) if start is Start.EMPTY else self._copy()
        if start is Start.RUNNING:
            try:
                system.start()
            except BaseException:
                system.close()
                raise
        return system

    def _empty(self, name: str) -> System:
        # The names of sockets in it may not be long.
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._scratch))
        folder.chmod(0o755)
        return System(folder, self._databases.new())

    def _copy(self) -> System:
        folder = self._scratch / uuid.uuid4().hex[:8]
        copy_system(self._pattern.folder, folder)
        url = self._pattern.env["DATABASE_URL"]
        return System(folder, None if url.startswith("sqlite") else self._databases.new(like=url))


def audited(system: System) -> tuple[int, int, int]:
    """Entries in all audit chains, cases that have none, and 1 if `audit verify` found fault with anything (I5)."""
    entries, without = system.rows(
        "SELECT (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM complaint WHERE NOT EXISTS "
        "(SELECT 1 FROM audit_entry WHERE audit_entry.case_id = complaint.id))"
    )[0]
    try:
        clean = "0 处问题" in system.cli("audit", "verify")
    except AssertionError:
        clean = False
    return entries, without, int(not clean)


async def await_quiet(system: System) -> None:
    """Turn the stand-in's knobs back, and see that all parts run. Raises AssertionError if one does not."""
    await asyncio.to_thread(system.control, "faults", None, "DELETE")
    for name in ("standin", "serve", "worker"):
        assert name in system.parts, f"{name} was not started again"
        assert system.parts[name].poll() is None, f"{name} has ended"
