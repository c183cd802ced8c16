"""Pages that explain: how to get a permit today."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.screens import Fact, PermitsPage
from web.h5.visitor import Visitor

PERMITS = "/h5/permits"


async def show_permits(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/permits: for anybody."""
    text, window = door.words.text, door.bureau.window
    page = PermitsPage(
        window=(
            Fact(name=text("h5.permits.where"), words=f"{window.name}，{window.address}"),
            Fact(name=text("h5.permits.when"), words=door.bureau.hours),
            Fact(name=text("h5.permits.phone"), words=window.phone),
        ),
        bring=tuple(text(f"h5.permits.bring.{name}") for name in ("form", "identity", "place", "photo")),
        note=text("h5.permits.note"),
    )
    return shown(door, "permits.html", frame_for(request, door, visitor, PERMITS), page)
