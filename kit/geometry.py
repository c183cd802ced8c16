"""Polygons on the map, and which of many a point lies in, within microseconds and little memory.

Coordinates are kept as whole numbers of 1e-7 degree (about a centimetre), so that a point on an edge is on it exactly.
An edge belongs to the polygon, that of a hole too: of two that share it, both contain its points. Edges are straight
in degrees, as RFC 7946 has it, and none crosses the antimeridian (`kit.geojson` refuses those).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import isqrt
from typing import NamedTuple

SCALE = 10_000_000
"""Steps to a degree."""
_EDGES_A_BAND, _BANDS_AT_MOST, _ENTRIES_AN_EDGE = 8, 256, 4
_COLUMNS_AT_MOST = 512

Points = Sequence[tuple[float, float]]
"""(longitude, latitude) in degrees, as GeoJSON has them."""


class Box(NamedTuple):
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float


class Polygon:
    """An outline with holes. The edges are sorted into bands of latitude: a point asks only those of its own."""

    __slots__ = ("_band", "_edges", "_height", "_xs", "_ys", "east", "north", "south", "west")

    def __init__(self, rings: Sequence[Points]) -> None:
        """`rings` are closed: the first is the outline, the others are holes."""
        self._xs, self._ys = array("i"), array("i")
        begins: list[int] = []
        for ring in rings:
            first = len(self._xs)
            self._xs.extend(_steps(x) for x, _ in ring)
            self._ys.extend(_steps(y) for _, y in ring)
            begins.extend(range(first, len(self._xs) - 1))
        self.west, self.east = min(self._xs), max(self._xs)
        self.south, self.north = min(self._ys), max(self._ys)
        count = max(1, min(_BANDS_AT_MOST, len(begins) // _EDGES_A_BAND))
        while (bands := self._banded(begins, count)) is None:
            count //= 2
        # One array for all bands: the n-th ends where the next begins.
        self._band, self._edges = array("I", [0]), array("I")
        for edges in bands:
            self._edges.extend(edges)
            self._band.append(len(self._edges))

    @property
    def box(self) -> Box:
        return Box(self.west / SCALE, self.south / SCALE, self.east / SCALE, self.north / SCALE)

    def inner_point(self) -> tuple[float, float]:
        """Some (longitude, latitude) well inside: amid the widest stretch half-way up."""
        # Half a step beside the middle, so that no corner is met.
        y = (self.south + self.north) // 2 + 0.5
        xs, ys = self._xs, self._ys
        band = self._band_of(int(y))
        crossed = sorted(
            xs[edge] + (xs[edge + 1] - xs[edge]) * (y - ys[edge]) / (ys[edge + 1] - ys[edge])
            for edge in self._edges[self._band[band] : self._band[band + 1]]
            if (ys[edge] > y) != (ys[edge + 1] > y)
        )
        left, right = max(zip(crossed[::2], crossed[1::2], strict=True), key=lambda pair: pair[1] - pair[0])
        return (left + right) / 2 / SCALE, y / SCALE

    def contains(self, x: int, y: int) -> bool:
        """Whether the point lies in it or on an edge. In steps, see `SCALE`."""
        if not (self.west <= x <= self.east and self.south <= y <= self.north):
            return False
        xs, ys, inside = self._xs, self._ys, False
        band = self._band_of(y)
        for number in range(self._band[band], self._band[band + 1]):
            edge = self._edges[number]
            y1, y2 = ys[edge], ys[edge + 1]
            if (y1 > y) != (y2 > y):
                x1 = xs[edge]
                side = (xs[edge + 1] - x1) * (y - y1) - (x - x1) * (y2 - y1)
                if side == 0:
                    return True
                inside ^= (side > 0) == (y2 > y1)
            elif y1 == y:
                x1, x2 = xs[edge], xs[edge + 1]
                # A corner, or somewhere on a level edge.
                if x1 == x or (y2 == y and min(x1, x2) <= x <= max(x1, x2)):
                    return True
        return inside

    def _banded(self, edges: list[int], count: int) -> list[list[int]] | None:
        """The edges of each of `count` bands; None if tall edges would stand in too many of them."""
        self._height = (self.north - self.south) // count + 1
        bands: list[list[int]] = [[] for _ in range(count)]
        room = _ENTRIES_AN_EDGE * len(edges)
        for edge in edges:
            low, high = sorted((self._ys[edge], self._ys[edge + 1]))
            first, last = self._band_of(low), self._band_of(high)
            room -= last - first + 1
            if room < 0 and count > 1:
                return None
            for band in range(first, last + 1):
                bands[band].append(edge)
        return bands

    def _band_of(self, y: int) -> int:
        return (y - self.south) // self._height


class PolygonIndex:
    """Many shapes of one or more polygons each, in a grid of squares that know which polygons reach into them."""

    def __init__(self, shapes: Iterable[Sequence[Polygon]]) -> None:
        self._polygons: list[Polygon] = []
        self._shape = array("I")
        for number, polygons in enumerate(shapes):
            self._polygons.extend(polygons)
            self._shape.extend([number] * len(polygons))
        self._lay_out()

    def containing(self, longitude: float, latitude: float) -> list[int]:
        """The numbers of all shapes that contain the point, ascending. Degrees."""
        if not self._polygons:
            return []
        x, y = _steps(longitude), _steps(latitude)
        column, row = (x - self._west) // self._width, (y - self._south) // self._height
        if not (0 <= column < self._side and 0 <= row < self._side):
            return []
        square = row * self._side + column
        found: list[int] = []
        for number in range(self._square[square], self._square[square + 1]):
            polygon = self._members[number]
            shape = self._shape[polygon]
            if (not found or found[-1] != shape) and self._polygons[polygon].contains(x, y):
                found.append(shape)
        return found

    def _lay_out(self) -> None:
        polygons = self._polygons
        self._side = min(_COLUMNS_AT_MOST, 2 * isqrt(len(polygons)) + 1)
        self._west = min((one.west for one in polygons), default=0)
        self._south = min((one.south for one in polygons), default=0)
        east, north = (
            max((one.east for one in polygons), default=0),
            max((one.north for one in polygons), default=0),
        )
        self._width = (east - self._west) // self._side + 1
        self._height = (north - self._south) // self._side + 1
        squares: dict[int, list[int]] = {}
        for number, one in enumerate(polygons):
            for row in range(
                (one.south - self._south) // self._height, (one.north - self._south) // self._height + 1
            ):
                for column in range(
                    (one.west - self._west) // self._width, (one.east - self._west) // self._width + 1
                ):
                    squares.setdefault(row * self._side + column, []).append(number)
        self._square, self._members = array("I", [0]), array("I")
        for square in range(self._side * self._side):
            self._members.extend(squares.get(square, ()))
            self._square.append(len(self._members))


def box_around(polygons: Iterable[Polygon]) -> Box:
    """The box around all of them. Raises ValueError without any."""
    boxes = [one.box for one in polygons]
    return Box(
        min(one.west for one in boxes),
        min(one.south for one in boxes),
        max(one.east for one in boxes),
        max(one.north for one in boxes),
    )


def _steps(degrees: float) -> int:
    return round(degrees * SCALE)
