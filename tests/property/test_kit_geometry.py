"""Points and polygons: the index says what trying each polygon says, and edges belong to the inside."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.areas.cells import LEVEL, around, box_of, cell_of, parent, ranges_of
from casework.complaints.place import distance_m
from kit.geojson import GeoJsonError, read_features
from kit.geometry import SCALE, Box, Points, Polygon, PolygonIndex, box_around

UNIT = 1_000
"""Corners and points are drawn on a coarse lattice, so that points fall on edges and corners all the time."""
STEP = st.integers(0, 12)
CORNER = st.tuples(STEP, STEP)
RING = st.lists(CORNER, min_size=3, max_size=9, unique=True).map(lambda corners: [*corners, corners[0]])
LATITUDES, LONGITUDES = st.floats(-84.9, 84.9), st.floats(-179.9, 179.9)


def degrees(ring: list[tuple[int, int]]) -> Points:
    return [(x * UNIT / SCALE, y * UNIT / SCALE) for x, y in ring]


def inside_by_the_book(rings: list[list[tuple[int, int]]], x: int, y: int) -> bool:
    """On an edge, or an odd number of edges to the east; all edges, in whole numbers."""
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
            if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                return True
            if (y1 > y) != (y2 > y):
                odd ^= (side > 0) == (y2 > y1)
    return odd


@given(
    st.lists(st.lists(RING, min_size=1, max_size=2), max_size=6), st.lists(CORNER, min_size=1, max_size=20)
)
def test_the_index_finds_what_trying_every_polygon_finds(
    shapes: list[list[list[tuple[int, int]]]], points: list[tuple[int, int]]
) -> None:
    index = PolygonIndex([[Polygon([degrees(ring)]) for ring in rings] for rings in shapes])
    for x, y in points:
        expected = [
            number
            for number, rings in enumerate(shapes)
            if any(inside_by_the_book([ring], x, y) for ring in rings)
        ]
        assert index.containing(x * UNIT / SCALE, y * UNIT / SCALE) == expected


@given(st.lists(RING, min_size=1, max_size=3), CORNER)
def test_a_hole_is_outside_but_its_edge_is_not(
    rings: list[list[tuple[int, int]]], point: tuple[int, int]
) -> None:
    polygon = Polygon([degrees(ring) for ring in rings])
    x, y = point
    assert polygon.contains(x * UNIT, y * UNIT) == inside_by_the_book(rings, x, y)


@pytest.mark.parametrize("lying", [True, False])
def test_a_comb_of_many_teeth_is_inside_tooth_by_tooth(lying: bool) -> None:
    # Lying, its edges fall into bands; standing, every edge crosses all of them.
    def turned(x: int, y: int) -> tuple[int, int]:
        return (y, x) if lying else (x, y)

    teeth = [(n, 10 if n % 4 in (1, 2) else 5) for n in range(400)]
    polygon = Polygon([degrees([turned(*one) for one in (*teeth, (400, 0), (0, 0), teeth[0])])])
    half = UNIT // 2
    for n in range(0, 400, 4):
        assert polygon.contains(*turned(n * UNIT + UNIT + half, 8 * UNIT))
        assert not polygon.contains(*turned(n * UNIT + 3 * UNIT + half, 8 * UNIT))
        assert polygon.contains(*turned(n * UNIT + UNIT, 10 * UNIT)), "a corner"


@given(LATITUDES, LONGITUDES)
def test_a_point_lies_in_its_cell_and_its_cell_in_each_parent(latitude: float, longitude: float) -> None:
    cell = cell_of(latitude, longitude)
    for level in range(LEVEL + 1):
        box = box_of(parent(cell, level), level)
        assert box.west - 1e-9 <= longitude <= box.east + 1e-9
        assert box.south - 1e-9 <= latitude <= box.north + 1e-9


@given(st.floats(18, 53.5), st.floats(73, 135), st.floats(-0.0016, 0.0016), st.floats(-0.0016, 0.0016))
def test_what_is_within_180_metres_is_in_a_cell_or_its_neighbours(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    if distance_m((latitude, longitude), (latitude + north, longitude + east)) < 180:
        assert cell_of(latitude + north, longitude + east) in around(cell_of(latitude, longitude))


@given(LATITUDES, LONGITUDES, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_ranges_hold_every_point_of_their_box(
    south: float, west: float, height: float, width: float, up: float, right: float
) -> None:
    box = Box(west, south, min(179.9, west + width), min(84.9, south + height))
    ranges = ranges_of(box)
    inside = cell_of(box.south + up * (box.north - box.south), box.west + right * (box.east - box.west))
    assert len(ranges) <= 16
    assert any(first <= inside <= last for first, last in ranges)


SQUARE = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]
HOLE = [[120.02, 30.02], [120.04, 30.02], [120.04, 30.04], [120.02, 30.02]]


def collection(*geometries: object, **more: object) -> bytes:
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features} | more, indent=1).encode()


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_polygons_with_holes_and_several_parts_are_read() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [SQUARE]]}
    one, two = read_features(b"\xef\xbb\xbf" + collection(polygon(SQUARE, HOLE), parts))
    assert (one.number, two.number, len(two.polygons)) == (1, 2, 2)
    with_hole = Polygon(one.polygons[0])
    assert not with_hole.contains(round(120.033 * SCALE), round(30.025 * SCALE))
    assert box_around([with_hole]) == Box(120.0, 30.0, 120.1, 30.1)


OVER_THE_DATELINE = [[179.0, 10.0], [-179.0, 10.0], [-179.0, 11.0], [179.0, 10.0]]
REFUSED = {
    "not text": (b'{"type":\n"\xff"}', "第 2 行：文件不是 UTF-8"),
    "not JSON": (b'{"type": "FeatureCollection",\n "features": [}', "第 2 行第"),
    "cut off": (collection(polygon(SQUARE))[:-20], "不是 JSON"),
    "another format": (b'{"type": "Topology"}', "是 Topology"),
    "nothing inside": (collection(), "一个要素也没有"),
    "NaN": (b'{"type": "FeatureCollection", "features": [NaN]}', "NaN"),
    "too long a number": (b'{"type": "FeatureCollection", "features": [' + b"9" * 5_000 + b"]}", "不像坐标"),
    "too deep": (b"[" * 100_000, "嵌套太深"),
    "metres by name": (collection(polygon(SQUARE), crs={"properties": {"name": "EPSG:4549"}}), "EPSG:4549"),
    "a line": (collection({"type": "LineString", "coordinates": SQUARE}), "只能是 Polygon"),
    "no geometry": (collection(None), "没有图形"),
    "open": (collection(polygon(SQUARE[:-1])), "没有闭合"),
    "too few points": (collection(polygon([SQUARE[0], SQUARE[1], SQUARE[0]])), "只有 3 个点"),
    "no area": (collection(polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]])), "围不出面积"),
    "swapped": (collection(polygon([[30.0, 120.0], *SQUARE[1:]])), "写反了"),
    "metres": (collection(polygon([[500_000.0, 3_300_000.0], *SQUARE[1:]])), "投影坐标"),
    "not on earth": (collection(polygon([[120.0, 400.0], *SQUARE[1:]])), "不在地球上"),
    "words": (collection(polygon([["120", "30"], *SQUARE[1:]])), "不是坐标"),
    "a hole outside": (collection(polygon(SQUARE, [[x + 1, y] for x, y in HOLE])), "洞伸到"),
    "antimeridian": (collection(polygon(OVER_THE_DATELINE)), "180° 经线"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_file_is_refused_with_place_and_reason(name: str) -> None:
    content, reason = REFUSED[name]
    with pytest.raises(GeoJsonError) as refused:
        read_features(content)
    assert reason in str(refused.value)


def test_every_broken_feature_is_named_with_its_line() -> None:
    with pytest.raises(GeoJsonError) as refused:
        read_features(collection(polygon(SQUARE), polygon(SQUARE[:-1]), None))
    first, second = refused.value.faults
    assert first.startswith("第 2 个要素（第 ")
    assert second.startswith("第 3 个要素（第 ")
    lines = collection(polygon(SQUARE), polygon(SQUARE[:-1]), None).decode().splitlines()
    said = int(second.partition("（第 ")[2].partition(" 行")[0])
    assert lines[said - 1].strip() == "{"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_do_anything_but_read_or_refuse(content: bytes) -> None:
    with pytest.raises(GeoJsonError):
        read_features(content)
