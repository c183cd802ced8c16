"""Codes on signs: the list, a new one, the sheet to print, retiring one."""

from __future__ import annotations

import asyncio
from datetime import datetime

import segno
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.scene_codes import actions, queries
from casework.scene_codes.actions import KEEPERS, NewSceneCode
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.views import SceneCodeView
from kit.problems import Invalid, NotFound, Problem
from web.console.desk_screens import CodeLine, CodesPage, SheetPage
from web.console.door import ConsoleDoor
from web.console.frame import CODES, frame_for, shown
from web.console.screens import Ask, Chip, Note, Option, OptionGroup
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS = 30
DRAWN_WITHIN_S = 3.0
FIELDS = ("kind", "title", "place_text", "contact", "target", "unit")
HELPED = frozenset({"title", "place_text", "contact", "target"})
TYPED_AT_MOST = 1_000


async def show_codes(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/codes."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console.codes.{done}")),) if done in ("made", "retired") else ()
    return await _render(door, visitor, after=request.args.get("after", ""), notes=notes)


async def add_code(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/codes: made, or the form again with what was typed and what is wrong."""
    typed = {name: value_of(request, name).strip()[:TYPED_AT_MOST] for name in FIELDS}
    try:
        await actions.add(door.db, visitor.actor, _new(door, typed))
    except Invalid as problem:
        sentence = door.words.text(problem.key, **problem.params)
        field = str(problem.params.get("field") or getattr(problem, "field", ""))
        wrong = {field: sentence} if field in FIELDS else {}
        notes = () if wrong else (Note(words=sentence, tone="late"),)
        return await _render(door, visitor, notes=notes, typed=typed, wrong=wrong, status=422)
    return redirect(f"{CODES}?done=made", status=303)


async def retire_code(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/codes/{code}/retire."""
    view = await _find(code)
    await actions.retire(door.db, visitor.actor, view.id)
    return redirect(f"{CODES}?done=retired", status=303)


async def show_sheet(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """GET /console/codes/{code}: one page to print and put up."""
    view = await _find(code)
    text = door.words.text
    address = view.platform_url or await _ask_platform(door, visitor, view)
    page = SheetPage(
        title=view.title,
        kind=text(f"console.codes.kind.{view.kind.value}"),
        where=view.place_text,
        contact=view.contact,
        code=view.code,
        drawing=segno.make(address, error="q").svg_data_uri(scale=10, border=2) if address else "",
        invitation=text(f"console.codes.invitation.{view.kind.value}"),
        note="" if address else text("console.codes.not_yet"),
    )
    return shown(door, "code_sheet.html", await frame_for(door, visitor, CODES), page)


async def _ask_platform(door: ConsoleDoor, visitor: Visitor, view: SceneCodeView) -> str:
    """The platform's code for the scene, kept once it is known; "" while the platform gives none."""
    if view.is_retired:
        return ""
    try:
        async with asyncio.timeout(DRAWN_WITHIN_S):
            address = await door.scene_address(view.code, None)
    except TimeoutError:
        return ""
    if address and visitor.actor.roles & KEEPERS:
        await actions.note_platform_url(door.db, visitor.actor, view.id, address)
    return address


def _new(door: ConsoleDoor, typed: dict[str, str]) -> NewSceneCode:
    if typed["kind"] not in set(SceneKind):
        raise Invalid("problem.console.code_kind", field="kind")
    if typed["unit"] and typed["unit"] not in door.desk.policy.units:
        raise Invalid("problem.console.code_unit", field="unit")
    return NewSceneCode(
        kind=SceneKind(typed["kind"]),
        title=typed["title"],
        place_text=typed["place_text"],
        contact=typed["contact"],
        target=typed["target"],
        unit=typed["unit"] or None,
    )


async def _find(code: str) -> SceneCodeView:
    view = await queries.by_code(code)
    if view is None:
        raise NotFound("problem.scene_code.not_found")
    return view


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    after: str = "",
    notes: tuple[Note, ...] = (),
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    try:
        found = await queries.page(after=after or None, limit=ROWS)
    except Problem as problem:
        after, status = "", 400
        notes = (*notes, Note(words=door.words.text(problem.key, **problem.params), tone="soon"))
        found = await queries.page(limit=ROWS)
    now = door.clock.now()
    may_keep = bool(visitor.actor.roles & KEEPERS)
    page = CodesPage(
        rows=tuple(_line(door, row, now, may_keep) for row in found.rows),
        asks=_asks(door, typed or {}, wrong or {}) if may_keep else (),
        more=f"{CODES}?after={found.after}" if found.after else "",
        first=CODES if after else "",
        notes=notes,
    )
    return shown(door, "codes.html", await frame_for(door, visitor, CODES), page, status)


def _asks(door: ConsoleDoor, typed: dict[str, str], wrong: dict[str, str]) -> tuple[Ask, ...]:
    """The form for a new code, with what was typed and what is wrong with it."""
    text = door.words.text
    kinds = tuple(
        Option(value=kind.value, words=text(f"console.codes.kind.{kind.value}")) for kind in SceneKind
    )
    units = tuple(Option(value=unit.code, words=unit.name) for unit in door.desk.policy.units.values())
    options = {"kind": kinds, "unit": (Option(value="", words=text("console.codes.no_unit")), *units)}
    return tuple(
        Ask(
            name=name,
            kind="choice" if name in options else "short",
            label=text(f"console.codes.field.{name}"),
            optional=name not in ("kind", "title"),
            help=text(f"console.codes.help.{name}") if name in HELPED else "",
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            at_most=300 if name in ("place_text", "target") else 100,
            groups=(OptionGroup(name="", options=options[name]),) if name in options else (),
        )
        for name in FIELDS
    )


def _line(door: ConsoleDoor, row: SceneCodeView, now: datetime, may_keep: bool) -> CodeLine:
    text = door.words.text
    state = "retired" if row.is_retired else "active"
    units = door.desk.policy.units
    return CodeLine(
        code=row.code,
        kind=text(f"console.codes.kind.{row.kind.value}"),
        title=row.title,
        where=row.place_text,
        unit=units[row.unit].name if row.unit in units else "",
        state=Chip(words=text(f"console.codes.state.{state}"), tone="plain" if row.is_retired else "good"),
        sheet=f"{CODES}/{row.code}",
        retire=f"{CODES}/{row.code}/retire" if may_keep and not row.is_retired else "",
        at=door.words.moment(row.created_at, now),
    )
