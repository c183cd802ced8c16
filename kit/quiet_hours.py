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

    def covers(self, at: datetime) -> bool:
        """Whether `at`, aware, lies in them; their end does not."""
        moment = at.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends

    def over(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours it lies in. Aware in, aware out."""
        if not self.covers(at):
            return at
        now = at.astimezone(self.zone)
        end = now.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (end if end > now else end + timedelta(days=1)).astimezone(at.tzinfo)


NIGHT = QuietHours(time(22), time(7))
"""Where nothing else is said."""
