"""Filing a complaint on the phone: one page, one button, and the receipt. With scripts or without.

Whatever goes wrong, the page comes back with everything that was typed, and a draft of it is kept.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from casework.complaints.filing import PHOTOS_AT_MOST
from kit.db import DATABASE_AWAY
from kit.files.room import NoRoom
from kit.http.headers import allow_scripts_of
from kit.http.rate_limit import by_address
from kit.problems import Conflict, Problem, TooMany
from web.h5.door import H5Door, door_of
from web.h5.drafts import carry_visit, drop, holder_of, load, save, visit_holder, visit_token
from web.h5.filing_form import (
    Fault,
    FilingForm,
    faults_of,
    form_of,
    form_of_kept,
    kept_of,
    new_act,
    with_photos,
)
from web.h5.filing_near import near_options
from web.h5.filing_questions import is_asked_too_little
from web.h5.filing_reading import FormRead, has_token, read_form
from web.h5.filing_screens import begun_at_sign, filing_page
from web.h5.filing_taking import take
from web.h5.frame import frame_for, shown
from web.h5.platform import SCRIPTS_OF
from web.h5.screens import Option
from web.h5.typed import KEPT_A_MINUTE
from web.h5.visitor import ENTER, Visitor, is_in_wechat, to_the_entrance, visitor_of

FILE, FORM = "/h5/file", "file"
MICROPHONE_TOO = "geolocation=(self), camera=(), microphone=(self), payment=()"
_FILINGS_A_MINUTE, _FILINGS_OF_ONE = 60, 6
_STORY_FROM_LINK = 500


async def show_form(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/file?code=…&story=…&group=…: the form, with what was typed before. In WeChat after its silent sign-in."""
    is_guest = request.args.get("guest") == "1"
    if visitor is None and not is_guest and is_in_wechat(request):
        return to_the_entrance(FILE + (f"?{request.query_string}" if request.query_string else ""))
    form = await _kept(request, door, visitor)
    lead, tone = "", ""
    if form is not None and not form.is_blank:
        lead, tone = door.words.text("h5_file.restored"), "good"
    form = form or FilingForm(act=new_act())
    if story := str(request.args.get("story", "")).strip()[:_STORY_FROM_LINK]:
        form = replace(form, story=form.story or story)
    if (group := str(request.args.get("group", ""))) in door.desk.policy.groups:
        form = replace(form, group=form.group or group)
    form = replace(form, is_guest=form.is_guest or is_guest)
    form = await begun_at_sign(form, str(request.args.get("code", ""))[:40])
    if request.args.get("again") == "1":
        lead, tone = door.words.text("h5_file.signed_in_again"), "soon"
    return await _page(request, door, visitor, form, lead=lead, tone=tone)


@dataclass(frozen=True)
class _Said:
    """What is answered when the form was not taken."""

    faults: tuple[Fault, ...]
    status: int = 422
    retry_after_s: int | None = None


async def file_complaint(request: Request) -> HTTPResponse:
    """POST /h5/file: taken, or shown again with what to put right."""
    door = door_of(request)
    visitor = await visitor_of(request, door)
    request.ctx.visitor = visitor
    holder = holder_of(request, visitor)

    def room(read: FormRead) -> int:
        return max(0, PHOTOS_AT_MOST - len(form_of(read.fields).photos))

    async def before_files(read: FormRead) -> bool:
        if not has_token(request, door, read):
            return False
        form = form_of(read.fields)
        if not door.misconduct.is_told_in(form.words()):
            with contextlib.suppress(TooMany):
                await _keep(request, door, visitor, form)
        return True

    account_id = visitor.account_id if visitor is not None else None
    read = await read_form(
        request,
        door,
        holder=holder,
        account_id=account_id,
        file_field="photos",
        room=room,
        before_files=before_files,
    )
    form = with_photos(form_of(read.fields), read.photos)
    if not has_token(request, door, read):
        return await _again(request, door, visitor, form, _fault(door, "", "stale", status=403))
    if door.misconduct.is_told_in(form.words()):
        return await _not_here(request, door, visitor, form)
    if visitor is None and is_in_wechat(request) and not form.is_guest:
        # The session ended while the form lay open: kept, and back here with everything in it.
        await _keep(request, door, visitor, form)
        return _on(request, door, f"{ENTER}?next={quote(f'{FILE}?again=1', safe='')}")
    if no_room := next((one for one in read.refused if isinstance(one, NoRoom)), None):
        return await _again(request, door, visitor, form, _no_room(door, no_room))
    if photos := _photo_faults(door, read):
        return await _again(request, door, visitor, form, _Said(photos))
    if faults := faults_of(form, door.desk.policy, door.words):
        return await _again(request, door, visitor, form, _Said(faults))
    near = () if form.near_seen or _wants_json(request) else await _near(request, door, visitor, form)
    if not _wants_json(request) and (near or is_asked_too_little(door, form)):
        # Without scripts nobody has seen what the category asks, nor what is near: once, and then it is taken,
        # answered or not.
        with contextlib.suppress(Problem, *DATABASE_AWAY):
            await _keep(request, door, visitor, form)
        lead = door.words.text("h5_file.one_more" if is_asked_too_little(door, form) else "h5_file.near.lead")
        return await _page(request, door, visitor, form, lead=lead, tone="soon", near=near)
    try:
        for subject, share in (
            (by_address(door.addresses.of(request)), _FILINGS_A_MINUTE),
            (holder, _FILINGS_OF_ONE),
        ):
            await door.limits.take("file", subject, per_minute=share, problem="problem.complaint.too_often")
        taken = await take(request, door, visitor, form)
    except Conflict:
        # The act is taken: the browser's back button led to a form that was sent, and its words were changed.
        fresh = replace(form, act=new_act())
        return await _again(request, door, visitor, fresh, _fault(door, "", "sent_before", status=409))
    except Problem as problem:
        return await _again(request, door, visitor, form, _refused(door, problem))
    except DATABASE_AWAY:
        return await _again(request, door, visitor, form, _fault(door, "", "busy", status=503, retry=5))
    await _forget(request, door, visitor)
    response = _on(request, door, f"/h5/filed/{taken.reference}")
    if taken.token:
        door.cookie.write(response, taken.token)
    return response


