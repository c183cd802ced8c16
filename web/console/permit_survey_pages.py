"""Visits on the officer's own phone: what waits, the page on which photos are taken, what was found, the second name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import json as json_answer
from sanic.response import redirect

from casework.permits import checking, surveying
from casework.permits.capturing import add_photo, file_kept, open_capture
from casework.permits.checking import CheckFindings
from casework.permits.my_work import VisitLine, my_visits
from casework.permits.survey_queries import VisitFacts, VisitView, visit_view
from casework.permits.surveying import OUTCOMES, Findings
from casework.permits.visits import NOT_FOUND, Measured
from kit.db import Change
from kit.files.receiving import receive
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.form_shapes import PHOTOS_BYTES
from web.console.frame import SURVEYS, frame_for, shown
from web.console.permit_acts import Attempt, ask
from web.console.permit_inputs import Sent, sent
from web.console.permit_page import survey_chip
from web.console.permit_pages import field_of, kept_of
from web.console.permit_screens import PermitAct, PermitAsk
from web.console.permit_words import (
    application_address,
    geo_of,
    held_address,
    id_of,
    permits_of,
    shots_of,
    survey_address,
)
from web.console.permit_work_screens import VisitPage, VisitRow, VisitsOfMinePage
from web.console.screens import Chip, Countdown, Fact, Note, Option
from web.console.submission import photo_fault, photos_named
from web.console.visitor import Visitor

PHOTO_KIND = "permit_survey_photo"
IN_ORDER = ("in_order", "not")
DONE = frozenset({"photo", "record", "confirm"})
ACTS = frozenset({"record", "confirm"})


async def show_surveys(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/surveys."""
    now, done = door.clock.now(), str(request.args.get("done", ""))
    notes = (Note(words=door.words.text(f"console_permits.visit.done.{done}")),) if done in DONE else ()
    rows = await my_visits(permits_of(door), visitor.actor)
    page = VisitsOfMinePage(rows=tuple(_row(door, one, now) for one in rows), notes=notes)
    return shown(door, "permit_surveys.html", await frame_for(door, visitor, SURVEYS), page)


