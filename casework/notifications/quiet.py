"""The hours in which nobody is to be woken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from kit.clock import SHANGHAI


@dataclass(frozen=True)
class QuietHours:
    """From one time of day to another, over midnight if `begins` is the later. Equal: there are none."""

    begins: time
    ends: time
    zone: tzinfo = SHANGHAI

    def over(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours it lies in. Aware in, aware out."""
        now = at.astimezone(self.zone)
        if not self._holds(now.time()):
            return at
        end = now.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (end if end > now else end + timedelta(days=1)).astimezone(at.tzinfo)

    def _holds(self, moment: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


def next_time(at: datetime, of_day: time, zone: tzinfo = SHANGHAI) -> datetime:
    """The next moment after `at` at which the clock on the wall shows `of_day`."""
    now = at.astimezone(zone)
    found = now.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0)
    return (found if found > now else found + timedelta(days=1)).astimezone(at.tzinfo)


def next_hour(at: datetime) -> datetime:
    """The next full hour after `at`."""
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
