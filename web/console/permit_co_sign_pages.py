"""For the people of other organs: what they are asked, what they need to see for it, and their answer."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from casework.permits.co_sign_queries import QuestionView, answered_by_us, asked_view
from casework.permits.co_signing import answer
from casework.permits.detail import application_view, view_by_id
from casework.permits.materials import attached_to
from casework.permits.models import CoSignature
from casework.permits.my_work import AskedLine, asked_of_us
from casework.permits.views import ApplicationView
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import CO_SIGNING, frame_for, shown
from web.console.permit_acts import Attempt
from web.console.permit_inputs import Sent, sent
from web.console.permit_material_words import handed_in
from web.console.permit_organ_words import answer_asks, opinion_chip
from web.console.permit_page import fields_of, survey_row
from web.console.permit_pages import field_of, kept_of, render
from web.console.permit_screens import MaterialRow, PermitAct
from web.console.permit_words import (
    application_address,
    asked_address,
    coordinates_of,
    id_of,
    permits_of,
)
from web.console.permit_work_screens import AskedPage, AskedRow, CoSignPage
from web.console.screens import Chip, Fact, Link, Note
from web.console.visitor import Visitor

NOT_FOUND = "problem.permit.co_signature_not_found"
SAID = {"words": "opinion_words"}
"""Where a refusal shows, when the form's field has another name."""


async def show_questions(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/co-signing."""
    tab = "answered" if request.args.get("tab", "") == "answered" else "asked"
    desk, actor, text = permits_of(door), visitor.actor, door.words.text
    waiting = await asked_of_us(desk, actor)
    if tab == "asked":
        rows = tuple(_waiting_row(door, one) for one in waiting)
    else:
        rows = tuple(_row(door, one) for one in await answered_by_us(desk, actor))
    page = AskedPage(
        tabs=tuple(
            Link(
                href=f"{CO_SIGNING}?tab={one}",
                words=text(f"console_permits.co_sign.tab.{one}")
                + (f" {len(waiting)}" if one == "asked" and waiting else ""),
                here=one == tab,
            )
            for one in ("asked", "answered")
        ),
        rows=rows,
        nothing=text(f"console_permits.co_sign.nothing.{tab}"),
    )
    return shown(door, "permit_co_signing.html", await frame_for(door, visitor, CO_SIGNING), page)


async def show_question(request: Request, door: ConsoleDoor, visitor: Visitor, asked_id: str) -> HTTPResponse:
    """GET /console/co-signing/{id}."""
    notes: tuple[Note, ...] = ()
    if request.args.get("done", "") == "co_sign":
        notes = (Note(words=door.words.text("console_permits.done.co_sign")),)
    return await _render(door, visitor, id_of(asked_id, NOT_FOUND), notes=notes)


async def answer_question(
    request: Request, door: ConsoleDoor, visitor: Visitor, asked_id: str
) -> HTTPResponse:
    """POST /console/co-signing/{id}: an organ's own answer, or what a clerk writes down of one on paper."""
    wanted, given = id_of(asked_id, NOT_FOUND), sent(request)
    desk = permits_of(door)
    is_theirs = visitor.may(Operation.CO_SIGN_PERMITS)
    row = await CoSignature.get_or_none(id=wanted)
    if row is None:
        raise NotFound(NOT_FOUND)
    try:
        await answer(
            desk,
            visitor.actor,
            wanted,
            opinion=given.text("opinion"),  # type: ignore[arg-type]
            words=given.text("opinion_words"),
            by_name=given.text("by_name"),
            expected_revision=given.revision if row.unit is not None else None,
        )
    except Problem as problem:
        if problem.status == 404:
            raise
        if row.unit is not None and is_theirs:
            return await _refused(door, visitor, wanted, given, problem)
        return await _refused_on_paper(door, visitor, row, given, problem)
    if row.unit is not None:
        return redirect(f"{asked_address(wanted)}?done=co_sign", status=303)
    view = await view_by_id(desk, visitor.actor, row.application_id)
    return redirect(f"{application_address(view.line.reference)}?done=co_sign", status=303)


def _attempt(door: ConsoleDoor, move: str, given: Sent, problem: Problem) -> tuple[Attempt, tuple[Note, ...]]:
    sentence, name = door.words.text(problem.key, **problem.params), field_of(problem)
    name = SAID.get(name, name)
    is_field = name in ("opinion", "opinion_words", "by_name")
    attempt = Attempt(move=move, texts=kept_of(given), wrong={name: sentence} if is_field else {})
    return attempt, () if is_field else (Note(words=sentence, tone="late"),)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, wanted: UUID, given: Sent, problem: Problem
) -> HTTPResponse:
    attempt, notes = _attempt(door, "answer", given, problem)
    return await _render(door, visitor, wanted, attempt=attempt, notes=notes, status=problem.status)


