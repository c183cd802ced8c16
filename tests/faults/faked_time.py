"""Parts of a system whose clock is wrong: by libfaketime, or by a library of our own where that is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from tests.e2e.storms import kill_and_restart
from tests.e2e.system import System
from tests.faults.shifted_clock import ShiftedClock

LIBRARIES = (
    *Path("/usr/lib").glob("*-linux-gnu/faketime/libfaketimeMT.so.1"),
    Path("/usr/lib/faketime/libfaketimeMT.so.1"),
)


def wrong_clock(folder: Path, ahead_s: int) -> Mapping[str, str]:
    """The environment of a process whose clock is so far ahead. Raises NotHereError where there is no way to it."""
    for library in LIBRARIES:
        if library.exists():
            return {"LD_PRELOAD": str(library), "FAKETIME": f"{ahead_s:+d}"}
    clock = ShiftedClock(folder)
    clock.set(timedelta(seconds=ahead_s))
    return clock.env


@contextlib.contextmanager
def clock_ahead(system: System, part: str, seconds: int) -> Iterator[None]:
    """Kill `part` and start it with a clock so far ahead (behind, if negative); afterwards with the right one.

    From one start to the next the wrong clock goes evenly: libfaketime cannot move only the clock on the wall under
    a running process that has threads without slowing it down a hundred times.
    """
    right = dict(system.env)
    system.env.update(wrong_clock(system.folder, seconds))
    try:
        kill_and_restart(system, part)
    finally:
        system.env.clear()
        system.env.update(right)
    yield
    kill_and_restart(system, part)
