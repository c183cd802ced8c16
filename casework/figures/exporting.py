"""Cases as rows of a table, for staff: what figures are made of, of the cases somebody may see, nobody's data in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.complaints.sight import Sight, sight_of
from casework.figures.blocks import DIMENSIONS
from casework.figures.models import CaseFigure
from casework.figures.reckoning import Asked
from casework.figures.standing import SELF_FOUND
from casework.people.staff_rows import locked_here
from casework.permissions import Operation, require
from kit.db import Change, Database

PAGE = 1_000
AT_MOST = 1_000_000
"""A worksheet has 1,048,576 rows."""
EXPORT = "figures.export"


class ExportedCase(NamedTuple):
    """One row. Times are working minutes; `in_time` 1, 0 or None."""

    reference: str
    submitted_on: date
    source: str
    unit: str | None
    category: str | None
    area: str | None
    state: str
    standing: str
    in_time: int | None
    answer_minutes: int | None
    close_minutes: int | None
    rating: int | None
    times_handed_back: int
    times_disputed: int


_OF_FIGURE = ExportedCase._fields[1:]


async def begin_export(db: Database, actor: Actor, asked: Asked, form: str) -> Sight:
    """Check that somebody may, and note in their own chain what they take along. Returns what they may see."""
    require(actor, Operation.EXPORT_FIGURES)
    facts = {
        "from_month": asked.first_month,
        "to_month": asked.last_month,
        "form": form,
        **{name: sorted(codes) for name, codes in asked.codes.items()},
    }

    async def work(change: Change) -> None:
        staff = await locked_here(change, actor.id or UUID(int=0))
        await change.audit(staff.id, actor, EXPORT, facts)

    await db.change(work)
    return sight_of(actor)


async def exported(asked: Asked, sight: Sight, at_most: int = AT_MOST) -> AsyncIterator[list[ExportedCase]]:
    """The cases in the order they were filed, some at a time: month by month, then by id."""
    left = at_most
    for month in months_of(asked):
        after: UUID | None = None
        while left > 0:
            query = CaseFigure.filter(_narrowed(asked), month=month)
            if after is not None:
                query = query.filter(complaint_id__gt=after)
            rows = await query.order_by("complaint_id").limit(PAGE).values_list("complaint_id", *_OF_FIGURE)
            if not rows:
                break
            after = UUID(str(rows[-1][0]))
            seen = Complaint.filter(sight.narrowed(), id__in=[row[0] for row in rows])
            references = dict(await seen.values_list("id", "reference"))
            cases = [ExportedCase(references[row[0]], *row[1:]) for row in rows if row[0] in references]
            left -= len(cases)
            yield cases
            if len(rows) < PAGE:
                break


def months_of(asked: Asked) -> Iterator[int]:
    """Every month asked for, in order."""
    month = asked.first_month
    while month <= asked.last_month:
        yield month
        month += 1 if month % 100 < 12 else 89


def _narrowed(asked: Asked) -> Q:
    found = Q()
    for name in DIMENSIONS:
        codes = asked.codes.get(name)
        if codes is not None:
            given: dict[str, Any] = {f"{name}__in": sorted(codes)}
            one = Q(**given)
            # A case that has none.
            missing: dict[str, Any] = {f"{name}__isnull": True}
            found &= one | Q(**missing) if "" in codes else one
    return found if "source" in asked.codes else found & ~Q(source__in=sorted(SELF_FOUND))
