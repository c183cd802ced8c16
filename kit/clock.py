"""The only source of the present moment, and the one zone citizens live in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Whoever needs the present moment is given one of these."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told to; for tests and for replaying a decision."""

    def __init__(self, at: datetime) -> None:
        self._at = _aware(at).astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move by `by` (backwards if negative) and return the new moment."""
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        """Jump to `at`."""
        self._at = _aware(at).astimezone(UTC)


def local(at: datetime) -> datetime:
    """`at` as a wall clock in Shanghai shows it. Naive datetimes are refused: they drift by eight hours."""
    return _aware(at).astimezone(SHANGHAI)


def shown_end(at: datetime) -> tuple[date, str]:
    """The day and the time on the wall at which something ends: midnight is 24:00 of the day that ends with it."""
    shown = local(at)
    if shown.hour or shown.minute:
        return shown.date(), f"{shown.hour:02d}:{shown.minute:02d}"
    return shown.date() - timedelta(days=1), "24:00"


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a datetime without a zone was given where an aware one is required")
    return at
