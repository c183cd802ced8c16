"""A place as it stands in a form: words, a point where one was picked on a map, an outline where one was drawn.

JSON: `{"text": words, "latitude": 30.1, "longitude": 118.1, "datum": "gcj02", "outline": [[longitude, latitude], ...]}`; the point
and the outline need not be there; both are in the datum given.
"""

from __future__ import annotations

from math import cos, isfinite, radians
from typing import Any

import msgspec

from casework.complaints.place import Datum, Position, distance_m
from kit.problems import Invalid

TEXT_AT_MOST = 300
CORNERS_AT_MOST = 60
FAR_M = 500.0
"""How far any corner of the outline may lie from the point, metres: clashes are looked for that far away."""
_METRES_A_DEGREE = 111_195.0

Point = tuple[float, float]
"""(longitude, latitude) in degrees, as GeoJSON has them."""


class WrittenPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The JSON of it."""

    text: str
    latitude: float | None = None
    longitude: float | None = None
    datum: Datum = "gcj02"
    outline: tuple[Point, ...] = ()


def decoded(value: str) -> WrittenPlace | None:
    """The place, or None for what is none."""
    try:
        return msgspec.json.decode(value, type=WrittenPlace)
    except (msgspec.MsgspecError, ValueError):
        return None


def place_of(value: str) -> tuple[Position | None, str]:
    """The point as it was picked and the words; nothing of what is no place."""
    written = decoded(value)
    if written is None:
        return None, ""
    if written.latitude is None or written.longitude is None:
        return None, written.text
    return Position(written.latitude, written.longitude, written.datum), written.text


def outline_of(value: str) -> str | None:
    """The outline as a GeoJSON polygon in WGS-84, closed; None where none was drawn."""
    written = decoded(value)
    if written is None or not written.outline:
        return None
    points = [Position(y, x, written.datum).as_wgs84() for x, y in written.outline]
    ring = [[round(one.longitude, 7), round(one.latitude, 7)] for one in points]
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    polygon: dict[str, Any] = {"type": "Polygon", "coordinates": [ring]}
    return msgspec.json.encode(polygon).decode()


def drawn_area_m2(value: str) -> float:
    """Square metres within the outline; 0 where none was drawn."""
    written = decoded(value)
    return area_of(written.outline) if written is not None and written.outline else 0.0


def place_fault(value: str, field: str, name: str) -> Invalid | None:
    """What is wrong with it, if anything."""
    written = decoded(value)
    if written is None or not written.text:
        return Invalid("problem.permit.form.place", field=field, name=name)
    if len(written.text) > TEXT_AT_MOST:
        return Invalid("problem.permit.form.too_long", field=field, name=name, most=TEXT_AT_MOST)
    if (written.latitude is None) != (written.longitude is None):
        return Invalid("problem.permit.form.position", field=field, name=name)
    corners = [(one[1], one[0]) for one in written.outline]
    here = (written.latitude, written.longitude)
    if written.latitude is not None and written.longitude is not None:
        corners.append((written.latitude, written.longitude))
    if any(not _on_earth(*one) for one in corners):
        return Invalid("problem.permit.form.position", field=field, name=name)
    if not written.outline:
        return None
    if None in here or not _is_drawn(written.outline):
        return Invalid("problem.permit.form.outline", field=field, name=name)
    point = corners.pop()
    if max(distance_m(point, one) for one in corners) > FAR_M:
        return Invalid("problem.permit.form.outline_far", field=field, name=name)
    return None


def area_of(points: tuple[Point, ...]) -> float:
    """Square metres within a closed or open ring of a few hundred metres; without sign."""
    if len(points) < 3:
        return 0.0
    x0, y0 = points[0]
    east = _METRES_A_DEGREE * cos(radians(y0))
    flat = [((x - x0) * east, (y - y0) * _METRES_A_DEGREE) for x, y in points]
    pairs = zip(flat, [*flat[1:], flat[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _is_drawn(outline: tuple[Point, ...]) -> bool:
    """Whether it is a polygon: three corners at least, some ground within, no edge across another."""
    ring = outline[:-1] if outline[0] == outline[-1] else outline
    if not 3 <= len(ring) <= CORNERS_AT_MOST or area_of(ring) < 0.05:
        return False
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return not any(
        _cross(*edges[one], *edges[other])
        for one in range(len(edges))
        for other in range(one + 2, len(edges))
        if (one, other) != (0, len(edges) - 1)
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def _on_earth(latitude: float, longitude: float) -> bool:
    return isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
