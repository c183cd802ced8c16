"""The rows of the uploads, for the table of all operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from miniapp_api.operations import Given, Header, Operation, Pace, Refusals, Who
from miniapp_api.upload_routes import (
    ADDRESS,
    FORM_TYPE,
    PIECE_TYPE,
    TUS_VERSION,
    WHOLE_TYPES,
    AboutUpload,
    UploadShown,
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
_GONE: Refusals = ((404, "problem.upload.not_found"), (410, "problem.upload.over"))
_SPOKEN: Refusals = ((412, "problem.upload.version"), (400, "problem.upload.header"))
_REFUSED: Refusals = (
    (415, "problem.file.type_not_allowed"),
    (415, "problem.file.not_a_recording"),
    (415, "problem.unsupported_media_type"),
    (413, "problem.file.too_large"),
    (413, "problem.upload.past_the_end"),
    (408, "problem.timeout"),
    (409, "problem.upload.offset"),
)
_FILE: Mapping[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
_FORM: Mapping[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": _FILE},
    "additionalProperties": False,
}

UPLOADS: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path=ADDRESS,
        name="send_file",
        tag="files",
        who=Who.TOKEN,
        pace=SENDING,
        raw=send,
        is_stream=True,
        query=AboutUpload,
        takes_media={FORM_TYPE: _FORM, **dict.fromkeys((*WHOLE_TYPES, PIECE_TYPE), _FILE)},
        headers=(_VERSION, Header(name="upload-length", schema=_BYTES), Header(name="upload-metadata")),
        gives=(
            Given(
                status=201,
                content=UploadShown,
                headers=(Header(name="location", is_required=True), _VERSION, _OFFSET, _EXPIRES),
            ),
        ),
        refuses=(
            *_REFUSED,
            *_SPOKEN,
            (400, "problem.bad_request"),
            (422, "problem.file.empty"),
            (422, "problem.upload.form"),
            (429, "problem.upload.too_many_open"),
            (429, "problem.upload.too_much_today"),
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
        refuses=_GONE,
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
        refuses=(*_GONE, *_SPOKEN),
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
        takes_media={PIECE_TYPE: _FILE},
        headers=(_ASKED_VERSION, Header(name="upload-offset", schema=_BYTES, is_required=True)),
        gives=(Given(status=204, headers=(_VERSION, _OFFSET, _EXPIRES)),),
        refuses=(*_GONE, *_SPOKEN, *_REFUSED),
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
