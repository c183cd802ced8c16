"""Penalty cases: the lists, one with its acts, what its party sent, its papers."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.opening import headers, open_paper
from casework.penalties.case_queries import TABS, case_counts, case_view, cases
from casework.penalties.case_views import CaseView
from casework.permissions import Operation
from kit.files.models import StoredFile
from kit.files.store import FileMissing, Variant
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import PENALTY_CASES, frame_for, shown
from web.console.penalty_case_acts import ACTS, KEPT_AT_MOST, TEXTS, Sent
from web.console.penalty_case_forms import FIELDS, Refused
from web.console.penalty_case_page import detail_of
from web.console.penalty_case_screens import CasesPage
from web.console.penalty_case_words import case_address, row_of
from web.console.penalty_words import desk_of
from web.console.screens import Link, Note
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

ROWS = 30
DONE = frozenset({"issue", *ACTS})


async def show_penalty_cases(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/penalty-cases?tab=&before=."""
    desk, text, now = desk_of(door), door.words.text, door.clock.now()
    waiting = await case_counts(visitor.actor)
    tab = str(request.args.get("tab", ""))
    tab = tab if tab in TABS else next((one for one in TABS if waiting.get(one)), "heard")
    before = str(request.args.get("before", ""))
    found = await cases(desk, visitor.actor, tab, before=before, limit_to=ROWS)
    page = CasesPage(
        tabs=tuple(
            Link(
                href=_address(one),
                words=text(f"console_penalty_cases.tab.{one}")
                + (f" {waiting[one]}" if waiting.get(one) else ""),
                here=one == tab,
            )
            for one in TABS
        ),
        rows=tuple(row_of(door, one, now) for one in found.rows),
        nothing=text(f"console_penalty_cases.nothing.{tab}"),
        note=text(f"console_penalty_cases.order.{'over' if tab == 'over' else 'due'}"),
        new=f"{PENALTY_CASES}/new" if visitor.may(Operation.KEEP_PENALTIES) else "",
        more=_address(tab, found.after) if found.after else "",
        first=_address(tab) if before else "",
    )
    return shown(door, "penalty_cases.html", await frame_for(door, visitor, PENALTY_CASES), page)


async def show_penalty_case(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """GET /console/penalty-cases/{reference}."""
    view = await case_view(desk_of(door), visitor.actor, reference)
    done = str(request.args.get("done", ""))
    notes = (Note(words=door.words.text(f"console_penalty_cases.done.{done}")),) if done in DONE else ()
    return await _shown(door, visitor, view, notes)


async def take_penalty_case(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, act: str
) -> HTTPResponse:
    """POST /console/penalty-cases/{reference}/{act}. Refused, nothing typed is lost."""
    desk = desk_of(door)
    view = await case_view(desk, visitor.actor, reference)
    if act not in ACTS:
        raise NotFound("problem.workflow.unknown_move")
    typed = {name: value_of(request, name)[:KEPT_AT_MOST] for name in TEXTS}
    try:
        await ACTS[act](Sent(desk, visitor.actor, view, typed, revision_of(request)))
    except Problem as problem:
        view = await case_view(desk, visitor.actor, reference)
        sentence = door.words.text(problem.key, **problem.params)
        about = str(problem.params.get("field") or "")
        refused = Refused(act, sentence, about, typed)
        is_beside = about in FIELDS.get(act, ("words",))
        notes = () if is_beside else (Note(words=sentence, tone="late"),)
        return await _shown(door, visitor, view, notes, refused, problem.status)
    return redirect(f"{case_address(view.line.reference)}?done={act}", status=303)


async def show_penalty_case_paper(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, document_id: str
) -> HTTPResponse:
    """GET /console/penalty-cases/{reference}/papers/{id}: the PDF; that it was opened is audited first."""
    desk = desk_of(door)
    view = await case_view(desk, visitor.actor, reference)
    wanted = next((one for one in view.papers if str(one.id) == document_id), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    opened = await open_paper(desk.documents, visitor.actor, wanted.id, "console")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_penalty_case_file(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /console/penalty-cases/{reference}/files/{id}: what the party sent, a photo re-encoded, a PDF to be saved."""
    view = await case_view(desk_of(door), visitor.actor, reference)
    held = (file for one in view.requests for file in one.files)
    wanted = next((one for one in held if str(one.file_id) == file_id and one.is_ready), None)
    if wanted is None:
        raise NotFound()
    try:
        if wanted.is_pdf:
            row = await StoredFile.get(id=wanted.file_id)
            content = await door.files.read_original(row.id, bytes(row.wrapped_key))
            kept = {"content-disposition": f'attachment; filename="{wanted.file_id}.pdf"'}
            return HTTPResponse(content, content_type="application/pdf", headers=kept)
        content = await door.files.read_derived(UUID(file_id), Variant.LARGE)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _shown(
    door: ConsoleDoor,
    visitor: Visitor,
    view: CaseView,
    notes: tuple[Note, ...],
    refused: Refused | None = None,
    status: int = 200,
) -> HTTPResponse:
    page = await detail_of(door, visitor, view, notes, refused)
    return shown(door, "penalty_case.html", await frame_for(door, visitor, PENALTY_CASES), page, status)


def _address(tab: str, before: str = "") -> str:
    return f"{PENALTY_CASES}?{urlencode({'tab': tab} | ({'before': before} if before else {}))}"
