"""How much a request may carry: photos only from somebody who has signed in here before.

A body is gathered in memory before anything looks at it, so its size is what a stranger could fill ours with.
A session that has ended still counts: its form comes back with the login, see `signing_in`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request
from sanic.request import File, RequestParameters

from kit.files.kinds import MAX_FILE_BYTES
from kit.http.form_stream import Part, boundary_of, parts
from web.console.door import STAFF, door_of
from web.console.form_shapes import PHOTOS_BYTES

LARGEST_WITH_PHOTOS = 32 * 1024 * 1024
HEARD_OUT_BYTES = 320 * 1024 * 1024
"""Too many photos are read to their end, so that the refusal is heard and the words come back; what is past
`PHOTOS_BYTES` is dropped as it comes."""
_WORDS_AT_MOST = 1024 * 1024

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def with_photos(handler: Handler) -> Handler:
    """A handler for a route that leaves its body unread (`stream=True`): read here, by who sends it."""

    @wraps(handler)
    async def reading(request: Request, **path: str) -> HTTPResponse:
        door = door_of(request)
        known = await door.sessions.was_begun(door.cookie.read(request), STAFF)
        if request.stream is not None:
            boundary = boundary_of(request.headers.get("content-type", ""))
            if known and boundary is not None and _announced(request) > LARGEST_WITH_PHOTOS:
                request.stream.request_max_size = HEARD_OUT_BYTES
                await _heard_out(request, boundary)
            else:
                request.stream.request_max_size = (
                    LARGEST_WITH_PHOTOS if known else request.app.config.REQUEST_MAX_SIZE
                )
                await request.receive_body()
        return await handler(request, **path)

    return reading


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 12 else 0


async def _heard_out(request: Request, boundary: bytes) -> None:
    """The form with all its words. Of photos that are too many not a part is taken: the form's own check says so."""
    texts: dict[str, list[str]] = {}
    files: dict[str, list[File]] = {}
    words_room, photos_room = _WORDS_AT_MOST, PHOTOS_BYTES
    async for part in parts(_pieces(request), boundary):
        if part.is_file:
            bodies = await _whole_or_too_much(part, photos_room)
            photos_room = max(0, photos_room - sum(map(len, bodies)))
            name = "-" if part.is_picked else ""
            files.setdefault(part.name, []).extend(File(type="", body=body, name=name) for body in bodies)
        else:
            words = await part.content.gathered(words_room)
            words_room -= len(words)
            texts.setdefault(part.name, []).append(words.decode(errors="replace"))
    request.parsed_form, request.parsed_files = RequestParameters(texts), RequestParameters(files)


async def _whole_or_too_much(part: Part, room: int) -> list[bytes]:
    """The photo, or bytes as many as are refused: by what one photo may be, or by what all may be."""
    kept, length = bytearray(), 0
    async for piece in part.content:
        length += len(piece)
        if length <= room:
            kept += piece
    if length <= room:
        return [bytes(kept)]
    if length > MAX_FILE_BYTES:
        return [bytes(MAX_FILE_BYTES + 1)]
    return [bytes(MAX_FILE_BYTES)] * (PHOTOS_BYTES // MAX_FILE_BYTES + 1)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    # Sanic types the stream by its smallest protocol, which cannot read.
    stream: Any = request.stream
    while piece := await stream.read():
        yield piece
