"""Sending files: whole, as a form or as they are, or in pieces by tus 1.0.0 (core, creation, creation-with-upload,
expiration, termination), so that a lost network costs no more than the last piece."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request

from casework.penalties import case_requests as penalty
from casework.permits import materials as permit
from kit.files.kinds import HEAD_LENGTH, MAX_FILE_BYTES, sniff, sniff_recording
from kit.files.uploads import UploadView, account_holder
from kit.http.bodies import Body
from kit.http.form_stream import boundary_of, parts
from kit.problems import Gone, Invalid, NotFound, Problem
from miniapp_api.door import ApiDoor
from miniapp_api.operations import RawHandler
from miniapp_api.speaking import Caller, answer, query_of

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation,creation-with-upload,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
FORM_TYPE = "multipart/form-data"
PAPER_TYPE = "application/pdf"
WHOLE_TYPES = ("image/*", "audio/*", "video/*", PAPER_TYPE, "application/octet-stream")
_FILE_KINDS = ("image/", "audio/", "video/", PAPER_TYPE)
ADDRESS = "/api/v1/uploads"
_ROOM_FOR_A_FORM = 64 * 1024
_MATERIALS = {"permit": permit.FILE_KIND, "penalty": penalty.FILE_KIND}
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,30}", re.ASCII)

T = TypeVar("T")
Kind = Literal["photo", "voice", "video"]


class UploadFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file is for: a complaint (a photo or a recording), a material of a permit, or what a party sends in a penalty case (both a photo
    or a PDF).
    """

    meant_for: Literal["complaint", "permit", "penalty"] = "complaint"


class UploadShown(msgspec.Struct, frozen=True):
    """Where an upload stands; its id is that of the file it becomes.

    `file_state`: none before all of it is here, then received (waits to be looked at), ready or refused; `problem`
    is the type of the refusal.
    """

    id: UUID
    state: Literal["open", "complete", "ended"]
    bytes_total: Annotated[int, msgspec.Meta(ge=0)]
    bytes_received: Annotated[int, msgspec.Meta(ge=0)]
    expires_at: datetime
    file_state: Literal["received", "ready", "refused"] | None
    problem: str | None


Acting = Callable[[Request, ApiDoor, Caller], Awaitable[HTTPResponse]]


def _tus(handler: Callable[..., Awaitable[HTTPResponse]]) -> RawHandler:
    """A handler of the protocol: its version checked, and said with every answer, refusals too."""

    @wraps(handler)
    async def spoken(request: Request, door: ApiDoor, caller: Caller, **found: str) -> HTTPResponse:
        try:
            asked = request.headers.get("tus-resumable", "")
            if asked != TUS_VERSION:
                # The protocol wants 412 for another version; what is none is a header that does not fit.
                raise Problem("problem.upload.version", 412 if _VERSION.fullmatch(asked) else 400)
            response = await _found(handler(request, door, caller, **found))
        except Problem as refusal:
            refused = request.app.error_handler.response(request, refusal)
            if not isinstance(refused, HTTPResponse):
                raise
            response = refused
            if refusal.key == "problem.upload.version":
                response.headers["tus-version"] = TUS_VERSION
        response.headers["tus-resumable"] = TUS_VERSION
        return response

    return spoken


async def _found(looking: Awaitable[T]) -> T:
    """What was given up or has expired is not there (404), and says why: the protocol leaves the choice."""
    try:
        return await looking
    except Gone as over:
        raise NotFound(over.key) from None


async def send(request: Request, door: ApiDoor, caller: Caller) -> HTTPResponse:
    """POST /uploads: a whole file. What its first bytes say is what it is.

    Clients of tus that know one address only may announce a file here too: see `announce`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_file = media_type == FORM_TYPE or media_type.startswith(_FILE_KINDS)
    if not is_file and ("upload-length" in request.headers or "tus-resumable" in request.headers):
        return await announce(request, door, caller)
    body = Body(request, at_most=MAX_FILE_BYTES + _ROOM_FOR_A_FORM, too_large="problem.file.too_large")
    try:
        if media_type == FORM_TYPE:
            return await _whole(request, door, caller, _only_file(request, body))
        if not is_file and media_type != WHOLE_TYPES[-1]:
            raise Problem("problem.unsupported_media_type", 415)
        return await _whole(request, door, caller, aiter(body))
    except Problem:
        await body.drain()
        raise


async def _whole(
    request: Request, door: ApiDoor, caller: Caller, content: AsyncIterator[bytes]
) -> HTTPResponse:
    holder = account_holder(caller.account_id)
    head = b""
    while len(head) < HEAD_LENGTH and (piece := await anext(content, None)) is not None:
        head += piece
    row = await door.uploads.whole(
        _rejoined(head, content),
        holder=holder,
        account_id=caller.account_id,
        kind=_material_kind(request) or f"complaint_{_kind_of(head[:HEAD_LENGTH])}",
    )
    view = await door.uploads.look(row.id, holder)
    return answer(_shown(view), 201, {"location": f"{ADDRESS}/{view.id}"})


def _material_kind(request: Request) -> str:
    """The kind of what may be a PDF too; "" for a complaint's, which its first bytes tell."""
    return _MATERIALS.get(query_of(request, UploadFor).meant_for, "")


def _kind_of(head: bytes) -> Kind:
    """What is neither is refused as a photo."""
    recording = None if sniff(head) is not None else sniff_recording(head)
    return "photo" if recording is None else "video" if recording.startswith("video/") else "voice"


