"""What a fault is: something that goes wrong while acts are tried, and a count of what became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.e2e.system import System

ENGINES = ("sqlite", "postgres")
ALARM_S, RECOVERY_S, ANSWER_S = 60.0, 30.0, 4.5
"""Limits of I4, I7 and I6."""


class Size(StrEnum):
    """How much of a fault is done: `make faults`, or a part of `make test`."""

    FULL = "full"
    SHORT = "short"

    def pick(self, full: int, short: int) -> int:
        return full if self is Size.FULL else short


class Start(StrEnum):
    """What a fault finds. Whatever it starts from, the system is verified (I5) when it has ended."""

    RUNNING = "running"
    """A system shared with other faults, all parts running; left as it was found: all parts up, no knob turned."""
    MIGRATED = "migrated"
    """A system of its own, set up and not started."""
    EMPTY = "empty"
    """A system of its own with an empty database."""


class Lane(StrEnum):
    """What a fault asks of the machine. Three run side by side, each with one system at a time."""

    BUSY = "busy"
    """Wants the processors: one of these at a time."""
    WAITING = "waiting"
    """Mostly waits for time to pass."""
    CLOCK = "clock"
    """Waits for minutes, or for a clock that goes wrong."""


@dataclass(frozen=True)
class Counts:
    """What became of the acts that were tried. `late_s` is the worst delay of what the fault measures."""

    tried: int
    lost: int = 0
    doubled: int = 0
    unaccounted: int = 0
    late_s: float = 0.0
    note: str = ""

    @property
    def broken(self) -> int:
        return self.lost + self.doubled + self.unaccounted


Run = Callable[[System, Size], Awaitable[Counts]]


class NotHereError(Exception):
    """The machine lacks what the fault needs (root, a library): said in a note, no row is written."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `promises` are those of reliability.md that its counts prove."""

    name: str
    promises: tuple[str, ...]
    run: Run
    limit_s: float
    """`late_s` may not exceed it."""
    start: Start = Start.RUNNING
    lane: Lane = Lane.BUSY
    engines: tuple[str, ...] = ENGINES
    formerly: str = ""
    """What its rows were called before there were names of faults, e.g. `I1_acknowledged_complaints`."""
    verified: bool = True
    """False when the audit cannot be verified afterwards, for instance because the database is thrown away."""
