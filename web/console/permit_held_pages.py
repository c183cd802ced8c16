"""Granted permits: found by number, holder or place; one with its checks, and what the bureau may end it by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from casework.permits import holder_heard
from casework.permits.capturing import photos_of
from casework.permits.credentials import code_shown
from casework.permits.holder_heard import HolderHeard
from casework.permits.kinds import Act
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit
from casework.permits.papers import ABOUT_PERMIT
from casework.permits.permit_moving import PERMIT_NOT_FOUND
from casework.permits.permit_queries import TABS, CheckView, PermitLine, PermitView, permit_view, permits
from casework.permits.previewing import preview
from casework.permits.wording import permit_move_name, permit_state_name
from kit.problems import Invalid, NotFound, Problem
from web.console.document_words import papers_panel
from web.console.door import ConsoleDoor
from web.console.frame import HELD, PERMITS, frame_for, shown
from web.console.permit_acts import Attempt, ask, survey_officers
from web.console.permit_ending_forms import (
    BY_PAPER,
    CHECK,
    CHECK_FIELDS,
    DONE,
    ENDING_FIELDS,
    ENDINGS,
    RECORD,
    choices_of,
    heard_facts,
    take,
)
from web.console.permit_inputs import Sent, sent
from web.console.permit_page import survey_chip
from web.console.permit_pages import field_of, kept_of, pdf_answer
from web.console.permit_screens import PermitAct, SurveyRow
from web.console.permit_words import (
    NEW,
    application_address,
    coordinates_of,
    held_address,
    id_of,
    permit_chip,
    permits_of,
    places_of,
    shots_of,
    survey_address,
)
from web.console.permit_work_screens import HeldPage, HeldPermitPage, HeldRow
from web.console.screens import Chip, Fact, Link, Note, Option
from web.console.visitor import Visitor

ROWS = 30


async def show_held(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/held-permits."""
    desk, text, notes = permits_of(door), door.words.text, tuple[Note, ...]()
    tab, find = str(request.args.get("tab", "")), str(request.args.get("find", "")).strip()[:60]
    after = str(request.args.get("after", ""))
    tab = tab if tab in TABS else TABS[0]
    try:
        found = await permits(desk, visitor.actor, tab, find=find, after=after or None, limit=ROWS)
    except Invalid as problem:
        notes, after = (Note(words=text(problem.key, **problem.params), tone="soon"),), ""
        found = await permits(desk, visitor.actor, tab, find=find, limit=ROWS)
    now = door.clock.now()
    page = HeldPage(
        places=places_of(door, visitor, "held"),
        tabs=tuple(
            Link(
                href=_address(one),
                words=text(f"console_permits.held.tab.{one}"),
                here=one == tab and not find,
            )
            for one in TABS
        ),
        find=find,
        rows=tuple(_row(door, one, now) for one in found.rows),
        nothing=text("console_permits.held.found_none" if find else "console_permits.held.nothing"),
        note=text("console_permits.held.note"),
        more=_address(tab, find, found.after) if found.after else "",
        first=_address(tab, find) if after else "",
        notes=notes,
    )
    return shown(door, "permits_held.html", await frame_for(door, visitor, PERMITS), page)


async def show_held_permit(
    request: Request, door: ConsoleDoor, visitor: Visitor, permit_id: str
) -> HTTPResponse:
    """GET /console/held-permits/{id}."""
    done, notes = str(request.args.get("done", "")), tuple[Note, ...]()
    if done in DONE:
        notes = (Note(words=door.words.text(f"console_permits.held.done.{done}")),)
    return await _render(door, visitor, id_of(permit_id, PERMIT_NOT_FOUND), notes=notes)


async def take_held_permit(
    request: Request, door: ConsoleDoor, visitor: Visitor, permit_id: str, act: str
) -> HTTPResponse:
    """POST /console/held-permits/{id}/{act}: end it, or send two officers to look."""
    wanted, given = id_of(permit_id, PERMIT_NOT_FOUND), sent(request)
    if act not in DONE:
        raise NotFound("problem.workflow.unknown_move")
    try:
        await take(permits_of(door), visitor.actor, wanted, act, given)
    except Problem as problem:
        return await _refused(door, visitor, wanted, act, given, problem)
    return redirect(f"{held_address(wanted)}?done={act}", status=303)


