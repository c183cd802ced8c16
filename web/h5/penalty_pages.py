"""A party's notices: the list, entering with the code of a paper, one notice, its photos and papers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters
from sanic.response import redirect

from casework.documents.opening import headers, open_paper_of
from casework.penalties.access import access_by_code, case_behind, notice_behind
from casework.penalties.delivery_consents import has_consented, revoke_consents
from casework.penalties.lifecycle import State
from casework.penalties.models import PenaltyCase, RectificationNotice
from casework.penalties.papers import ABOUT
from casework.penalties.photos import AFTER, FOUND, RECHECK
from casework.penalties.queries import notice_view, notices_of
from casework.penalties.views import NoticeView
from kit.files.store import FileMissing, Variant
from kit.http.addresses import bucket
from kit.http.csrf import check_origin
from kit.problems import Forbidden, NotFound, Problem
from kit.references import parse_reference
from web.h5.door import PENALTY, H5Door
from web.h5.drafts import carry_visit, visit_token
from web.h5.frame import frame_for, shown
from web.h5.penalty_screens import NoticeDetail, NoticeRow, NoticesPage, OpenPage
from web.h5.penalty_visitor import BY_CODE, CASES, NOTICES, NoticeVisitor
from web.h5.screens import Fact, Link, Picture
from web.h5.visitor import ENTER, Visitor

TYPED_AT_MOST = 60
DONE = frozenset({"report", "consent", "revoke"})
TONES: dict[str, str] = {
    State.ISSUED: "soon",
    State.REPORTED: "brand",
    State.PUT_RIGHT: "good",
    State.EXEMPTED: "good",
    State.NOT_DONE: "late",
}


async def show_own_notices(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/penalties."""
    text, done = door.words.text, str(request.args.get("done", ""))
    page = NoticesPage(
        rows=tuple(
            NoticeRow(
                href=f"{NOTICES}/{one.reference}",
                title=one.ground_name,
                state=one.state_name,
                tone=TONES.get(one.state, ""),
                note=text("h5_penalties.due", at=door.words.end(one.due_at))
                if one.state == State.ISSUED and one.due_at is not None
                else one.place_text,
                at=door.words.moment(one.issued_at),
            )
            for one in await notices_of(door.penalties, visitor.account_id)
        ),
        has_consented=await has_consented(visitor.account_id),
        done=text(f"h5_penalties.done.{done}") if done in DONE else "",
    )
    return shown(door, "penalties.html", frame_for(request, door, visitor, NOTICES), page)


