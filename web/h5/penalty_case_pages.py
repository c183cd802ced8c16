"""A party's penalty cases: the list, one with all that may be said and asked, its files and papers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.documents.opening import headers, open_paper_of
from casework.penalties.access import case_behind
from casework.penalties.case_claiming import claim_cases, claimable_cases
from casework.penalties.case_papers import ABOUT
from casework.penalties.case_queries import case_view, cases_of
from casework.penalties.case_views import CaseLine, CaseView
from casework.penalties.delivery_consents import has_consented
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.drafts import carry_visit
from web.h5.frame import frame_for, shown
from web.h5.held_files import serve
from web.h5.identity_page import IDENTITY
from web.h5.penalty_case_page import (
    TONES,
    Refused,
    day,
    forms,
    limits,
    money,
    named,
    plain_words,
    plan_lines,
    remedies,
    said_card,
)
from web.h5.penalty_case_screens import CaseDetail, CasesPage
from web.h5.penalty_screens import NoticeRow
from web.h5.penalty_visitor import CASES, NoticeVisitor
from web.h5.screens import Fact, Link
from web.h5.visitor import ENTER, Visitor

DONE = frozenset({"statement", "hearing", "waiver", "instalment", "delay", "withdraw", "consent", "link"})
CLAIMED = frozenset({"taken", "none"})


async def show_own_cases(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/penalty-cases."""
    text, done = door.words.text, str(request.args.get("done", ""))
    found = await claimable_cases(door.penalties, visitor.account_id)
    page = CasesPage(
        rows=tuple(_row(door, one) for one in await cases_of(door.penalties, visitor.account_id)),
        # Nothing leads to a case that is not in the account yet.
        found=tuple(replace(_row(door, one), href="") for one in found),
        claim=f"{CASES}/claim" if found else "",
        verify=f"{IDENTITY}?next={quote(CASES, safe='')}" if door.permits.login is not None else "",
        done=text(f"h5_penalty_cases.claim.done.{done}") if done in CLAIMED else "",
    )
    return shown(door, "penalty_cases.html", frame_for(request, door, visitor, CASES), page)


