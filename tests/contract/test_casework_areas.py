"""Areas on both engines: a file is taken as a whole or not at all; cases are found and counted by where they are."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.actors import system
from casework.areas import counting
from casework.areas.actions import import_areas
from casework.areas.cells import LEVEL, cell_of, parent
from casework.areas.counting import Wanted
from casework.areas.kinds import AreaKind
from casework.areas.models import Area, AreaImport
from casework.areas.places import Places, load_places
from casework.areas.reading import Properties, read_areas
from casework.areas.relocating import relocate
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint
from casework.complaints.place import Position, wgs84_to_gcj02
from casework.complaints.sight import Sight
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.geojson import GeoJsonError
from kit.geometry import Box
from kit.secrets import KeyRing
from tests.casework_setting import HANDLER, desk_on, filed, person

ROOT = Path(__file__).parents[2]
EVERYTHING = Sight(units=None, new=True, own_ids=frozenset())
WEST, SOUTH, SIDE = 120.10, 30.20, 0.02


def square(code: str, column: int, row: int, wide: int = 1, **properties: Any) -> dict[str, Any]:
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    east, north = west + wide * SIDE, south + wide * SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    named = {"code": code, "name": f"{code} 号", **properties}
    return {"type": "Feature", "properties": named, "geometry": geometry}


def file_of(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


async def taken(db: Database, kind: AreaKind, *features: dict[str, Any], datum: Any = "wgs84") -> Any:
    areas = read_areas(file_of(*features), Properties(), datum)
    return await import_areas(db, system(), kind, areas)


async def city(db: Database) -> Places:
    """A district of two streets; one of them has a grid in its corner."""
    await taken(db, AreaKind.DISTRICT, square("D", 0, 0, wide=2))
    await taken(db, AreaKind.STREET, square("S1", 0, 0), square("S2", 1, 0))
    await taken(db, AreaKind.GRID, square("G1", 0, 0))
    return await load_places()


def at(column: float, row: float) -> tuple[float, float]:
    """Latitude and longitude of a place in squares from the corner."""
    return SOUTH + row * SIDE, WEST + column * SIDE


async def test_a_point_is_found_in_street_and_grid_and_outside_is_said(database: Database) -> None:
    places = await city(database)
    inside = places.locate(*at(0.5, 0.5))
    assert (inside.area, inside.grid, inside.standing) == ("S1", "G1", "inside")
    assert places.locate(*at(1.5, 0.5)).area == "S2"
    assert places.locate(*at(0.5, 1.5)).area == "D", "where no street is known, the district"
    outside = places.locate(*at(9, 9))
    assert (outside.area, outside.standing, outside.cell) == (None, "outside", cell_of(*at(9, 9)))
    assert places.lineage("G1") == ("G1", "S1", "D"), "what lies in what is found by where it is"
    assert (places.name_of("S1"), places.name_of("X")) == ("S1 号", None)
    assert Places().locate(*at(0.5, 0.5)).standing is None, "without any areas nothing is outside"


async def test_an_import_says_what_came_changed_and_went_and_is_taken_over(database: Database) -> None:
    places = await city(database)
    report = await taken(
        database, AreaKind.STREET, square("S1", 0, 0, name="湖滨街道", parent="D"), square("S3", 0, 1)
    )
    assert (report.came, report.changed, report.went) == (("S3",), ("S1",), ("S2",))
    assert await places.renewed()
    assert not await places.renewed()
    assert places.name_of("S1") == "湖滨街道"
    assert places.locate(*at(1.5, 0.5)).area == "D"
    rows = await AreaImport.all().order_by("version")
    assert [row.version for row in rows] == [1, 2, 3, 4]
    entry = await AuditEntry.get(case_id=rows[-1].id)
    assert entry.action == "area.import"
    again = await taken(
        database, AreaKind.STREET, square("S1", 0, 0, name="湖滨街道", parent="D"), square("S3", 0, 1)
    )
    assert (again.is_news, again.version) == (False, None)
    assert await AreaImport.all().count() == 4


async def test_a_file_drawn_in_gcj02_is_kept_in_wgs84(database: Database) -> None:
    drawn = square("S1", 0, 0)
    ring = drawn["geometry"]["coordinates"][0]
    drawn["geometry"]["coordinates"][0] = [list(wgs84_to_gcj02(y, x))[::-1] for x, y in ring]
    await taken(database, AreaKind.STREET, drawn, datum="gcj02")
    row = await Area.get(code="S1")
    assert (round(row.west, 5), round(row.south, 5)) == (WEST, SOUTH)


BROKEN: list[tuple[list[dict[str, Any]], str]] = [
    ([square("S9", 0, 0), square("S9", 1, 0)], "第 2 个要素（第 1 行）：编号 S9 与第 1 个要素"),
    ([square("S9", 0, 0), square("D", 0, 0)], "编号 D 已经是另一类区域"),
    ([square("S9", 0, 0, parent="X")], "上级 X 还没有导入"),
    ([square("S9", 0, 0, parent="G1")], "上级 G1 还没有导入"),
    ([square("", 0, 0)], "没有编号（属性 code）"),
    ([square("S9", 0, 0, name=" \u0000 ")], "没有名称（属性 name）"),
    ([square("S" * 41, 0, 0)], "超过 40 个字"),
]


async def test_a_broken_file_is_refused_and_nothing_of_it_is_taken(database: Database) -> None:
    await city(database)
    for features, reason in BROKEN:
        with pytest.raises(GeoJsonError) as refused:
            await taken(database, AreaKind.STREET, *features)
        assert reason in str(refused.value)
    assert set(await Area.filter(kind="street").values_list("code", flat=True)) == {"S1", "S2"}
    assert await AreaImport.all().count() == 3


async def test_a_trial_run_writes_nothing(database: Database) -> None:
    areas = read_areas(file_of(square("S1", 0, 0)), Properties(), "wgs84")
    report = await import_areas(database, system(), AreaKind.STREET, areas, dry_run=True)
    assert report.came == ("S1",)
    assert not await Area.exists()


async def test_a_complaint_is_placed_when_it_is_filed_and_anew_after_an_import(database: Database) -> None:
    desk = desk_on(database)
    early = await filed(desk, position=Position(*at(1.5, 0.5), "wgs84"))
    no_place = await filed(desk)
    desk = replace(desk, places=await city(database))
    inside = await filed(desk, position=Position(*wgs84_to_gcj02(*at(0.5, 0.5)), "gcj02"))
    outside = await filed(desk, position=Position(*at(9, 9), "wgs84"))
    row = await Complaint.get(id=inside.id)
    assert (row.place_area, row.place_grid, row.place_standing) == ("S1", "G1", "inside")
    assert (await Complaint.get(id=outside.id)).place_standing == "outside", "accepted, and flagged"
    assert [step async for step in relocate(database, await load_places())][-1] == (3, 1)
    assert (await Complaint.get(id=early.id)).place_area == "S2"
    assert (await Complaint.get(id=no_place.id)).place_cell is None
    assert [step async for step in relocate(database, await load_places())][-1] == (3, 0)


async def spread(db: Database) -> list[Complaint]:
    """Cases over the two streets and beyond, in several states, units and hands; every fourth from long ago."""
    desk = replace(desk_on(db), places=await city(db))
    for number in range(24):
        column, row = 0.1 + number % 6 * 0.5, 0.1 + number // 6 * 0.25
        await filed(desk, position=Position(*at(column, row), "wgs84"))

    async def vary(change: Change) -> None:
        rows = await Complaint.all().order_by("id")
        for number, row in enumerate(rows):
            row.state = (State.SUBMITTED, State.ASSIGNED, State.CLOSED)[number % 3].value
            row.unit = (None, "street", "night")[number % 3]
            row.assignee_id = HANDLER.id if number % 5 == 2 else None
            row.filed_by_id = person(98) if number % 4 == 1 else None
            row.urgency = "urgent" if number % 2 else None
            row.restricted_at = row.submitted_at if number == 11 else None
            row.submitted_at -= timedelta(days=90 if number % 4 == 3 else 0, minutes=number)
            await row.save()

    await db.change(vary)
    return await Complaint.all().order_by("-submitted_at")


SIGHTS = {
    "everything": EVERYTHING,
    "a unit": Sight(units=frozenset({"street"}), new=False, own_ids=frozenset({HANDLER.id or person(1)})),
    "a unit and what is new": Sight(units=frozenset({"night"}), new=True, own_ids=frozenset({person(99)})),
    "by name alone": Sight(units=frozenset(), new=False, own_ids=frozenset({HANDLER.id or person(1)})),
    "what one filed": Sight(
        units=frozenset({"night"}), new=False, own_ids=frozenset({person(98)}), filed_by_id=person(98)
    ),
    "nothing": Sight(units=frozenset(), new=False, own_ids=frozenset()),
}
CORNER = Box(WEST, SOUTH, WEST + 1.2 * SIDE, SOUTH + 0.7 * SIDE)


def fits(row: Complaint, wanted: Wanted) -> bool:
    latitude, longitude = row.latitude or 0.0, row.longitude or 0.0
    return (
        wanted.sight.covers(row.unit, row.assignee_id, row.filed_by_id)
        and row.submitted_at >= wanted.since_at
        and row.state in wanted.states
        and row.restricted_at is None
        and wanted.unit in (None, row.unit)
        and wanted.urgency in (None, row.urgency)
        and (wanted.area is None or wanted.area == (row.place_area or ""))
        and (
            wanted.box is None
            or (
                wanted.box.west <= longitude <= wanted.box.east
                and wanted.box.south <= latitude <= wanted.box.north
            )
        )
    )


async def test_counts_and_lists_are_those_of_looking_at_every_case(database: Database) -> None:
    rows = await spread(database)
    plain = Wanted(
        sight=EVERYTHING, since_at=database.clock.now() - timedelta(days=30), states=frozenset(State)
    )
    changes: list[dict[str, Any]] = [
        {},
        {"states": OPEN_STATES},
        {"unit": "street", "urgency": "urgent"},
        {"area": "S1"},
        {"area": ""},
        {"since_at": database.clock.now() - timedelta(days=365)},
        *({"sight": sight} for sight in SIGHTS.values()),
        *({"sight": sight, "box": CORNER} for sight in SIGHTS.values()),
    ]
    for change in changes:
        wanted = msgspec.structs.replace(plain, **change)
        expected = [row for row in rows if fits(row, wanted)]
        spots = await counting.newest(database, wanted, 100)
        if wanted.box is None:
            cells = Counter(parent(row.place_cell or 0, 15) for row in expected)
            assert await counting.cells(database, wanted, 15) == cells, change
            assert await counting.areas(database, wanted) == Counter(row.place_area or "" for row in expected)
            assert [one.reference for one in spots] == [row.reference for row in expected], change
        else:
            # Squares reach beyond the box: everything in it is there, and nothing far away.
            found = await counting.cells(database, wanted, LEVEL)
            assert set(found) >= {row.place_cell for row in expected}, change
            assert [one.reference for one in spots] == [row.reference for row in expected], change
    assert len(await counting.newest(database, plain, 3)) == 3


async def test_the_command_refuses_a_broken_file_with_line_and_reason_and_takes_a_whole_one(
    sqlite_url: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    KeyRing.open(keys, create=True)
    broken, whole = tmp_path / "broken.geojson", tmp_path / "whole.geojson"
    broken.write_bytes(file_of(square("S1", 0, 0), {"type": "Feature", "geometry": None}))
    whole.write_bytes(file_of(square("S1", 0, 0)))

    async def areas(*words: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "areas", *words),
            cwd=ROOT,
            env={"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    code, printed = await areas("import", str(broken), "--kind", "street")
    assert (code, "第 2 个要素（第 1 行）：没有图形" in printed) == (2, True), printed
    assert "什么都没有导入" in printed
    code, printed = await areas("import", str(whole), "--kind", "street")
    assert (code, "新增 1 个：S1" in printed) == (0, True), printed
    latitude, longitude = map(str, at(0.5, 0.5))
    assert await areas("locate", latitude, longitude) == (0, "街道  S1  S1 号\n")
    assert (await areas("locate", "10", "20"))[0] == 1
