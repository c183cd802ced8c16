"""A case that was opened by its receipt, taken into the WeChat in hand."""

from __future__ import annotations

from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.views import ComplaintView
from casework.people.claiming import claim, is_claimable
from casework.people.models import WechatIdentity
from kit.problems import NotFound
from web.h5.case_visitor import CaseVisitor
from web.h5.door import H5Door
from web.h5.visitor import CASES, ENTER, Visitor, is_in_wechat, visitor_of


async def offer_of(
    request: Request, door: H5Door, visitor: CaseVisitor, view: ComplaintView
) -> tuple[str, str]:
    """Where to claim the case, and where to sign in for it; both empty where it is not to be claimed."""
    if visitor.case_id is None or visitor.account_id is None:
        return "", ""
    if not await is_claimable(visitor.account_id, visitor.case_id):
        return "", ""
    own = f"{CASES}/{view.reference}"
    claimant = await _claimant(request, door)
    if claimant is not None:
        return f"{own}/claim", ""
    can_sign_in = door.in_any_browser or is_in_wechat(request)
    return "", f"{ENTER}?next={quote(own, safe='')}" if can_sign_in else ""


async def take_claim(
    request: Request, door: H5Door, visitor: CaseVisitor, view: ComplaintView
) -> HTTPResponse:
    """POST /h5/cases/<reference>/claim: by whoever holds the receipt and is signed in with WeChat."""
    claimant = await _claimant(request, door)
    if visitor.case_id is None or claimant is None:
        raise NotFound()
    await claim(door.db, claimant.account_id, visitor.case_id)
    await door.sessions.end(visitor.session.id)
    response = redirect(f"{CASES}/{view.reference}?done=claim", status=303)
    door.receipt_cookie.clear(response)
    return response


async def _claimant(request: Request, door: H5Door) -> Visitor | None:
    visitor = await visitor_of(request, door)
    if visitor is None or not await WechatIdentity.filter(account_id=visitor.account_id).exists():
        return None
    return visitor
