"""Who is chief of a street, officer of a grid or on duty: the week, the places, the forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.request import File
from sanic.response import redirect

from casework.permissions import Operation
from casework.routing import postings
from casework.routing.duty_list import DutyReport, import_duty_list
from casework.routing.posting_queries import PostingView, in_places, posting
from casework.routing.postings import may_keep
from casework.routing.roster import Post
from kit.clock import local
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import ROUTING, frame_for, shown
from web.console.people_words import unit_name
from web.console.posting_forms import (
    FIELDS,
    TIMES,
    Attempt,
    boxes_of,
    new_posting,
    span_of,
    staff_id_of,
    typed_of,
)
from web.console.posting_screens import FaultLine, PostingPage, PostingsPage
from web.console.posting_words import holiday_lines, place_lines, span_words, stand_ins, week_of_duty
from web.console.routing_words import POSTINGS, post_words, routing_tabs
from web.console.screens import Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

TYPED_AT_MOST = 200
DONE = frozenset({"made", "changed", "revoked"})
WEEK = timedelta(days=7)
FAULTS_AT_MOST = 50


async def show_postings(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/postings?week=2026-11-23&unit=…"""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_postings.done.{done}")),) if done in DONE else ()
    return await _render(request, door, visitor, Attempt(notes=notes))


