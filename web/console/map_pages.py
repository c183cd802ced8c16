"""The map of cases: the page, what its script asks for, and the areas it draws."""

from __future__ import annotations

import msgspec
from sanic import HTTPResponse, Request

from casework.areas.cells import LEVEL
from casework.areas.counting import areas, cells, newest
from casework.areas.kinds import AreaKind
from casework.areas.models import Area
from kit.http.headers import allow_pictures_of
from kit.problems import NotFound
from web.console.door import ConsoleDoor
from web.console.frame import MAP, frame_for, shown
from web.console.map_filters import box_of, filters_of, zoom_of
from web.console.map_screens import CellsAnswer, MapPage, SpotsAnswer
from web.console.map_words import area_lines, choices_of, credit_of, setup_of, spot_line
from web.console.screens import Note
from web.console.visitor import Visitor

LINES = 20
SPOTS_AT_MOST = 300
FINER_BY = 4
"""Cells are so many zooms finer than the map: squares of 16 pixels."""
FOR_GOOD = "private, max-age=31536000, immutable"
JSON = "application/json"


async def show_map(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/map."""
    filters, understood = filters_of(request.query_string, door)
    wanted = filters.wanted(visitor.sight, door.clock.now())
    counted = await areas(door.db, msgspec.structs.replace(wanted, area=None))
    spots = await newest(door.db, wanted, LINES)
    told = {
        "console.queue.bad_filter": not understood,
        "console_map.no_areas": not door.map.places.atlas.named,
        "console_map.no_key": door.map.base is not None and door.map.shown_base is None,
    }
    page = MapPage(
        setup=setup_of(door, await _bounds(door, filters.area)),
        query=filters.query,
        choices=choices_of(door, visitor, filters),
        areas=area_lines(door, filters, counted),
        lines=tuple(spot_line(door, one) for one in spots),
        total=counted.get(wanted.area, 0) if wanted.area is not None else sum(counted.values()),
        everywhere=filters.within("").address if filters.area else "",
        credit=credit_of(door, door.map.shown_base),
        notes=tuple(Note(words=door.words.text(key), tone="soon") for key, said in told.items() if said),
    )
    let_base_in(request, door)
    return shown(door, "map.html", await frame_for(door, visitor, MAP), page, 200 if understood else 400)


async def give_cells(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/map/cells: how many cases lie in each square of a box, as fine as the zoom shows."""
    filters, _ = filters_of(request.query_string, door)
    box, zoom = box_of(request.args.get("box", "")), zoom_of(request.args.get("zoom", ""))
    level = min(LEVEL, zoom + FINER_BY)
    counted = await cells(door.db, filters.wanted(visitor.sight, door.clock.now(), box), level)
    answer = CellsAnswer(level, [part for item in counted.items() for part in item])
    return HTTPResponse(msgspec.json.encode(answer), content_type=JSON)


async def give_spots(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/map/spots: the newest cases of a box, one by one."""
    filters, _ = filters_of(request.query_string, door)
    box = box_of(request.args.get("box", ""))
    wanted = filters.wanted(visitor.sight, door.clock.now(), box)
    found = await newest(door.db, wanted, SPOTS_AT_MOST + 1)
    answer = SpotsAnswer(
        tuple(spot_line(door, one) for one in found[:SPOTS_AT_MOST]), more=len(found) > SPOTS_AT_MOST
    )
    return HTTPResponse(msgspec.json.encode(answer), content_type=JSON)


async def give_areas(
    request: Request, door: ConsoleDoor, visitor: Visitor, version: str, kind: str
) -> HTTPResponse:
    """GET /console/map/areas/{version}/{kind}: outlines as GeoJSON; what a version holds never changes."""
    if kind not in AreaKind._value2member_map_:
        raise NotFound
    rows = await Area.filter(kind=kind).order_by("code").values("code", "name", "geometry")
    features = [
        {
            "type": "Feature",
            "properties": {"code": row["code"], "name": row["name"]},
            "geometry": msgspec.Raw(row["geometry"].encode()),
        }
        for row in rows
    ]
    body = msgspec.json.encode({"type": "FeatureCollection", "features": features})
    # Asked for by an older page, what is newer must not be kept under the older version.
    kept = version == str(door.map.places.atlas.version)
    headers = {"cache-control": FOR_GOOD} if kept else {}
    return HTTPResponse(body, content_type="application/geo+json", headers=headers)


def let_base_in(request: Request, door: ConsoleDoor) -> None:
    """Let this page load the pictures of the base map, and of nobody else."""
    base = door.map.shown_base
    if base is not None:
        allow_pictures_of(request, base.origins)


async def _bounds(door: ConsoleDoor, area: str) -> tuple[float, float, float, float] | None:
    """What the map begins with: the area chosen, else everything."""
    row = await Area.get_or_none(code=area) if area else None
    if row is not None:
        return row.west, row.south, row.east, row.north
    box = door.map.places.atlas.box
    return (box.west, box.south, box.east, box.north) if box is not None else None
