"""What else is permitted, or asked for, at a place while somebody wants it.

The index of squares and times gives the few rows that could be meant, in SQL on both engines; whether they share
ground is looked at exactly: outlines as they were drawn, and a disc of the area asked for where nobody drew one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from math import cos, radians
from typing import Any, Literal
from uuid import UUID

import msgspec

from casework.areas.cells import cells_within
from casework.complaints.place import Position
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import OPEN_STATES, PermitState
from casework.permits.models import Permit
from casework.permits.written_place import FAR_M
from kit.db.raw import Statement, as_uuid, moment
from kit.geometry import Box
from kit.shapes import METRES_A_DEGREE, Plane, Shape, box_gap_m, gap_m, overlap, reach_m

NEAR_M = 10.0
"""So near it is said, though no ground is shared: outlines are drawn with a finger."""
AREA_UNKNOWN_M2 = 10.0
_OPEN = ", ".join(repr(str(one)) for one in sorted(OPEN_STATES))
_WHERE = (
    "place_cell IN (@1) AND {until} > $2 AND {begin} < $3 AND latitude IS NOT NULL AND longitude IS NOT NULL"
)
_PERMITS = Statement(
    "SELECT id, application_id, number AS reference, kind, place_text, latitude, longitude, outline, area_m2, "  # noqa: S608 - nothing of it is from outside
    "valid_from_at AS from_at, valid_until_at AS until_at FROM permit WHERE "
    + _WHERE.format(until="valid_until_at", begin="valid_from_at")
    + f" AND state = '{PermitState.IN_FORCE}'"
)
_APPLICATIONS = Statement(
    "SELECT id, concerns_id, reference, kind, place_text, latitude, longitude, outline, area_m2, "  # noqa: S608
    "wanted_from_at AS from_at, wanted_until_at AS until_at FROM permit_application WHERE "
    + _WHERE.format(until="wanted_until_at", begin="wanted_from_at")
    + f" AND ended_at IS NULL AND state IN ({_OPEN})"
)


class _Polygon(msgspec.Struct):
    coordinates: list[list[tuple[float, float]]]


_POLYGON = msgspec.json.Decoder(_Polygon)


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Another permit in force, or an application that is open. "overlap": ground is shared; "near": within `NEAR_M`.

    `reference` is the permit's number, or the application's reference (for staff). `is_drawn`: both outlines are known, so
    that it is no guess. Nothing here says whose it is.
    """

    about: Literal["permit", "application"]
    id: UUID
    reference: str
    kind: str
    kind_name: str
    place_text: str
    from_at: datetime
    until_at: datetime
    distance_m: float
    extent: Literal["overlap", "near"]
    is_drawn: bool


async def clashes(
    desk: PermitDesk,
    where: Position | str,
    area_m2: float | None,
    from_at: datetime,
    until_at: datetime,
    *,
    leaving_out: Collection[UUID] = (),
) -> tuple[Clash, ...]:
    """What clashes with a place from `from_at` until just before `until_at`; the nearest first.

    `where` is a point, or an outline as a GeoJSON polygon in WGS-84. `leaving_out`: ids of applications and permits that
    do not count: one's own, and the permit to be changed or renewed. Kinds that may lie on each other (`clashes: false`) are
    left out. Nothing is written.
    """
    plane, shape = _asked(where, area_m2)
    cells = cells_within(_box_around(plane, reach_m(shape) + FAR_M + NEAR_M))
    times = (from_at, until_at) if desk.db.is_postgres else (_kept(from_at), _kept(until_at))
    found: list[Clash] = []
    for about, statement in (("permit", _PERMITS), ("application", _APPLICATIONS)):
        for row in await statement.rows(desk.db.reading, cells, *times):
            clash = _compared(desk, plane, shape, row, about, isinstance(where, str))  # type: ignore[arg-type]
            if clash is not None and _counts(desk, row, leaving_out):
                found.append(clash)
    return tuple(sorted(found, key=lambda one: (one.extent != "overlap", one.distance_m, one.from_at)))


def are_apart(one: Permit, other: Permit) -> bool:
    """Whether two permits have no ground in common. Where one has no point, their words are compared."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return "".join(one.place_text.split()) != "".join(other.place_text.split())
    plane = Plane(one.longitude, one.latitude)
    return not overlap(_ground(plane, one), _ground(plane, other))


def _ground(plane: Plane, permit: Permit) -> Shape:
    if permit.outline:
        return plane.ring(_corners(permit.outline))
    assert permit.longitude is not None and permit.latitude is not None  # noqa: S101, PT018 - asked before
    return plane.disc(permit.longitude, permit.latitude, permit.area_m2 or AREA_UNKNOWN_M2)


def _asked(where: Position | str, area_m2: float | None) -> tuple[Plane, Shape]:
    if isinstance(where, str):
        corners = _corners(where)
        plane = Plane(corners[0][0], corners[0][1])
        return plane, plane.ring(corners)
    point = where.as_wgs84()
    plane = Plane(point.longitude, point.latitude)
    return plane, plane.disc(point.longitude, point.latitude, area_m2 or AREA_UNKNOWN_M2)


def _counts(desk: PermitDesk, row: dict[str, Any], leaving_out: Collection[UUID]) -> bool:
    ids = {
        as_uuid(row[name]) for name in ("id", "application_id", "concerns_id") if row.get(name) is not None
    }
    kind = desk.section.kind(row["kind"])
    return ids.isdisjoint(leaving_out) and (kind is None or kind.clashes)


def _compared(
    desk: PermitDesk,
    plane: Plane,
    shape: Shape,
    row: dict[str, Any],
    about: Literal["permit", "application"],
    is_drawn: bool,
) -> Clash | None:
    outline = row["outline"]
    if outline:
        theirs = plane.ring(_corners(outline))
    else:
        theirs = plane.disc(row["longitude"], row["latitude"], row["area_m2"] or AREA_UNKNOWN_M2)
    if box_gap_m(shape, theirs) > NEAR_M:
        return None
    shares = overlap(shape, theirs)
    apart_m = 0.0 if shares else gap_m(shape, theirs)
    if apart_m > NEAR_M:
        return None
    kind = desk.section.kind(row["kind"])
    return Clash(
        about=about,
        id=as_uuid(row["id"]),
        reference=row["reference"],
        kind=row["kind"],
        kind_name=kind.name if kind is not None else row["kind"],
        place_text=row["place_text"],
        from_at=moment(row["from_at"]),
        until_at=moment(row["until_at"]),
        distance_m=round(apart_m, 1),
        extent="overlap" if shares else "near",
        is_drawn=is_drawn and bool(outline),
    )


def _corners(outline: str) -> list[tuple[float, float]]:
    return _POLYGON.decode(outline).coordinates[0]


def _box_around(plane: Plane, metres: float) -> Box:
    north = metres / METRES_A_DEGREE
    east = north / max(0.01, cos(radians(plane.latitude)))
    longitude, latitude = plane.longitude, plane.latitude
    return Box(longitude - east, latitude - north, longitude + east, latitude + north)


def _kept(at: datetime) -> str:
    """A moment as SQLite keeps it."""
    return at.astimezone(UTC).isoformat(" ")
