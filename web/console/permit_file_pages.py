"""Files of permits: what was handed in and photos of visits, given out to whoever may see what they belong to."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from casework.permits.detail import application_view
from casework.permits.drafts import draft_view
from casework.permits.heard_files import attach_to_statement, files_of_statements
from casework.permits.materials import FILE_KIND, AttachedFile, attached_to, staff_holder
from casework.permits.survey_queries import file_of_survey_photo
from kit.files.models import FileState, StoredFile
from kit.files.pdf import PDF
from kit.files.store import FileMissing, Variant
from kit.files.uploads import Uploads
from kit.problems import Conflict, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.permit_pages import render
from web.console.permit_words import application_address, id_of, permits_of
from web.console.screens import Note
from web.console.submission import photos_named
from web.console.visitor import Visitor


async def show_material(
    request: Request, door: ConsoleDoor, visitor: Visitor, attached_id: str
) -> HTTPResponse:
    """GET /console/permits/files/{id}?case= or ?draft=: a re-encoded picture, or the PDF."""
    wanted = id_of(attached_id, "problem.permit.not_found")
    for one in await _files(door, visitor, request):
        if one.id == wanted and one.file_id is not None and one.state == FileState.READY.value:
            is_small = request.args.get("size") == "small"
            if one.media_type == PDF:
                return await _paper(door, one.file_id)
            return await _picture(door, one.file_id, is_small=is_small)
    raise NotFound("problem.permit.not_found")


async def keep_heard_file(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, statement_id: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/statements/{id}/files: what somebody handed in with what they said."""
    desk, uploads = permits_of(door), Uploads(door.db, door.files)
    view = await application_view(desk, visitor.actor, reference)
    wanted, files = id_of(statement_id, "problem.permit.statement_not_found"), photos_named(request, "files")
    try:
        if not files:
            raise Conflict("problem.permit.console_file")
        for one in files:
            row = await uploads.whole(
                one.body, holder=staff_holder(visitor.staff.id), account_id=None, kind=FILE_KIND
            )
            await attach_to_statement(desk, visitor.actor, wanted, row.id)
    except Problem as problem:
        if problem.status == 404:
            raise
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        return await render(door, visitor, view, notes=(note,), status=problem.status)
    return redirect(f"{application_address(view.line.reference)}?done=heard_file#heard", status=303)


async def show_survey_photo(
    request: Request, door: ConsoleDoor, visitor: Visitor, photo_id: str
) -> HTTPResponse:
    """GET /console/surveys/photos/{id}."""
    wanted = id_of(photo_id, "problem.permit.survey_not_found")
    file_id = await file_of_survey_photo(visitor.actor, wanted)
    if file_id is None:
        raise NotFound("problem.permit.survey_not_found")
    return await _picture(door, file_id, is_small=request.args.get("size") == "small")


async def _files(door: ConsoleDoor, visitor: Visitor, request: Request) -> tuple[AttachedFile, ...]:
    desk, draft, case = permits_of(door), request.args.get("draft", ""), request.args.get("case", "")
    if draft:
        view = await draft_view(desk, visitor.actor, id_of(draft, "problem.permit.draft_not_found"))
        return view.files
    found = await application_view(desk, visitor.actor, case)
    if visitor.may(Operation.SEE_APPLICANT):
        heard = await files_of_statements(found.line.id)
        return (
            *await attached_to(application_id=found.line.id),
            *(one for files in heard.values() for one in files),
        )
    # Organs that are asked see the plans, not who somebody is.
    kind = desk.section.kind(found.line.kind)
    plans = {one.code for one in kind.materials if one.for_co_signers} if kind is not None else set()
    return tuple(one for one in await attached_to(application_id=found.line.id) if one.material in plans)


async def _picture(door: ConsoleDoor, file_id: UUID, *, is_small: bool) -> HTTPResponse:
    try:
        content = await door.files.read_derived(file_id, Variant.THUMBNAIL if is_small else Variant.LARGE)
    except FileMissing:
        raise NotFound() from None
    return _answer(content, "image/jpeg")


async def _paper(door: ConsoleDoor, file_id: UUID) -> HTTPResponse:
    row = await StoredFile.get_or_none(id=file_id)
    if row is None:
        raise NotFound()
    try:
        content = await door.files.read_original(row.id, bytes(row.wrapped_key))
    except FileMissing:
        raise NotFound() from None
    # Somebody else's PDF may hold anything: it is saved, never shown within our pages.
    return _answer(content, PDF, f'attachment; filename="{row.id.hex[-8:]}.pdf"')


def _answer(content: bytes, media_type: str, disposition: str = "inline") -> HTTPResponse:
    headers = {
        "content-disposition": disposition,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return HTTPResponse(content, content_type=media_type, headers=headers)
