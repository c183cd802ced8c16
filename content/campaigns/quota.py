"""How many mass-sends are left: counted from our own batches, by month or day in Shanghai.

A service account may reach one follower four times a month, a subscription account may send once a day. Whoever is in a
group gets what goes to everybody and what goes to the group: so what counts is everything sent to all, and the most
that any one group got. Followers in several groups may have fewer left; the platform leaves them out by itself.
Batches that are released and not sent yet are counted too: they are promised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from content.campaigns.models import CampaignBatch
from kit.clock import local


@dataclass(frozen=True)
class MassQuota:
    """`at_most` messages for each follower a month, or so many of the account a day."""

    at_most: int
    per: Literal["month", "day"]

    def period(self, at: datetime) -> str:
        """The month or day a send at this moment is counted in."""
        return f"{local(at):%Y-%m}" if self.per == "month" else f"{local(at):%Y-%m-%d}"


@dataclass(frozen=True)
class Used:
    """How many batches went to everybody, and how many to each group."""

    everybody: int = 0
    groups: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, tag_ids: Iterable[int | None]) -> Used:
        """Counts batches by their audience; None stands for everybody."""
        counted = Counter(tag_ids)
        everybody = counted.pop(None, 0)
        return cls(everybody, Counter({tag: count for tag, count in counted.items() if tag is not None}))

    def __add__(self, other: Used) -> Used:
        return Used(self.everybody + other.everybody, self.groups + other.groups)


def spent(quota: MassQuota, used: Used) -> int:
    """How much of the quota this uses up."""
    if quota.per == "day":
        return used.everybody + used.groups.total()
    return used.everybody + max(used.groups.values(), default=0)


def left(quota: MassQuota, used: Used) -> int:
    """How many more messages everybody can be sent; never below 0."""
    return max(0, quota.at_most - spent(quota, used))


def fits(quota: MassQuota, used: Used, wanted: Used) -> bool:
    """Whether `wanted` can be sent on top of what was."""
    return spent(quota, used + wanted) <= quota.at_most


async def used_in(period: str, *, without: UUID | None = None) -> Used:
    """What was sent or promised in a period; `without` leaves one campaign out."""
    rows = CampaignBatch.filter(period=period)
    if without is not None:
        rows = rows.exclude(campaign_id=without)
    tag_ids: Any = await rows.values_list("tag_id", flat=True)
    return Used.of(tag_ids)
