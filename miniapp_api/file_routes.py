"""Photos, recordings and papers of one's own cases, and those one has just sent."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.complaints.models import Complaint, ComplaintPhoto
from casework.penalties.models import (
    PartyRequest,
    PartyRequestFile,
    PenaltyCase,
    RectificationNotice,
    RectificationPhoto,
)
from casework.people.merging import members
from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound
from miniapp_api.operations import Call
from miniapp_api.speaking import Refused

PHOTO, PAPER = "image/jpeg", "application/pdf"
RECORDINGS = (
    "audio/amr",
    "audio/amr-wb",
    "audio/speex",
    "audio/mpeg",
    "audio/mp4",
    "audio/webm",
    "audio/ogg",
    "video/mp4",
    "video/quicktime",
    "video/webm",
)
_HEADERS = {"content-disposition": "inline", "cache-control": "private, no-cache"}


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which copy of a photo. Of a recording or a paper there is one."""

    size: Literal["large", "small"] = "large"


async def show_file(call: Call[None, Size]) -> HTTPResponse:
    """GET /files/{file_id}: a photo's re-encoded copy, a recording or a PDF as it came. Other people's do not exist."""
    try:
        wanted = UUID(call.parts["file_id"])
    except ValueError:
        raise NotFound() from None
    row = await StoredFile.get_or_none(id=wanted)
    if row is None or not await _is_own(call, row):
        raise NotFound()
    if row.state != FileState.READY.value:
        # Refused for good, or still on its way to being shown.
        waits = row.state == FileState.RECEIVED.value
        raise Refused(
            "problem.file.not_ready" if waits else row.reason or "problem.file.broken", field="file_id"
        )
    is_photo = row.sniffed_type.startswith("image/")
    try:
        if is_photo:
            variant = Variant.THUMBNAIL if call.query.size == "small" else Variant.LARGE
            content = await call.door.files.read_derived(wanted, variant)
        else:
            content = await call.door.files.read_original(wanted, bytes(row.wrapped_key))
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type=PHOTO if is_photo else row.sniffed_type, headers=_HEADERS)


async def _is_own(call: Call[None, Size], row: StoredFile) -> bool:
    own = list(await members(call.who.account_id))
    if row.account_id in own:
        return True
    cases = await ComplaintPhoto.filter(file_id=row.id).values_list("complaint_id", flat=True)
    if cases and await Complaint.filter(id__in=list(cases), account_id__in=own).exists():
        return True
    # What a party sent before it had an account, with nothing but the code of a paper, is its own with the case.
    requests = await PartyRequestFile.filter(file_id=row.id).values_list("request_id", flat=True)
    asked = await PartyRequest.filter(id__in=list(requests)).values_list("case_id", flat=True)
    if asked and await PenaltyCase.filter(id__in=list(asked), account_id__in=own).exists():
        return True
    notices = await RectificationPhoto.filter(file_id=row.id).values_list("notice_id", flat=True)
    return (
        bool(notices) and await RectificationNotice.filter(id__in=list(notices), account_id__in=own).exists()
    )