async def _page(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    form: FilingForm,
    faults: tuple[Fault, ...] = (),
    *,
    lead: str = "",
    tone: str = "",
    status: int = 200,
    misconduct: bool = False,
    near: tuple[Option, ...] | None = None,
) -> HTTPResponse:
    if near is None:
        near = () if misconduct else await _near(request, door, visitor, form)
    may_sign_in = visitor is None and (door.in_any_browser or is_in_wechat(request))
    page = await filing_page(
        door,
        visitor,
        form,
        token=visit_token(request, door),
        faults=faults,
        lead=lead,
        lead_tone=tone,
        misconduct=misconduct,
        sign_in=f"{ENTER}?next={quote(FILE, safe='')}" if may_sign_in else "",
        in_wechat=is_in_wechat(request),
        near=near,
    )
    if is_in_wechat(request):
        allow_scripts_of(request, SCRIPTS_OF)
    response = shown(door, "file.html", frame_for(request, door, visitor, FILE), page, status)
    response.headers["permissions-policy"] = MICROPHONE_TOO
    return carry_visit(request, door, response)


async def _near(
    request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm
) -> tuple[Option, ...]:
    """What is near, where that can be said now: the form does not wait for it."""
    with contextlib.suppress(Problem, *DATABASE_AWAY):
        return await near_options(request, door, visitor, form) or ()
    return ()


async def _again(
    request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm, said: _Said
) -> HTTPResponse:
    """The form with what to put right; kept as a draft where that is possible."""
    if said.status != 403:
        with contextlib.suppress(Problem, *DATABASE_AWAY):
            await _keep(request, door, visitor, form)
    if _wants_json(request):
        faults = [{"field": one.field, "words": one.words} for one in said.faults]
        told = json({"faults": faults, "act": form.act}, status=said.status)
        response = carry_visit(request, door, told)
    else:
        response = await _page(request, door, visitor, form, said.faults, status=said.status)
    if said.retry_after_s is not None:
        response.headers["retry-after"] = str(said.retry_after_s)
    return response


async def _not_here(
    request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm
) -> HTTPResponse:
    """What is told of our own people is kept nowhere: the words go back to the browser they came from."""
    await _forget(request, door, visitor)
    if _wants_json(request):
        return carry_visit(request, door, json({"misconduct": True}, status=422))
    return await _page(request, door, visitor, form, misconduct=True, status=422)


def _photo_faults(door: H5Door, read: FormRead) -> tuple[Fault, ...]:
    text = door.words.text
    said = [text(one.key, **one.params) for one in read.refused]
    if read.too_many:
        said.append(
            text("h5_file.fault.photos_left_out", at_most=PHOTOS_AT_MOST, count=read.too_many),
        )
    return tuple(Fault(field="photos", words=one) for one in dict.fromkeys(said))


def _no_room(door: H5Door, problem: NoRoom) -> _Said:
    """The complaint can be filed all the same: the form comes back ready to be sent without photos."""
    words = door.words.text("h5_file.fault.no_room")
    return _Said((Fault(field="photos", words=words),), problem.status, problem.retry_after_s)


def _refused(door: H5Door, problem: Problem) -> _Said:
    words = door.words.text(problem.key, **problem.params)
    field = str(getattr(problem, "field", ""))
    return _Said((Fault(field=field, words=words),), problem.status, problem.retry_after_s)


def _fault(door: H5Door, field: str, name: str, *, status: int = 422, retry: int | None = None) -> _Said:
    words = door.words.text(f"h5_file.fault.{name}")
    return _Said((Fault(field=field, words=words),), status, retry)


def _on(request: Request, door: H5Door, address: str) -> HTTPResponse:
    """To the next page; a script is told where."""
    response = json({"next": address}) if _wants_json(request) else redirect(address, status=303)
    return carry_visit(request, door, response)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def _kept(request: Request, door: H5Door, visitor: Visitor | None) -> FilingForm | None:
    """The draft of this person, else what this browser sent before the sign-in."""
    for holder in dict.fromkeys((holder_of(request, visitor), visit_holder(request))):
        content = await load(door, holder, FORM)
        if content is not None:
            return form_of_kept(content)
    return None


async def _keep(request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm) -> None:
    if visitor is None:
        await door.limits.take("h5-kept", by_address(door.addresses.of(request)), per_minute=KEPT_A_MINUTE)
    await save(door, holder_of(request, visitor), FORM, kept_of(form))


async def _forget(request: Request, door: H5Door, visitor: Visitor | None) -> None:
    for holder in dict.fromkeys((holder_of(request, visitor), visit_holder(request))):
        await drop(door, holder, FORM)
