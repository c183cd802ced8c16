"""Visits to enterprises: what is planned and was made, checking in at the gate, ending, and sums of ratings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

import segno
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.place import Position
from casework.permissions import Operation
from casework.projects import queries, rating, visit_plans, visiting
from casework.projects.confirming import confirm
from casework.projects.lifecycle import ENTERPRISE_VISIT, VisitState
from casework.projects.rating_codes import give_code
from casework.projects.sight import NOT_FOUND
from casework.projects.views import VisitView
from casework.projects.visiting import CheckIn
from kit.clock import local
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.enterprise_visit_words import against_words, visit_facts, visit_line
from web.console.frame import PROJECTS, frame_for, shown
from web.console.project_screens import SideForm, ThingLine, ThingList, ThingsPage
from web.console.project_words import (
    CHECK_IN,
    VISITS,
    Tried,
    ask,
    basis_options,
    done_note,
    id_of,
    refused,
    tabs,
    typed_in,
    unit_words,
)
from web.console.screens import Ask, Fact, Link, Note, Option
from web.console.visitor import Visitor

DONE = frozenset({"checked_in", "confirmed", "ended", "allowed", "cancelled"})
GATE = ("code", "second_number", "purpose", "basis", "place_reason")
PLACE = ("latitude", "longitude", "accuracy")
OPEN, OVER = (
    (VisitState.PLANNED, VisitState.WAITING, VisitState.UNDER_WAY),
    (
        VisitState.ENDED,
        VisitState.REFUSED,
        VisitState.CANCELLED,
    ),
)
_CODE = re.compile(r"pj_[0-9A-Za-z]{8,36}", re.ASCII)
_FIELDS = {"confirm": (), "end": ("findings",), "allow": ("ground", "explanation"), "cancel": ("reason",)}
_DONE = {"confirm": "confirmed", "end": "ended", "allow": "allowed", "cancel": "cancelled"}


async def show_visits(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/enterprise-visits: one's own, and those of units one answers for."""
    text, after = door.words.text, request.args.get("after", "")
    now_open = await queries.visit_page(door.projects, visitor.actor, limit=100, states=OPEN)
    over = await queries.visit_page(door.projects, visitor.actor, after or None, states=OVER)
    page = ThingsPage(
        title=text("console_projects.visits_title"),
        tabs=tabs(door, visitor, "visits"),
        notes=done_note(door, request, DONE),
        lists=(
            ThingList(
                name="open",
                title=text("console_projects.visits_open"),
                lines=tuple(visit_line(door, one) for one in now_open.rows),
                nothing=text("console_projects.no_visits"),
            ),
            ThingList(
                name="over",
                title=text("console_projects.visits_over"),
                lines=tuple(visit_line(door, one) for one in over.rows),
                nothing=text("console_projects.no_visits"),
            ),
        ),
        more=f"{VISITS}?after={quote(over.after)}" if over.after else "",
        first=VISITS if after else "",
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page)


