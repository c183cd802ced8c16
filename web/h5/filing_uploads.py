"""What the filing page's script sends before the form: photos and recordings in pieces, and words while they are typed.

The pieces follow tus 1.0.0 in its core: announce, send on at an offset, ask how far it got. ADR 0023, 0026.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request
from sanic.response import json

from casework.dangers.finding import find_danger
from casework.permits.materials import FILE_KIND
from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, Variant
from kit.files.uploads import UploadView
from kit.http.rate_limit import by_address
from kit.problems import Invalid, NotFound, TooLarge
from web.h5.door import H5Door
from web.h5.drafts import AT_MOST, drop, holder_of, save, visit_holder
from web.h5.filing_form import FilingForm, form_of_kept, kept_of
from web.h5.filing_near import near_options
from web.h5.filing_questions import questions_of
from web.h5.filing_reading import PHOTO_KIND, UPLOADS, UPLOADS_A_MINUTE, VOICE_KIND
from web.h5.filing_taking import own_files
from web.h5.visitor import Visitor

KINDS = {"photo": PHOTO_KIND, "voice": VOICE_KIND, "material": FILE_KIND}
FORM = "file"
_DRAFTS_A_MINUTE, _DRAFTS_OF_ALL = 60, 600
_PIECES_A_MINUTE = 1_200


async def begin_upload(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/uploads with Upload-Length and Upload-Kind: where to send it."""
    door.filings.check(request)
    await door.limits.take(UPLOADS, by_address(door.addresses.of(request)), per_minute=UPLOADS_A_MINUTE)
    kind = KINDS.get(request.headers.get("upload-kind", ""))
    length = request.headers.get("upload-length", "")
    if kind is None or not length.isascii() or not length.isdigit() or len(length) > 12:
        raise Invalid("problem.h5.upload_unannounced", field="upload-length")
    upload = await door.uploads.begin(
        holder=visit_holder(request),
        account_id=visitor.account_id if visitor is not None else None,
        kind=kind,
        bytes_total=int(length),
    )
    return _standing(upload, 201)


async def continue_upload(request: Request, door: H5Door, _: Visitor | None, upload_id: str) -> HTTPResponse:
    """PATCH /h5/uploads/<id> with Upload-Offset: the next piece. The route leaves its body unread."""
    door.filings.check(request)
    # Every piece is a file and a row, however small it is.
    await door.limits.take("h5-piece", by_address(door.addresses.of(request)), per_minute=_PIECES_A_MINUTE)
    offset = request.headers.get("upload-offset", "")
    if not offset.isascii() or not offset.isdigit() or len(offset) > 12:
        raise Invalid("problem.h5.upload_unannounced", field="upload-offset")
    upload = await door.uploads.append(_id(upload_id), visit_holder(request), int(offset), _body(request))
    return _standing(upload)


async def look_at_upload(request: Request, door: H5Door, _: Visitor | None, upload_id: str) -> HTTPResponse:
    """GET /h5/uploads/<id>: how far it got."""
    return _standing(await door.uploads.look(_id(upload_id), visit_holder(request)))


async def show_small(request: Request, door: H5Door, visitor: Visitor | None, upload_id: str) -> HTTPResponse:
    """GET /h5/uploads/<id>/small: the thumbnail of a photo one has sent and not filed yet."""
    wanted = _id(upload_id)
    try:
        files = await own_files(request, door, visitor, [wanted])
    except Invalid:
        raise NotFound() from None
    row: StoredFile = files[wanted]
    if row.state != FileState.READY.value or row.kind != PHOTO_KIND:
        raise NotFound()
    try:
        content = await door.files.read_derived(wanted, Variant.THUMBNAIL)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def keep_draft(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/file/draft: what is being typed; answered with what must be said about it at once.

    Words about our own people are kept nowhere, and what was kept of them before goes.
    """
    door.filings.check(request)
    holder = holder_of(request, visitor)
    await door.limits.take("h5-draft", holder, per_minute=_DRAFTS_A_MINUTE)
    await door.limits.take("h5-draft", by_address(door.addresses.of(request)), per_minute=_DRAFTS_OF_ALL)
    form = _sent_form(request)
    misconduct = door.misconduct.is_told_in(form.words())
    if misconduct or form.is_blank:
        for one in dict.fromkeys((holder, visit_holder(request))):
            await drop(door, one, FORM)
    else:
        await save(door, holder, FORM, kept_of(form))
    danger = bool(find_danger(door.desk.policy.danger, form.story))
    asked = () if misconduct else questions_of(door, form)
    questions = door.pages.render("h5/_questions.html", {"questions": asked}) if asked else ""
    said: dict[str, object] = {"danger": danger, "misconduct": misconduct, "questions": questions}
    near = () if misconduct else await near_options(request, door, visitor, form)
    if near is not None:
        said["near"] = door.pages.render("h5/_near.html", {"near": near, "same": form.same}) if near else ""
    return json(said)


def _sent_form(request: Request) -> FilingForm:
    if len(request.body) > AT_MOST * 3:
        raise TooLarge("problem.h5.draft_too_large")
    try:
        content = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("problem.invalid_json", field="body") from None
    if not isinstance(content, dict):
        raise Invalid("problem.invalid_json", field="body")
    return form_of_kept(content)


def _standing(upload: UploadView, status: int = 200) -> HTTPResponse:
    return json(
        {
            "id": str(upload.id),
            "offset": upload.bytes_received,
            "length": upload.bytes_total,
            "done": upload.file_state is not None,
        },
        status=status,
    )


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound() from None


async def _body(request: Request) -> AsyncIterator[bytes]:
    # Sanic types the stream by its smallest protocol, which cannot read.
    stream: Any = request.stream
    while piece := await stream.read():
        yield piece