async def show_survey(request: Request, door: ConsoleDoor, visitor: Visitor, survey_id: str) -> HTTPResponse:
    """GET /console/surveys/{id}."""
    done = str(request.args.get("done", ""))
    notes = (Note(words=door.words.text(f"console_permits.visit.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, id_of(survey_id, NOT_FOUND), notes=notes)


async def keep_photo(request: Request, door: ConsoleDoor, visitor: Visitor, survey_id: str) -> HTTPResponse:
    """POST /console/surveys/{id}/photos: photos with the nonce of the page they were taken on, and where the phone was."""
    wanted, given = id_of(survey_id, NOT_FOUND), sent(request)
    desk, is_script = permits_of(door), request.headers.get("accept") == "application/json"
    photos = photos_named(request, "photos")
    try:
        view = await visit_view(desk, visitor.actor, wanted)
        if not view.line.is_mine:
            raise NotFound(NOT_FOUND)
        fault = photo_fault(photos, PHOTOS_BYTES, door.words)
        if fault or not photos:
            return await _photo_wrong(door, visitor, wanted, fault, is_script=is_script)
        position, _ = given.position()
        for photo in photos:
            file_id = await file_kept(wanted, photo.body) or await _stored(door, photo.body)
            await add_photo(
                desk, visitor.actor, wanted, file_id, nonce=given.text("nonce") or None, position=position
            )
    except Problem as problem:
        sentence = door.words.text(problem.key, **problem.params)
        if is_script:
            return json_answer({"wrong": sentence}, status=problem.status)
        return await _render(
            door, visitor, wanted, notes=(Note(words=sentence, tone="late"),), status=problem.status
        )
    if is_script:
        return json_answer({"kept": len(photos)}, status=201)
    return redirect(f"{survey_address(wanted)}?done=photo", status=303)


async def take_survey(
    request: Request, door: ConsoleDoor, visitor: Visitor, survey_id: str, act: str
) -> HTTPResponse:
    """POST /console/surveys/{id}/record or /confirm: the list with what comes next, or the page with what is wrong."""
    if act not in ACTS:
        raise NotFound("problem.workflow.unknown_move")
    wanted, given = id_of(survey_id, NOT_FOUND), sent(request)
    desk, actor = permits_of(door), visitor.actor
    view = await visit_view(desk, actor, wanted)
    is_check = view.line.purpose != "application"
    try:
        if act == "confirm":
            await (checking.confirm_check if is_check else surveying.confirm)(desk, actor, wanted)
        elif is_check:
            await checking.record_check(desk, actor, wanted, _check(given))
        else:
            await surveying.record(desk, actor, wanted, _findings(given))
    except Problem as problem:
        sentence, name = door.words.text(problem.key, **problem.params), field_of(problem)
        is_field = name in ("findings", "outcome", "measured_area", "late_reason", "no_photo_reason")
        if not is_field and problem.key.startswith("problem.workflow.missing"):
            sentence, name, is_field = door.words.text("problem.permit.console_findings"), "findings", True
        attempt = Attempt(move=act, texts=kept_of(given), wrong={name: sentence} if is_field else {})
        notes = () if is_field else (Note(words=sentence, tone="late"),)
        return await _render(door, visitor, wanted, attempt=attempt, notes=notes, status=problem.status)
    return redirect(f"{SURVEYS}?done={act}", status=303)


def _findings(given: Sent) -> Findings:
    position, accuracy = given.position()
    return Findings(
        findings=given.text("findings"),
        outcome=given.text("outcome"),  # type: ignore[arg-type]
        measured=Measured(area_m2=given.number("measured_area"), position=position, accuracy_m=accuracy),
        late_reason=given.text("late_reason"),
        no_photo_reason=given.text("no_photo_reason"),
    )


def _check(given: Sent) -> CheckFindings:
    position, accuracy = given.position()
    outcome = given.text("outcome")
    if outcome not in IN_ORDER:
        raise Invalid("problem.permit.survey_outcome", field="outcome")
    measured = Measured(area_m2=given.number("measured_area"), position=position, accuracy_m=accuracy)
    return CheckFindings(
        findings=given.text("findings"), is_in_order=outcome == "in_order", measured=measured
    )


async def _stored(door: ConsoleDoor, body: bytes) -> UUID:
    row = await receive(
        door.files,
        body,
        file_id=door.db.ids.new(),
        account_id=None,
        kind=PHOTO_KIND,
        at=door.clock.now(),
    )

    async def work(change: Change) -> None:
        await row.save(force_create=True)

    await door.db.change(work)
    return row.id


async def _photo_wrong(
    door: ConsoleDoor, visitor: Visitor, survey_id: UUID, fault: str, *, is_script: bool
) -> HTTPResponse:
    sentence = fault or door.words.text("problem.permit.console_photo")
    if is_script:
        return json_answer({"wrong": sentence}, status=422)
    return await _render(door, visitor, survey_id, notes=(Note(words=sentence, tone="late"),), status=422)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    survey_id: UUID,
    *,
    notes: tuple[Note, ...] = (),
    attempt: Attempt | None = None,
    status: int = 200,
) -> HTTPResponse:
    desk = permits_of(door)
    view = await visit_view(desk, visitor.actor, survey_id)
    line, now = view.line, door.clock.now()
    is_open = line.is_mine and line.recorded_at is None and line.cancelled_at is None
    nonce = await open_capture(desk, visitor.actor, survey_id) if is_open else ""
    about = application_address(line.reference)
    page = VisitPage(
        title=door.words.text(f"console_permits.visit.purpose.{line.purpose}"),
        reference=line.reference,
        back=SURVEYS if line.is_mine else about,
        state=_chip(door, line, view.outcome),
        due=_due(door, line.due_at, line.recorded_at, now),
        place=line.place_text,
        geo=geo_of(line.latitude, line.longitude),
        facts=_facts(door, view, now),
        notes=notes,
        photos=await shots_of(door, view.photos),
        nonce=nonce,
        photo_action=f"{survey_address(survey_id)}/photos"
        if line.is_mine and not line.is_confirmed and line.cancelled_at is None
        else "",
        record=_record_act(door, view, attempt) if is_open else None,
        confirm=_confirm_act(door, view) if line.is_mine_to_confirm else None,
        findings=view.findings,
        found=_found(door, view, now),
        application=held_address(view.permit_id) if view.permit_id is not None else about,
    )
    return shown(door, "permit_survey.html", await frame_for(door, visitor, SURVEYS), page, status)


def _row(door: ConsoleDoor, one: VisitLine, now: datetime) -> VisitRow:
    text = door.words.text
    when = (
        text("console_permits.visit.at", at=door.words.moment(one.meeting_at, now)) if one.meeting_at else ""
    )
    tone = "brand" if one.wants == "confirm" else "soon"
    return VisitRow(
        href=survey_address(one.id),
        title=one.kind_name,
        place=one.place_text,
        geo=geo_of(one.latitude, one.longitude),
        due=door.words.time_left(one.due_at, now) if one.wants == "go" else None,
        when=when or text("console_permits.visit.at_once"),
        state=Chip(words=text(f"console_permits.visit.wants.{one.wants}"), tone=tone),  # type: ignore[arg-type]
        who=text(f"console_permits.visit.purpose.{one.purpose}"),
        reference=one.reference,
    )


def _chip(door: ConsoleDoor, line: VisitFacts, outcome: str) -> Chip:
    if line.recorded_at is not None and line.cancelled_at is None and not line.is_confirmed:
        return Chip(words=door.words.text("console_permits.survey.unconfirmed"), tone="soon")
    return survey_chip(door, line.cancelled_at, line.recorded_at, outcome)


def _due(
    door: ConsoleDoor, due_at: datetime | None, recorded_at: datetime | None, now: datetime
) -> Countdown | None:
    return door.words.time_left(due_at, now) if recorded_at is None else None


def _facts(door: ConsoleDoor, view: VisitView, now: datetime) -> tuple[Fact, ...]:
    text, line, moment = door.words.text, view.line, door.words.moment
    facts = (
        ("kind", line.kind_name),
        ("permit", line.permit),
        ("officers", text("console_permits.and", first=line.officers[0], second=line.officers[1])),
        ("asked_area", text("console_permits.square", area=f"{line.area_m2:g}") if line.area_m2 else ""),
        ("meeting", moment(line.meeting_at, now) if line.meeting_at else ""),
        ("arrived", moment(line.arrived_at, now) if line.arrived_at else ""),
        ("cancelled", view.cancel_reason),
    )
    return tuple(
        Fact(name=text(f"console_permits.survey.{name}"), words=words) for name, words in facts if words
    )


def _found(door: ConsoleDoor, view: VisitView, now: datetime) -> tuple[Fact, ...]:
    """What stands in the record, for the one who confirms it."""
    line, text = view.line, door.words.text
    if line.recorded_at is None:
        return ()
    accuracy = f"{view.accuracy_m:.0f}" if view.accuracy_m is not None else "?"
    facts = (
        ("outcome", text(f"console_permits.outcome.{view.outcome}")),
        (
            "measured",
            text("console_permits.square", area=f"{view.measured_area_m2:g}")
            if view.measured_area_m2
            else "",
        ),
        ("recorded", door.words.moment(line.recorded_at, now)),
        (
            "position",
            text(
                "console_permits.survey.position_said",
                latitude=f"{view.latitude:.5f}",
                longitude=f"{view.longitude:.5f}",
                accuracy=accuracy,
            )
            if view.latitude is not None and view.longitude is not None
            else text("console_permits.survey.no_position"),
        ),
        ("late_reason", view.late_reason),
    )
    return tuple(
        Fact(name=text(f"console_permits.survey.{name}"), words=words) for name, words in facts if words
    )


def _record_act(door: ConsoleDoor, view: VisitView, attempt: Attempt | None) -> PermitAct:
    line, text = view.line, door.words.text
    mine = attempt if attempt is not None and attempt.move == "record" else None
    is_check = line.purpose != "application"

    def field(name: str, kind: str, *, optional: bool = False, options: tuple[Option, ...] = ()) -> PermitAsk:
        return ask(
            door,
            name,
            kind,  # type: ignore[arg-type]
            optional=optional,
            typed=mine.texts.get(name, "") if mine is not None else "",
            wrong=mine.wrong.get(name, "") if mine is not None else "",
            options=options,
        )

    outcomes = tuple(
        Option(value=one, words=text(f"console_permits.outcome.{one}"))
        for one in (IN_ORDER if is_check else OUTCOMES)
    )
    asks = [field("outcome", "choice", options=outcomes)]
    if not is_check or line.area_m2 is not None:
        asks.append(field("measured_area", "number", optional=is_check or line.area_m2 is None))
    asks.append(field("findings", "long"))
    if not is_check:
        asks.append(field("no_photo_reason", "long", optional=True))
    if not is_check and line.due_at is not None and line.due_at <= door.clock.now():
        asks.append(field("late_reason", "long", optional=True))
    return PermitAct(
        move="record",
        words=text("console_permits.visit.record.title"),
        button=text("console_permits.visit.record.button"),
        hint=text("console_permits.visit.record.hint"),
        action=f"{survey_address(line.id)}/record",
        asks=tuple(asks),
        open=True,
        key=door.db.ids.new().hex,
    )


def _confirm_act(door: ConsoleDoor, view: VisitView) -> PermitAct:
    text = door.words.text
    return PermitAct(
        move="confirm",
        words=text("console_permits.visit.confirm.title"),
        button=text("console_permits.visit.confirm.button"),
        hint=text("console_permits.visit.confirm.hint"),
        action=f"{survey_address(view.line.id)}/confirm",
        open=True,
        key=door.db.ids.new().hex,
    )
