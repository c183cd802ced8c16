"""What a party does about a notice: tells that it is put right, with photos; agrees to electronic delivery; leaves."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.penalties import actions
from casework.penalties.delivery_consents import give_consent
from kit.files.uploads import account_holder
from kit.problems import Forbidden, Invalid, NotFound, Problem
from web.h5 import typed
from web.h5.door import H5Door
from web.h5.drafts import visit_holder
from web.h5.penalty_pages import notice_page, view_of
from web.h5.penalty_visitor import BY_CODE, NOTICES, NoticeVisitor
from web.h5.typed import ABOUT_STAFF, Typed

PER_MINUTE = 20


async def take_notice_act(
    request: Request, door: H5Door, visitor: NoticeVisitor, reference: str, act: str, form: Typed
) -> HTTPResponse:
    """POST /h5/penalties/<reference>/<report|consent|leave>. Refused, nothing typed is lost."""
    if act == "leave":
        if visitor.access_id is not None:
            await door.sessions.end(visitor.session.id)
        response = redirect(f"{BY_CODE}?said=left", status=303)
        door.penalty_cookie.clear(response)
        return response
    view = await view_of(door, visitor, reference)
    if act not in ("report", "consent"):
        raise NotFound("problem.workflow.unknown_move")
    words = form.text("words" if act == "report" else "signed_name")
    try:
        await door.limits.take("h5-penalty-act", str(visitor.session.id), per_minute=PER_MINUTE)
        if act == "consent":
            if visitor.access_id is None:
                raise Forbidden("problem.penalty.not_found")
            await give_consent(door.penalties, visitor.actor, visitor.access_id, words)
        else:
            await _report(request, door, visitor, view.line.id, form, words)
    except Problem as problem:
        view = await view_of(door, visitor, reference)
        return await notice_page(request, door, visitor, view, problem=problem, act=act, typed=words)
    await typed.drop(door, (visit_holder(request),))
    return redirect(f"{NOTICES}/{view.line.reference}?done={act}", status=303)


async def _report(
    request: Request, door: H5Door, visitor: NoticeVisitor, notice_id: UUID, form: Typed, words: str
) -> None:
    if door.misconduct.is_told_in(words):
        raise Invalid(ABOUT_STAFF, field="words", phone=door.bureau.phone)
    if form.fault is not None:
        raise form.fault
    own = () if visitor.account_id is None else (visitor.account_id,)
    holders = (visit_holder(request), *(account_holder(one) for one in own))
    await door.uploads.own_files(form.photos, holders=holders, account_ids=own)
    revision = form.text("revision")
    await actions.report(
        door.penalties,
        visitor.actor,
        notice_id,
        words,
        form.photos,
        access_id=visitor.access_id,
        expected_revision=int(revision)
        if revision.isascii() and revision.isdigit() and len(revision) < 9
        else None,
    )
