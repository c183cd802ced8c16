"""Datum conversion anywhere in the distorted region, and words of any kind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from casework.complaints.category import suggest
from casework.complaints.place import distance_m, gcj02_to_wgs84, wgs84_to_gcj02
from casework.complaints.wording import folded, kept
from casework.people.phone import normalised_phone
from tests.casework_setting import POLICY

LATITUDES = st.floats(4.0, 53.0)
LONGITUDES = st.floats(74.0, 134.0)


@given(LATITUDES, LONGITUDES)
def test_there_and_back_is_within_a_metre(latitude: float, longitude: float) -> None:
    there = wgs84_to_gcj02(latitude, longitude)
    assert distance_m(gcj02_to_wgs84(*there), (latitude, longitude)) < 1
    back = gcj02_to_wgs84(latitude, longitude)
    assert distance_m(wgs84_to_gcj02(*back), (latitude, longitude)) < 1


@given(LATITUDES, LONGITUDES)
def test_the_offset_is_some_hundred_metres(latitude: float, longitude: float) -> None:
    assert 1 < distance_m(wgs84_to_gcj02(latitude, longitude), (latitude, longitude)) < 2_000


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_the_same_both_ways_and_never_more_than_half_round_the_earth(
    a: float, b: float, c: float, d: float
) -> None:
    assert abs(distance_m((a, b), (c, d)) - distance_m((c, d), (a, b))) < 1e-6
    assert 0 <= distance_m((a, b), (c, d)) <= 20_040_000


@given(st.text(max_size=200))
def test_any_text_can_be_kept_stored_and_searched(text: str) -> None:
    once = kept(text)
    assert kept(once) == once
    once.encode()
    found = suggest(once, POLICY)
    if found is not None:
        assert all(folded(word) in folded(once) for word in found.words)
        assert found.points == sum(map(len, found.words))


@given(st.text(max_size=30))
def test_a_telephone_number_is_digits_or_nothing(text: str) -> None:
    phone = normalised_phone(text)
    assert phone is None or (phone.isascii() and phone.isdigit() and normalised_phone(phone) == phone)
