"""Renewals that are not decided when their permit ends (行政许可法 50): whether they were asked for in time, which wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit, PermitApplication

RENEW_DAYS_BEFORE = 30
"""Of a kind that is not in the profile any more."""


def is_in_time(section: PermitsSection, row: PermitApplication, permit: Permit) -> bool:
    """Whether the renewal was asked for so long before the end that silence grants it."""
    kind = section.kind(permit.kind)
    term = kind.term if kind is not None else None
    days = term.renew_days_before if term is not None else RENEW_DAYS_BEFORE
    return row.submitted_at <= permit.valid_until_at - timedelta(days=days)


async def going_on(until: datetime) -> list[Permit]:
    """The permits whose time is over by then and whose renewal, asked for before, is not decided."""
    waiting = {one.concerns_id: one.submitted_at for one in await open_renewals().order_by("-submitted_at")}
    permits = Permit.filter(id__in=list(waiting), ended_at=None, valid_until_at__lte=until)
    return [one for one in await permits if waiting[one.id] < one.valid_until_at]


async def is_going_on(permit: Permit, now: datetime) -> bool:
    """Whether a permit whose time is over goes on all the same."""
    if permit.ended_at is not None or permit.valid_until_at > now:
        return False
    mine = open_renewals().filter(concerns_id=permit.id, submitted_at__lt=permit.valid_until_at)
    return await mine.exists()


def open_renewals() -> QuerySet[PermitApplication]:
    """The renewals that are asked for and not decided; one at most of each permit."""
    # In the words of the index of open applications, see `PermitApplication.Meta`.
    return PermitApplication.filter(ended_at=None, decided_at=None, act="renew", concerns_id__isnull=False)
