"""The moments at which bundles go out."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from kit.clock import SHANGHAI


def next_time(at: datetime, of_day: time, zone: tzinfo = SHANGHAI) -> datetime:
    """The next moment after `at` at which the clock on the wall shows `of_day`."""
    now = at.astimezone(zone)
    found = now.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0)
    return (found if found > now else found + timedelta(days=1)).astimezone(at.tzinfo)


def next_hour(at: datetime) -> datetime:
    """The next full hour after `at`."""
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
