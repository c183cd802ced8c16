"""Asking the bureau to correct or to delete what it keeps of oneself; deleted at once where there is no record."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect
from tortoise.expressions import Q

from casework.complaints import queries as complaints
from casework.complaints.filing import Source
from casework.inquiries.filing import TEXT_AT_MOST, NewInquiry, Topic, submit_once
from casework.inquiries.lifecycle import State
from casework.people.forgetting import forget_at_once, has_matters
from casework.people.merging import members
from kit.db import Change
from kit.files.models import StoredFile, Upload
from kit.files.pieces import forget_rows
from kit.problems import Invalid, Problem
from web.h5 import typed
from web.h5.case_screens import Choice, TextField
from web.h5.case_words import opening_of
from web.h5.door import H5Door
from web.h5.drafts import holder_of, visit_holder
from web.h5.frame import START, frame_for, shown
from web.h5.me_screens import OwnDataPage
from web.h5.models import FormDraft
from web.h5.reckoning import until
from web.h5.screens import Link, MessagePage
from web.h5.typed import Typed
from web.h5.visitor import CASES, Visitor

CORRECT, DELETE = "/h5/data/correct", "/h5/data/delete"
PER_MINUTE = 6
CASES_OFFERED = 10
_ACT = re.compile(r"[0-9a-f]{16,32}", re.ASCII)
_ROOM_FOR_THE_CASE = 60
"""Characters of a request that name the case it is about."""


async def show_correct(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/data/correct."""
    kept = await typed.before(door, _holders(request, visitor), CORRECT)
    return await _correct(request, door, visitor, kept or Typed())


