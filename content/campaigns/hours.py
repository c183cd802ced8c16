"""When nothing is sent to everybody: by night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kit.clock import local
from kit.problems import Invalid

AHEAD_AT_MOST = timedelta(days=60)


@dataclass(frozen=True)
class QuietHours:
    """From one local time to another, over midnight where `begin` is the later."""

    begin: time = time(22)
    end: time = time(7)

    def covers(self, at: datetime) -> bool:
        now = local(at).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def after(self, at: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls in."""
        if not self.covers(at):
            return at
        here = local(at)
        day = here.date() + timedelta(days=1 if here.time() >= self.end else 0)
        return datetime.combine(day, self.end, here.tzinfo).astimezone(at.tzinfo)


def check_time(send_at: datetime | None, now: datetime, quiet: QuietHours) -> None:
    """Raises Invalid for a time that has passed, lies too far ahead or by night."""
    if send_at is None:
        return
    if send_at <= now:
        raise Invalid("problem.campaign.send_at_past", field="send_at")
    if send_at - now > AHEAD_AT_MOST:
        raise Invalid("problem.campaign.send_at_far", field="send_at", days=AHEAD_AT_MOST.days)
    if quiet.covers(send_at):
        begin, end = f"{quiet.begin:%H:%M}", f"{quiet.end:%H:%M}"
        raise Invalid("problem.campaign.quiet", field="send_at", begin=begin, end=end)
