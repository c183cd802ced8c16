"""Reading a form with photos while it arrives: what was typed is safe before the first photo is here.

Browsers send the fields in the order of the page. The token stands first; without it no file is kept. The words stand
before the photos and are kept as a draft as soon as a photo begins, so a network that dies in the middle of one costs
that photo and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sanic import Request

from kit.files.room import NoRoom
from kit.http.csrf import FIELD, HEADER
from kit.http.form_stream import Part, boundary_of, parts
from kit.http.rate_limit import by_address
from kit.problems import Invalid, Problem
from web.h5.door import H5Door

WITH_PHOTOS_AT_MOST = 320 * 1024 * 1024
"""Bytes of a form with all its photos, those that will be refused too; they are read and not kept."""
_WORDS_AT_MOST = 256 * 1024
UPLOADS, UPLOADS_A_MINUTE = "h5-upload", 120
"""Photos and recordings that come from one address, by whichever way."""
PHOTO_KIND, VOICE_KIND = "complaint_photo", "complaint_voice"


@dataclass
class FormRead:
    """A form as it came: fields by name, photos that were kept, and why others were not."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    photos: list[UUID] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    too_many: int = 0


async def read_form(
    request: Request,
    door: H5Door,
    *,
    holder: str,
    account_id: UUID | None,
    file_field: str,
    room: Callable[[FormRead], int],
    before_files: Callable[[FormRead], Awaitable[bool]],
    kind: str = PHOTO_KIND,
) -> FormRead:
    """Read the whole form, whatever its kind; `kind` is what its files are for. The route must leave the body unread (`stream=True`).

    `room`: how many photos the form may still take. `before_files` is called with what has come once the first photo
    begins, and says whether photos may be kept; without it they are read past. Raises Problem for what is no form.
    """
    read, boundary = FormRead(), boundary_of(request.headers.get("content-type", ""))
    if boundary is None or request.stream is None:
        if request.stream is not None:
            await request.receive_body()
        form: Mapping[str, list[str]] = request.form or {}
        read.fields = {name: [str(value) for value in values] for name, values in form.items()}
        return read
    request.stream.request_max_size = WITH_PHOTOS_AT_MOST
    length, may_keep = 0, None
    async for part in parts(_body(request), boundary):
        if not part.is_file:
            words = await part.content.gathered(_WORDS_AT_MOST - length)
            length += len(words)
            read.fields.setdefault(part.name, []).append(words.decode(errors="replace"))
        elif part.name == file_field:
            first = await anext(part.content, b"")
            if not first:
                if part.is_picked:
                    read.refused.append(Invalid("problem.file.empty", field="file"))
                continue
            if may_keep is None:
                may_keep = await before_files(read)
            if may_keep and len(read.photos) < room(read):
                address = by_address(door.addresses.of(request))
                await _keep(door, read, part, first, holder, account_id, address, kind)
            elif may_keep:
                read.too_many += 1
    return read


def has_token(request: Request, door: H5Door, read: FormRead) -> bool:
    """Whether the form is one of ours, for this visit. Raises Forbidden for what another site sent."""
    sent = request.headers.getall(HEADER, []) or read.fields.get(FIELD, [])
    return door.filings.knows(request, sent)


async def _body(request: Request) -> AsyncIterator[bytes]:
    # Sanic types the stream by its smallest protocol, which cannot read.
    stream: Any = request.stream
    while piece := await stream.read():
        yield piece


async def _keep(
    door: H5Door,
    read: FormRead,
    part: Part,
    first: bytes,
    holder: str,
    account_id: UUID | None,
    address: str,
    kind: str,
) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield first
        async for piece in part.content:
            yield piece

    try:
        # A holder's share says little here: a browser that forgets its cookie is another holder.
        await door.limits.take(UPLOADS, address, per_minute=UPLOADS_A_MINUTE)
        row = await door.uploads.whole(content(), holder=holder, account_id=account_id, kind=kind)
    except Problem as refusal:
        if refusal.status >= 500 and not isinstance(refusal, NoRoom):
            raise
        read.refused.append(refusal)
    else:
        read.photos.append(row.id)
