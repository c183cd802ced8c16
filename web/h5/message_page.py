"""A message to a person: written by anybody, sent by who is signed in. What was typed survives the sign-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.filing import Source
from casework.dangers.finding import find_danger
from casework.inquiries import queries
from casework.inquiries.filing import TEXT_AT_MOST, NewInquiry, submit_once
from kit.http.csrf import check_origin
from kit.http.rate_limit import by_address
from kit.problems import Conflict, Forbidden, Invalid
from web.h5 import drafts
from web.h5.door import H5Door
from web.h5.frame import danger_numbers, frame_for, shown
from web.h5.screens import Link
from web.h5.visitor import CASES, Visitor, to_the_entrance

MESSAGE = "/h5/ask/message"
FORM = "message"
MESSAGES_A_MINUTE = 10
_ACT_AT_MOST = 64


@dataclass(frozen=True, kw_only=True)
class WritePage:
    """The form. `is_kept`: what stands in it was typed before the sign-in and has not been sent yet."""

    words: str
    act: str
    most: int
    wrong: str = ""
    notice: str = ""
    numbers: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SentPage:
    """What became of it."""

    reference: str
    due: str
    link: str
    numbers: tuple[Link, ...] = ()


async def show_message(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/ask/message: the form, with what was typed before; ?sent=… what became of it."""
    sent = str(request.args.get("sent", ""))
    if sent and visitor is not None:
        view = await queries.for_owner(door.inquiries, visitor.account_id, sent)
        if view is not None:
            return _sent(request, door, visitor, view.reference, view.messages[0].text, view.due_at)
    kept = await drafts.load(door, drafts.visit_holder(request), FORM)
    if kept is not None:
        notice = door.words.text("h5_ask.message.kept" if visitor is not None else "h5_ask.message.kept_out")
        return _form(request, door, visitor, str(kept.get("words", "")), notice=notice)
    return _form(request, door, visitor, str(request.args.get("about", ""))[:TEXT_AT_MOST])


async def send_message(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """POST /h5/ask/message."""
    words, act = _field(request, "words"), _field(request, "act")[:_ACT_AT_MOST]
    text, holder = door.words.text, drafts.visit_holder(request)
    try:
        door.filings.check(request)
    except Forbidden:
        check_origin(request, door.public_url)
        # The page lay open for longer than its token lasts: the words stay, one more tap sends them.
        return _form(request, door, visitor, words, notice=text("h5_ask.message.old"), status=403)
    subject = str(visitor.account_id) if visitor else by_address(door.addresses.of(request))
    await door.limits.take("h5-message", subject, per_minute=MESSAGES_A_MINUTE)
    if door.misconduct.is_told_in(words):
        # Shown again to who wrote it, so that it can be taken to where it belongs; kept nowhere.
        await drafts.drop(door, holder, FORM)
        return _form(request, door, visitor, words, wrong=told_elsewhere(door), status=422)
    if not words.strip() or len(words) > TEXT_AT_MOST:
        wrong = (
            text("h5_ask.message.empty")
            if not words.strip()
            else text("h5_ask.message.long", most=TEXT_AT_MOST)
        )
        return _form(request, door, visitor, words, wrong=wrong, status=422)
    if visitor is None:
        await drafts.save(door, holder, FORM, {"words": words})
        return drafts.carry_visit(request, door, to_the_entrance(MESSAGE))
    new = NewInquiry(account_id=visitor.account_id, text=words, source=Source.H5)
    try:
        view = await submit_once(
            door.inquiries,
            visitor.actor,
            new,
            key=f"h5:message:{visitor.account_id}:{act}",
            body=words.encode(),
        )
    except Conflict:
        # The form was sent before, with other words: these are another message, if that is what is wanted.
        return _form(request, door, visitor, words, notice=text("h5_ask.message.again"), status=409)
    except Invalid as problem:
        return _form(request, door, visitor, words, wrong=text(problem.key, **problem.params), status=422)
    await drafts.drop(door, holder, FORM)
    return redirect(f"{MESSAGE}?sent={view.reference}", status=303)


def told_elsewhere(door: H5Door) -> str:
    """Where to tell what is about the bureau's own people."""
    text = door.words.text
    return f"{text('misconduct.page.words', phone=door.bureau.phone)}\n{text('misconduct.page.otherwise')}"


def _field(request: Request, name: str) -> str:
    return str(request.form.get(name, "")) if request.form else ""


def _form(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    words: str,
    *,
    wrong: str = "",
    notice: str = "",
    status: int = 200,
) -> HTTPResponse:
    is_danger = bool(find_danger(door.desk.policy.danger, words))
    page = WritePage(
        words=words,
        act=secrets.token_urlsafe(16),
        most=TEXT_AT_MOST,
        wrong=wrong,
        notice=notice,
        numbers=danger_numbers(door) if is_danger else (),
    )
    frame = replace(frame_for(request, door, visitor, MESSAGE), csrf_token=drafts.visit_token(request, door))
    return drafts.carry_visit(request, door, shown(door, "message_form.html", frame, page, status))


def _sent(
    request: Request, door: H5Door, visitor: Visitor, reference: str, words: str, due_at: datetime | None
) -> HTTPResponse:
    is_danger = bool(find_danger(door.desk.policy.danger, words))
    page = SentPage(
        reference=reference,
        due=door.words.end(due_at) if due_at is not None else "",
        link=f"{CASES}/{reference}",
        numbers=danger_numbers(door) if is_danger else (),
    )
    return shown(door, "message_sent.html", frame_for(request, door, visitor, MESSAGE), page)
