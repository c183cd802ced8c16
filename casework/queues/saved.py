"""Queues that people keep under names of their own. Nobody else sees them; they say nothing of any case."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.complaints.wording import optional
from casework.queues.models import SavedFilter
from kit.db import Change, Database
from kit.problems import Conflict, Invalid, NotFound

NAME_AT_MOST = 20
QUERY_AT_MOST = 500
AT_MOST = 20
"""Saved queues of one person: what stands in one row above the list."""


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """One queue somebody keeps. `query` is the query string of the queue page."""

    id: UUID
    name: str
    query: str


async def saved_filters(staff_id: UUID) -> tuple[SavedView, ...]:
    """Somebody's own, in their order."""
    rows = await SavedFilter.filter(staff_id=staff_id).order_by("position", "id")
    return tuple(SavedView(id=row.id, name=row.name, query=row.query) for row in rows)


async def save(db: Database, staff_id: UUID, name: str, query: str) -> str:
    """Keep a queue as the last; one of the same name is replaced where it stands. Returns the name."""
    called = _name(name)
    if len(query) > QUERY_AT_MOST:
        raise Invalid("problem.queue.too_long", field="query")

    async def work(change: Change) -> None:
        rows = await SavedFilter.filter(staff_id=staff_id).order_by("position", "id")
        same = next((row for row in rows if row.name == called), None)
        if same is not None:
            same.query = query
            await same.save()
            return
        if len(rows) >= AT_MOST:
            raise Conflict("problem.queue.too_many", at_most=AT_MOST)
        await SavedFilter(
            id=change.ids.new(),
            staff_id=staff_id,
            name=called,
            query=query,
            position=rows[-1].position + 1 if rows else 1,
            created_at=change.now,
        ).save(force_create=True)

    await db.change(work)
    return called


async def rename(db: Database, staff_id: UUID, filter_id: UUID, name: str) -> None:
    """Give it another name. Raises Conflict for one that another of theirs has, NotFound for somebody else's."""
    called = _name(name)

    async def work(change: Change) -> None:
        row = await _own(change, staff_id, filter_id)
        if await SavedFilter.filter(staff_id=staff_id, name=called).exclude(id=row.id).exists():
            raise Conflict("problem.queue.name_taken", field="name", name=called)
        row.name = called
        await row.save()

    await db.change(work)


async def delete(db: Database, staff_id: UUID, filter_id: UUID) -> None:
    """Keep it no longer. One that is gone already is gone."""

    async def work(change: Change) -> None:
        await SavedFilter.filter(id=filter_id, staff_id=staff_id).delete()

    await db.change(work)


async def move_up(db: Database, staff_id: UUID, filter_id: UUID) -> None:
    """Put it before the one that stands before it; the first stays."""

    async def work(change: Change) -> None:
        rows = await SavedFilter.filter(staff_id=staff_id).order_by("position", "id")
        order = [row.id for row in rows]
        if filter_id not in order:
            raise NotFound("problem.queue.not_found")
        at = order.index(filter_id)
        if at:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
        for position, row in enumerate(rows, 1):
            if row.position != position:
                row.position = position
                await row.save()

    await db.change(work)


async def _own(change: Change, staff_id: UUID, filter_id: UUID) -> SavedFilter:
    row = await change.lock(SavedFilter, filter_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound("problem.queue.not_found")
    return row


def _name(typed: str) -> str:
    called = optional(" ".join(typed.split()), field="name", at_most=NAME_AT_MOST)
    if called is None:
        raise Invalid("problem.queue.no_name", field="name")
    return called
