"""What the map's page shows, already in words; and what its script reads."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from web.console.screens import Chip, Note, Option


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One list to narrow the map by."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True, kw_only=True)
class AreaLine:
    """How many cases an area has; `share` of the most that any has, 0 to 100."""

    name: str
    count: int
    share: int
    href: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class SpotLine:
    """One case, beside the map and on it."""

    reference: str
    href: str
    latitude: float
    longitude: float
    state: Chip
    category: str
    urgency: str
    place: str
    area: str
    at: str
    is_outside: bool


@dataclass(frozen=True, kw_only=True)
class MapPage:
    """The map with its filters, the areas by number of cases, and the newest cases. `setup` is a `Setup` as JSON."""

    setup: str
    query: str
    choices: tuple[Choice, ...]
    areas: tuple[AreaLine, ...]
    lines: tuple[SpotLine, ...]
    total: int
    everywhere: str
    credit: str
    notes: tuple[Note, ...] = ()


class BaseSetup(msgspec.Struct, frozen=True, kw_only=True):
    """The base map for the script."""

    tiles: tuple[str, ...]
    servers: str
    datum: str
    deepest: int


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What the script begins with. `bounds` are west, south, east, north in WGS-84, None where nothing is known.

    `areas` are the addresses of the areas' outlines by kind; `point` is the place of one case, latitude and longitude.
    """

    credit: str
    words: dict[str, str]
    areas: dict[str, str]
    bounds: tuple[float, float, float, float] | None = None
    base: BaseSetup | None = None
    point: tuple[float, float] | None = None


class CellsAnswer(msgspec.Struct, frozen=True):
    """Counts by cell of a level: number, count, number, count, …"""

    level: int
    cells: list[int]


class SpotsAnswer(msgspec.Struct, frozen=True):
    """The newest cases of a box; `more` says that there are others."""

    spots: tuple[SpotLine, ...]
    more: bool
