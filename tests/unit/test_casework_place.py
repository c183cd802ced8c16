"""Datums: a known offset, points outside, bad coordinates."""

from __future__ import annotations

from math import inf, nan

import pytest

from casework.complaints.place import Position, checked, distance_m, gcj02_to_wgs84, wgs84_to_gcj02
from kit.problems import Invalid


def test_the_datums_differ_by_521_metres_at_a_known_point() -> None:
    here = (30.25, 120.15)
    assert distance_m(here, wgs84_to_gcj02(*here)) == pytest.approx(521, abs=1)


def test_points_outside_the_distorted_region_stay_where_they_are() -> None:
    for point in ((48.85, 2.35), (-33.86, 151.2), (0.0, 0.0)):
        assert wgs84_to_gcj02(*point) == point
        assert gcj02_to_wgs84(*point) == point


def test_a_position_knows_its_other_datum_and_itself() -> None:
    reported = Position(30.25, 120.15, "gcj02")
    inside = reported.as_wgs84()
    assert inside.datum == "wgs84"
    assert inside.as_wgs84() is inside
    back = inside.as_gcj02()
    assert distance_m((back.latitude, back.longitude), (30.25, 120.15)) < 0.001


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [(91, 0, "latitude"), (nan, 0, "latitude"), (0, 181, "longitude"), (0, -inf, "longitude")],
)
def test_what_is_no_point_on_earth_is_refused(latitude: float, longitude: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(Position(latitude, longitude, "wgs84"))
    assert refused.value.field == field