async def _rejoined(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if head:
        yield head
    async for piece in rest:
        yield piece


async def _only_file(request: Request, body: Body) -> AsyncIterator[bytes]:
    """The field `file` of a form, which has no other."""
    boundary = boundary_of(request.headers.get("content-type", ""))
    if boundary is None:
        raise Problem("problem.bad_request", 400)
    found = False
    async for part in parts(aiter(body), boundary):
        if found or part.name != "file" or not part.is_file:
            raise Invalid("problem.upload.form", field="file")
        found = True
        async for piece in part.content:
            yield piece
    if not found:
        raise Invalid("problem.upload.form", field="file")


@_tus
async def announce(request: Request, door: ApiDoor, caller: Caller) -> HTTPResponse:
    """POST /uploads/pieces: the announcement of a file that comes in pieces, with its first piece or without."""
    total = _number(request, "upload-length")
    recorded = _announced_kind(request.headers.get("upload-metadata", "")) or "photo"
    kind = _material_kind(request) or f"complaint_{recorded}"
    has_begun = request.headers.get("content-type", "") == PIECE_TYPE
    body = Body(request, at_most=total if has_begun else 0, too_large="problem.upload.past_the_end")
    holder = account_holder(caller.account_id)
    try:
        view = await door.uploads.begin(
            holder=holder, account_id=caller.account_id, kind=kind, bytes_total=total
        )
        if has_begun:
            view = await door.uploads.append(view.id, holder, 0, body)
        else:
            await body.drain()
    except Problem:
        await body.drain()
        raise
    headers = {"location": f"{ADDRESS}/{view.id}", **_standing(view)}
    return answer(_shown(view), 201, headers)


@_tus
async def stand(request: Request, door: ApiDoor, caller: Caller, upload_id: str) -> HTTPResponse:
    """HEAD /uploads/{upload_id}: how much is here."""
    view = await door.uploads.look(_id(upload_id), account_holder(caller.account_id))
    headers = {"upload-length": str(view.bytes_total), "cache-control": "no-store", **_standing(view)}
    return HTTPResponse(status=200, headers=headers, content_type="application/json")


@_tus
async def go_on(request: Request, door: ApiDoor, caller: Caller, upload_id: str) -> HTTPResponse:
    """PATCH /uploads/{upload_id}: the next piece."""
    body = Body(request, at_most=MAX_FILE_BYTES, too_large="problem.upload.past_the_end")
    try:
        if request.headers.get("content-type", "") not in (PIECE_TYPE, WHOLE_TYPES[-1]):
            raise Problem("problem.unsupported_media_type", 415)
        offset = _number(request, "upload-offset")
        view = await door.uploads.append(_id(upload_id), account_holder(caller.account_id), offset, body)
    except Problem:
        await body.drain()
        raise
    return HTTPResponse(status=204, headers=_standing(view))


async def show(request: Request, door: ApiDoor, caller: Caller, upload_id: str) -> HTTPResponse:
    """GET /uploads/{upload_id}: how much is here, and what became of the file."""
    looking = door.uploads.look(_id(upload_id), account_holder(caller.account_id))
    return answer(_shown(await _found(looking)))


@_tus
async def give_up(request: Request, door: ApiDoor, caller: Caller, upload_id: str) -> HTTPResponse:
    """DELETE /uploads/{upload_id}: it will not come; what is here goes."""
    await door.uploads.end(_id(upload_id), account_holder(caller.account_id))
    return HTTPResponse(status=204)


async def say_how(request: Request, door: ApiDoor, caller: Caller | None) -> HTTPResponse:
    """OPTIONS /uploads: what of the protocol is spoken here."""
    headers = {
        "tus-resumable": TUS_VERSION,
        "tus-version": TUS_VERSION,
        "tus-extension": TUS_EXTENSIONS,
        "tus-max-size": str(MAX_FILE_BYTES),
    }
    return HTTPResponse(status=204, headers=headers)


def _standing(view: UploadView) -> dict[str, str]:
    headers = {"upload-offset": str(view.bytes_received)}
    if view.state == "open":
        headers["upload-expires"] = format_datetime(view.expires_at.astimezone(UTC), usegmt=True)
    return headers


def _shown(view: UploadView) -> UploadShown:
    return UploadShown(
        id=view.id,
        state=view.state.value,
        bytes_total=view.bytes_total,
        bytes_received=view.bytes_received,
        expires_at=view.expires_at,
        file_state=view.file_state.value if view.file_state else None,
        problem=f"/problems/{view.reason.removeprefix('problem.')}" if view.reason else None,
    )


def _number(request: Request, name: str) -> int:
    sent = request.headers.getall(name, [])
    if len(sent) != 1 or not _NUMBER.fullmatch(sent[0]):
        raise Problem("problem.upload.header", 400, header=name)
    return int(sent[0])


def _announced_kind(metadata: str) -> Kind | None:
    """`kind` of Upload-Metadata (`name base64, name base64`); what else stands there, such as a file's name, is ignored."""
    for pair in metadata.split(",")[:20]:
        name, _, value = pair.strip().partition(" ")
        if name == "kind":
            try:
                return msgspec.convert(b64decode(value, validate=True).decode(), Kind)
            except (msgspec.ValidationError, binascii.Error, UnicodeDecodeError):
                raise Problem("problem.upload.header", 400, header="upload-metadata") from None
    return None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("problem.upload.not_found") from None
