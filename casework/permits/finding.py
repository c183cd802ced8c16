"""What is permitted at a place and time, for whoever handles a complaint about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from tortoise.expressions import Q

from casework.areas.cells import around, cell_of
from casework.complaints.place import Position, distance_m
from casework.complaints.ports import PermitMatch
from casework.permits.models import Permit
from kit.geojson import GeometryFault, polygons_of
from kit.geometry import Polygon, PolygonIndex

NEAR_M: Final = 120.0
"""A phone in a street of high houses is off by that much."""
SHOWN_AT_MOST: Final = 5
_LOOKED_AT: Final = 500
_WORDS_AT_LEAST: Final = 4


class RowPermitFinder:
    """Finds granted permits by their place; implements `casework.complaints.ports.PermitFinder`."""

    async def permits_at(
        self, position: Position | None, place_text: str, at: datetime
    ) -> tuple[PermitMatch, ...]:
        """What is in force there at that moment, nearest first; by its words where there is no position."""
        in_force = (
            Permit.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))
            .filter(valid_until_at__gt=at, valid_from_at__lte=at)
            .order_by("valid_until_at", "id")
            .limit(_LOOKED_AT)
        )
        if position is not None:
            here = position.as_wgs84()
            cell = cell_of(here.latitude, here.longitude)
            rows = await in_force.filter(place_cell__in=around(cell))
            return _nearest(rows, (here.latitude, here.longitude))
        words = _tight(place_text)
        if len(words) < _WORDS_AT_LEAST:
            return ()
        return tuple(_match(row, None) for row in await in_force if _is_named(row, words))[:SHOWN_AT_MOST]


def _nearest(rows: Sequence[Permit], here: tuple[float, float]) -> tuple[PermitMatch, ...]:
    found = [_match(row, _away_m(row, here)) for row in rows]
    near = [one for one in found if one.distance_m is not None and one.distance_m <= NEAR_M]
    return tuple(sorted(near, key=lambda one: one.distance_m or 0.0))[:SHOWN_AT_MOST]


def _away_m(row: Permit, here: tuple[float, float]) -> float | None:
    """Metres from the permitted place: 0 within its outline, else to its point."""
    if row.outline is not None and _is_within(row.outline, here):
        return 0.0
    if row.latitude is None or row.longitude is None:
        return None
    return distance_m((row.latitude, row.longitude), here)


def _is_within(outline: str, here: tuple[float, float]) -> bool:
    try:
        shapes = [[Polygon(rings)] for rings in polygons_of(msgspec.json.decode(outline))]
    except (GeometryFault, ValueError):
        return False
    return bool(PolygonIndex(shapes).containing(here[1], here[0]))


def _is_named(row: Permit, words: str) -> bool:
    named = _tight(row.place_text)
    return len(named) >= _WORDS_AT_LEAST and (named in words or words in named)


def _tight(text: str) -> str:
    return "".join(text.split())


def _match(row: Permit, away_m: float | None) -> PermitMatch:
    return PermitMatch(
        kind=row.kind_name,
        reference=row.number,
        holder=row.holder_shown,
        place_text=row.place_text,
        valid_from=row.valid_from_at,
        valid_until=row.valid_until_at,
        distance_m=round(away_m, 1) if away_m is not None else None,
    )
