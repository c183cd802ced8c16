"""Room kept free on the disk: while there is less, what is large is refused, so that what is small goes on.

A photo is a thousand times as large as the words beside it. Who looks, and how often, is decided here alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from kit.clock import Clock
from kit.problems import Problem

MEBIBYTE = 1024 * 1024
LOOKS_AGAIN_AFTER = timedelta(seconds=1)
RETRY_AFTER_S = 60

FreeBytes = Callable[[], int]
"""What is left on the disk, for us who are not root. May raise OSError."""

_log = structlog.get_logger(__name__)


class NoRoom(Problem):
    """There is too little room for files now; there may be later, without anybody's doing on this side."""

    def __init__(self) -> None:
        super().__init__("problem.file.no_room", 507, retry_after_s=RETRY_AFTER_S)


class Room:
    """Whether there is room for files, looked up at most once a second. One per process; needs no closing."""

    def __init__(self, free_bytes: FreeBytes, clock: Clock, reserve_bytes: int) -> None:
        """A reserve of 0 keeps nothing free, and nobody ever looks."""
        self._free_bytes = free_bytes
        self._clock = clock
        self._reserve_bytes = reserve_bytes
        self._looked_at: datetime | None = None
        self._is_short = False
        # A disk far away may take its time: everybody waits for the one who looks, the event loop does not.
        self._looking = asyncio.Lock()

    async def check(self) -> None:
        """Raises NoRoom while less than the reserve is left; OSError when nobody can tell."""
        if not self._reserve_bytes:
            return
        async with self._looking:
            if not self._is_fresh():
                self._judge(await asyncio.to_thread(self._free_bytes))
        if self._is_short:
            raise NoRoom

    def _is_fresh(self) -> bool:
        """A clock that was set back makes what is known old, too."""
        if self._looked_at is None:
            return False
        return timedelta(0) <= self._clock.now() - self._looked_at < LOOKS_AGAIN_AFTER

    def _judge(self, free_bytes: int) -> None:
        self._looked_at = self._clock.now()
        was_short, self._is_short = self._is_short, free_bytes < self._reserve_bytes
        if self._is_short and not was_short:
            _log.error("disk.low", free_bytes=free_bytes, reserve_bytes=self._reserve_bytes)
        elif was_short and not self._is_short:
            _log.info("disk.has_room", free_bytes=free_bytes)


def free_bytes_at(folder: Path) -> int:
    """What is left on the disk of a folder, or of the folder that it will be made in."""
    try:
        found = os.statvfs(folder)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        return free_bytes_at(folder.parent)
    return found.f_bavail * found.f_frsize
