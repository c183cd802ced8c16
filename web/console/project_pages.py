"""Projects under a code: the list, one of them, its notices, and what is done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import segno
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from casework.projects import actions, notices, queries, visit_plans
from casework.projects.actions import ProjectWords
from casework.projects.models import Project
from casework.projects.views import NoticeView, ProjectView
from kit.clock import SHANGHAI, local
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.enterprise_visit_words import visit_line
from web.console.frame import frame_for, shown
from web.console.project_forms import BOARD, board_form, forms_of
from web.console.project_screens import SideForm, ThingLine, ThingList, ThingsPage
from web.console.project_words import (
    PROJECTS,
    Tried,
    ask,
    day_of,
    done_note,
    id_of,
    refused,
    required_day,
    staff_id,
    tabs,
    typed_in,
    unit_words,
)
from web.console.screens import Chip, Fact, Link
from web.console.submission import revision_of
from web.console.visitor import Visitor

DONE = frozenset({"opened", "amended", "closed", "noticed", "taken_down", "planned"})
NOT_FOUND = "problem.project.not_found"


async def show_projects(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/projects?find=…"""
    return await _list(request, door, visitor, Tried(notes=done_note(door, request, DONE)))


async def add_project(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/projects: opened, or the form again."""
    typed = typed_in(request, BOARD)
    try:
        made = await actions.open_project(door.projects, visitor.actor, _board(door, typed))
    except Problem as problem:
        return await _list(request, door, visitor, refused(door, "board", typed, problem))
    return redirect(f"{PROJECTS}/{made}?done=opened", status=303)


async def show_project(
    request: Request, door: ConsoleDoor, visitor: Visitor, project_id: str
) -> HTTPResponse:
    """GET /console/projects/{id}."""
    found = id_of(project_id, NOT_FOUND)
    return await _one(door, visitor, found, Tried(notes=done_note(door, request, DONE)))


async def change_project(
    request: Request, door: ConsoleDoor, visitor: Visitor, project_id: str, act: str
) -> HTTPResponse:
    """POST /console/projects/{id}/{act}: done, or the page again with what was typed."""
    found, typed = id_of(project_id, NOT_FOUND), {}
    if act not in _ACTS:
        raise NotFound(NOT_FOUND)
    typed = typed_in(request, _ACTS[act][0])
    try:
        await _ACTS[act][1](door, visitor, found, typed, revision_of(request))
    except NotFound:
        raise
    except Problem as problem:
        return await _one(door, visitor, found, refused(door, act, typed, problem))
    return redirect(f"{PROJECTS}/{found}?done={_ACTS[act][2]}", status=303)


async def _amend(door: ConsoleDoor, visitor: Visitor, id: UUID, typed: dict[str, str], revision: int) -> None:
    await actions.amend(door.projects, visitor.actor, id, _board(door, typed), revision)


async def _close(door: ConsoleDoor, visitor: Visitor, id: UUID, typed: dict[str, str], revision: int) -> None:
    await actions.close(door.projects, visitor.actor, id, revision)


async def _notice(
    door: ConsoleDoor, visitor: Visitor, id: UUID, typed: dict[str, str], revision: int
) -> None:
    until_on = day_of(typed, "until_on")
    until_at = None
    if until_on is not None:
        until_at = datetime.combine(until_on + timedelta(days=1), datetime.min.time(), SHANGHAI)
    await notices.put_notice(
        door.projects, visitor.actor, id, title=typed["title"], words=typed["words"], until_at=until_at
    )


async def _take_down(
    door: ConsoleDoor, visitor: Visitor, id: UUID, typed: dict[str, str], revision: int
) -> None:
    notice = id_of(typed["notice"], "problem.project.no_notice")
    await notices.take_down(door.projects, visitor.actor, id, notice, typed["reason"])


async def _plan(door: ConsoleDoor, visitor: Visitor, id: UUID, typed: dict[str, str], revision: int) -> None:
    own = visitor.actor.id if visitor.may(Operation.INSPECT_ENTERPRISES) else None
    officer = own or staff_id(typed, "officer_id", "problem.visit.officer")
    await visit_plans.plan(
        door.projects,
        visitor.actor,
        id,
        officer_id=officer,
        on=required_day(typed, "on"),
        purpose=typed["purpose"],
        basis=typed["basis"],
    )


_ACTS = {
    "amend": (BOARD, _amend, "amended"),
    "close": ((), _close, "closed"),
    "notice": (("title", "words", "until_on"), _notice, "noticed"),
    "take-down": (("notice", "reason"), _take_down, "taken_down"),
    "plan": (("officer_id", "on", "purpose", "basis"), _plan, "planned"),
}


def _board(door: ConsoleDoor, typed: dict[str, str]) -> ProjectWords:
    unit = typed["unit"] or None
    if unit is not None and unit not in door.desk.policy.units:
        raise Invalid("problem.project.unit", field="unit")
    contact = typed["key_contact_id"]
    return ProjectWords(
        name=typed["name"],
        builder=typed["builder"],
        builder_uscc=typed["builder_uscc"],
        contractor=typed["contractor"],
        supervisor=typed["supervisor"],
        contact_name=typed["contact_name"],
        contact_phone=typed["contact_phone"],
        place_text=typed["place_text"],
        starts_on=day_of(typed, "starts_on"),
        ends_on=day_of(typed, "ends_on"),
        unit=unit,
        key_contact_id=staff_id(typed, "key_contact_id", "problem.project.key_contact") if contact else None,
    )


async def _list(request: Request, door: ConsoleDoor, visitor: Visitor, tried: Tried) -> HTTPResponse:
    text, find = door.words.text, str(request.args.get("find", ""))[:60]
    after = request.args.get("after", "")
    found = await queries.project_page(visitor.actor, after or None, words=find)
    kept = f"&find={quote(find)}" if find else ""
    page = ThingsPage(
        title=text("console_projects.title"),
        tabs=tabs(door, visitor, "projects"),
        notes=tried.notes,
        find=find,
        find_action=PROJECTS,
        lists=(
            ThingList(
                name="projects",
                title=text("console_projects.tab.projects"),
                lines=tuple(_line(door, one) for one in found.rows),
                nothing=text("console_projects.nothing"),
            ),
        ),
        forms=(await board_form(door, tried, None),) if visitor.may(Operation.KEEP_PROJECTS) else (),
        more=f"{PROJECTS}?after={quote(found.after)}{kept}" if found.after else "",
        first=f"{PROJECTS}?{kept[1:]}" if after else "",
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page, tried.status)


def _line(door: ConsoleDoor, one: ProjectView) -> ThingLine:
    chips = [_state(door, one)]
    if one.is_key:
        chips.append(Chip(words=door.words.text("console_projects.is_key"), tone="brand"))
    return ThingLine(
        title=one.name,
        href=f"{PROJECTS}/{one.id}",
        soft=(one.builder, f"{one.place_text} · {unit_words(door, one.unit)}"),
        chips=tuple(chips),
    )


def _state(door: ConsoleDoor, one: ProjectView) -> Chip:
    words = door.words.text(f"project.state.{'open' if one.is_open else 'closed'}")
    return Chip(words=words, tone="good" if one.is_open else "plain")


async def _one(door: ConsoleDoor, visitor: Visitor, project_id: UUID, tried: Tried) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    view = await queries.project(visitor.actor, project_id, now)
    keeps = visitor.may(Operation.KEEP_PROJECTS) and view.is_open
    visits = await queries.visit_page(door.projects, visitor.actor, project_id=project_id)
    address = f"{door.projects.public_url}/h5/codes/{view.code}"
    lists = [
        ThingList(name="board", title=text("console_projects.board"), facts=await _facts(door, view)),
        ThingList(
            name="notices",
            title=text("console_projects.notices"),
            lines=tuple(_notice_line(door, view, one, tried, keeps) for one in view.notices),
            nothing=text("console_projects.no_notices"),
        ),
        ThingList(
            name="visits",
            title=text("console_projects.visits_here"),
            lines=tuple(visit_line(door, one) for one in visits.rows),
            nothing=text(
                "console_projects.none_to_see" if view.visits_in_year else "console_projects.no_visits_here"
            ),
        ),
    ]
    if view.is_open:
        lists.append(
            ThingList(
                name="code",
                title=text("console_projects.code"),
                drawing=segno.make(address, error="q").svg_data_uri(scale=8, border=2),
                drawing_words=text("console_projects.code_words", code=view.code),
            )
        )
    if keeps and view.account_id is None:
        secret = actions.claim_secret(door.projects, await Project.get(id=view.id))
        claim = f"{door.projects.public_url}/h5/projects/{view.id}/{secret}"
        lists.append(
            ThingList(
                name="claim",
                title=text("console_projects.claim"),
                drawing=segno.make(claim, error="m").svg_data_uri(scale=6, border=2),
                drawing_words=text("console_projects.claim_words"),
            )
        )
    page = ThingsPage(
        title=view.name,
        back=Link(href=PROJECTS, words=text("console_projects.title")),
        notes=tried.notes,
        lists=tuple(lists),
        forms=await forms_of(door, visitor, view, tried, keeps),
    )
    return shown(door, "things.html", await frame_for(door, visitor, PROJECTS), page, tried.status)


async def _facts(door: ConsoleDoor, view: ProjectView) -> tuple[Fact, ...]:
    text = door.words.text
    contact = await queries.key_contact(door.projects, view, "")
    days = [one.isoformat() if one is not None else "…" for one in (view.starts_on, view.ends_on)]
    values = {
        "state": _state(door, view).words,
        "builder": view.builder,
        "builder_uscc": view.builder_uscc,
        "contractor": view.contractor,
        "supervisor": view.supervisor,
        "contact_name": f"{view.contact_name} {view.contact_phone}",
        "place_text": view.place_text,
        "dates": " — ".join(days) if view.starts_on or view.ends_on else "",
        "unit": unit_words(door, view.unit),
        "key_contact_id": f"{contact.name} {contact.phone}".strip() if contact is not None else "",
        "visits_in_year": text("console_projects.count_visits", count=view.visits_in_year),
        "complaints": text(
            "console_projects.count_complaints", count=await queries.complaints_about(view.code)
        ),
        "bound": text(f"console_projects.bound.{'yes' if view.account_id else 'no'}"),
    }
    return tuple(
        Fact(name=text(f"console_projects.field.{name}"), words=words)
        for name, words in values.items()
        if words
    )


def _notice_line(
    door: ConsoleDoor, view: ProjectView, one: NoticeView, tried: Tried, keeps: bool
) -> ThingLine:
    text, now = door.words.text, door.clock.now()
    state = "shown" if one.is_shown else "taken_down" if one.taken_down_at else "over"
    until = (
        text("console_projects.until", at=f"{local(one.until_at - timedelta(seconds=1)):%Y-%m-%d}")
        if one.until_at
        else ""
    )
    form = SideForm(
        name=f"take-down-{one.id}",
        title=text("project.move.take_down_notice"),
        action=f"{PROJECTS}/{view.id}/take-down",
        button=text("project.move.take_down_notice"),
        asks=(ask(door, Tried(), "reason", at_most=400),),
        hidden=(("notice", str(one.id)),),
        is_grave=True,
    )
    return ThingLine(
        title=one.title,
        soft=tuple(words for words in (one.words, door.words.moment(one.from_at, now), until) if words),
        chips=(
            Chip(
                words=text(f"console_projects.notice.{state}"), tone="good" if state == "shown" else "plain"
            ),
        ),
        form=form if keeps and one.is_shown else None,
    )
