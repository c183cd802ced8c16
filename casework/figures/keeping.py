"""Figures beside every case: kept with its events, and for cases that have none or were reckoned otherwise.

The case row is locked first by whoever writes its figure, so that the relay, the walk and a limit that passes follow one
another. Each change moves the month's revision, by which its blocks are made anew (`building.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from tortoise.expressions import F

from casework.case_event import CaseEvent
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintEvent
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.figures.models import CaseFigure, FigureMonth
from casework.figures.standing import Beside, figure_of
from kit.audit.models import AuditEntry
from kit.db import Change
from kit.rows import new_row

PORTION, TOGETHER = 500, 50
HAND_BACK = "complaint.hand_back"
_CHANGING = [name for name in CaseFigure._meta.fields_map if name != "complaint_id"]
NEEDED = (
    "id", "source", "state", "unit", "category", "place_area", "submitted_at", "first_answered_at", "answered_at",
    "answer_due_at", "closed_at", "due_at", "rating", "times_disputed", "merged_into_id",
)  # fmt: skip


class FigureKeeper:
    """Hears every event in the relay's transaction."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if isinstance(event, ComplaintEvent):
            await keep(self._desk, change, [event.complaint_id])


async def keep(desk: Desk, change: Change, ids: Sequence[UUID]) -> int:
    """Make the figures of these cases what the cases are now. Returns how many were not."""
    query = Complaint.filter(id__in=list(ids)).only(*NEEDED).order_by("id")
    rows = await (query.select_for_update() if change.is_postgres else query)
    stored = {one.complaint_id: one for one in await CaseFigure.filter(complaint_id__in=list(ids))}
    wanted = await figures_of(desk, rows, change.now)
    moved = {id: figure for id, figure in wanted.items() if not _same(stored.get(id), figure)}
    if not moved:
        return 0
    await _write([new_row(CaseFigure, **figure, updated_at=change.now) for figure in moved.values()], stored)
    months = {stored[id].month for id in moved if id in stored} | {wanted[id]["month"] for id in moved}
    await mark(change, {int(str(month)) for month in months})
    return len(moved)


async def _write(fresh: list[CaseFigure], stored: Mapping[UUID, CaseFigure]) -> None:
    added = [one for one in fresh if one.complaint_id not in stored]
    again = [one for one in fresh if one.complaint_id in stored]
    if added:
        await CaseFigure.bulk_create(added)
    if again:
        await CaseFigure.bulk_update(again, _CHANGING)


async def mark(change: Change, months: Collection[int]) -> None:
    """Note that figures of these months have changed."""
    wanted = FigureMonth.filter(month__in=sorted(months))
    if await wanted.update(revision=F("revision") + 1) == len(months):
        return
    there = set(await wanted.values_list("month", flat=True))
    await FigureMonth.bulk_create(
        [
            FigureMonth(
                id=change.ids.new(), month=month, revision=1, built_revision=0, built_at=None, cases=0
            )
            for month in sorted(set(months) - there)
        ],
        ignore_conflicts=True,
    )


async def figures_of(
    desk: Desk, rows: Iterable[Complaint], now: datetime
) -> dict[UUID, Mapping[str, object]]:
    """What the figures of these cases are at this moment, by id."""
    rows = list(rows)
    handled = [row.id for row in rows if row.state != State.SUBMITTED]
    closed = [row.id for row in rows if row.state in (State.CLOSED, State.ARCHIVED)]
    back: Counter[object] = Counter(
        await AuditEntry.filter(case_id__in=handled, action=HAND_BACK).values_list("case_id", flat=True)
        if handled
        else ()
    )
    parents = (
        set(await Complaint.filter(parent_id__in=closed).values_list("parent_id", flat=True))
        if closed
        else set()
    )
    return {
        row.id: figure_of(row, Beside(back[row.id], row.id in parents), desk.calendar, now) for row in rows
    }


def _same(stored: CaseFigure | None, figure: Mapping[str, object]) -> bool:
    return stored is not None and all(getattr(stored, name) == value for name, value in figure.items())


class FigureWalk:
    """Goes through all cases once after each start and once a day, and mends what does not fit.

    After a start because a calendar, a rule or the whole program may be another; daily because nothing is for ever
    right that nobody looks at. Between walks it marks what has become late.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._after: UUID | None = None
        self._walked_on: date | None = None

    async def step(self) -> int:
        """One portion. Returns how many figures were changed."""
        late = await self._late()
        today = self._desk.db.clock.now().date()
        if self._walked_on == today:
            return late
        query = Complaint.filter(id__gt=self._after) if self._after is not None else Complaint.all()
        ids = [UUID(str(id)) for id in await query.order_by("id").limit(PORTION).values_list("id", flat=True)]
        if len(ids) < PORTION:
            self._walked_on = today
        self._after = ids[-1] if len(ids) == PORTION else None
        return late + await self._mended(ids)

    async def _late(self) -> int:
        now = self._desk.db.clock.now()
        due = CaseFigure.filter(due_at__lt=now).order_by("due_at").limit(PORTION)
        return await self._mended([UUID(str(id)) for id in await due.values_list("complaint_id", flat=True)])

    async def _mended(self, ids: list[UUID]) -> int:
        """Only what differs takes the writer's turn."""
        wrong = await self._differing(ids)
        done = 0
        for first in range(0, len(wrong), TOGETHER):
            some = wrong[first : first + TOGETHER]

            async def work(change: Change, some: list[UUID] = some) -> int:
                return await keep(self._desk, change, some)

            done += await self._desk.db.change(work)
        return done

    async def _differing(self, ids: list[UUID]) -> list[UUID]:
        if not ids:
            return []
        stored = {one.complaint_id: one for one in await CaseFigure.filter(complaint_id__in=ids)}
        rows = await Complaint.filter(id__in=ids).only(*NEEDED)
        wanted = await figures_of(self._desk, rows, self._desk.db.clock.now())
        return [id for id, figure in sorted(wanted.items()) if not _same(stored.get(id), figure)]
