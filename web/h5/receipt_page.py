"""One case for whoever holds its number and its secret, without WeChat: entering, and leaving again."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters
from sanic.response import redirect

from casework.complaints.models import Complaint
from casework.complaints.receipts import case_by_receipt
from casework.permits.submitting import FILING_KIND, KIND
from kit.http.addresses import bucket
from kit.http.csrf import check_csrf, check_origin
from kit.problems import Forbidden, NotFound, Problem
from kit.references import parse_reference
from web.h5 import typed
from web.h5.case_visitor import BY_RECEIPT, receipt_holder_of
from web.h5.door import RECEIPT, H5Door, door_of
from web.h5.drafts import carry_visit, visit_holder, visit_token
from web.h5.frame import frame_for, shown
from web.h5.me_screens import ReceiptPage
from web.h5.permit_handover import CLAIM
from web.h5.screens import Link
from web.h5.visitor import CASES, ENTER, Visitor, is_in_wechat

_TYPED_AT_MOST = 60
APPLICATION_LETTERS = frozenset({KIND, FILING_KIND})
SAID = frozenset({"left", "over"})


async def show_receipt(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/receipt, with `reference` already typed if it is known. For anybody."""
    reference = str(request.args.get("reference", ""))[:_TYPED_AT_MOST]
    said = str(request.args.get("said", ""))
    return _form(
        request,
        door,
        visitor,
        reference,
        said=door.words.text(f"h5_receipt.said.{said}") if said in SAID else "",
    )


async def open_case(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/receipt: the session of this one case. Whatever does not fit, the answer is the same sentence."""
    check_origin(request, door.public_url)
    form = request.form or RequestParameters()
    reference = str(form.get("reference", "")).strip()[:_TYPED_AT_MOST]
    secret = str(form.get("secret", "")).strip()[:_TYPED_AT_MOST]
    try:
        door.filings.check(request)
    except Forbidden:
        # The page lay open too long: nothing is lost but one tap.
        wrong = door.words.text("problem.h5_receipt.again")
        return _form(request, door, visitor, reference, secret, wrong=wrong, status=403)
    address = bucket(door.addresses.of(request))
    parsed = parse_reference(reference)
    if parsed is not None and parsed.kind in APPLICATION_LETTERS:
        # Applications are looked after in one's own account.
        return carry_visit(request, door, redirect(f"{CLAIM}?reference={quote(str(parsed))}", status=303))
    # By number and address together: nobody keeps somebody else from their case by guessing at it.
    tried, source = f"receipt {parsed or ''} {address}", f"receipt {address}"
    try:
        await door.receipt_tries.attempt(tried, source)
        case_id = await case_by_receipt(door.db, door.keys, reference, secret)
        if case_id is None:
            raise NotFound("problem.h5_receipt.does_not_fit")
    except Problem as problem:
        wrong = door.words.text(problem.key, **problem.params)
        status = 422 if problem.status == 404 else problem.status
        response = _form(request, door, visitor, reference, wrong=wrong, status=status)
        if problem.retry_after_s is not None:
            response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    await door.receipt_tries.succeeded(tried, source)
    before = await receipt_holder_of(request, door)
    if before is not None:
        await door.sessions.end(before.session.id)
    new = await door.sessions.create(RECEIPT, case_id)
    opened = await Complaint.get(id=case_id)
    response = redirect(await _where_to(request, door, opened.reference), status=303)
    door.receipt_cookie.write(response, new.token)
    return carry_visit(request, door, response)


async def leave_case(request: Request) -> HTTPResponse:
    """POST /h5/receipt/leave: this browser does not open the case any more."""
    door = door_of(request)
    holder = await receipt_holder_of(request, door)
    if holder is not None:
        check_csrf(request, holder.session.csrf, door.public_url)
        await door.sessions.end(holder.session.id)
    response = redirect(f"{BY_RECEIPT}?said=left", status=303)
    door.receipt_cookie.clear(response)
    return response


async def _where_to(request: Request, door: H5Door, reference: str) -> str:
    """To the case, or to the form about it that was sent in vain before."""
    for act in ("dispute", "add", "rate"):
        address = f"{CASES}/{reference}/{act}"
        if await typed.before(door, (visit_holder(request),), address) is not None:
            return address
    return f"{CASES}/{reference}"


def _form(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    reference: str,
    secret: str = "",
    *,
    wrong: str = "",
    said: str = "",
    status: int = 200,
) -> HTTPResponse:
    page = ReceiptPage(
        reference=reference,
        secret=secret,
        wrong=wrong,
        said=said,
        wechat=Link(href=f"{ENTER}?next={quote(CASES, safe='')}", words=door.words.text("h5_receipt.wechat"))
        if visitor is None and (door.in_any_browser or is_in_wechat(request))
        else None,
    )
    frame = replace(frame_for(request, door, visitor, BY_RECEIPT), csrf_token=visit_token(request, door))
    response = shown(door, "receipt.html", frame, page, status)
    return carry_visit(request, door, response)