async def _refused_on_paper(
    door: ConsoleDoor, visitor: Visitor, row: CoSignature, given: Sent, problem: Problem
) -> HTTPResponse:
    view = await view_by_id(permits_of(door), visitor.actor, row.application_id)
    attempt, notes = _attempt(door, f"co_sign-{row.id}", given, problem)
    return await render(door, visitor, view, notes=notes, attempt=attempt, status=problem.status)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    wanted: UUID,
    *,
    notes: tuple[Note, ...] = (),
    attempt: Attempt | None = None,
    status: int = 200,
) -> HTTPResponse:
    desk, now, text = permits_of(door), door.clock.now(), door.words.text
    one = await asked_view(desk, visitor.actor, wanted)
    view = await application_view(desk, visitor.actor, one.reference)
    if attempt is None and one.opinion:
        attempt = Attempt(move="answer", texts={"opinion": one.opinion, "opinion_words": one.words})
    page = CoSignPage(
        reference=one.reference,
        organ=one.organ,
        kind=one.kind_name,
        basis=one.basis,
        state=opinion_chip(door, one.state, one.opinion),
        due=door.words.time_left(one.due_at, now) if not one.opinion else None,
        notes=notes,
        facts=_facts(door, one, view),
        fields=fields_of(door, view),
        coordinates=coordinates_of(door, visitor, view.latitude, view.longitude),
        materials=await _plans(door, view),
        surveys=tuple([await survey_row(door, each, now) for each in view.surveys if each.recorded_at]),
        said=one.words,
        act=PermitAct(
            move="answer",
            words=text("console_permits.co_sign.answer"),
            button=text(
                "console_permits.co_sign.send" if not one.opinion else "console_permits.co_sign.again"
            ),
            hint=text("console_permits.co_sign.hint"),
            action=asked_address(one.id),
            asks=answer_asks(door, attempt, by_name=False),
            open=True,
            key=door.db.ids.new().hex,
        )
        if one.may_answer
        else None,
        revision=str(one.revision),
    )
    return shown(door, "permit_co_sign.html", await frame_for(door, visitor, CO_SIGNING), page, status)


async def _plans(door: ConsoleDoor, view: ApplicationView) -> tuple[MaterialRow, ...]:
    """What the kind lets other organs see: plans, not who somebody is."""
    kind = permits_of(door).section.kind(view.line.kind)
    if kind is None:
        return ()
    files = await attached_to(application_id=view.line.id)
    return tuple(
        MaterialRow(
            name=one.name,
            note="",
            files=tuple(
                handed_in(door, file, one.name, number, {"case": view.line.reference})
                for number, file in enumerate((each for each in files if each.material == one.code), start=1)
            ),
        )
        for one in kind.materials
        if one.for_co_signers and any(each.material == one.code for each in files)
    )


def _facts(door: ConsoleDoor, one: QuestionView, view: ApplicationView) -> tuple[Fact, ...]:
    now, text = door.clock.now(), door.words.text
    found = (
        ("holder", view.line.holder),
        ("place", one.place_text),
        ("asked", door.words.moment(one.asked_at, now)),
        ("answer_by", door.words.end(one.due_at, now) if one.due_at else ""),
        ("basis", one.basis),
    )
    return tuple(
        Fact(name=text(f"console_permits.fact.{name}"), words=words) for name, words in found if words
    )


def _waiting_row(door: ConsoleDoor, one: AskedLine) -> AskedRow:
    chip = Chip(words=door.words.text("co_signature.state.asked"), tone="soon")
    due = door.words.time_left(one.due_at, door.clock.now())
    return AskedRow(
        href=asked_address(one.id),
        organ=one.organ,
        kind=one.kind_name,
        place=one.place_text,
        reference=one.reference,
        state=chip,
        due=due,
    )


def _row(door: ConsoleDoor, one: QuestionView) -> AskedRow:
    return AskedRow(
        href=asked_address(one.id),
        organ=one.organ,
        kind=one.kind_name,
        place=one.place_text,
        reference=one.reference,
        state=opinion_chip(door, one.state, one.opinion),
        due=None,
    )
