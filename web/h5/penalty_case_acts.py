"""What a party does about a penalty case: says something, asks for a hearing or for time to pay, takes it back, signs, leaves."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.penalties.case_money import Instalment, day_in, plan_in
from casework.penalties.case_requests import (
    DELAY,
    INSTALMENT,
    MOVES,
    NewRequest,
    send_request,
    withdraw_request,
)
from casework.penalties.case_serving import consent_in_case, link_case
from casework.penalties.case_views import CaseView
from kit.files.uploads import account_holder
from kit.problems import Forbidden, Invalid, NotFound, Problem
from web.h5 import typed
from web.h5.door import H5Door
from web.h5.drafts import visit_holder
from web.h5.penalty_case_page import Refused
from web.h5.penalty_case_pages import case_page, view_of
from web.h5.penalty_visitor import BY_CODE, CASES, NoticeVisitor
from web.h5.typed import ABOUT_STAFF, Typed

PER_MINUTE = 20


async def take_case_act(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/penalty-cases/<reference>/<statement|hearing|waiver|instalment|delay|withdraw|consent|link|leave>.

    Refused, nothing typed is lost.
    """
    if act == "leave":
        if visitor.access_id is not None:
            await door.sessions.end(visitor.session.id)
        response = redirect(f"{BY_CODE}?said=left", status=303)
        door.penalty_cookie.clear(response)
        return response
    view = await view_of(door, visitor, reference)
    if act not in (*MOVES, "withdraw", "consent", "link"):
        raise NotFound("problem.workflow.unknown_move")
    try:
        await door.limits.take("h5-penalty-act", str(visitor.session.id), per_minute=PER_MINUTE)
        await _take(request, door, visitor, view, act, form)
    except Problem as problem:
        view = await view_of(door, visitor, reference)
        refused = Refused(
            kind=act,
            sentence=door.words.text(problem.key, **problem.params),
            about=str(problem.params.get("field") or ""),
            words=form.text("signed_name" if act == "consent" else "words"),
            plan=form.text("plan"),
            until=form.text("until"),
        )
        return await case_page(request, door, visitor, view, refused, problem.status)
    await typed.drop(door, (visit_holder(request),))
    return redirect(f"{CASES}/{view.line.reference}?done={act}", status=303)


async def _take(
    request: Request, door: H5Door, visitor: NoticeVisitor, view: CaseView, act: str, form: Typed
) -> None:
    if act in ("consent", "link"):
        if visitor.access_id is None:
            raise Forbidden("problem.penalty_case.not_found")
        if act == "link":
            await link_case(door.penalties, visitor.actor, visitor.access_id)
        else:
            name = form.text("signed_name")
            await consent_in_case(door.penalties, visitor.actor, visitor.access_id, name)
        return
    if act == "withdraw":
        id = _uuid(form.text("request"))
        if id is None:
            raise NotFound("problem.penalty_case.no_request")
        await withdraw_request(door.penalties, visitor.actor, view.line.id, id, access_id=visitor.access_id)
        return
    await _send(request, door, visitor, view, act, form)


async def _send(
    request: Request, door: H5Door, visitor: NoticeVisitor, view: CaseView, act: str, form: Typed
) -> None:
    words = form.text("words")
    if door.misconduct.is_told_in(words):
        raise Invalid(ABOUT_STAFF, field="words", phone=door.bureau.phone)
    if form.fault is not None:
        raise form.fault
    own = () if visitor.account_id is None else (visitor.account_id,)
    holders = (visit_holder(request), *(account_holder(one) for one in own))
    await door.uploads.own_files(form.photos, holders=holders, account_ids=own)
    revision = form.text("revision")
    await send_request(
        door.penalties,
        visitor.actor,
        view.line.id,
        NewRequest(
            kind=act, words=words, plan=_plan(view, act, form), files=form.photos, act=_uuid(form.text("act"))
        ),
        access_id=visitor.access_id,
        expected_revision=int(revision)
        if revision.isascii() and revision.isdigit() and len(revision) < 9
        else None,
    )


def _plan(view: CaseView, act: str, form: Typed) -> tuple[Instalment, ...]:
    if act == INSTALMENT:
        return plan_in(form.text("plan"))
    if act == DELAY:
        on = day_in(form.text("until"))
        if on is None:
            raise Invalid("problem.penalty_case.delay_until", field="plan")
        return (Instalment(on, view.line.owed_fen),)
    return ()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
