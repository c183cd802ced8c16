"""Where something is: WGS-84 inside, the citizen's own coordinates and their datum kept beside it.

Phones and maps in China report GCJ-02, which is WGS-84 moved by some hundred metres with a smooth
distortion. There is no published inverse; applying the distortion backwards until it stops changing gives
one that is exact to well under a millimetre.
"""

from __future__ import annotations

from math import asin, cos, isfinite, pi, radians, sin, sqrt
from typing import Literal

import msgspec

from kit.problems import Invalid

Datum = Literal["wgs84", "gcj02"]

# The distortion is defined on the Krasovsky 1940 ellipsoid.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_EARTH_RADIUS_M = 6_371_008.8
_ROUNDS = 12


class Position(msgspec.Struct, frozen=True):
    """A point as somebody reported it. Degrees."""

    latitude: float
    longitude: float
    datum: Datum

    def as_wgs84(self) -> Position:
        """The same point in WGS-84."""
        if self.datum == "wgs84":
            return self
        latitude, longitude = gcj02_to_wgs84(self.latitude, self.longitude)
        return Position(latitude, longitude, "wgs84")

    def as_gcj02(self) -> Position:
        """The same point in GCJ-02, for maps that expect it."""
        if self.datum == "gcj02":
            return self
        latitude, longitude = wgs84_to_gcj02(self.latitude, self.longitude)
        return Position(latitude, longitude, "gcj02")


def checked(position: Position) -> Position:
    """The position itself. Raises Invalid unless it is a point on earth.

    A point outside the bureau's area is none of this function's business: it is accepted and looked at.
    """
    for value, bound, field in (
        (position.latitude, 90.0, "latitude"),
        (position.longitude, 180.0, "longitude"),
    ):
        if not isfinite(value) or abs(value) > bound:
            raise Invalid("problem.complaint.position", field=field)
    return position


def wgs84_to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to degrees. Outside the distorted region the point is returned as it is."""
    if not _distorted(latitude, longitude):
        return latitude, longitude
    north, east = _distortion(latitude, longitude)
    return latitude + north, longitude + east


def gcj02_to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """The inverse of `wgs84_to_gcj02`."""
    if not _distorted(latitude, longitude):
        return latitude, longitude
    guess_latitude, guess_longitude = latitude, longitude
    for _ in range(_ROUNDS):
        north, east = _distortion(guess_latitude, guess_longitude)
        guess_latitude, guess_longitude = latitude - north, longitude - east
    return guess_latitude, guess_longitude


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in metres between two (latitude, longitude) pairs of one datum."""
    half_north, half_east = radians(b[0] - a[0]) / 2, radians(b[1] - a[1]) / 2
    square = sin(half_north) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(half_east) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(square)))


def _distorted(latitude: float, longitude: float) -> bool:
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _distortion(latitude: float, longitude: float) -> tuple[float, float]:
    """What GCJ-02 adds to a WGS-84 point, in degrees north and east."""
    x, y = longitude - 105.0, latitude - 35.0
    root = sqrt(abs(x))
    ripple = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (ripple + _waves(y, 20.0, 40.0, 3.0) + _long_waves(y, 160.0, 320.0, 12.0, 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (ripple + _waves(x, 20.0, 40.0, 3.0) + _long_waves(x, 150.0, 300.0, 12.0, 30.0)) * 2.0 / 3.0
    phi = radians(latitude)
    shape = 1 - _ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (shape * sqrt(shape))
    parallel_m = _SEMI_MAJOR_M / sqrt(shape) * cos(phi)
    return north_m / (meridian_m * pi / 180), east_m / (parallel_m * pi / 180)


def _waves(t: float, first: float, second: float, divisor: float) -> float:
    return first * sin(t * pi) + second * sin(t / divisor * pi)


def _long_waves(t: float, first: float, second: float, near: float, far: float) -> float:
    return first * sin(t / near * pi) + second * sin(t * pi / far)
