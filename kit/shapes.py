"""Shapes of some metres on the ground: how far they lie apart and whether they share any of it.

On a plane laid at an origin, metres east and north; over the few kilometres this is for, a metre is right to a
millimetre or two. A shape is a ring of corners and a margin around it, so that a disc is one corner with its radius.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, hypot, inf, pi, radians, sqrt
from typing import NamedTuple

METRES_A_DEGREE = 111_195.0
TOUCH_M = 0.05
"""What is shared by less than this touches; it does not overlap."""

Point = tuple[float, float]
Edge = tuple[Point, Point]


class Shape(NamedTuple):
    """Corners in metres (east, north), not closed, and the margin around them."""

    ring: tuple[Point, ...]
    margin_m: float = 0.0


class Plane(NamedTuple):
    """A plane laid at a point given in degrees."""

    longitude: float
    latitude: float

    def ring(self, corners: Sequence[Sequence[float]]) -> Shape:
        """The shape of (longitude, latitude) corners, closed or not."""
        longitude, latitude = self
        east, north = METRES_A_DEGREE * cos(radians(latitude)), METRES_A_DEGREE
        points = [((one[0] - longitude) * east, (one[1] - latitude) * north) for one in corners]
        if len(points) > 1 and points[0] == points[-1]:
            points.pop()
        return Shape(tuple(points))

    def disc(self, longitude: float, latitude: float, area_m2: float) -> Shape:
        """A disc of this area: for a place whose outline nobody drew."""
        return Shape((self._point(longitude, latitude),), sqrt(area_m2 / pi))

    def _point(self, longitude: float, latitude: float) -> Point:
        east = (longitude - self.longitude) * METRES_A_DEGREE * cos(radians(self.latitude))
        return east, (latitude - self.latitude) * METRES_A_DEGREE


def box_gap_m(one: Shape, other: Shape) -> float:
    """At least so many metres lie between them: by their boxes, which costs next to nothing."""
    return max(0.0, _boxes_apart_m(one.ring, other.ring) - one.margin_m - other.margin_m)


def reach_m(shape: Shape) -> float:
    """How far it reaches from the origin."""
    return max(hypot(*one) for one in shape.ring) + shape.margin_m


def gap_m(one: Shape, other: Shape) -> float:
    """Metres between the nearest points of both; 0 where they touch or overlap."""
    if _shares_ground(one.ring, other.ring):
        return 0.0
    return max(0.0, _rings_apart_m(one.ring, other.ring) - one.margin_m - other.margin_m)


def overlap(one: Shape, other: Shape) -> bool:
    """Whether they share ground, by more than touching."""
    if _boxes_apart_m(one.ring, other.ring) > one.margin_m + other.margin_m:
        return False
    if _shares_ground(one.ring, other.ring):
        return True
    margins = one.margin_m + other.margin_m
    return margins > 0 and _rings_apart_m(one.ring, other.ring) < margins - TOUCH_M


def _shares_ground(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Whether the rings themselves overlap: an edge crosses another, or a point of one lies well inside the other."""
    if _boxes_apart_m(a, b) > 0:
        return False
    if any(_cross(*edge, *other) for edge in _edges(a) for other in _edges(b)):
        return True
    return any(_well_inside(b, point) for point in _samples(a)) or any(
        _well_inside(a, point) for point in _samples(b)
    )


def _rings_apart_m(a: Sequence[Point], b: Sequence[Point]) -> float:
    if any(_inside(b, one) for one in a[:1]) or any(_inside(a, one) for one in b[:1]):
        return 0.0
    nearest = inf
    for edge in _edges(a):
        for other in _edges(b):
            if _cross(*edge, *other):
                return 0.0
            nearest = min(
                nearest,
                *(_to_edge_m(point, other) for point in edge),
                *(_to_edge_m(point, edge) for point in other),
            )
    return nearest


def _boxes_apart_m(a: Sequence[Point], b: Sequence[Point]) -> float:
    """At least so far are they apart, by their boxes."""
    west, south, east, north = _box(a)
    others_west, others_south, others_east, others_north = _box(b)
    across = max(0.0, west - others_east, others_west - east)
    return hypot(across, max(0.0, south - others_north, others_south - north))


def _box(ring: Sequence[Point]) -> tuple[float, float, float, float]:
    if len(ring) == 1:
        return (*ring[0], *ring[0])
    xs, ys = zip(*ring, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _edges(ring: Sequence[Point]) -> Iterator[Edge]:
    """Its edges; of a single corner one of no length."""
    yield from zip(ring, [*ring[1:], ring[0]], strict=True)


def _samples(ring: Sequence[Point]) -> Iterator[Point]:
    """Corners, points of edges and one inside: where rings lie on each other's edges, no corner need be inside."""
    if len(ring) < 3:
        yield from ring
        return
    for (x1, y1), (x2, y2) in _edges(ring):
        for share in (0.0, 0.25, 0.5, 0.75):
            yield x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
    yield _inner_point(ring)


def _inner_point(ring: Sequence[Point]) -> Point:
    """Some point inside: amid the widest stretch half-way up, a little beside where a corner may be."""
    low, high = min(one[1] for one in ring), max(one[1] for one in ring)
    y = low + (high - low) * 0.4987
    crossed = sorted(
        x1 + (x2 - x1) * (y - y1) / (y2 - y1) for (x1, y1), (x2, y2) in _edges(ring) if (y1 > y) != (y2 > y)
    )
    pairs = list(zip(crossed[::2], crossed[1::2], strict=True))
    left, right = max(pairs, key=lambda pair: pair[1] - pair[0], default=(ring[0][0], ring[0][0]))
    return (left + right) / 2, y


def _well_inside(ring: Sequence[Point], point: Point) -> bool:
    return _inside(ring, point) and min(_to_edge_m(point, edge) for edge in _edges(ring)) > TOUCH_M


def _inside(ring: Sequence[Point], point: Point) -> bool:
    if len(ring) < 3:
        return False
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in _edges(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            inside = not inside
    return inside


def _to_edge_m(point: Point, edge: Edge) -> float:
    (x1, y1), (x2, y2) = edge
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    if length == 0:
        return hypot(point[0] - x1, point[1] - y1)
    share = max(0.0, min(1.0, ((point[0] - x1) * dx + (point[1] - y1) * dy) / length))
    return hypot(point[0] - x1 - share * dx, point[1] - y1 - share * dy)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges go through each other, by more than touching."""
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if not (sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0):
        return False
    return min(map(abs, sides[:2])) > TOUCH_M * hypot(b[0] - a[0], b[1] - a[1])


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
