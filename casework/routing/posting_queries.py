"""Reading postings: who is chief where, who is on duty when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.areas.models import Area
from casework.people.models import Staff
from casework.routing.models import Posting
from casework.routing.roster import Post

AT_MOST = 2_000


class PostingView(msgspec.Struct, frozen=True, kw_only=True):
    """One posting in words. `area_name` is the polygon's name, the area itself where it has none."""

    id: UUID
    post: Post
    unit: str | None
    area: str | None
    area_name: str
    staff_id: UUID
    staff_login: str
    staff_name: str
    has_left: bool
    begins_at: datetime
    ends_at: datetime | None
    note: str
    revoked_at: datetime | None


async def in_places(now: datetime) -> tuple[PostingView, ...]:
    """Chiefs and grid officers of now and of times to come, in order of area."""
    rows = Posting.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        revoked_at__isnull=True,
        post__in=[Post.STREET_CHIEF.value, Post.GRID_OFFICER.value],
    )
    return await views_of(await rows.order_by("area", "post", "begins_at", "id").limit(AT_MOST))


async def on_duty_between(
    begins_at: datetime, ends_at: datetime, unit: str | None = None
) -> tuple[PostingView, ...]:
    """Duty of all units or of one that touches this time, in order of time and as it was listed."""
    rows = Posting.filter(
        post=Post.ON_DUTY.value,
        revoked_at__isnull=True,
        begins_at__lt=ends_at.astimezone(UTC),
        ends_at__gt=begins_at.astimezone(UTC),
    )
    if unit is not None:
        rows = rows.filter(unit=unit)
    return await views_of(await rows.order_by("begins_at", "id").limit(AT_MOST))


async def posting(posting_id: UUID) -> PostingView | None:
    """One posting, a revoked one too."""
    row = await Posting.get_or_none(id=posting_id)
    return (await views_of([row]))[0] if row is not None else None


async def views_of(rows: Iterable[Posting]) -> tuple[PostingView, ...]:
    """Rows with the names of people and areas."""
    rows = list(rows)
    staff = {one.id: one for one in await Staff.filter(id__in=list({row.staff_id for row in rows}))}
    codes = sorted({row.area for row in rows if row.area})
    named: Any = await Area.filter(code__in=codes).values_list("code", "name") if codes else ()
    names: dict[str, str] = dict(named)
    return tuple(_view(row, staff.get(row.staff_id), names) for row in rows)


def _view(row: Posting, person: Staff | None, names: dict[str, str]) -> PostingView:
    area = row.area or ""
    return PostingView(
        id=row.id,
        post=Post(row.post),
        unit=row.unit,
        area=row.area,
        area_name=names.get(area, area),
        staff_id=row.staff_id,
        staff_login=person.login if person is not None else "",
        staff_name=person.name if person is not None else "",
        has_left=person is None or person.left_at is not None,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        note=row.note or "",
        revoked_at=row.revoked_at,
    )
