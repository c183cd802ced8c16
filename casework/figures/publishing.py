"""A month is published: its figures and the anonymised rows they are reckoned from, with a digest, once it is over.

What was published stays what it was. Corrections are another edition with a reason; the audit chain keeps the digests
of all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from casework.actors import Actor
from casework.areas.models import Area
from casework.complaints.wording import optional
from casework.figures.anonymous import (
    GROUPS,
    OTHER,
    PublicFigures,
    PublicRow,
    anonymous_rows,
    in_order,
    public_figures,
)
from casework.figures.blocks import FigureRow
from casework.figures.building import figure_rows
from casework.figures.desk import FiguresDesk
from casework.figures.models import CaseFigure, PublishedMonth
from casework.figures.sheet import digest_of, written
from casework.permissions import Operation, require
from kit.catalogue import Catalogue
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict
from kit.sheets import safe_text

REASON_AT_MOST = 200
PUBLISH = "published_month.publish"

Names = Mapping[str, Mapping[str, str]]
_WITHOUT_ROWS = (
    "id",
    "month",
    "edition",
    "reason",
    "figures",
    "rows_digest",
    "published_at",
    "published_by_id",
)


async def publish(
    desk: FiguresDesk, catalogue: Catalogue, actor: Actor, month: int, reason: str | None = None
) -> PublishedMonth:
    """Publish a month that is over. Raises Conflict for one that is not, and for one published before without a reason."""
    if actor.kind == "staff":
        require(actor, Operation.PUBLISH_FIGURES)
    if month >= month_on(local(desk.db.clock.now()).date()):
        raise Conflict("problem.figures.month_not_over")
    why = optional(reason, field="reason", at_most=REASON_AT_MOST)
    figures = await figure_rows(desk.db, month)
    if not figures:
        raise Conflict("problem.figures.month_empty")
    names = await names_of(desk)
    reckoned, content = await asyncio.to_thread(_made, figures, desk.section.fewest, names, catalogue)

    async def work(change: Change) -> PublishedMonth:
        query = PublishedMonth.filter(month=month)
        row = await (query.select_for_update() if change.is_postgres else query).first()
        earlier = row.rows_digest if row is not None else None
        if row is None:
            row = PublishedMonth(id=change.ids.new(), month=month, edition=0)
        elif why is None:
            raise Conflict("problem.figures.needs_reason", field="reason")
        row.edition += 1
        row.reason, row.published_at, row.published_by_id = why, change.now, actor.id
        row.figures, row.rows = msgspec.json.encode(reckoned).decode(), content
        row.rows_digest = digest_of(content)
        await row.save(force_create=earlier is None)
        facts = {
            "month": month,
            "edition": row.edition,
            "digest": row.rows_digest,
            "earlier": earlier,
            "reason": why,
        }
        await change.audit(row.id, actor, PUBLISH, facts)
        return row

    return await desk.db.change(work, timeout_s=60)


async def publish_due(desk: FiguresDesk, catalogue: Catalogue, actor: Actor) -> int:
    """Publish the last month whose day has come, unless it is published or has no cases. Returns how many were."""
    if not desk.section.publish_by_itself:
        return 0
    month = due_month(local(desk.db.clock.now()).date(), desk.section.publish_day)
    if await PublishedMonth.exists(month=month) or not await CaseFigure.exists(month=month):
        return 0
    await publish(desk, catalogue, actor, month)
    return 1


def due_month(today: date, publish_day: int) -> int:
    """The last month that is to be published by today."""
    over = today.replace(day=1) - timedelta(days=1)
    if today.day < publish_day:
        over = over.replace(day=1) - timedelta(days=1)
    return month_on(over)


def month_on(day: date) -> int:
    return day.year * 100 + day.month


async def names_of(desk: FiguresDesk) -> Names:
    """The names of units, categories and areas by code."""
    policy = desk.desk.policy
    return {
        "unit": {code: policy.unit_name(code) for code in policy.units},
        "category": {code: policy.category_name(code) for code in policy.categories},
        "area": {str(code): str(name) for code, name in await Area.all().values_list("code", "name")},
    }


def _made(
    figures: list[FigureRow], fewest: int, names: Names, catalogue: Catalogue
) -> tuple[PublicFigures, str]:
    """Named first, then sorted: codes are the bureau's own affair, and what is published is reckoned from the file."""
    rows = sorted((_named(row, names) for row in anonymous_rows(figures, fewest)), key=in_order)
    return public_figures(rows), written(rows, catalogue)


def _named(row: PublicRow, names: Names) -> PublicRow:
    given: dict[str, Any] = {
        name: _name(code, names[name]) for name, code in zip(GROUPS, row[:3], strict=True)
    }
    return row._replace(**given)


def _name(code: str, names: Mapping[str, str]) -> str:
    return code if code in ("", OTHER) else safe_text(names.get(code, code))


async def published_months() -> list[PublishedMonth]:
    """All months that were published, newest first, without their rows."""
    return await PublishedMonth.all().only(*_WITHOUT_ROWS).order_by("-month")


async def published_rows(month: int) -> PublishedMonth | None:
    """A month as it was published, with its rows. None if it was not."""
    return await PublishedMonth.get_or_none(month=month)


def figures_in(row: PublishedMonth) -> PublicFigures:
    """The figures as they were published."""
    return msgspec.json.decode(row.figures, type=PublicFigures)