async def claim_own_cases(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/penalty-cases/claim: what the verified identity leads to is in the account from now on."""
    taken = await claim_cases(door.penalties, visitor.actor)
    return redirect(f"{CASES}?done={'taken' if taken else 'none'}", status=303)


async def show_own_case(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str
) -> HTTPResponse:
    """GET /h5/penalty-cases/<reference>: another's and one that is not there look the same."""
    return await case_page(request, door, visitor, await view_of(door, visitor, reference))


async def show_case_paper(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, document_id: str
) -> HTTPResponse:
    """GET /h5/penalty-cases/<reference>/papers/<id>: the PDF; that it was opened stands on its chain first."""
    view = await view_of(door, visitor, reference)
    wanted = next((one for one in view.papers if str(one.id) == document_id), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    desk = door.penalties.documents
    opened = await open_paper_of(desk, visitor.actor, ABOUT, view.line.id, wanted.id, "h5")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_case_file(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /h5/penalty-cases/<reference>/files/<id>: what the party sent itself."""
    view = await view_of(door, visitor, reference)
    held = (file for one in view.requests for file in one.files)
    wanted = next((one for one in held if str(one.file_id) == file_id and one.is_ready), None)
    if wanted is None:
        raise NotFound()
    return await serve(request, door, wanted.file_id)


async def view_of(door: H5Door, visitor: NoticeVisitor, reference: str) -> CaseView:
    """The case, if it is one this visitor may see. Raises NotFound."""
    return await case_view(door.penalties, visitor.actor, reference, visitor.access_id)


async def case_page(
    request: Request,
    door: H5Door,
    visitor: NoticeVisitor,
    view: CaseView,
    refused: Refused | None = None,
    status: int = 200,
) -> HTTPResponse:
    """The page; with `refused`, that form as it was sent and why it was not taken."""
    text, line, now = door.words.text, view.line, door.clock.now()
    own, done = f"{CASES}/{line.reference}", str(request.args.get("done", ""))
    by_code = visitor.access_id is not None and await case_behind(visitor.access_id) == line.id
    signs = by_code and visitor.account_id is not None
    is_over = view.ended_at is not None
    may_sign = signs and not is_over and not await has_consented(visitor.account_id or UUID(int=0))
    asked = forms(door, view, refused)
    is_beside = refused is not None and (
        refused.kind == "consent"
        or any(one.kind == refused.kind and (one.wrong or one.wrong_plan) for one in asked)
    )
    page = CaseDetail(
        title=line.ground_name,
        reference=line.reference,
        revision=str(line.revision),
        key=door.db.ids.new().hex,
        state=line.state_name,
        tone=TONES.get(line.state, ""),
        plain=plain_words(door, view),
        limits=limits(door, view, now),
        reckoning=view.party_reckoning,
        facts=named(
            door,
            (
                ("party", line.party),
                ("place_text", view.place_text),
                ("facts", view.facts),
                ("evidence", view.evidence),
                ("basis", view.basis),
                ("officers", text("console_penalties.join").join(view.officers)),
            ),
        ),
        told=named(door, (("intended", view.intended), ("amount", money(door, view.amount_fen)))),
        hearing=_hearing(door, view),
        decision=_decision(door, view),
        money=_money(door, view),
        how_to_pay=door.penalties.section.how_to_pay if line.owed_fen > 0 and view.decision else "",
        remedies=remedies(door, view),
        remedies_words=door.penalties.section.decision_remedies if view.decision else "",
        said=tuple(said_card(door, view, one) for one in view.requests),
        forms=asked,
        papers=tuple(
            Link(
                href=f"{own}/papers/{one.id}",
                words=text(f"document.name.{one.paper}")
                + (text("h5_penalty_cases.void") if one.voided_at is not None else ""),
            )
            for one in view.papers
        ),
        action=own,
        back=Link(href=CASES, words=text("h5_penalty_cases.title"))
        if visitor.account_id is not None
        else None,
        done=text(f"h5_penalty_cases.done.{done}") if done in DONE else "",
        wrong=refused.sentence if refused is not None and not is_beside else "",
        consent=door.penalties.section.consent if may_sign else "",
        consent_name=refused.words if refused is not None and refused.kind == "consent" else "",
        consent_wrong=refused.sentence if refused is not None and refused.kind == "consent" else "",
        may_link=signs and not view.is_linked,
        sign_in=f"{ENTER}?next={quote(own, safe='')}" if by_code and visitor.account_id is None else "",
        leave=f"{own}/leave" if by_code else "",
    )
    frame = frame_for(request, door, visitor, own)
    return carry_visit(request, door, shown(door, "penalty_case.html", frame, page, status))


def _row(door: H5Door, one: CaseLine) -> NoticeRow:
    owed = money(door, one.owed_fen)
    return NoticeRow(
        href=f"{CASES}/{one.reference}",
        title=one.ground_name,
        state=one.state_name,
        tone=TONES.get(one.state, ""),
        note=door.words.text("h5_penalty_cases.owed", yuan=owed) if one.owed_fen > 0 else "",
        at=door.words.moment(one.issued_at),
    )


def _hearing(door: H5Door, view: CaseView) -> tuple[Fact, ...]:
    at = view.hearing_at
    return named(
        door,
        (
            ("hearing_at", door.words.moment(at) if at is not None else ""),
            ("hearing_place", view.hearing_place),
            ("hearing_host", view.hearing_host),
            ("hearing_record", view.hearing_record),
        ),
    )


def _decision(door: H5Door, view: CaseView) -> tuple[Fact, ...]:
    if not view.decision or view.decided_at is None:
        return ()
    received = view.decision_delivered_at
    return named(
        door,
        (
            ("decision", view.decision),
            ("fine", money(door, view.decision_fen)),
            ("decided", door.words.day(view.decided_at)),
            ("received", door.words.day(received) if received is not None else ""),
        ),
    )


def _money(door: H5Door, view: CaseView) -> tuple[Fact, ...]:
    if not view.decision or not view.decision_fen:
        return ()
    paid = [
        door.words.text("h5_penalty_cases.part", day=day(door, one.paid_on), yuan=f"{one.fen / 100:.2f}")
        for one in view.payments
    ]
    return named(
        door,
        (
            ("fine", money(door, view.decision_fen)),
            ("late_fine", money(door, view.late_fen) if view.late_fen else ""),
            ("terms", "\n".join(plan_lines(door, view.terms))),
            ("paid", "\n".join(paid)),
            ("owed", money(door, view.line.owed_fen)),
        ),
    )