async def add_posting(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/postings: posted, or the form again with what was typed and what is wrong."""
    typed = {name: value_of(request, name).strip()[:TYPED_AT_MOST] for name in FIELDS}
    try:
        made = await postings.post(door.desk, visitor.actor, await new_posting(door, typed))
    except Problem as problem:
        return await _render(request, door, visitor, _refused(door, problem, typed, FIELDS))
    week = f"&week={_monday(local(made.begins_at).date())}" if made.post is Post.ON_DUTY else ""
    return redirect(f"{POSTINGS}?done=made{week}", status=303)


async def import_list(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/postings/import: a duty list taken whole, or every line that is wrong."""
    sent: Any = request.files.get("list") if request.files else None
    try:
        if not isinstance(sent, File) or not sent.body:
            raise Invalid("problem.posting.empty_file", field="list")
        report = await import_duty_list(door.desk, visitor.actor, sent.body)
    except Problem as problem:
        return await _render(request, door, visitor, _refused(door, problem, {}, ("list",)))
    text = door.words.text
    if report.faults:
        note = Note(words=text("console_postings.refused", count=len(report.faults)), tone="late")
        found = Attempt(notes=(note,), faults=_fault_lines(door, report), status=422)
        return await _render(request, door, visitor, found)
    key = "taken_known" if report.known else "taken"
    note = Note(words=text(f"console_postings.{key}", taken=report.taken, known=report.known))
    return await _render(request, door, visitor, Attempt(notes=(note,)))


async def show_posting(
    request: Request, door: ConsoleDoor, visitor: Visitor, posting_id: str
) -> HTTPResponse:
    """GET /console/postings/{id}."""
    return await _render_one(door, visitor, await _find(posting_id), Attempt())


async def change_posting(
    request: Request, door: ConsoleDoor, visitor: Visitor, posting_id: str
) -> HTTPResponse:
    """POST /console/postings/{id}: somebody else, or another time."""
    view = await _find(posting_id)
    typed = {name: value_of(request, name).strip()[:TYPED_AT_MOST] for name in TIMES}
    try:
        begins_at, ends_at = span_of(typed, view.post)
        await postings.change(
            door.desk,
            visitor.actor,
            view.id,
            staff_id=await staff_id_of(door, typed["staff"]),
            begins_at=begins_at,
            ends_at=ends_at,
            note=typed["note"],
        )
    except Problem as problem:
        return await _render_one(door, visitor, view, _refused(door, problem, typed, TIMES))
    return redirect(_back(view, "changed"), status=303)


async def revoke_posting(
    request: Request, door: ConsoleDoor, visitor: Visitor, posting_id: str
) -> HTTPResponse:
    """POST /console/postings/{id}/revoke."""
    view = await _find(posting_id)
    await postings.revoke(door.desk, visitor.actor, view.id)
    return redirect(_back(view, "revoked"), status=303)


def _back(view: PostingView, done: str) -> str:
    week = {"week": str(_monday(local(view.begins_at).date()))} if view.post is Post.ON_DUTY else {}
    return f"{POSTINGS}?{urlencode({'done': done, **week})}"


def _refused(
    door: ConsoleDoor, problem: Problem, typed: Mapping[str, str], fields: tuple[str, ...]
) -> Attempt:
    """What to show for a refusal; what no form can mend goes on its way."""
    if problem.status in (404, 503):
        raise problem
    sentence, name = door.words.text(problem.key, **problem.params), str(problem.params.get("field", ""))
    if name in fields:
        return Attempt(typed=typed, wrong={name: sentence}, status=problem.status)
    return Attempt(typed=typed, notes=(Note(words=sentence, tone="late"),), status=problem.status)


async def _find(sent: str) -> PostingView:
    try:
        view = await posting(UUID(sent))
    except ValueError:
        view = None
    if view is None:
        raise NotFound("problem.posting.not_found")
    return view


def _fault_lines(door: ConsoleDoor, report: DutyReport) -> tuple[FaultLine, ...]:
    text = door.words.text
    lines = tuple(
        FaultLine(line=text("console_postings.line", line=one.line), words=text(one.key, **one.params))
        for one in report.faults[:FAULTS_AT_MOST]
    )
    left = len(report.faults) - len(lines)
    return (*lines, FaultLine(line="", words=text("console_postings.more", count=left))) if left else lines


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


async def _render(request: Request, door: ConsoleDoor, visitor: Visitor, attempt: Attempt) -> HTTPResponse:
    now = door.clock.now()
    today = local(now).date()
    try:
        monday = _monday(date.fromisoformat(request.args.get("week", "")))
    except (ValueError, OverflowError):
        monday = _monday(today)
    monday = min(max(monday, date(2000, 1, 3)), date(2999, 12, 30))
    unit = request.args.get("unit", "")
    unit = unit if unit in door.desk.policy.units else ""
    rows = await in_places(now)
    away = await stand_ins((row.staff_id for row in rows), today)
    may = visitor.may(Operation.KEEP_POSTINGS)
    page = PostingsPage(
        tabs=routing_tabs(door, "postings"),
        notes=attempt.notes,
        faults=attempt.faults,
        week=door.words.text(
            "console_postings.week",
            first=f"{monday:%Y-%m-%d}",
            last=f"{monday + WEEK - timedelta(days=1):%m-%d}",
        ),
        earlier=_week_address(monday - WEEK, unit),
        later=_week_address(monday + WEEK, unit),
        this_week="" if monday == _monday(today) else _week_address(_monday(today), unit),
        units=tuple(Option(value=one.code, words=one.name) for one in door.desk.policy.units.values()),
        unit=unit,
        monday=monday.isoformat(),
        days=await week_of_duty(door, monday, today, unit or None),
        places=tuple(place_lines(door, rows, away, now)),
        holidays=await holiday_lines(door, today),
        boxes=await boxes_of(door, visitor, attempt, FIELDS) if may else (),
        list_wrong=attempt.wrong.get("list", ""),
        may_keep=may,
    )
    return shown(door, "postings.html", await frame_for(door, visitor, ROUTING), page, attempt.status)


def _week_address(monday: date, unit: str) -> str:
    return f"{POSTINGS}?{urlencode({'week': monday.isoformat(), **({'unit': unit} if unit else {})})}"


async def _render_one(
    door: ConsoleDoor, visitor: Visitor, view: PostingView, attempt: Attempt
) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    unit = unit_name(door, view.unit) if view.unit else text("console_people.whole_bureau")
    place = unit if view.post is Post.ON_DUTY else view.area_name
    over = view.revoked_at is not None
    may = not over and visitor.may(Operation.KEEP_POSTINGS) and may_keep(visitor.actor, view.unit)
    typed = {**typed_of(view), **attempt.typed}
    again = Attempt(typed=typed, wrong=attempt.wrong)
    revoked = (Note(words=text("console_postings.was_revoked"), tone="soon"),) if over else ()
    page = PostingPage(
        title=text("console_postings.title_of", post=post_words(door, view.post), place=place),
        notes=(*attempt.notes, *revoked),
        facts=(
            (text("console_postings.field.staff"), view.staff_name),
            (text("console_postings.field.unit"), unit),
            (text("console_postings.time"), span_words(door, view, now)),
            *(((text("console_postings.field.note"), view.note),) if view.note else ()),
        ),
        boxes=await boxes_of(door, visitor, again, TIMES) if may else (),
        action=f"{POSTINGS}/{view.id}" if may else "",
        revoke=f"{POSTINGS}/{view.id}/revoke" if may else "",
    )
    return shown(door, "posting.html", await frame_for(door, visitor, ROUTING), page, attempt.status)
