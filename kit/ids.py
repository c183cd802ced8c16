"""UUIDv7 (RFC 9562): time-ordered keys, so that new rows land at the end of an index.

Layout, most significant first: 48 bits Unix milliseconds, 4 bits version, 42 bits counter (split round
the 2 variant bits), 32 bits random. The counter starts at a random value below 2**41 in each new
millisecond and counts up within it, so ids of one process are strictly increasing even if the clock stands
still or runs backwards.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER_BITS = 42
_COUNTER_END = 1 << _COUNTER_BITS


class Ids:
    """A process's source of keys. Safe to share between threads and to keep across a fork."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._milliseconds = -1
        self._counter = 0

    def new(self) -> UUID:
        """A fresh key, greater than every key this process has made before."""
        if os.getpid() != self._pid:
            self._start_anew_after_fork()
        with self._lock:
            now = (self._clock.now() - _EPOCH) // _MILLISECOND
            if now > self._milliseconds:
                self._milliseconds = now
                self._counter = self._seed()
            else:
                self._counter += 1
                if self._counter == _COUNTER_END:
                    # Borrow the next millisecond rather than repeat a key.
                    self._milliseconds += 1
                    self._counter = self._seed()
            milliseconds, counter = self._milliseconds, self._counter
        tail = int.from_bytes(self._random(4))
        value = milliseconds << 80
        value |= 0x7 << 76
        value |= (counter >> 30) << 64
        value |= 0b10 << 62
        value |= (counter & 0x3FFF_FFFF) << 32
        value |= tail
        return UUID(int=value)

    def _seed(self) -> int:
        # The top bit stays clear, so a millisecond has room for at least 2**41 keys.
        return int.from_bytes(self._random(6)) & ((1 << (_COUNTER_BITS - 1)) - 1)

    def _start_anew_after_fork(self) -> None:
        # The parent may have held the lock at the moment of the fork, and both sides would count on from
        # the same counter; a new lock and a new random start remove both.
        self._lock = threading.Lock()
        self._counter = self._seed()
        self._pid = os.getpid()


def made_at(key: UUID) -> datetime:
    """The moment, to the millisecond, at which a UUIDv7 was made."""
    if key.version != 7:
        raise ValueError(f"{key} is not a UUIDv7")
    return _EPOCH + (key.int >> 80) * _MILLISECOND


def first_id(at: datetime) -> UUID:
    """The smallest of the time-ordered ids (UUIDv7) given out at a moment."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
