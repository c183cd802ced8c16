"""The rows of the uploads, for the table of all operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from miniapp_api.operations import Given, Header, Operation, Pace, Refusals, Who
from miniapp_api.upload_routes import (
    ADDRESS,
    FORM_TYPE,
    PAPER_TYPE,
    PIECE_TYPE,
    TUS_VERSION,
    UploadFor,
    UploadShown,
    announce,
    give_up,
    go_on,
    say_how,
    send,
    show,
    stand,
)

SENDING = Pace("api-upload", 300)
_BYTES: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_ONE = ADDRESS + "/{upload_id}"
_VERSION = Header(name="tus-resumable", schema={"const": TUS_VERSION})
_ASKED_VERSION = Header(name="tus-resumable", schema={"const": TUS_VERSION}, is_required=True)
_OFFSET = Header(name="upload-offset", schema=_BYTES)
_EXPIRES = Header(name="upload-expires")
_GONE: Refusals = ((404, "problem.upload.not_found"), (404, "problem.upload.over"))
_SPOKEN: Refusals = (
    (412, "problem.upload.version"),
    (400, "problem.upload.version"),
    (400, "problem.upload.header"),
)
_REFUSED: Refusals = (
    (415, "problem.file.type_not_allowed"),
    (415, "problem.file.not_a_recording"),
    (415, "problem.unsupported_media_type"),
    (413, "problem.file.too_large"),
    (413, "problem.upload.past_the_end"),
    (408, "problem.timeout"),
    (409, "problem.upload.offset"),
)
_PHOTO: Mapping[str, Any] = {"type": "string", "format": "binary"}
_RECORDING: Mapping[str, Any] = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "pattern": "^(#!AMR\\n|ID3)",
    "description": "Begins like a file of its kind. Only what such signatures say in ASCII can be written here.",
}
_ANY_FILE: Mapping[str, Any] = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "pattern": "^(GIF8[79]a|#!AMR\\n|ID3)",
    "description": "Begins like a photo (JPEG, PNG, GIF, WebP, HEIC) or a recording. "
    "Only what such signatures say in ASCII can be written here.",
}
_PAPER: Mapping[str, Any] = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "pattern": "^%PDF-1",
    "description": "For a material of a permit (meant_for=permit) or of a penalty case (meant_for=penalty).",
}
_PIECE: Mapping[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
_LENGTH: Mapping[str, Any] = {
    "type": "string",
    # 1 to 20971520: what is larger is refused with 413, as the protocol wants it.
    "pattern": "^([1-9][0-9]{0,6}|1[0-9]{7}|20[0-8][0-9]{5}|209[0-6][0-9]{4}|20970[0-9]{3}"
    "|20971[0-4][0-9]{2}|209715[01][0-9]|20971520)$",
}

_FORM: Mapping[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": _ANY_FILE},
    "additionalProperties": False,
}

_BEGUN = Given(
    status=201,
    content=UploadShown,
    headers=(Header(name="location", is_required=True), _VERSION, _OFFSET, _EXPIRES),
)
_NO_ROOM: Refusals = ((507, "problem.file.no_room"),)
_USED_UP: Refusals = ((429, "problem.upload.too_many_open"), (429, "problem.upload.too_much_today"))

UPLOADS: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path=ADDRESS,
        name="send_file",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=send,
        query=UploadFor,
        is_stream=True,
        takes_media={
            "image/*": _PHOTO,
            "audio/*": _RECORDING,
            "video/*": _RECORDING,
            PAPER_TYPE: _PAPER,
            "application/octet-stream": _ANY_FILE,
            FORM_TYPE: _FORM,
        },
        gives=(_BEGUN,),
        refuses=(
            *_REFUSED,
            *_SPOKEN,
            (400, "problem.bad_request"),
            (422, "problem.file.empty"),
            (422, "problem.upload.form"),
            *_USED_UP,
            *_NO_ROOM,
        ),
    ),
    Operation(
        method="POST",
        path=ADDRESS + "/pieces",
        name="announce_file",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=announce,
        query=UploadFor,
        is_stream=True,
        headers=(
            _ASKED_VERSION,
            Header(name="upload-length", schema=_LENGTH, is_required=True),
        ),
        gives=(_BEGUN,),
        refuses=(
            *_REFUSED,
            *_SPOKEN,
            (422, "problem.file.empty"),
            *_USED_UP,
            *_NO_ROOM,
        ),
    ),
    Operation(
        method="OPTIONS",
        path=ADDRESS,
        name="upload_protocol",
        tag="files",
        who=Who.ANYBODY,
        pace=SENDING,
        raw=say_how,
        gives=(
            Given(
                status=204,
                headers=(
                    _VERSION,
                    Header(name="tus-version"),
                    Header(name="tus-extension"),
                    Header(name="tus-max-size", schema=_BYTES),
                ),
            ),
        ),
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="show_upload",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=show,
        gives=(Given(content=UploadShown),),
        refuses=(*_GONE, *_NO_ROOM),
    ),
    Operation(
        method="HEAD",
        path=_ONE,
        name="upload_offset",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=stand,
        headers=(_ASKED_VERSION,),
        gives=(Given(headers=(_VERSION, _OFFSET, Header(name="upload-length", schema=_BYTES), _EXPIRES)),),
        refuses=(*_GONE, *_SPOKEN, *_NO_ROOM),
    ),
    Operation(
        method="PATCH",
        path=_ONE,
        name="go_on_sending",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=go_on,
        is_stream=True,
        takes_media={PIECE_TYPE: _PIECE, "application/octet-stream": _PIECE},
        headers=(_ASKED_VERSION, Header(name="upload-offset", schema=_BYTES, is_required=True)),
        gives=(Given(status=204, headers=(_VERSION, _OFFSET, _EXPIRES)),),
        refuses=(*_GONE, *_SPOKEN, *_REFUSED, *_NO_ROOM),
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="give_up_upload",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=give_up,
        headers=(_ASKED_VERSION,),
        gives=(Given(status=204, headers=(_VERSION,)),),
        refuses=(*_GONE, *_SPOKEN, (409, "problem.upload.complete")),
    ),
)
