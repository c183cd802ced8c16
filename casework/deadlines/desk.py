"""What planning and sounding alarms work with; built once in the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from casework.case_event import CaseEvent
from casework.deadlines.clocks import ClockedKind, RunningClock
from casework.deadlines.profile import DeadlinesSection
from kit.calendar import WorkingCalendar
from kit.catalogue import Catalogue
from kit.db import Database
from kit.db.change import database_now


@dataclass(frozen=True)
class DeadlineDesk:
    """The kinds of cases that are watched, and by what.

    `now` asks the database for the time over one of its connections: all workers go by that one clock.
    """

    db: Database
    calendar: WorkingCalendar
    section: DeadlinesSection
    kinds: tuple[ClockedKind, ...]
    catalogue: Catalogue
    now: Callable[[BaseDBAsyncClient], Awaitable[datetime]] = database_now

    def kind(self, name: str) -> ClockedKind:
        """The kind of this name. Raises StopIteration if it is not watched."""
        return next(one for one in self.kinds if one.name == name)

    def kind_of(self, event: CaseEvent) -> ClockedKind | None:
        """The kind of case that an event is about; None for events about no clocked case."""
        return next(
            (one for one in self.kinds if one.heard is not None and isinstance(event, one.heard)), None
        )

    def running(self, kind: ClockedKind, row: Any) -> RunningClock | None:
        """The clock that runs on this row and is to be heard."""
        running = kind.running(row)
        return running if running is not None and running.clock not in self.section.silent else None
