"""Parts that hang, for a while."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg

from tests.e2e.system import System


@contextlib.contextmanager
def api_hanging(system: System) -> Iterator[None]:
    system.control("faults", {"endpoint": "*", "kind": "hang"})
    try:
        yield
    finally:
        system.control("faults", method="DELETE")


@contextlib.contextmanager
def redis_stopped(system: System) -> Iterator[None]:
    """Alive for the kernel, dead for everybody who asks: connections are accepted and nothing is answered."""
    pid = json.loads((system.folder / "valkey" / "state.json").read_text())["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def writes_held(system: System, seconds: float) -> AsyncIterator[None]:
    """The database takes no writes for a while."""
    url = system.env["DATABASE_URL"]
    if url.startswith("sqlite://"):
        descriptor = os.open(f"{url.removeprefix('sqlite://')}.writer-lock", os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        letting_go = asyncio.create_task(_later(seconds, lambda: os.close(descriptor)))
        yield
        await letting_go
        return
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("LOCK TABLE guard_key IN EXCLUSIVE MODE")
    letting_go = asyncio.create_task(_later(seconds, connection.terminate))
    yield
    await letting_go


async def _later(seconds: float, work: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    work()
