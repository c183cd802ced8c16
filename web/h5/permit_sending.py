"""Papers sent by an ordinary form, for browsers without scripts."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters

from casework.permits import drafts
from casework.permits.materials import FILE_KIND
from kit.http.csrf import check_origin
from kit.problems import Invalid, Problem
from web.h5.door import door_of
from web.h5.drafts import visit_holder
from web.h5.filing_reading import FormRead, has_token, read_form
from web.h5.permit_files import back_to_papers, room_for
from web.h5.permit_steps import PAPERS, draft_of, uuid_of
from web.h5.permit_wizard import show_refused
from web.h5.permit_words import PERMITS
from web.h5.visitor import to_the_entrance, visitor_of


async def take_files(request: Request, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/files: the form of one material, for browsers without scripts.

    The body is read as it comes: words first, so that files of strangers are passed over.
    """
    door = door_of(request)
    visitor = await visitor_of(request, door)
    request.ctx.visitor = visitor
    check_origin(request, door.public_url)
    draft = await draft_of(door, visitor, draft_id) if visitor is not None else None

    async def before_files(read: FormRead) -> bool:
        return draft is not None and has_token(request, door, read)

    read = await read_form(
        request,
        door,
        holder=visit_holder(request),
        account_id=visitor.account_id if visitor is not None else None,
        file_field="files",
        room=lambda so_far: room_for(draft, so_far),
        before_files=before_files,
        kind=FILE_KIND,
    )
    request.parsed_form, request.parsed_files = RequestParameters(read.fields), RequestParameters()
    if visitor is None or draft is None:
        return to_the_entrance(f"{PERMITS}/drafts/{uuid_of(draft_id)}?step={PAPERS}")
    material = next(iter(read.fields.get("material", ())), "")
    refused: list[Problem] = list(read.refused)
    for one in read.photos:
        try:
            await drafts.attach(
                door.permits.desk, visitor.actor, draft.id, material, one, holders=(visit_holder(request),)
            )
        except Problem as problem:
            refused.append(problem)
    if not refused and not read.photos and not read.too_many:
        refused.append(Invalid("problem.h5_permits.no_file", field="files"))
    if refused:
        # Beside the paper it was sent for, with all that is there already.
        return await show_refused(request, door, visitor, draft.id, material, refused[0])
    return back_to_papers(draft)
