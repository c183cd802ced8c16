"""How sending goes: what waits and since when, and what became of each rule's messages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from tortoise.functions import Count, Sum

from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, CONSOLE, EXPIRED, FAILED, QUEUED, SENDING, SENT, UNCERTAIN
from kit.db import Database
from kit.ids import first_id

WINDOW: Final = timedelta(days=7)
_WAITING: Final = frozenset({QUEUED, BUNDLED, SENDING})


class RuleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of one rule within the window. What only the console shows counts as neither sent nor failed."""

    rule: str
    waiting: int = 0
    sent: int = 0
    uncertain: int = 0
    failed: int = 0
    expired: int = 0
    console: int = 0
    repeated: int = 0

    @property
    def settled(self) -> int:
        return self.sent + self.uncertain + self.failed + self.expired

    @property
    def success(self) -> float | None:
        """The share of those sent among those that came to an end; None where none did."""
        return self.sent / self.settled if self.settled else None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """`oldest_unsent_s`: how long the oldest message that may go out now has been waiting, None when none waits.
    `reasons`: why messages failed, with how many, most first.
    """

    oldest_unsent_s: float | None
    waiting: int
    rules: tuple[RuleRecord, ...]
    reasons: tuple[tuple[str, int], ...]


async def overview(db: Database, window: timedelta = WINDOW) -> Overview:
    """Of the messages planned within the window."""
    # Keys are time-ordered: what is older than the window is not looked at.
    counted = (
        await Delivery.filter(id__gte=first_id(db.clock.now() - window))
        .annotate(number=Count("id"), again=Sum("repeats"))
        .group_by("rule", "state", "channel", "final_reason")
        .values("rule", "state", "channel", "final_reason", "number", "again")
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    reasons: Counter[str] = Counter()
    for row in counted:
        found[row["rule"]][_kind(row["state"], row["channel"])] += row["number"]
        found[row["rule"]]["repeated"] += row["again"] or 0
        if row["state"] in (FAILED, EXPIRED, UNCERTAIN):
            reasons[row["final_reason"] or ""] += row["number"]
    records = tuple(RuleRecord(rule=rule, **_whole(counts)) for rule, counts in sorted(found.items()))
    return Overview(
        oldest_unsent_s=await oldest_due_s(await db.database_now()),
        waiting=sum(record.waiting for record in records),
        rules=records,
        reasons=tuple(reasons.most_common()),
    )


async def oldest_due_s(now: datetime) -> float | None:
    """For how many seconds the oldest message that could have gone out has been waiting; `now` the database's."""
    row = await Delivery.filter(state=QUEUED, next_at__lte=now).order_by("next_at", "id").first()
    return (now - row.next_at).total_seconds() if row is not None else None


def _kind(state: str, channel: str | None) -> str:
    if state in _WAITING:
        return "waiting"
    return "console" if state == SENT and channel == CONSOLE else state


def _whole(counts: Mapping[str, int]) -> dict[str, int]:
    known = {field for field in RuleRecord.__struct_fields__ if field != "rule"}
    return {name: number for name, number in counts.items() if name in known}
