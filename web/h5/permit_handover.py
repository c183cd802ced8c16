"""A draft that the clerk at the window goes on with, and an application of the window taken into one's own account."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters
from sanic.response import redirect

from casework.permits import claiming, handover
from kit.http.addresses import bucket
from kit.problems import Problem
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.permit_screens import ClaimPage, ClaimRow
from web.h5.permit_steps import uuid_of
from web.h5.permit_words import OWN, PERMITS
from web.h5.screens import Link, MessagePage
from web.h5.visitor import Visitor

CLAIM = f"{OWN}/claim"
_TYPED_AT_MOST = 60
CODES_A_MINUTE = 4


async def offer_draft(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/handover: the code, on this page and nowhere else."""
    text, wanted = door.words.text, uuid_of(draft_id)
    await door.limits.take("h5-handover", str(visitor.session.id), per_minute=CODES_A_MINUTE)
    made = await handover.offer(door.permits.desk, visitor.actor, wanted)
    address = f"{PERMITS}/drafts/{wanted}"
    page = MessagePage(
        title=text("h5_permits.handover.title"),
        words=text("h5_permits.handover.words", at=door.words.moment(made.until_at)),
        number=made.code,
        links=(Link(href=address, words=text("h5_permits.handover.back")),),
        role="status",
    )
    return shown(door, "permit_handover.html", frame_for(request, door, visitor, address), page)


async def take_back_draft(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/take-back: nobody but oneself goes on with it."""
    wanted = uuid_of(draft_id)
    await handover.take_back(door.permits.desk, visitor.actor, wanted)
    return redirect(f"{PERMITS}/drafts/{wanted}", status=303)


async def show_claim(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/permits/claim?reference=…"""
    reference = str(request.args.get("reference", ""))[:_TYPED_AT_MOST]
    return await _claim_page(request, door, visitor, reference)


async def take_claim(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/me/permits/claim: by the code on the receipt, or by one's own telephone. Whatever does not fit, one sentence."""
    form = request.form or RequestParameters()
    reference = str(form.get("reference", "")).strip()[:_TYPED_AT_MOST]
    secret = str(form.get("secret", "")).strip()[:_TYPED_AT_MOST]
    address = bucket(door.addresses.of(request))
    tried, source = f"permit receipt {reference} {address}", f"permit receipt {address}"
    try:
        await door.receipt_tries.attempt(tried, source)
        found = await claiming.claim(door.permits.desk, visitor.actor, reference, secret)
    except Problem as problem:
        return await _claim_page(request, door, visitor, reference, secret, problem)
    await door.receipt_tries.succeeded(tried, source)
    return redirect(f"{OWN}/{found}?done=claimed", status=303)


async def _claim_page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    reference: str,
    secret: str = "",
    problem: Problem | None = None,
) -> HTTPResponse:
    text = door.words.text
    desk = door.permits.desk
    page = ClaimPage(
        action=CLAIM,
        reference=reference,
        secret=secret,
        by_phone=tuple(
            ClaimRow(
                reference=row.reference,
                words=text(
                    "h5_permits.claim.row",
                    kind=desk.kind_name(row.kind),
                    at=door.words.moment(row.submitted_at),
                ),
            )
            for row in await claiming.claimable(visitor.account_id)
        ),
        wrong=text(problem.key, **problem.params) if problem is not None else "",
    )
    status = 200 if problem is None else 422 if problem.status == 404 else problem.status
    response = shown(door, "permit_claim.html", frame_for(request, door, visitor, CLAIM), page, status)
    if problem is not None and problem.retry_after_s is not None:
        response.headers["retry-after"] = str(problem.retry_after_s)
    return response
