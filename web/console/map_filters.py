"""What the map is narrowed by, as it stands in the address; and the box and zoom that its script asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from urllib.parse import parse_qsl, urlencode

from casework.areas.counting import Wanted
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.sight import Sight
from casework.complaints.urgency import Urgency
from kit.geometry import Box
from kit.problems import Invalid
from web.console.door import ConsoleDoor

ALL, OUTSIDE = "all", "outside"
DAYS, DAYS_AT_MOST = (7, 30, 90, 180, 365), 365
USUAL_DAYS = 30
SHALLOWEST, DEEPEST = 0, 22


@dataclass(frozen=True, kw_only=True)
class MapFilters:
    """`state` is "" (everything open), "all" or one state; `area` a code, or "outside" for what lies in none."""

    state: str = ""
    category: str = ""
    unit: str = ""
    urgency: str = ""
    area: str = ""
    days: int = USUAL_DAYS

    @property
    def query(self) -> str:
        """The part of an address after "?", with only what differs from the default."""
        fields = {
            "state": self.state,
            "category": self.category,
            "unit": self.unit,
            "urgency": self.urgency,
            "area": self.area,
            "days": "" if self.days == USUAL_DAYS else str(self.days),
        }
        return urlencode({name: value for name, value in fields.items() if value})

    @property
    def address(self) -> str:
        return "/console/map" + (f"?{self.query}" if self.query else "")

    def within(self, area: str) -> MapFilters:
        """The same in one area, or everywhere for ""."""
        return replace(self, area=area)

    def wanted(self, sight: Sight, now: datetime, box: Box | None = None) -> Wanted:
        """What to ask casework for."""
        if self.state in ("", ALL):
            states = frozenset(State) if self.state == ALL else OPEN_STATES
        else:
            states = frozenset({State(self.state)})
        return Wanted(
            sight=sight,
            since_at=now - timedelta(days=self.days),
            states=states,
            unit=self.unit or None,
            category=self.category or None,
            urgency=self.urgency or None,
            area=None if not self.area else "" if self.area == OUTSIDE else self.area,
            box=box,
        )


def filters_of(query: str, door: ConsoleDoor) -> tuple[MapFilters, bool]:
    """The filters in a query string, and whether every one of them could be understood."""
    given = dict(parse_qsl(query, max_num_fields=40))
    policy = door.desk.policy
    known: dict[str, frozenset[str]] = {
        "state": frozenset({ALL, *(state.value for state in State)}),
        "category": frozenset({*policy.categories, *policy.former}),
        "unit": frozenset(policy.units),
        "urgency": frozenset(one.value for one in Urgency),
        "area": frozenset({OUTSIDE, *door.map.places.atlas.named}),
    }
    taken = {name: given[name] for name, values in known.items() if given.get(name) in values}
    days = given.get("days", "")
    is_number = days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= DAYS_AT_MOST
    understood = all(name in taken for name in known if given.get(name)) and (not days or is_number)
    return MapFilters(**taken, days=int(days) if is_number else USUAL_DAYS), understood


def box_of(text: str) -> Box:
    """The box "west,south,east,north" in degrees. Raises Invalid for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("problem.map.box", field="box") from None
    box = Box(max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north))
    if not all(map(isfinite, (west, south, east, north))) or box.west > box.east or box.south > box.north:
        raise Invalid("problem.map.box", field="box")
    return box


def zoom_of(text: str) -> int:
    """The map's zoom. Raises Invalid for what is none."""
    if not (text.isascii() and text.isdigit() and SHALLOWEST <= int(text[:3]) <= DEEPEST):
        raise Invalid("problem.map.zoom", field="zoom")
    return int(text)
