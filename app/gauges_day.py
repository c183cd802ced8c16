"""What became of the messages planned within a day, by rule: sent, failed and why, uncertain, repeated.

A day may hold hundreds of thousands of rows. They are counted an hour at a time, by the time in their keys: the two
newest hours at each look, one of the older ones in turn.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from prometheus_client.core import Metric
from tortoise.functions import Count, Sum

from casework.notifications.models import Delivery
from casework.notifications.states import CONSOLE, FINAL_STATES, SENT
from kit.db import Database
from kit.ids import first_id
from kit.metrics import gauge

HOURS = 24
HOUR = timedelta(hours=1)
_NO_REASON = "none"

_Counts = Counter[tuple[str, str, str]]


class LastDay:
    """Keeps the counts of each hour. One per worker."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._hours: dict[datetime, tuple[_Counts, Counter[str]]] = {}
        self._turn = 0

    async def read(self) -> list[Metric]:
        """The figures of the current hour and the 23 before it."""
        this = self._db.clock.now().replace(minute=0, second=0, microsecond=0)
        hours = [this - HOUR * number for number in range(HOURS)]
        self._hours = {hour: known for hour, known in self._hours.items() if hour in hours}
        older = hours[2:]
        self._turn = (self._turn + 1) % len(older)
        for hour in hours:
            if hour not in self._hours or hour in hours[:2] or hour == older[self._turn]:
                self._hours[hour] = await _counted(hour)
        return self._families()

    def _families(self) -> list[Metric]:
        ends: Counter[tuple[str, str]] = Counter()
        reasons: Counter[tuple[str, str]] = Counter()
        repeats: Counter[str] = Counter()
        for counts, again in self._hours.values():
            repeats.update(again)
            for (rule, state, reason), number in counts.items():
                ends[rule, state] += number
                if state in FINAL_STATES and reason != _NO_REASON:
                    reasons[state, reason] += number
        return [
            gauge(
                "chengguan_deliveries_last_day",
                "Messages planned within a day, by rule and where they stand.",
                [({"rule": rule, "state": state}, number) for (rule, state), number in ends.items()],
            ),
            gauge(
                "chengguan_deliveries_reasons_last_day",
                "Why messages planned within a day ended as they did.",
                [({"state": state, "reason": reason}, number) for (state, reason), number in reasons.items()],
            ),
            gauge(
                "chengguan_deliveries_repeats_last_day",
                "Tries after one that may have been shown, where a rule prefers a repeat.",
                [({"rule": rule}, number) for rule, number in repeats.items()],
            ),
        ]


async def _counted(hour: datetime) -> tuple[_Counts, Counter[str]]:
    rows = (
        await Delivery.filter(id__gte=first_id(hour), id__lt=first_id(hour + HOUR))
        .annotate(number=Count("id"), again=Sum("repeats"))
        .group_by("rule", "state", "channel", "final_reason")
        .values("rule", "state", "channel", "final_reason", "number", "again")
    )
    counts: _Counts = Counter()
    repeats: Counter[str] = Counter()
    for row in rows:
        # What only the console shows went nowhere, so it says nothing of how sending goes.
        shown = row["state"] == SENT and row["channel"] == CONSOLE
        state = CONSOLE if shown else row["state"]
        counts[row["rule"], state, row["final_reason"] or _NO_REASON] += row["number"]
        repeats[row["rule"]] += row["again"] or 0
    return counts, repeats
