"""Declaring a paper void, of a permit or of a penalty case: what it is, why, and whether another one is issued in its place."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.issuing import REASON_AT_MOST
from casework.documents.models import IssuedDocument
from casework.documents.opening import DocumentView, paper_for
from casework.documents.register import successors
from casework.penalties.case_papers import ABOUT as ABOUT_PENALTY
from casework.penalties.case_voiding import has_copy, void_case_paper
from casework.penalties.models import PenaltyCase
from casework.permissions import Operation
from casework.permits.delivering import RECIPIENT_AT_MOST
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import ABOUT_PERMIT
from casework.permits.void_papers import DECIDING, void_paper
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.document_screens import VoidingPage
from web.console.document_words import OPENED, VOIDABLE, desk_of, paper_id
from web.console.door import ConsoleDoor
from web.console.frame import PENALTY_CASES, PERMITS, frame_for, shown
from web.console.penalty_case_words import case_address
from web.console.penalty_words import desk_of as penalties_of
from web.console.permit_words import application_address, held_address, permits_of
from web.console.screens import Ask, Fact, Link, Note
from web.console.submission import value_of
from web.console.visitor import Visitor


async def show_voiding(
    request: Request, door: ConsoleDoor, visitor: Visitor, document_id: str
) -> HTTPResponse:
    """GET /console/documents/{id}/void."""
    view = await _paper(door, visitor, document_id)
    return await _render(door, visitor, view, request.args.get("done", "") == "void")


async def void_one(request: Request, door: ConsoleDoor, visitor: Visitor, document_id: str) -> HTTPResponse:
    """POST /console/documents/{id}/void. Refused, nothing typed is lost."""
    view, reason = await _paper(door, visitor, document_id), value_of(request, "reason")
    recipient = value_of(request, "recipient")
    is_replaced = bool(value_of(request, "replace")) or await _must_be_replaced(view)
    try:
        if view.about_kind == ABOUT_PENALTY:
            await void_case_paper(penalties_of(door), visitor.actor, view.id, reason, is_replaced=is_replaced)
        else:
            await void_paper(
                permits_of(door),
                visitor.actor,
                view.id,
                reason,
                is_replaced=is_replaced,
                recipient=recipient,
            )
    except (Invalid, Conflict) as problem:
        view = await _paper(door, visitor, document_id)
        return await _render(door, visitor, view, False, problem, reason, recipient, is_replaced=is_replaced)
    return redirect(f"{OPENED}/{view.id}/void?done=void", status=303)


async def _paper(door: ConsoleDoor, visitor: Visitor, document_id: str) -> DocumentView:
    view = await paper_for(desk_of(door), visitor.actor, paper_id(document_id))
    if view.about_kind not in VOIDABLE:
        raise NotFound("problem.document.not_found")
    return view


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: DocumentView,
    is_done: bool,
    problem: Problem | None = None,
    typed: str = "",
    recipient: str = "",
    *,
    is_replaced: bool = True,
) -> HTTPResponse:
    text, is_penalty = door.words.text, view.about_kind == ABOUT_PENALTY
    sentence = text(problem.key, **problem.params) if problem is not None else ""
    is_void = view.voided_at is not None
    notes: list[Note] = []
    if is_done and is_void:
        notes.append(Note(words=_said(door, "done", is_penalty=is_penalty), tone="good"))
    if sentence and "field" not in (problem.params if problem is not None else {}):
        notes.append(Note(words=sentence, tone="late"))
    must = await _must_be_replaced(view)
    page = VoidingPage(
        title=text(f"document.name.{view.paper}"),
        number=view.number or text("console_documents.list.unnumbered"),
        notes=tuple(notes),
        facts=await _facts(door, view),
        links=await _links(door, visitor, view),
        lead=_said(door, "lead", is_penalty=is_penalty),
        action="" if is_void else f"{OPENED}/{view.id}/void",
        reason=Ask(
            name="reason",
            kind="short",
            label=text("console_documents.voiding.reason"),
            help=_said(door, "reason_help", is_penalty=is_penalty),
            typed=typed[:REASON_AT_MOST],
            wrong=sentence if problem is not None and problem.params.get("field") == "reason" else "",
            at_most=REASON_AT_MOST,
        ),
        replace=None
        if must
        else Ask(
            name="replace",
            kind="tick",
            label=text("console_documents.voiding.replace"),
            optional=True,
            typed="1" if is_replaced else "",
        ),
        recipient=None
        if is_penalty
        else Ask(
            name="recipient",
            kind="short",
            label=text("console_documents.voiding.recipient"),
            help=text("console_documents.voiding.recipient_help"),
            typed=recipient[:RECIPIENT_AT_MOST],
            wrong=sentence if problem is not None and problem.params.get("field") == "recipient" else "",
            at_most=RECIPIENT_AT_MOST,
            optional=True,
        ),
        must_replace=_said(door, "must_replace", is_penalty=is_penalty) if must else "",
    )
    status = problem.status if problem is not None else 200
    here = PENALTY_CASES if is_penalty else PERMITS
    return shown(door, "paper_void.html", await frame_for(door, visitor, here), page, status)


async def _must_be_replaced(view: DocumentView) -> bool:
    if view.about_kind == ABOUT_PENALTY:
        return not await has_copy(await IssuedDocument.get(id=view.id))
    return view.paper in DECIDING


def _said(door: ConsoleDoor, name: str, *, is_penalty: bool) -> str:
    if is_penalty:
        return door.words.text(f"console_documents.voiding.{name}_penalty")
    return door.words.text(f"console_documents.voiding.{name}")


async def _facts(door: ConsoleDoor, view: DocumentView) -> tuple[Fact, ...]:
    text, now = door.words.text, door.clock.now()
    facts = [("issued", door.words.moment(view.issued_at, now))]
    if view.voided_at is not None:
        facts += [("voided", door.words.moment(view.voided_at, now)), ("why", view.void_reason)]
        after = (await successors((view,))).get(view.id)
        facts.append(
            ("successor", text("console_documents.voiding.no_successor") if after is None else after or "—")
        )
    return tuple(
        Fact(name=text(f"console_documents.voiding.fact.{name}"), words=words) for name, words in facts
    )


async def _links(door: ConsoleDoor, visitor: Visitor, view: DocumentView) -> tuple[Link, ...]:
    text, at = door.words.text, f"{OPENED}/{view.id}"
    links = [Link(href=at, words=text("console_documents.list.open"))]
    if view.voided_at is not None and visitor.may(Operation.SEE_VOID_ORIGINALS):
        links.append(Link(href=f"{at}/original", words=text("console_documents.list.original")))
    if view.about_kind == ABOUT_PENALTY:
        case = await PenaltyCase.get(id=view.about_id)
        links.append(
            Link(href=case_address(case.reference), words=text("console_documents.voiding.back_penalty"))
        )
    elif view.about_kind == ABOUT_PERMIT:
        permit = await Permit.get(id=view.about_id)
        links.append(Link(href=held_address(permit.id), words=text("console_documents.voiding.back_permit")))
    else:
        row = await PermitApplication.get(id=view.about_id)
        links.append(
            Link(href=application_address(row.reference), words=text("console_documents.voiding.back"))
        )
    return tuple(links)
