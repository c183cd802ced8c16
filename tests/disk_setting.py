"""A disk of files that runs low and has room again when a test says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kit.clock import FixedClock
from kit.files.room import Room
from kit.files.store import LocalFileStore
from kit.secrets import KeyRing

RESERVE = 500


class Disk:
    """What is left of it, and a store of files on it."""

    def __init__(self, clock: FixedClock, folder: Path) -> None:
        self._clock = clock
        self._free = RESERVE
        self.room = Room(lambda: self._free, clock, RESERVE)
        self.store = LocalFileStore(folder, KeyRing.random(), self.room)

    def runs_low(self) -> None:
        self._set(RESERVE - 1)

    def has_room(self) -> None:
        self._set(RESERVE)

    def _set(self, free: int) -> None:
        self._free = free
        # It is looked at once a second.
        self._clock.advance(timedelta(seconds=1))
