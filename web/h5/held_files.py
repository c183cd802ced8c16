"""Files a person handed in, back to that person: a photo as its re-encoded copy, a PDF as it came and only to be saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.permits.heard_views import heard_by_applicant
from casework.permits.holder_heard import holder_heard
from casework.permits.materials import AttachedFile
from kit.files.models import FileState, StoredFile
from kit.files.pdf import PDF
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.screens import Link

_KB = 1024


async def serve(request: Request, door: H5Door, file_id: UUID) -> HTTPResponse:
    """A file the caller has found to be the visitor's own. Raises NotFound where it is not decoded, or gone."""
    row = await StoredFile.get_or_none(id=file_id, state=FileState.READY.value)
    if row is None:
        raise NotFound()
    kept = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
    try:
        if row.sniffed_type == PDF:
            content = await door.files.read_original(row.id, bytes(row.wrapped_key))
            kept["content-disposition"] = f'attachment; filename="{row.id.hex[-8:]}.pdf"'
            return HTTPResponse(content, content_type=PDF, headers=kept)
        variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
        content = await door.files.read_derived(row.id, variant)
    except FileMissing:
        raise NotFound() from None
    kept["content-disposition"] = "inline"
    return HTTPResponse(content, content_type="image/jpeg", headers=kept)


async def serve_statement_file(
    request: Request, door: H5Door, files: Iterable[AttachedFile], file_id: str
) -> HTTPResponse:
    """One of the `files` of the visitor's own statements. Raises NotFound for any other."""
    wanted = next((one.file_id for one in files if one.file_id and str(one.file_id) == file_id), None)
    if wanted is None:
        raise NotFound()
    return await serve(request, door, wanted)


async def files_said_by_applicant(door: H5Door, application_id: UUID) -> tuple[AttachedFile, ...]:
    """What the applicant handed in with their statements about an application they were found to see."""
    heard = await heard_by_applicant(door.permits.desk, application_id)
    return tuple(file for one in heard.statements for file in one.files)


async def files_said_by_holder(door: H5Door, permit_id: UUID) -> tuple[AttachedFile, ...]:
    """What the holder handed in before their permit was to be ended, of a permit that is theirs."""
    heard = await holder_heard(door.permits.desk, permit_id)
    return tuple(file for one in heard.said for file in one.files) if heard is not None else ()


def statement_links(
    door: H5Door, own: str, said: Iterable[tuple[datetime, tuple[AttachedFile, ...]]]
) -> tuple[Link, ...]:
    """Each file with when it was handed in, its number and size; without an address where it cannot be opened (yet)."""
    text, found = door.words.text, []
    for at, files in said:
        for number, file in enumerate(files, start=1):
            kind = "pdf" if file.media_type == PDF else "photo"
            is_ready = file.file_id is not None and file.state == FileState.READY.value
            words = text(
                f"h5_permits.heard.{kind}",
                at=door.words.moment(at),
                number=number,
                size=size_words(door, file.bytes_size),
            )
            found.append(
                Link(
                    href=f"{own}/files/{file.file_id}" if is_ready else "",
                    words=words if is_ready else text("h5_permits.heard.not_yet", file=words),
                )
            )
    return tuple(found)


def size_words(door: H5Door, bytes_size: int) -> str:
    """How large a file is, as a telephone says it."""
    if bytes_size < _KB * _KB:
        return door.words.text("h5.file.kilobytes", size=max(1, -(-bytes_size // _KB)))
    return door.words.text("h5.file.megabytes", size=f"{bytes_size / _KB / _KB:.1f}")
