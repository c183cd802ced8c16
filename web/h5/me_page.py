"""Me: who I am to the bureau, my matters, my wishes, my data, and where I am logged in."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints import queries as complaints
from casework.notifications.wishes import wants_any
from casework.people import phones
from casework.people.consents import Purpose, agreed
from casework.people.merging import members
from casework.people.models import Account, WechatIdentity
from casework.permits.queries import my_applications
from kit.db import Change
from kit.http.models import HttpSession
from kit.problems import NotFound
from kit.sealing import mask_phone
from web.h5.case_words import case_row
from web.h5.door import CITIZEN, H5Door
from web.h5.frame import frame_for, shown
from web.h5.me_screens import LoginLine, LoginsPage, MePage
from web.h5.permit_cases import row_of as permit_row
from web.h5.screens import Fact, Telling
from web.h5.visitor import HOME, Visitor

LATEST = 3
LOGINS = "/h5/logins"
DONE = frozenset({"notices_on", "notices_off"})
LOGINS_DONE = frozenset({"one", "others"})


async def show_me(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me."""
    text, ids = door.words.text, await members(visitor.account_id)
    found = await complaints.mine(door.desk, visitor.account_id, None, LATEST)
    applied = await my_applications(door.permits.desk, visitor.actor, ids, limit=LATEST)
    done = str(request.args.get("done", ""))
    choices = await door.notices.choices(visitor.account_id)
    wants = wants_any(door.notices.topics, choices)
    reach = await door.notices.reach(visitor.account_id)
    page = MePage(
        facts=await _identity(door, visitor, ids),
        cases=tuple(case_row(door, row) for row in found.rows),
        permits=tuple(permit_row(door, row) for row in applied.rows),
        telling=await _telling(door, visitor),
        notices=text(f"h5_notices.reach.{reach}" if wants else "h5_me.notices.off"),
        may_agree=bool(await door.notices.held(visitor.account_id)),
        notices_button=text("h5_me.notices.stop" if wants else "h5_me.notices.start"),
        notices_wanted="0" if wants else "1",
        done=text(f"h5_me.done.{done}") if done in DONE else "",
    )
    return shown(door, "me.html", frame_for(request, door, visitor, HOME), page)


async def show_logins(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/logins: every browser and mini-program that is logged in as this person."""
    text = door.words.text
    done = str(request.args.get("done", ""))
    lines = await door.sessions.in_force(CITIZEN, await members(visitor.account_id))
    page = LoginsPage(
        lines=tuple(
            LoginLine(
                words=text("h5_me.logins.line", at=door.words.moment(one.created_at)),
                seen=text("h5_me.logins.seen", at=door.words.moment(one.last_seen_at)),
                is_this=one.id == visitor.session.id,
                action=f"{LOGINS}/{one.id}/end",
            )
            for one in lines
        ),
        done=text(f"h5_me.logins.done_{done}") if done in LOGINS_DONE else "",
    )
    return shown(door, "logins.html", frame_for(request, door, visitor, LOGINS), page)


async def end_login(request: Request, door: H5Door, visitor: Visitor, session_id: str) -> HTTPResponse:
    """POST /h5/logins/<id>/end: one's own session, whichever account of the person it is of."""
    try:
        wanted = UUID(session_id)
    except ValueError:
        raise NotFound() from None
    ids = list(await members(visitor.account_id))
    if not await HttpSession.filter(id=wanted, subject_kind=CITIZEN, subject_id__in=ids).exists():
        raise NotFound()
    await door.sessions.end(wanted)
    return redirect(f"{LOGINS}?done=one", status=303)


async def end_other_logins(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/logins/end: everywhere but here."""
    ids = list(await members(visitor.account_id))

    async def work(change: Change) -> None:
        others = HttpSession.filter(subject_kind=CITIZEN, subject_id__in=ids, ended_at=None)
        ended = await others.exclude(id=visitor.session.id).update(ended_at=change.now)
        if ended and await change.lock(Account, visitor.account_id) is not None:
            await change.audit(visitor.account_id, visitor.actor, "account.end_logins", {"ended": ended})

    await door.db.change(work)
    return redirect(f"{LOGINS}?done=others", status=303)


async def _identity(door: H5Door, visitor: Visitor, ids: frozenset[UUID]) -> tuple[Fact, ...]:
    text = door.words.text
    number = await phones.own_phone(door.sealer, visitor.account_id)
    row = await Account.get(id=visitor.account_id)
    in_wechat = await WechatIdentity.filter(account_id__in=list(ids)).exists()
    facts = [
        Fact(
            name=text("h5_me.who.how"), words=text("h5_me.who.wechat" if in_wechat else "h5_me.who.browser")
        ),
        Fact(name=text("h5_me.who.since"), words=door.words.day(row.created_at)),
        Fact(
            name=text("h5_me.who.phone"), words=mask_phone(number) if number else text("h5_me.who.no_phone")
        ),
    ]
    if len(ids) > 1:
        linked = text("h5_me.who.linked_count", count=len(ids) - 1)
        facts.append(Fact(name=text("h5_me.who.linked"), words=linked))
    return tuple(facts)


async def _telling(door: H5Door, visitor: Visitor) -> Telling | None:
    notice = door.consents.collection_notice
    if await agreed(visitor.account_id, Purpose.COLLECTION_NOTICE, notice.version):
        return None
    return Telling(title=notice.title, words=notice.opening, version=notice.version)
