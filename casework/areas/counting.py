"""What the map shows: how many cases lie in each square and each area, and the newest of them one by one.

Counts are read from one index alone (`complaint`: submitted_at, place_cell, state, …). SQLite hands the numbers of all
cells over as one text, counted here: its own GROUP BY sorts them first and takes five times as long.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from casework.areas.cells import LEVEL, ranges_of
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.ports import Standing
from casework.complaints.sight import Sight
from kit.db import Database
from kit.db.raw import Statement, moment
from kit.geometry import Box

_BETWEEN = "\x1f"
_NEAR_CELLS = 512
"""A box of no more smallest cells is looked up cell by cell, a larger one along time."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a map shows; what is not given does not narrow it. `sight` is what the viewer may see at all."""

    sight: Sight
    since_at: datetime
    states: frozenset[State]
    unit: str | None = None
    category: str | None = None
    urgency: str | None = None
    area: str | None = None
    box: Box | None = None


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One case on the map. WGS-84 degrees."""

    reference: str
    latitude: float
    longitude: float
    state: State
    category: str | None
    urgency: str | None
    unit: str | None
    place_text: str
    submitted_at: datetime
    area: str | None
    grid: str | None
    standing: Standing | None


async def cells(db: Database, wanted: Wanted, level: int) -> dict[int, int]:
    """How many cases lie in each cell of a level."""
    return _whole(await _counted(db, wanted, f"place_cell >> {2 * (LEVEL - level)}"))


async def areas(db: Database, wanted: Wanted) -> dict[str, int]:
    """How many lie in each area, by its code; "" for those in none."""
    return dict(await _counted(db, wanted, "COALESCE(place_area, '')"))


async def newest(db: Database, wanted: Wanted, at_most: int) -> list[Spot]:
    """The newest cases with coordinates; those of a box lie in it exactly."""
    conditions = _Conditions(db, wanted, along_time=not _is_near(wanted.box))
    columns = ", ".join(
        field for field in Spot.__struct_fields__ if field not in ("area", "grid", "standing")
    )
    statement = Statement(
        f"SELECT {columns}, place_area AS area, place_grid AS grid, place_standing AS standing "  # noqa: S608 - nothing of it is from outside
        f"FROM complaint WHERE {conditions.sight_whole()} AND {conditions.text}{conditions.exactly()} "
        f"ORDER BY submitted_at DESC LIMIT {int(at_most)}"
    )
    rows = await statement.rows(db.reading, *conditions.values)
    return [
        Spot(**{**row, "state": State(row["state"]), "submitted_at": moment(row["submitted_at"])})
        for row in rows
    ]


async def _counted(db: Database, wanted: Wanted, key: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for by_name in (False, True):
        conditions = _Conditions(db, wanted, along_time=not by_name and not _is_near(wanted.box))
        seen = conditions.sight_by_name() if by_name else conditions.sight_by_unit()
        if seen is None:
            continue
        where = f"FROM complaint WHERE {seen} AND {conditions.text}"
        if db.is_postgres:
            rows = await Statement(f"SELECT {key} AS key, count(*) AS n {where} GROUP BY 1").rows(
                db.reading, *conditions.values
            )
            found.update({str(row["key"]): row["n"] for row in rows})
        else:
            listed = Statement(f"SELECT group_concat({key}, char(31)) AS keys {where}")
            (row,) = await listed.rows(db.reading, *conditions.values)
            if row["keys"] is not None:
                found.update(row["keys"].split(_BETWEEN))
    return found


def _whole(counted: Counter[str]) -> dict[int, int]:
    return {int(cell): count for cell, count in counted.items()}


def _is_near(box: Box | None) -> bool:
    return box is not None and sum(last - first + 1 for first, last in ranges_of(box)) <= _NEAR_CELLS


class _Conditions:
    """The conditions of one statement, as text with `$n` for values.

    SQLite has no statistics to choose an index by: a `+` before a column says which one not to take.
    """

    def __init__(self, db: Database, wanted: Wanted, *, along_time: bool) -> None:
        self._wanted, self._is_near = wanted, not along_time and _is_near(wanted.box)
        self._by_time = "" if along_time or self._is_near or db.is_postgres else "+"
        self._by_place = "+" if along_time and not db.is_postgres else ""
        self._never = "" if db.is_postgres else "+"
        self.values: list[object] = []
        parts = [f"{self._by_time}submitted_at >= {self._moment(db, wanted.since_at)}"]
        if wanted.states != frozenset(State):
            parts.append(f"{self._never}state {self._one_of(wanted.states)}")
        if not wanted.states <= OPEN_STATES:
            # Kept for nothing but keeping: never on a map.
            parts.append(f"{self._never}restricted_at IS NULL")
        for column in ("unit", "category", "urgency"):
            value = getattr(wanted, column)
            if value is not None:
                parts.append(f"{self._never}{column} = {self._value(value)}")
        if wanted.area is not None:
            parts.append(f"COALESCE(place_area, '') = {self._value(wanted.area)}")
        parts.append(self._place())
        self.text = " AND ".join(parts)

    def sight_by_unit(self) -> str | None:
        """Cases seen for the unit they are with; None where there can be none."""
        sight = self._wanted.sight
        if sight.units is None:
            return "1 = 1"
        codes = self._units()
        return f"COALESCE(unit, '') {self._one_of(codes)}" if codes else None

    def sight_by_name(self) -> str | None:
        """Cases seen for whom they are given to and for no unit; None where there can be none."""
        sight = self._wanted.sight
        if sight.units is None or not sight.own_ids:
            return None
        by_name = self._given()
        codes = self._units()
        return f"{by_name} AND NOT COALESCE(unit, '') {self._one_of(codes)}" if codes else by_name

    def sight_whole(self) -> str:
        """Either of the two."""
        sight = self._wanted.sight
        if sight.units is None:
            return "1 = 1"
        codes = self._units()
        either = [f"COALESCE(unit, '') {self._one_of(codes)}"] if codes else []
        if sight.own_ids:
            either.append(f"{'' if not codes else self._never}{self._given()}")
        return f"({' OR '.join(either)})" if either else "1 = 0"

    def exactly(self) -> str:
        """That a case lies in the box itself: the squares reach beyond it."""
        box = self._wanted.box
        if box is None:
            return ""
        across = f"longitude BETWEEN {self._value(box.west)} AND {self._value(box.east)}"
        return f" AND latitude BETWEEN {self._value(box.south)} AND {self._value(box.north)} AND {across}"

    def _given(self) -> str:
        sight = self._wanted.sight
        self.values.append(sorted(sight.own_ids))
        given = f"assignee_id IN (@{len(self.values)})"
        if sight.filed_by_id is None:
            return given
        return f"({given} OR filed_by_id = {self._value(sight.filed_by_id)})"

    def _units(self) -> frozenset[str]:
        sight = self._wanted.sight
        return (sight.units or frozenset()) | (frozenset({""}) if sight.new else frozenset())

    def _place(self) -> str:
        column = f"{self._by_place}place_cell"
        if self._wanted.box is None:
            return f"{column} IS NOT NULL"
        squares = ranges_of(self._wanted.box)
        if self._is_near:
            # Each by itself: within one number the index goes on along time.
            numbers = (str(cell) for first, last in squares for cell in range(first, last + 1))
            return f"{column} IN ({', '.join(numbers)})"
        ranges = (f"{column} BETWEEN {self._value(first)} AND {self._value(last)}" for first, last in squares)
        return f"({' OR '.join(ranges)})"

    def _one_of(self, values: frozenset[str] | frozenset[State]) -> str:
        return f"IN ({', '.join(self._value(str(value)) for value in sorted(values))})"

    def _moment(self, db: Database, at: datetime) -> str:
        return self._value(at if db.is_postgres else at.isoformat(sep=" ", timespec="microseconds"))

    def _value(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"
