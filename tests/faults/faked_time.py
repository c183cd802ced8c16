"""Parts of a system whose clock is wrong, by libfaketime."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.storms import kill_and_restart
from tests.e2e.system import System
from tests.faults.fault import NotHereError

LIBRARIES = (
    *Path("/usr/lib").glob("*-linux-gnu/faketime/libfaketimeMT.so.1"),
    Path("/usr/lib/faketime/libfaketimeMT.so.1"),
)


def libfaketime() -> Path:
    """Raises NotHereError."""
    for library in LIBRARIES:
        if library.exists():
            return library
    raise NotHereError("no libfaketime (apt install libfaketime)")


@contextlib.contextmanager
def clock_ahead(system: System, part: str, seconds: int) -> Iterator[None]:
    """Kill `part` and start it with a clock so far ahead (behind, if negative); afterwards with the right one.

    From one start to the next the wrong clock goes evenly: libfaketime cannot move only the clock on the wall
    under a running process that has threads without slowing it down a hundred times.
    """
    right = dict(system.env)
    system.env.update(LD_PRELOAD=str(libfaketime()), FAKETIME=f"{seconds:+d}")
    try:
        kill_and_restart(system, part)
    finally:
        system.env.clear()
        system.env.update(right)
    yield
    kill_and_restart(system, part)
