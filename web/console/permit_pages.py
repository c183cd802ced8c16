"""An application: its page, its moves, the papers they would issue, the look at who applies."""

from __future__ import annotations

from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permits.correcting import FIELD, MATERIAL
from casework.permits.detail import application_view
from casework.permits.originals import see_original
from casework.permits.previewing import preview
from casework.permits.revealing import Applicant, reveal_applicant
from casework.permits.views import ApplicationView
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS, frame_for, shown
from web.console.notice_pages import note_opened
from web.console.permit_acts import Attempt
from web.console.permit_forms import PERMIT_FORMS
from web.console.permit_inputs import Sent, sent
from web.console.permit_page import permit_page
from web.console.permit_words import application_address, id_of, permits_of
from web.console.screens import Note
from web.console.visitor import Visitor

DONE = frozenset({*PERMIT_FORMS, "submit", "correct", "original", "co_sign", "identity", "heard_file"})
MOVED_ON = ("problem.permit.moved_on", "problem.workflow.wrong_state")
_UNKEPT = ("expected_revision", "act", "back")


async def show_permit(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/permits/{reference}."""
    view, done = await find(door, visitor, reference), str(request.args.get("done", ""))
    notes: tuple[Note, ...] = ()
    if done in DONE:
        words = door.words.text(f"console_permits.done.{done}", reference=view.line.reference)
        notes = (Note(words=words),)
    return await render(door, visitor, view, notes=notes)


async def take_permit(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, act: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/{move}: the application as it stands then, or its page with what is wrong."""
    form = PERMIT_FORMS.get(act)
    if form is None:
        raise NotFound("problem.workflow.unknown_move")
    view, given = await find(door, visitor, reference), sent(request)
    try:
        await form.take(permits_of(door), visitor.actor, view.line.id, given)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _refused(door, visitor, reference, act, given, problem)
    return redirect(f"{application_address(view.line.reference)}?done={act}", status=303)


async def preview_permit(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, act: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/{move}/preview: the paper as the move would issue it; nothing is kept of it."""
    form = PERMIT_FORMS.get(act)
    if form is None or not form.has_paper:
        raise NotFound("problem.workflow.unknown_move")
    view, given = await find(door, visitor, reference), sent(request)
    id, actor = view.line.id, visitor.actor
    if view.is_own:
        return await _refused(door, visitor, reference, act, given, Problem("problem.permit.own_seen", 403))
    try:
        content = await preview(
            permits_of(door),
            id,
            lambda trial: form.take(trial, actor, id, given),
            unnumbered=door.words.text("console_permits.unnumbered"),
        )
    except Problem as problem:
        if problem.status == 404 and problem.key != "problem.permit.no_paper":
            raise
        return await _refused(door, visitor, reference, act, given, problem)
    return pdf_answer(content)


async def show_applicant(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/reveal: who applies, in clear, for this one page; the look is kept."""
    view = await find(door, visitor, reference)
    found = await reveal_applicant(permits_of(door), visitor.actor, view.line.id)
    return await render(door, visitor, await find(door, visitor, reference), revealed=found)


async def mark_original(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, attached_id: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/original/{id}: the original was held against the copy."""
    view = await find(door, visitor, reference)
    wanted = id_of(attached_id, "problem.permit.not_found")
    await see_original(permits_of(door), visitor.actor, view.line.id, wanted)
    return redirect(f"{application_address(view.line.reference)}?done=original#materials", status=303)


async def find(door: ConsoleDoor, visitor: Visitor, reference: str) -> ApplicationView:
    """The application; NotFound for one that is not the visitor's to see."""
    return await application_view(permits_of(door), visitor.actor, reference)


def pdf_answer(content: bytes) -> HTTPResponse:
    """A PDF that is looked at in place and kept by nobody."""
    headers = {
        "content-disposition": 'inline; filename="preview.pdf"',
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return HTTPResponse(content, content_type="application/pdf", headers=headers)


def field_of(problem: Problem) -> str:
    """The field a refusal names, "" for none."""
    return str(getattr(problem, "field", None) or problem.params.get("field", "") or "")


def kept_of(given: Sent) -> dict[str, str]:
    """What was typed, without what the page itself put into the form."""
    return {name: words for name, words in given.texts.items() if name not in _UNKEPT}


async def _refused(
    door: ConsoleDoor, visitor: Visitor, reference: str, act: str, given: Sent, problem: Problem
) -> HTTPResponse:
    """The page as it is now, with one sentence beside its field and everything that was typed."""
    view = await find(door, visitor, reference)
    key = "problem.permit.moved_on" if problem.key in MOVED_ON else problem.key
    sentence, name = door.words.text(key, **problem.params), field_of(problem)
    known = {one for one, _, _ in PERMIT_FORMS[act].fields} | {"items"}
    texts = kept_of(given)
    is_shown = act in view.moves and (name in known or name.startswith((FIELD, MATERIAL)))
    attempt = Attempt(move=act, texts=texts, wrong={name: sentence} if is_shown else {})
    notes = () if is_shown else (Note(words=sentence, tone="late"),)
    lost: tuple[Note, ...] = ()
    if act not in view.moves:
        lost = tuple(Note(words=words, tone="plain") for words in texts.values() if words.strip())
    return await render(door, visitor, view, notes=notes, attempt=attempt, lost=lost, status=problem.status)


async def render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: ApplicationView,
    *,
    notes: tuple[Note, ...] = (),
    attempt: Attempt | None = None,
    revealed: Applicant | None = None,
    lost: tuple[Note, ...] = (),
    identity_wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    """The page of an application. Whoever reads it has read what was told about it."""
    await note_opened(door, visitor, view.line.id)
    page = await permit_page(
        door,
        visitor,
        view,
        notes=notes,
        attempt=attempt,
        revealed=revealed,
        lost=lost,
        identity_wrong=identity_wrong,
    )
    return shown(door, "permit.html", await frame_for(door, visitor, PERMITS), page, status)