async def preview_held_permit(
    request: Request, door: ConsoleDoor, visitor: Visitor, permit_id: str, act: str
) -> HTTPResponse:
    """POST /console/held-permits/{id}/{act}/preview: the paper, as it would be issued."""
    wanted, given = id_of(permit_id, PERMIT_NOT_FOUND), sent(request)
    if act not in BY_PAPER:
        raise NotFound("problem.workflow.unknown_move")
    actor = visitor.actor
    try:
        content = await preview(
            permits_of(door),
            wanted,
            lambda trial: take(trial, actor, wanted, act, given),
            unnumbered=door.words.text("console_permits.unnumbered"),
        )
    except Problem as problem:
        return await _refused(door, visitor, wanted, act, given, problem)
    return pdf_answer(content)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, wanted: UUID, act: str, given: Sent, problem: Problem
) -> HTTPResponse:
    if problem.status == 404 and problem.key == PERMIT_NOT_FOUND:
        raise problem
    sentence, name = door.words.text(problem.key, **problem.params), field_of(problem)
    name = "holder_words" if act == RECORD and name == "words" else name
    is_field = name in {one for one, _, _ in ENDING_FIELDS.get(act, CHECK_FIELDS)}
    attempt = Attempt(move=act, texts=kept_of(given), wrong={name: sentence} if is_field else {})
    notes = () if is_field else (Note(words=sentence, tone="late"),)
    return await _render(door, visitor, wanted, notes=notes, attempt=attempt, status=problem.status)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    wanted: UUID,
    *,
    notes: tuple[Note, ...] = (),
    attempt: Attempt | None = None,
    status: int = 200,
) -> HTTPResponse:
    desk = permits_of(door)
    view, now = await permit_view(desk, visitor.actor, wanted), door.clock.now()
    line, heard = view.line, await holder_heard.holder_heard(desk, wanted)
    page = HeldPermitPage(
        number=line.number,
        reference=line.number,
        revision=str(view.revision),
        title=line.kind_name,
        state=permit_chip(line.state, _state_name(door, line, now)),
        notes=notes,
        facts=(*_facts(door, view, now), *heard_facts(door, heard, now, view.reference)),
        terms=view.terms,
        coordinates=coordinates_of(door, visitor, view.latitude, view.longitude),
        checks=tuple([await _check(door, one, now) for one in view.checks]),
        papers=await papers_panel(door, visitor, ABOUT_PERMIT, wanted),
        acts=await _acts(door, visitor, view, heard, attempt),
        application=application_address(view.reference),
        replaces=await _other(view.replaces_id),
        replaced_by=await _other(view.replaced_by_id),
        begins=_begins(door, visitor, view),
        begin_action=f"{NEW}/{line.kind}",
        permit_id=str(wanted),
    )
    return shown(door, "permit_held.html", await frame_for(door, visitor, PERMITS), page, status)


def _state_name(door: ConsoleDoor, line: PermitLine, now: datetime) -> str:
    if line.state == PermitState.IN_FORCE and now < line.valid_from_at:
        return door.words.text("console_permits.held.not_begun")
    return permit_state_name(door.words.catalogue, line.state)


async def _other(permit_id: UUID | None) -> Link | None:
    row = await Permit.get_or_none(id=permit_id) if permit_id is not None else None
    return Link(href=held_address(row.id), words=row.number) if row is not None else None


def _begins(door: ConsoleDoor, visitor: Visitor, view: PermitView) -> tuple[tuple[Act, str], ...]:
    """What a clerk may apply for on its holder's behalf."""
    kind = permits_of(door).section.kind(view.line.kind)
    if kind is None or view.ended_at is not None or not visitor.may(Operation.ENTER_PERMITS):
        return ()
    return tuple(
        (one, door.words.text(f"console_permits.held.begin.{one}")) for one in kind.acts if one != "new"
    )


async def _acts(
    door: ConsoleDoor,
    visitor: Visitor,
    view: PermitView,
    heard: HolderHeard | None,
    attempt: Attempt | None,
) -> tuple[PermitAct, ...]:
    found = []
    purposes = _purposes(door, visitor, view)
    if purposes:
        officers = await survey_officers(door, await _unit(view.line.id))
        found.append(_act(door, view, CHECK, attempt, {"purpose": purposes, "officer": officers}))
    found += [
        _act(door, view, one, attempt, choices_of(door, one))
        for one in view.moves
        if one in ENDING_FIELDS and (one != RECORD or heard is not None)
    ]
    return tuple(found)


async def _unit(permit_id: UUID) -> str | None:
    row = await Permit.get(id=permit_id)
    return row.unit


def _purposes(door: ConsoleDoor, visitor: Visitor, view: PermitView) -> tuple[Option, ...]:
    """What may be looked at now, by whoever may send officers."""
    if not (visitor.may(Operation.KEEP_PERMITS) or visitor.may(Operation.SURVEY_PERMITS)):
        return ()
    names = []
    if view.ended_at is None:
        names.append("check")
    elif view.line.restore_by_at is not None and view.restored_at is None:
        names.append("restoration")
    return tuple(
        Option(value=one, words=door.words.text(f"console_permits.visit.purpose.{one}")) for one in names
    )


