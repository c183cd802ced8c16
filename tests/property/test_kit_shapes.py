"""Shapes on the ground: rectangles and discs against what arithmetic says of them."""

from __future__ import annotations

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.shapes import TOUCH_M, Plane, Shape, gap_m, overlap

WHOLE = st.integers(-20, 20)
SIDE = st.integers(1, 12)
PLANE = Plane(120.0, 30.0)


def _rectangle(x: float, y: float, width: float, height: float) -> Shape:
    return Shape(((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


@given(WHOLE, WHOLE, SIDE, SIDE, WHOLE, WHOLE, SIDE, SIDE)
def test_rectangles_overlap_where_they_share_ground(x1, y1, w1, h1, x2, y2, w2, h2):  # type: ignore[no-untyped-def]
    one, other = _rectangle(x1, y1, w1, h1), _rectangle(x2, y2, w2, h2)
    across = min(x1 + w1, x2 + w2) - max(x1, x2)
    along = min(y1 + h1, y2 + h2) - max(y1, y2)
    assert overlap(one, other) is (across > 0 and along > 0)
    assert overlap(other, one) is overlap(one, other)
    apart = hypot(max(0, -across), max(0, -along))
    assert gap_m(one, other) == pytest.approx(apart)
    assert gap_m(other, one) == pytest.approx(apart)


@given(WHOLE, WHOLE, SIDE, WHOLE, WHOLE, SIDE)
def test_discs_overlap_where_their_middles_are_near(x1, y1, r1, x2, y2, r2):  # type: ignore[no-untyped-def]
    one, other = Shape(((x1, y1),), r1), Shape(((x2, y2),), r2)
    apart = hypot(x1 - x2, y1 - y2)
    assert overlap(one, other) is (apart < r1 + r2 - TOUCH_M)
    assert gap_m(one, other) == pytest.approx(max(0.0, apart - r1 - r2))


@given(WHOLE, WHOLE, SIDE, SIDE, WHOLE, WHOLE, SIDE)
def test_a_disc_and_a_rectangle(x, y, width, height, cx, cy, radius):  # type: ignore[no-untyped-def]
    apart = hypot(max(x - cx, 0, cx - x - width), max(y - cy, 0, cy - y - height))
    one, disc = _rectangle(x, y, width, height), Shape(((cx, cy),), radius)
    assert overlap(one, disc) is (apart < radius - TOUCH_M)
    assert gap_m(disc, one) == pytest.approx(max(0.0, apart - radius))


def test_a_shape_with_a_bay_is_not_its_box():
    bay = Shape(((0, 0), (10, 0), (10, 10), (8, 10), (8, 2), (2, 2), (2, 10), (0, 10)))
    assert not overlap(bay, _rectangle(3, 3, 4, 4))
    assert gap_m(bay, _rectangle(3, 3, 4, 4)) == pytest.approx(1.0)
    assert overlap(bay, _rectangle(3, 1, 4, 4))


def test_one_outline_lies_on_itself_and_metres_are_metres():
    ring = PLANE.ring([(120.0, 30.0), (120.0001, 30.0), (120.0001, 30.0001), (120.0, 30.0)])
    assert overlap(ring, ring)
    assert len(ring.ring) == 3
    assert ring.ring[1][0] == pytest.approx(9.63, abs=0.02)
    assert ring.ring[2][1] == pytest.approx(11.12, abs=0.02)
