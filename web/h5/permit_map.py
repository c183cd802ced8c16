"""The map a place is picked on: our own areas, over an approved base map where there is one."""

from __future__ import annotations

from typing import Any

import msgspec
from sanic import HTTPResponse, Request

from casework.areas.kinds import AreaKind
from casework.areas.models import Area
from casework.areas.places import Places
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.permit_words import PERMITS
from web.h5.visitor import Visitor

KINDS = (AreaKind.DISTRICT, AreaKind.STREET)
FOR_GOOD = "public, max-age=31536000, immutable"
SAID = ("zoom_in", "zoom_out")


def setup_of(door: H5Door) -> str:
    """What the script begins with, as JSON; empty where there is neither an area nor a base map to show."""
    text, ground, places = door.words.text, door.permits.ground, door.permits.desk.places
    if not isinstance(places, Places):
        return ""
    atlas, base = places.atlas, ground.base
    kinds = [kind for kind in KINDS if any(one.kind is kind for one in atlas.named.values())]
    if base is None and not kinds:
        return ""
    box = atlas.box
    setup: dict[str, Any] = {
        "credit": text("h5_permits.map.credit_own")
        if base is None
        else text("h5_permits.map.credit", name=base.name, approval=base.approval),
        "words": {name: text(f"h5_permits.map.{name}") for name in SAID},
        "areas": {kind.value: f"{PERMITS}/areas/{atlas.version}/{kind.value}" for kind in kinds},
        "bounds": (box.west, box.south, box.east, box.north) if box is not None else None,
        "base": {"tiles": ground.tiles, "servers": base.servers, "datum": base.datum, "deepest": base.deepest}
        if base is not None
        else None,
        "point": None,
    }
    return msgspec.json.encode(setup).decode()


async def give_areas(
    request: Request, door: H5Door, _: Visitor | None, version: str, kind: str
) -> HTTPResponse:
    """GET /h5/permits/areas/<version>/<kind>: outlines of districts and streets as GeoJSON, the public ones."""
    if kind not in KINDS:
        raise NotFound()
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
    places = door.permits.desk.places
    is_kept = isinstance(places, Places) and version == str(places.atlas.version)
    headers = {"cache-control": FOR_GOOD} if is_kept else {}
    return HTTPResponse(body, content_type="application/geo+json", headers=headers)