async def revoke_delivery(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/penalties/revoke: papers are on paper again from now on."""
    await revoke_consents(door.penalties, visitor.actor)
    return redirect(f"{NOTICES}?done=revoke", status=303)


async def show_opening(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/penalties/open. For anybody."""
    return _opening(request, door, visitor, str(request.args.get("reference", ""))[:TYPED_AT_MOST])


async def open_notice(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/penalties/open: the session of this one notice. Whatever does not fit, the answer is the same sentence."""
    check_origin(request, door.public_url)
    form = request.form or RequestParameters()
    reference = str(form.get("reference", "")).strip()[:TYPED_AT_MOST]
    try:
        door.filings.check(request)
    except Forbidden:
        wrong = door.words.text("problem.penalty.again")
        return _opening(request, door, visitor, reference, wrong=wrong, status=403)
    address = bucket(door.addresses.of(request))
    tried, source = f"penalty {parse_reference(reference) or ''} {address}", f"penalty {address}"
    try:
        await door.receipt_tries.attempt(tried, source)
        code = str(form.get("code", "")).strip()[:TYPED_AT_MOST]
        access_id = await access_by_code(door.penalties, reference, code)
        opened = await _opened(access_id) if access_id is not None else ""
        if access_id is None or not opened:
            raise NotFound("problem.penalty.does_not_fit")
    except Problem as problem:
        wrong = door.words.text(problem.key, **problem.params)
        status = 422 if problem.status == 404 else problem.status
        response = _opening(request, door, visitor, reference, wrong=wrong, status=status)
        if problem.retry_after_s is not None:
            response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    await door.receipt_tries.succeeded(tried, source)
    new = await door.sessions.create(PENALTY, access_id)
    response = redirect(opened, status=303)
    door.penalty_cookie.write(response, new.token)
    return response


async def _opened(access_id: UUID) -> str:
    """The address of what an access opens; "" once it is revoked."""
    notice_id, case_id = await notice_behind(access_id), await case_behind(access_id)
    if notice_id is not None:
        return f"{NOTICES}/{(await RectificationNotice.get(id=notice_id)).reference}"
    return f"{CASES}/{(await PenaltyCase.get(id=case_id)).reference}" if case_id is not None else ""


async def show_notice(request: Request, door: H5Door, visitor: NoticeVisitor, reference: str) -> HTTPResponse:
    """GET /h5/penalties/<reference>: another's and one that is not there look the same."""
    view = await view_of(door, visitor, reference)
    return await notice_page(request, door, visitor, view)


async def show_notice_paper(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, document_id: str
) -> HTTPResponse:
    """GET /h5/penalties/<reference>/papers/<id>: the PDF; that it was opened stands on its chain first."""
    view = await view_of(door, visitor, reference)
    wanted = next((one for one in view.papers if str(one.id) == document_id), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    desk = door.penalties.documents
    opened = await open_paper_of(desk, visitor.actor, ABOUT, view.line.id, wanted.id, "h5")
    return HTTPResponse(opened.content, content_type="application/pdf", headers=headers(opened.view))


async def show_notice_photo(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /h5/penalties/<reference>/photos/<id>: the re-encoded copy of what was sent."""
    view = await view_of(door, visitor, reference)
    if not any(str(one.file_id) == file_id and one.is_ready for one in view.photos):
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(UUID(file_id), variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def view_of(door: H5Door, visitor: NoticeVisitor, reference: str) -> NoticeView:
    """The notice, if it is one this visitor may see. Raises NotFound."""
    return await notice_view(door.penalties, visitor.actor, reference, visitor.access_id)


async def notice_page(
    request: Request,
    door: H5Door,
    visitor: NoticeVisitor,
    view: NoticeView,
    *,
    problem: Problem | None = None,
    act: str = "",
    typed: str = "",
) -> HTTPResponse:
    """The page; with `problem`, the form of `act` as it was sent and why it was not taken."""
    text, line = door.words.text, view.line
    own, done = f"{NOTICES}/{line.reference}", str(request.args.get("done", ""))
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    by_code = visitor.access_id is not None and await notice_behind(visitor.access_id) == line.id
    may_sign = by_code and visitor.account_id is not None and not await has_consented(visitor.account_id)
    page = NoticeDetail(
        title=line.ground_name,
        reference=line.reference,
        revision=str(line.revision),
        state=line.state_name,
        tone=TONES.get(line.state, ""),
        plain=text(f"h5_penalties.plain.{line.state}"),
        facts=_facts(door, view),
        found=view.facts,
        demand=view.demand,
        due=text(f"h5_penalties.due_{line.state}", at=door.words.end(line.due_at))
        if line.due_at is not None
        else "",
        is_late=line.is_late and line.state == State.ISSUED,
        reckoning=view.reckoning,
        basis=view.limit_basis,
        report=view.report,
        checked=view.checked_words,
        found_photos=_pictures(door, view, own, FOUND),
        photos=_pictures(door, view, own, AFTER),
        seen_photos=_pictures(door, view, own, RECHECK),
        papers=tuple(
            Link(href=f"{own}/papers/{one.id}", words=text(f"document.name.{one.paper}"))
            for one in view.papers
        ),
        remedies=door.penalties.section.remedies,
        action=own,
        may_report="report" in view.moves,
        typed=typed if act == "report" else "",
        wrong=wrong if act != "consent" else "",
        back=Link(href=NOTICES, words=text("h5_penalties.title")) if visitor.account_id is not None else None,
        done=text(f"h5_penalties.done.{done}") if done in DONE else "",
        consent=door.penalties.section.consent if may_sign else "",
        consent_name=typed if act == "consent" else "",
        consent_wrong=wrong if act == "consent" else "",
        sign_in=f"{ENTER}?next={quote(own, safe='')}" if by_code and visitor.account_id is None else "",
        leave=f"{own}/leave" if by_code else "",
    )
    frame = frame_for(request, door, visitor, own)
    response = shown(door, "penalty.html", frame, page, problem.status if problem is not None else 200)
    return carry_visit(request, door, response)


def _pictures(door: H5Door, view: NoticeView, own: str, stage: str) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            href=f"{own}/photos/{one.file_id}" if one.is_ready else "",
            small=f"{own}/photos/{one.file_id}?size=small" if one.is_ready else "",
            words=door.words.text(
                f"console_penalties.photo{'' if one.is_ready else '_waiting'}", number=number
            ),
        )
        for number, one in enumerate((one for one in view.photos if one.stage == stage), start=1)
    )


def _facts(door: H5Door, view: NoticeView) -> tuple[Fact, ...]:
    text, line = door.words.text, view.line
    found = (
        ("party", line.party),
        ("place_text", line.place_text),
        ("basis", view.basis),
        ("officers", text("console_penalties.join").join(view.officers)),
        ("issued", door.words.moment(line.issued_at)),
    )
    return tuple(
        Fact(name=text(f"console_penalties.field.{name}"), words=words) for name, words in found if words
    )


def _opening(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    reference: str,
    *,
    wrong: str = "",
    status: int = 200,
) -> HTTPResponse:
    said = door.words.text("h5_penalties.left") if request.args.get("said") == "left" else ""
    page = OpenPage(reference=reference, wrong=wrong, said=said)
    frame = replace(frame_for(request, door, visitor, BY_CODE), csrf_token=visit_token(request, door))
    return carry_visit(request, door, shown(door, "penalty_open.html", frame, page, status))