async def ask_correct(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/data/correct: a request with a limit of its own."""
    form = await typed.read(request, door, holder="", account_id=None, takes_files=False)
    try:
        words, case = form.text("text").strip(), form.text("case")
        if not words:
            raise Invalid("problem.h5_me.say_what", field="text")
        offered = {one.value for one in await _cases(door, visitor)}
        about = door.words.text("h5_me.correct.about", reference=case) + "\n" if case in offered else ""
        reference = await _request(request, door, visitor, Topic.CORRECTION, form, about + words)
    except Problem as problem:
        return await _correct(request, door, visitor, form, problem)
    return redirect(f"{CASES}/{reference}?done=correction", status=303)


async def show_delete(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/data/delete."""
    kept = await typed.before(door, _holders(request, visitor), DELETE)
    return await _delete(request, door, visitor, kept or Typed())


async def ask_delete(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/data/delete: at once for who has nothing on record here, else a request to the bureau."""
    form = await typed.read(request, door, holder="", account_id=None, takes_files=False)
    try:
        if form.text("sure") != "1":
            raise Invalid("problem.h5_me.not_sure", field="sure")
        if not await has_matters(await members(visitor.account_id)) and await _forget(door, visitor):
            return _forgotten(request, door)
        words = form.text("text").strip() or door.words.text("h5_me.delete.everything")
        reference = await _request(request, door, visitor, Topic.DELETION, form, words)
    except Problem as problem:
        return await _delete(request, door, visitor, form, problem)
    return redirect(f"{CASES}/{reference}?done=deletion", status=303)


async def _request(
    request: Request, door: H5Door, visitor: Visitor, topic: Topic, form: Typed, words: str
) -> str:
    await door.limits.take("h5-own-data", str(visitor.account_id), per_minute=PER_MINUTE)
    if door.misconduct.is_told_in(words):
        raise Invalid(typed.ABOUT_STAFF, field="text", phone=door.bureau.phone)
    new = NewInquiry(account_id=visitor.account_id, text=words, source=Source.H5, topic=topic)
    key = f"h5:{topic}:{visitor.account_id}:{_act_of(form)}"
    view = await submit_once(door.inquiries, visitor.actor, new, key=key, body=words.encode())
    await typed.drop(door, _holders(request, visitor))
    return view.reference


async def _forget(door: H5Door, visitor: Visitor) -> bool:
    """Delete the person here and in all other parts; False where a record turned up meanwhile."""
    files: list[UUID] = []

    async def also(change: Change, account_ids: list[UUID]) -> None:
        await door.forget_also(change, account_ids)
        holders = [f"account:{one}" for one in account_ids]
        await FormDraft.filter(holder__in=holders).delete()
        files[:] = [row.id for row in await StoredFile.filter(account_id__in=account_ids).only("id")]
        await StoredFile.filter(id__in=files).delete()
        # What is still on its way is files too, in pieces.
        sent = Upload.filter(Q(holder__in=holders) | Q(account_id__in=account_ids))
        for upload_id in list(await sent.values_list("id", flat=True)):
            files.extend(await forget_rows(change, UUID(str(upload_id))))
        await sent.delete()

    if not await forget_at_once(door.db, visitor.actor, visitor.account_id, also):
        return False
    for one in files:
        await door.files.delete(one)
    return True


def _forgotten(request: Request, door: H5Door) -> HTTPResponse:
    request.ctx.visitor = None
    page = MessagePage(
        title=door.words.text("h5_me.delete.done_title"),
        words=door.words.text("h5_me.delete.done"),
        links=(Link(href=START, words=door.words.text("h5_me.delete.start")),),
        role="status",
    )
    response = shown(door, "message.html", frame_for(request, door, None, START), page)
    door.cookie.clear(response)
    return response


async def _correct(
    request: Request, door: H5Door, visitor: Visitor, form: Typed, problem: Problem | None = None
) -> HTTPResponse:
    text = door.words.text
    wrong, at = _fault(door, problem)
    promise, basis = _promise(door)
    page = OwnDataPage(
        title=text("h5_me.correct.title"),
        words=text("h5_me.correct.words"),
        action=CORRECT,
        act=_act_of(form),
        button=text("h5_me.correct.button"),
        text=TextField(
            name="text",
            label=text("h5_me.correct.label"),
            hint=text("h5_me.correct.hint"),
            value=form.text("text"),
            wrong=wrong if at == "text" else "",
            at_most=TEXT_AT_MOST - _ROOM_FOR_THE_CASE,
        ),
        cases=await _cases(door, visitor),
        case=form.text("case"),
        problem=wrong if at != "text" else "",
        kept=text("h5_case.kept") if form.is_kept else "",
        promise=promise,
        basis=basis,
    )
    return _page(request, door, visitor, page, CORRECT, problem)


async def _delete(
    request: Request, door: H5Door, visitor: Visitor, form: Typed, problem: Problem | None = None
) -> HTTPResponse:
    text = door.words.text
    wrong, at = _fault(door, problem)
    is_request = await has_matters(await members(visitor.account_id))
    how = "request" if is_request else "at_once"
    promise, basis = _promise(door) if is_request else ("", "")
    field = None
    if is_request:
        field = TextField(
            name="text",
            label=text("h5_me.delete.label"),
            hint=text("h5_me.delete.hint"),
            value=form.text("text"),
            wrong=wrong if at == "text" else "",
            at_most=TEXT_AT_MOST,
            is_optional=True,
        )
    page = OwnDataPage(
        title=text("h5_me.delete.title"),
        words=text(f"h5_me.delete.{how}.words"),
        action=DELETE,
        act=_act_of(form),
        button=text(f"h5_me.delete.{how}.button"),
        text=field,
        points=tuple(text(f"h5_me.delete.{how}.{name}") for name in ("goes", "stays", "after")),
        agree=text(f"h5_me.delete.{how}.sure"),
        agree_wrong=wrong if at == "sure" else "",
        is_grave=not is_request,
        problem=wrong if at not in ("text", "sure") else "",
        kept=text("h5_case.kept") if form.is_kept else "",
        promise=promise,
        basis=basis,
    )
    return _page(request, door, visitor, page, DELETE, problem)


def _page(
    request: Request, door: H5Door, visitor: Visitor, page: OwnDataPage, here: str, problem: Problem | None
) -> HTTPResponse:
    status = problem.status if problem is not None else 200
    response = shown(door, "own_data.html", frame_for(request, door, visitor, here), page, status)
    if problem is not None and problem.retry_after_s is not None:
        response.headers["retry-after"] = str(problem.retry_after_s)
    return response


def _promise(door: H5Door) -> tuple[str, str]:
    """Until when a request made now is answered, and on what basis."""
    limit = door.inquiries.promised(State.SUBMITTED, Topic.CORRECTION)
    due = door.inquiries.deadline(State.SUBMITTED, door.clock.now(), Topic.CORRECTION)
    if limit is None or due is None:
        return "", ""
    by = door.words.text("h5_me.own_data.promise", at=until(door, due.at))
    return by, door.words.text("h5_case.reckoning.basis", basis=limit.basis)


async def _cases(door: H5Door, visitor: Visitor) -> tuple[Choice, ...]:
    found = await complaints.mine(door.desk, visitor.account_id, None, CASES_OFFERED)
    rows = tuple(
        Choice(
            value=row.reference,
            words=door.words.text(
                "h5_me.correct.case", reference=row.reference, opening=opening_of(row.story)[:20]
            ),
        )
        for row in found.rows
    )
    return (*rows, Choice(value="", words=door.words.text("h5_me.correct.no_case"))) if rows else ()


def _fault(door: H5Door, problem: Problem | None) -> tuple[str, str]:
    if problem is None:
        return "", ""
    return door.words.text(problem.key, **problem.params), str(getattr(problem, "field", ""))


def _holders(request: Request, visitor: Visitor) -> tuple[str, ...]:
    return tuple(dict.fromkeys((holder_of(request, visitor), visit_holder(request))))


def _act_of(form: Typed) -> str:
    act = form.text("act")
    return act if _ACT.fullmatch(act) else secrets.token_hex(8)