async def show_check_in(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/enterprise-visits/check-in?code=…: the form at the gate, filled from the plan of today."""
    code = str(request.args.get("code", ""))[:300]
    return await _gate(door, visitor, Tried(typed={"code": code} if code else {}))


async def take_check_in(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/enterprise-visits/check-in: the visit begins, or why it does not; both are kept."""
    typed = typed_in(request, (*GATE, *PLACE))
    found = _CODE.search(typed["code"])
    said = CheckIn(
        code=found[0] if found else typed["code"][:40],
        second_number=typed["second_number"],
        purpose=typed["purpose"],
        basis=typed["basis"],
        position=_position(typed),
        accuracy_m=_number(typed["accuracy"]),
        place_reason=typed["place_reason"],
    )
    try:
        result = await visiting.check_in(door.projects, visitor.actor, said)
        visit_id = visiting.require_let_in(result)
    except Problem as problem:
        return await _gate(door, visitor, refused(door, "gate", typed, problem))
    return redirect(f"{VISITS}/{visit_id}?done=checked_in", status=303)


async def show_visit(request: Request, door: ConsoleDoor, visitor: Visitor, visit_id: str) -> HTTPResponse:
    """GET /console/enterprise-visits/{id}."""
    found = id_of(visit_id, NOT_FOUND)
    return await _one(door, visitor, found, Tried(notes=done_note(door, request, DONE)))


async def change_visit(
    request: Request, door: ConsoleDoor, visitor: Visitor, visit_id: str, act: str
) -> HTTPResponse:
    """POST /console/enterprise-visits/{id}/{act}: done, or the page again with what was typed."""
    found = id_of(visit_id, NOT_FOUND)
    if act not in _FIELDS:
        raise NotFound(NOT_FOUND)
    typed, actor, desk = typed_in(request, _FIELDS[act]), visitor.actor, door.projects
    try:
        if act == "confirm":
            await confirm(desk, actor, found)
        elif act == "end":
            await visit_plans.end(desk, actor, found, typed["findings"])
        elif act == "allow":
            await visit_plans.allow(desk, actor, found, typed["ground"], typed["explanation"])
        else:
            await visit_plans.cancel(desk, actor, found, typed["reason"])
    except NotFound:
        raise
    except Problem as problem:
        return await _one(door, visitor, found, refused(door, act, typed, problem))
    return redirect(f"{VISITS}/{found}?done={_DONE[act]}", status=303)


async def show_rating_code(
    request: Request, door: ConsoleDoor, visitor: Visitor, visit_id: str
) -> HTTPResponse:
    """POST /console/enterprise-visits/{id}/code: the page with the code for the enterprise, once it is in the chain."""
    found = id_of(visit_id, NOT_FOUND)
    try:
        code = await give_code(door.projects, visitor.actor, found)
    except NotFound:
        raise
    except Problem as problem:
        return await _one(door, visitor, found, refused(door, "code", {}, problem))
    return await _one(door, visitor, found, Tried(), code)


async def show_ratings(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/enterprise-visits/ratings?year=2026: sums, and for who supervises what was written."""
    text, this_year = door.words.text, local(door.clock.now()).year
    asked = request.args.get("year", "")
    year = int(asked) if asked in {str(this_year), str(this_year - 1)} else this_year
    sums = await rating.sums(visitor.actor, year)
    lists = [
        ThingList(
            name="sums",
            title=text("console_projects.sums", year=year),
            words=text("console_projects.sums_words"),
            links=(
                Link(
                    href=f"{VISITS}/ratings?year={year - 1 if year == this_year else this_year}",
                    words=text(
                        "console_projects.other_year", year=year - 1 if year == this_year else this_year
                    ),
                ),
            ),
            lines=tuple(
                ThingLine(
                    title=unit_words(door, one.unit),
                    soft=(
                        text("console_projects.sum", count=one.count, mean=one.mean)
                        if one.count
                        else text("console_projects.too_few"),
                    ),
                )
                for one in sums
            ),
            nothing=text("console_projects.no_sums"),
        )
    ]
    if visitor.may(Operation.READ_VISIT_WORDS) and not visitor.may(Operation.INSPECT_ENTERPRISES):
        lists.append(
            ThingList(
                name="words",
                title=text("console_projects.words_title"),
                lines=tuple(
                    ThingLine(
                        title=one.enterprise,
                        soft=(f"{one.on.isoformat()} · {unit_words(door, one.unit)}", one.words),
                    )
                    for one in await rating.words_of(visitor.actor, year)
                ),
                nothing=text("console_projects.no_words"),
            )
        )
    page = ThingsPage(
        title=text("console_projects.ratings_title"), tabs=tabs(door, visitor, "ratings"), lists=tuple(lists)
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page)


async def _gate(door: ConsoleDoor, visitor: Visitor, tried: Tried) -> HTTPResponse:
    text, code = door.words.text, _CODE.search(tried.typed.get("code", ""))
    view = await queries.project_behind(code[0], door.clock.now()) if code else None
    notes = list(tried.notes)
    purpose = basis = ""
    if view is not None:
        today = local(door.clock.now()).date()
        plan = await queries.plans_today(visitor.actor, view.code, today)
        if plan is not None:
            basis = next((one.code for one in door.projects.section.bases if one.words == plan.basis), "")
            purpose = plan.purpose
        if not tried.form and (plan is None or plan.exception is None):
            stands = await queries.against(door.projects, view.builder_uscc, today)
            notes += (Note(words=text(key, **params), tone="soon") for key, params in stands)
    form = SideForm(
        name="gate",
        title=text("console_projects.tab.check_in"),
        action=CHECK_IN,
        button=text("enterprise_visit.move.check_in"),
        asks=(
            ask(door, tried, "code", at_most=300),
            ask(door, tried, "second_number", at_most=60),
            ask(door, tried, "purpose", now=purpose, at_most=200),
            ask(door, tried, "basis", "choice", now=basis, options=basis_options(door)),
            ask(door, tried, "place_reason", optional=True, at_most=200),
        ),
        locates=tuple(tried.typed.get(name, "") for name in PLACE),  # type: ignore[arg-type]
    )
    own = ThingList(
        name="gate-what",
        title=text("console_projects.gate"),
        words=text("console_projects.gate_words")
        if view is None
        else f"{view.name} · {view.builder} · {view.place_text}",
    )
    page = ThingsPage(
        title=text("console_projects.tab.check_in"),
        tabs=tabs(door, visitor, "check_in"),
        notes=tuple(notes),
        lists=(own,),
        forms=(form,),
        locates=True,
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page, tried.status)


async def _one(
    door: ConsoleDoor, visitor: Visitor, visit_id: UUID, tried: Tried, code: str = ""
) -> HTTPResponse:
    text = door.words.text
    view = await queries.visit(door.projects, visitor.actor, visit_id)
    notes = [*tried.notes]
    if not view.exception:
        notes += (Note(words=against_words(door, key, params), tone="soon") for key, params in view.against)
    lists = []
    if code:
        address = f"{door.projects.public_url}/h5/visits/{code}"
        lists.append(
            ThingList(
                name="rate",
                title=text("console_projects.rate_title"),
                facts=(Fact(name=text("console_projects.rate_code"), words=code),),
                drawing=segno.make(address, error="m").svg_data_uri(scale=7, border=2),
                drawing_words=text(
                    "console_projects.rate_words", address=f"{door.projects.public_url}/h5/visits"
                ),
            )
        )
    elif view.state == VisitState.ENDED and _of_two(view, visitor):
        lists.append(
            ThingList(
                name="rate",
                title=text("console_projects.rate_title"),
                words=text("console_projects.rate_by_others"),
            )
        )
    links: tuple[Link, ...] = ()
    if view.project_id is not None and visitor.may(Operation.SEE_PROJECTS):
        links = (Link(href=f"{PROJECTS}/{view.project_id}", words=text("console_projects.to_project")),)
    lists.append(
        ThingList(
            name="visit",
            title=text("enterprise_visit.name"),
            facts=visit_facts(door, view),
            links=links,
        )
    )
    page = ThingsPage(
        title=view.enterprise,
        back=Link(href=VISITS, words=text("console_projects.visits_title")),
        notes=tuple(notes),
        lists=tuple(lists),
        forms=_forms(door, visitor, view, tried),
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page, tried.status)


def _forms(door: ConsoleDoor, visitor: Visitor, view: VisitView, tried: Tried) -> tuple[SideForm, ...]:
    """A form for each move that is this visitor's here."""
    grounds = tuple(Option(value=one.code, words=one.name) for one in door.projects.section.grounds)
    asks: dict[str, tuple[Ask, ...]] = {
        "confirm": (),
        "end": (ask(door, tried.of("end"), "findings", "long", at_most=visit_plans.FINDINGS_AT_MOST),),
        "allow": (
            ask(door, tried.of("allow"), "ground", "choice", options=grounds),
            ask(door, tried.of("allow"), "explanation", "long", at_most=1_000),
        ),
        "cancel": (ask(door, tried.of("cancel"), "reason", at_most=400),),
    }
    forms = []
    for move in ENTERPRISE_VISIT.moves_from(view.state):
        if move.name not in asks or visitor.actor.roles.isdisjoint(move.by):
            continue
        if not _is_theirs(move.name, view, visitor):
            continue
        name = door.words.text(f"enterprise_visit.move.{move.name}")
        forms.append(
            SideForm(
                name=move.name,
                title=name,
                action=f"{VISITS}/{view.id}/{move.name}",
                button=name,
                asks=asks[move.name],
                hint=door.words.text("console_projects.confirm_hint", name=view.officer)
                if move.name == "confirm"
                else "",
                is_folded=move.name == "cancel",
                is_grave=move.name == "cancel",
            )
        )
    if view.state == VisitState.ENDED and not _of_two(view, visitor) and visitor.may(Operation.KEEP_PROJECTS):
        forms.append(
            SideForm(
                name="code",
                title=door.words.text("console_projects.give_code"),
                action=f"{VISITS}/{view.id}/code",
                button=door.words.text("console_projects.give_code"),
                hint=door.words.text("console_projects.give_code_hint"),
            )
        )
    return tuple(forms)


def _is_theirs(move: str, view: VisitView, visitor: Visitor) -> bool:
    """Whether a move that the role allows is this very person's here."""
    match move:
        case "confirm":
            return visitor.actor.id == view.second_officer_id
        case "allow":
            return bool(view.against) and visitor.actor.id != view.officer_id
        case "end":
            return _of_two(view, visitor)
        case _:
            return True


def _of_two(view: VisitView, visitor: Visitor) -> bool:
    return visitor.actor.id in (view.officer_id, view.second_officer_id)


def _position(typed: Mapping[str, str]) -> Position | None:
    """Where the phone says it is; None where it says nothing that is a place."""
    latitude, longitude = _number(typed["latitude"]), _number(typed["longitude"])
    return Position(latitude, longitude, "wgs84") if latitude is not None and longitude is not None else None


def _number(typed: str) -> float | None:
    try:
        return float(typed) if len(typed) <= 20 else None
    except ValueError:
        return None
