"""Who may open one case: its owner, or whoever holds its receipt and then that case alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import quote
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import Actor, citizen
from casework.complaints import queries as complaints
from casework.complaints.models import Complaint
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.http.csrf import SAFE_METHODS, check_csrf, check_origin
from kit.problems import Forbidden
from kit.references import parse_reference
from web.h5 import typed
from web.h5.door import CITIZEN, RECEIPT, H5Door, door_of
from web.h5.drafts import carry_visit, holder_of, visit_holder
from web.h5.visitor import (
    CASES,
    Entered,
    Handler,
    Visitor,
    asked_for,
    is_in_wechat,
    to_the_entrance,
    visitor_of,
)

BY_RECEIPT = "/h5/receipt"


@dataclass(frozen=True)
class CaseVisitor(Entered):
    """Somebody who may see cases: all of an account, or the one of a receipt (`case_id`)."""

    account_id: UUID | None
    case_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        """A receipt lets its holder act as the citizen whose case it is."""
        if self.account_id is None:
            return Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))
        return citizen(self.account_id)

    def draft_holder(self, request: Request) -> str:
        """Whose the forms are that this visitor has not sent: a receipt's stay in its browser's visit."""
        return (
            visit_holder(request) if self.case_id is not None else holder_of(request, Visitor(self.session))
        )


def sees_case(page: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """Guard a page of one case, named in the path or as `case`.

    A form that comes without a session, or with the token of an older one, is kept and shown again.
    """

    @wraps(page)
    async def guarded(request: Request, reference: str = "", **parts: str) -> HTTPResponse:
        door = door_of(request)
        reference = reference or str(request.args.get("case", ""))
        visitor = await case_visitor_of(request, door, reference)
        request.ctx.visitor = visitor
        if request.method in SAFE_METHODS:
            if visitor is None:
                return await _to_where_one_enters(request, door, reference, asked_for(request))
            return await page(request, door, visitor, reference=reference, **parts)
        check_origin(request, door.public_url)
        holder = visitor.draft_holder(request) if visitor is not None else visit_holder(request)
        form = await typed.read(
            request,
            door,
            holder=holder,
            account_id=visitor.account_id if visitor is not None else None,
            takes_files=visitor is not None or await _was_here(request, door),
        )
        if visitor is not None and _is_of_this_session(request, door, visitor):
            return await page(request, door, visitor, reference=reference, form=form, **parts)
        # The page is older than the session: nothing is done, nothing is lost.
        await typed.keep(door, holder, request.path, form)
        if visitor is not None:
            return carry_visit(request, door, redirect(request.path, status=303))
        return await _to_where_one_enters(request, door, reference, request.path)

    return guarded


async def case_visitor_of(request: Request, door: H5Door, reference: str) -> CaseVisitor | None:
    """The holder of this case's receipt, else the person behind the session, else the holder of another receipt."""
    holder = await receipt_holder_of(request, door)
    if holder is not None and await _is_of(holder, reference):
        return holder
    visitor = await visitor_of(request, door)
    return CaseVisitor(visitor.session, visitor.account_id) if visitor is not None else holder


async def receipt_holder_of(request: Request, door: H5Door) -> CaseVisitor | None:
    """Whoever entered with a number and its secret."""
    session = await door.sessions.read(door.receipt_cookie.read(request), RECEIPT)
    if session is None:
        return None
    row = await Complaint.filter(id=session.subject_id).only("id", "account_id").first()
    return CaseVisitor(session, row.account_id, row.id) if row is not None else None


async def case_of(door: H5Door, visitor: CaseVisitor, reference: str) -> ComplaintView | None:
    """The case, if it is one this visitor may see."""
    if visitor.case_id is not None:
        return await complaints.for_holder(door.desk, visitor.case_id, reference)
    if visitor.account_id is None:
        return None
    return await complaints.for_owner(door.desk, visitor.account_id, reference)


def _is_of_this_session(request: Request, door: H5Door, visitor: CaseVisitor) -> bool:
    try:
        check_csrf(request, visitor.session.csrf, door.public_url)
    except Forbidden:
        return False
    return True


async def _was_here(request: Request, door: H5Door) -> bool:
    """Whether this browser ever had a session of ours: files are taken from nobody else."""
    return await door.sessions.was_begun(door.cookie.read(request), CITIZEN) or await door.sessions.was_begun(
        door.receipt_cookie.read(request), RECEIPT
    )


async def _is_of(holder: CaseVisitor, reference: str) -> bool:
    parsed = parse_reference(reference)
    return parsed is not None and await Complaint.filter(id=holder.case_id, reference=str(parsed)).exists()


async def _to_where_one_enters(request: Request, door: H5Door, reference: str, wanted: str) -> HTTPResponse:
    """By the receipt where one was used before or nothing else works, else by the platform."""
    used = await door.sessions.was_begun(door.receipt_cookie.read(request), RECEIPT)
    if used or not (door.in_any_browser or is_in_wechat(request)):
        parsed = parse_reference(reference)
        number = f"?reference={quote(str(parsed))}" if parsed is not None else ""
        response = redirect(BY_RECEIPT + number, status=303)
    else:
        response = to_the_entrance(wanted if wanted.startswith(CASES) else CASES)
    return carry_visit(request, door, response)