def _act(
    door: ConsoleDoor,
    view: PermitView,
    name: str,
    attempt: Attempt | None,
    choices: Mapping[str, tuple[Option, ...]],
) -> PermitAct:
    text, mine = door.words.text, attempt if attempt is not None and attempt.move == name else None
    is_check = name == CHECK
    offered = {**choices, "second_officer": choices.get("officer", ())}
    purposes, officers = offered.get("purpose", ()), offered.get("officer", ())
    preset = {"purpose": purposes[0].value if purposes else ""}
    if len(officers) == 2:
        preset |= {"officer": officers[0].value, "second_officer": officers[1].value}
    address = f"{held_address(view.line.id)}/{name}"
    return PermitAct(
        move=name,
        words=text("console_permits.held.plan_check")
        if is_check
        else permit_move_name(door.words.catalogue, name),
        button=text(f"console_permits.held.act.{name}.button"),
        hint=text(f"console_permits.held.act.{name}.hint"),
        action=address,
        asks=tuple(
            ask(
                door,
                one,
                kind,
                optional=optional,
                typed=mine.texts.get(one, "") if mine is not None else preset.get(one, ""),
                wrong=mine.wrong.get(one, "") if mine is not None else "",
                options=offered.get(one, ()),
            )
            for one, kind, optional in ENDING_FIELDS.get(name, CHECK_FIELDS)
        ),
        preview=f"{address}/preview" if name in BY_PAPER else "",
        open=mine is not None or is_check,
        grave=name in ENDINGS,
        key=door.db.ids.new().hex,
    )


def _facts(door: ConsoleDoor, view: PermitView, now: datetime) -> tuple[Fact, ...]:
    text, moment, line = door.words.text, door.words.moment, view.line
    span = text(
        "console_permits.from_until",
        begin=moment(line.valid_from_at, now),
        end=door.words.end(line.valid_until_at, now),
    )
    found = (
        ("held_by", line.holder_shown),
        ("place", line.place_text),
        ("area", text("console_permits.square", area=f"{view.area_m2:g}") if view.area_m2 else ""),
        ("valid", span),
        ("granted", moment(view.granted_at, now)),
        ("ended", moment(view.ended_at, now) if view.ended_at else ""),
        ("end_cause", text(f"permit_end_cause.{view.end_cause}") if view.end_cause else ""),
        ("end_reason", view.end_reason),
        ("compensation", view.compensation),
        ("struck_off", moment(view.struck_off_at, now) if view.struck_off_at else ""),
        ("renewing", text("console_permits.held.renewing") if view.is_renewing else ""),
        (
            "replaced_from",
            moment(view.replaced_from_at, now) if view.replaced_from_at and not view.ended_at else "",
        ),
        ("restore_by", door.words.end(line.restore_by_at, now) if line.restore_by_at else ""),
        ("restored", moment(view.restored_at, now) if view.restored_at else ""),
        ("code", code_shown(line.code)),
    )
    return tuple(
        Fact(name=text(f"console_permits.fact.{name}"), words=words) for name, words in found if words
    )


async def _check(door: ConsoleDoor, one: CheckView, now: datetime) -> SurveyRow:
    text, moment = door.words.text, door.words.moment
    first, second = (*one.officers, "", "")[:2]
    facts = (
        ("officers", text("console_permits.and", first=first, second=second)),
        ("meeting", moment(one.meeting_at, now) if one.meeting_at else ""),
        ("recorded", moment(one.recorded_at, now) if one.recorded_at else ""),
    )
    state = survey_chip(door, None, one.recorded_at, one.outcome)
    if one.recorded_at is not None and not one.is_confirmed:
        state = Chip(words=text("console_permits.survey.unconfirmed"), tone="soon")
    return SurveyRow(
        title=text(f"console_permits.visit.purpose.{one.purpose}"),
        state=state,
        facts=tuple(
            Fact(name=text(f"console_permits.survey.{name}"), words=words) for name, words in facts if words
        ),
        findings=one.findings,
        photos=await shots_of(door, await photos_of(one.id)),
        href=survey_address(one.id),
    )


def _row(door: ConsoleDoor, one: PermitLine, now: datetime) -> HeldRow:
    text = door.words.text
    until = text("console_permits.held.until", at=door.words.end(one.valid_until_at, now))
    if one.restore_by_at is not None:
        key = "restore_late" if one.is_restore_late else "restore_by"
        until = text(f"console_permits.held.{key}", at=door.words.end(one.restore_by_at, now))
    return HeldRow(
        href=held_address(one.id),
        number=one.number,
        kind=one.kind_name,
        holder=one.holder_shown,
        place=one.place_text,
        state=permit_chip(one.state, _state_name(door, one, now)),
        until=until,
    )


def _address(tab: str, find: str = "", after: str = "") -> str:
    query = {name: value for name, value in (("tab", tab), ("find", find), ("after", after)) if value}
    return f"{HELD}?{urlencode(query)}"
