"""When nothing is sent to everybody: by night."""

from __future__ import annotations

from datetime import datetime, timedelta

from kit.problems import Invalid
from kit.quiet_hours import QuietHours

AHEAD_AT_MOST = timedelta(days=60)


def check_time(send_at: datetime | None, now: datetime, quiet: QuietHours) -> None:
    """Raises Invalid for a time that has passed, lies too far ahead or by night."""
    if send_at is None:
        return
    if send_at <= now:
        raise Invalid("problem.campaign.send_at_past", field="send_at")
    if send_at - now > AHEAD_AT_MOST:
        raise Invalid("problem.campaign.send_at_far", field="send_at", days=AHEAD_AT_MOST.days)
    if quiet.covers(send_at):
        begin, end = f"{quiet.begins:%H:%M}", f"{quiet.ends:%H:%M}"
        raise Invalid("problem.campaign.quiet", field="send_at", begin=begin, end=end)
