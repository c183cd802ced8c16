"""What can be done about one's own application: put it right, have one's say, take it back, rate it, open its papers."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.opening import headers, open_paper
from casework.permits import drafts
from casework.permits.detail import application_view
from casework.permits.models import PermitApplication
from casework.permits.parties import ANSWERS, Answer, Said, state
from casework.permits.rating import rate
from casework.permits.views import ApplicationView
from casework.permits.withdrawing import withdraw
from casework.permits.written import opened_form
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.h5 import typed
from web.h5.door import H5Door
from web.h5.drafts import visit_holder
from web.h5.permit_cases import application_page
from web.h5.permit_words import OWN, PERMITS
from web.h5.typed import Typed
from web.h5.visitor import Visitor

ACTS = ("correct", "withdraw", "rate", "state")
PER_MINUTE, MOST = 20, 4_000


async def take_act(
    request: Request, door: H5Door, visitor: Visitor, reference: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/me/permits/<reference>/<act>. Sent twice it acts once; refused, nothing typed is lost."""
    if act not in ACTS:
        raise NotFound()
    view = await application_view(door.permits.desk, visitor.actor, reference)
    words, score = (form.text(name)[:MOST] for name in ("words", "score"))
    try:
        await door.limits.take("h5-permit-act", str(visitor.session.id), per_minute=PER_MINUTE)
        if act == "correct":
            return await _correct(door, visitor, view)
        if door.misconduct.is_told_in(words):
            raise Invalid("problem.h5_case.about_staff", field="words", phone=door.bureau.phone)
        await _take(door, visitor, view, act, form, words, score)
    except Problem as problem:
        view = await application_view(door.permits.desk, visitor.actor, reference)
        return await application_page(request, door, visitor, view, problem, act, words, score, form.photos)
    await typed.drop(door, (visit_holder(request),))
    return redirect(f"{OWN}/{view.line.reference}?done={act}", status=303)


async def show_paper(request: Request, door: H5Door, visitor: Visitor, document_id: str) -> HTTPResponse:
    """GET /h5/papers/<id>: the PDF of a paper about one's own; that it was opened stands on its chain first."""
    try:
        wanted = UUID(document_id)
    except ValueError:
        raise NotFound("problem.document.not_found") from None
    opened = await open_paper(door.permits.desk.documents, visitor.actor, wanted, "h5")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def _take(
    door: H5Door, visitor: Visitor, view: ApplicationView, act: str, form: Typed, words: str, score: str
) -> None:
    desk, revision = door.permits.desk, form.text("revision")
    if act == "rate":
        if not score:
            raise Invalid("problem.h5_permits.no_score", field="score")
        await rate(desk, visitor.actor, view.line.id, int(score) if score in "12345" and score else 0, words)
        return
    if act == "state":
        answer: Answer = score if score in ANSWERS else "stated"
        if form.fault is not None:
            raise form.fault
        said = Said(answer=answer, words=words, files=form.photos)
        await state(desk, visitor.actor, view.line.id, said)
        return
    if view.line.state == "withdrawn":
        return
    expected = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None
    await withdraw(desk, visitor.actor, view.line.id, ground=words, expected_revision=expected)


async def _correct(door: H5Door, visitor: Visitor, view: ApplicationView) -> HTTPResponse:
    """Into the form, with all that was submitted in it and what is to be put right on the page."""
    if "correct" not in view.moves:
        raise Conflict("problem.h5_permits.not_now")
    row = await PermitApplication.get(id=view.line.id)
    draft_id = await drafts.begin(
        door.permits.desk,
        visitor.actor,
        row.kind,
        view.line.act,
        row.concerns_id,
        application_id=row.id,
        filled=opened_form(door.permits.desk, row),
    )
    return redirect(f"{PERMITS}/drafts/{draft_id}", status=303)
