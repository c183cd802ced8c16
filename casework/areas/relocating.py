"""Finding the areas of cases that are there already: after an import, and for cases from before there were any."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from casework.actors import Actor
from casework.areas.models import AreaImport
from casework.areas.places import Places
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint
from kit.db import Change, Database
from kit.db.raw import Statement

BATCH = 500
_PLACE = Statement(
    "UPDATE complaint SET place_area = $2, place_grid = $3, place_standing = $4, place_cell = $5 WHERE id = $1"
)
_FIELDS = ("id", "latitude", "longitude", "place_area", "place_grid", "place_standing", "place_cell", "state")


async def relocate(
    db: Database, places: Places, *, also_ended: bool = False
) -> AsyncIterator[tuple[int, int]]:
    """Go through all cases with coordinates; gives (looked at, changed) after each batch.

    What was anonymised keeps its area and has no square. What has ended stays where it was counted, unless `also_ended` or it was never located. Batch by batch: what a
    broken-off run left is done by the next.
    """
    after, seen, changed = UUID(int=0), 0, 0
    while True:
        rows = (
            await Complaint.filter(id__gt=after, latitude__isnull=False, anonymised_at__isnull=True)
            .order_by("id")
            .limit(BATCH)
            .values(*_FIELDS)
        )
        if not rows:
            return
        moved = [
            found
            for row in rows
            if also_ended or row["place_cell"] is None or row["state"] in OPEN_STATES
            if (found := _found(places, row)) is not None
        ]
        if moved:

            async def work(change: Change, moved: list[tuple[object, ...]] = moved) -> None:
                await _PLACE.many(change.connection, moved)

            await db.change(work)
        after, seen, changed = rows[-1]["id"], seen + len(rows), changed + len(moved)
        yield seen, changed


async def note_relocating(db: Database, actor: Actor, import_id: UUID, changed: int) -> None:
    """Say in the chain of an import that cases were placed anew by its polygons."""

    async def work(change: Change) -> None:
        await change.lock(AreaImport, import_id)
        await change.audit(import_id, actor, "area.relocate", {"cases": changed})

    await db.change(work)


def _found(places: Places, row: dict[str, object]) -> tuple[object, ...] | None:
    """What is to be stored of a case, None where that is there already."""
    latitude, longitude = row["latitude"], row["longitude"]
    if not isinstance(latitude, float) or not isinstance(longitude, float):
        return None
    at = places.locate(latitude, longitude)
    fresh = (at.area, at.grid, at.standing, at.cell)
    held = tuple(row[name] for name in ("place_area", "place_grid", "place_standing", "place_cell"))
    return None if fresh == held else (row["id"], *fresh)
