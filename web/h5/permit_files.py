"""Papers to hand in: attached as they arrive, by the script in the background or by an ordinary form."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from casework.permits import drafts
from casework.permits.drafts import DraftView, FileChange
from casework.permits.forms import Filled, visible_materials
from casework.permits.kinds import Material
from casework.permits.materials import AttachedFile
from kit.files.models import FileState
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound, Problem
from web.h5.door import H5Door
from web.h5.drafts import visit_holder
from web.h5.filing_reading import FormRead
from web.h5.permit_correcting import CORRECT
from web.h5.permit_screens import HeldFile, MaterialView
from web.h5.permit_steps import PAPERS, draft_of, uuid_of
from web.h5.permit_words import PERMITS, sample_of
from web.h5.visitor import Visitor

_GOOD = (FileState.RECEIVED.value, FileState.READY.value)


async def attach(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/attach: a file the script has sent goes under its material."""
    form = request.form
    material, file_id = (str(form.get(name, "")) if form is not None else "" for name in ("material", "file"))
    made = await drafts.attach(
        door.permits.desk,
        visitor.actor,
        uuid_of(draft_id),
        material,
        uuid_of(file_id),
        holders=(visit_holder(request),),
    )
    return await _list(door, visitor, draft_id, material, made)


async def detach(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/detach: take a file away again."""
    form = request.form
    attached = str(form.get("attached", "")) if form is not None else ""
    made = await drafts.detach(door.permits.desk, visitor.actor, uuid_of(draft_id), uuid_of(attached))
    if "application/json" in request.headers.get("accept", ""):
        material = str(form.get("material", "")) if form is not None else ""
        return await _list(door, visitor, draft_id, material, made)
    return back_to_papers(await draft_of(door, visitor, draft_id))


async def show_material(
    request: Request, door: H5Door, visitor: Visitor, draft_id: str, attached_id: str
) -> HTTPResponse:
    """GET /h5/permits/drafts/<id>/files/<attached>: the small picture of a paper in one's own draft."""
    draft, wanted = await draft_of(door, visitor, draft_id), uuid_of(attached_id)
    file = next((one for one in draft.files if one.id == wanted), None)
    if file is None or file.file_id is None or file.state != FileState.READY.value:
        raise NotFound()
    try:
        content = await door.files.read_derived(file.file_id, Variant.THUMBNAIL)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def counted(draft: DraftView) -> dict[str, int]:
    """How many good files lie under each material."""
    found: dict[str, int] = {}
    for one in draft.files:
        if one.state in _GOOD:
            found[one.material] = found.get(one.material, 0) + 1
    return found


async def material_views(
    door: H5Door,
    draft: DraftView,
    filled: Filled,
    faults: Mapping[str, Problem],
    only: Collection[str] | None = None,
) -> tuple[MaterialView, ...]:
    """The papers that are asked for with what is there; `only` those of these codes."""
    return tuple(
        _view(door, draft, one, faults.get(one.code))
        for one in visible_materials(draft.kind, filled)
        if only is None or one.code in only
    )


def _view(door: H5Door, draft: DraftView, material: Material, fault: Problem | None) -> MaterialView:
    text = door.words.text
    files = [one for one in draft.files if one.material == material.code]
    takes = {"photo": "image/*", "pdf": "application/pdf"}
    notes = [material.hint] if material.hint else []
    if not material.original_at_window:
        key = "takes_both" if len(material.accepts) > 1 else f"takes_{material.accepts[0]}"
        notes.append(text(f"h5_permits.paper.{key}", most=material.count_most))
    return MaterialView(
        code=material.code,
        name=material.name,
        note="。".join(notes),
        sample=sample_of(material),
        files=tuple(_file(door, draft, one, number) for number, one in enumerate(files, start=1)),
        takes=",".join(takes[one] for one in material.accepts),
        room=max(0, material.count_most - len(files)),
        wrong=text(fault.key, **fault.params) if fault is not None else "",
        optional=not material.required and not material.original_at_window,
        at_window=text("h5_permits.paper.at_window") if material.original_at_window else "",
    )


def _file(door: H5Door, draft: DraftView, one: AttachedFile, number: int) -> HeldFile:
    text, is_pdf = door.words.text, one.media_type == "application/pdf"
    state = "good" if one.state in _GOOD else "bad"
    words = text(f"h5_permits.paper.file_{'pdf' if is_pdf else 'photo'}", number=number)
    if state == "bad":
        words = text(
            "h5_permits.paper.file_bad", file=words, why=text(one.reason or "problem.file.undecodable")
        )
    is_drawn = one.state == FileState.READY.value and not is_pdf
    return HeldFile(
        words=words,
        remove=str(one.id),
        small=f"{PERMITS}/drafts/{draft.id}/files/{one.id}" if is_drawn else "",
        is_bad=state == "bad",
    )


async def _list(
    door: H5Door, visitor: Visitor, draft_id: str, material: str, made: FileChange
) -> HTTPResponse:
    """The files of one material as they are now, for the script, and which revision of the draft followed which."""
    draft = await draft_of(door, visitor, draft_id)
    views = await material_views(door, draft, draft.filled, {}, (material,))
    if not views:
        return json({"files": "", "room": 0, "before": made.before, "revision": made.after})
    files = door.pages.render("h5/_permit_files.html", {"material": views[0]})
    return json({"files": files, "room": views[0].room, "before": made.before, "revision": made.after})


def back_to_papers(draft: DraftView) -> HTTPResponse:
    """To the step with the papers."""
    step = CORRECT if draft.application_id is not None else PAPERS
    return redirect(f"{PERMITS}/drafts/{draft.id}?step={step}", status=303)


def room_for(draft: DraftView | None, read: FormRead) -> int:
    """How many more the material takes."""
    code = next(iter(read.fields.get("material", ())), "")
    if draft is None:
        return 0
    asked = next((one for one in draft.kind.materials if one.code == code), None)
    held = sum(1 for one in draft.files if one.material == code)
    return max(0, asked.count_most - held) if asked is not None else 0
