"""The frame of a public page, and the answer that carries it: the same for everybody, to be kept by any cache."""

from __future__ import annotations

from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import html

from kit.http.conditional import conditional
from web.public.door import PublicDoor
from web.public.screens import Frame

CACHED = "public, max-age=300"
"""What is published is seen by everybody five minutes later at most."""


def frame_for(request: Request, door: PublicDoor) -> Frame:
    """The size of print stands in the address: a cookie would make every reader's page another one."""
    is_large = str(request.args.get("print", "")) == "large"
    kept = {name: str(request.args.get(name)) for name in ("month", "q") if request.args.get(name)}
    query = urlencode(kept if is_large else {**kept, "print": "large"})
    text = door.catalogue.text
    return Frame(
        bureau_name=door.bureau.name,
        mark=door.bureau.short_name[-2:],
        phone=door.bureau.phone,
        hotline=door.bureau.hotline,
        is_large=is_large,
        print_href=request.path + (f"?{query}" if query else ""),
        print_words=text("h5.print.normal" if is_large else "h5.print.large"),
    )


def shown(request: Request, door: PublicDoor, template: str, page: object, status: int = 200) -> HTTPResponse:
    """A whole page, or that the reader has it already."""
    values = {"frame": frame_for(request, door), "page": page}
    response = html(door.pages.render(f"public/{template}", values), status=status)
    return conditional(request, response, cache_control=CACHED, vary="accept-encoding")
