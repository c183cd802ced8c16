"""One case: showing it, moving it on, looking at the telephone."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.request import File
from sanic.response import redirect

from casework.complaints.lifecycle import COMPLAINT
from casework.complaints.notes import Kind, notes_of
from casework.complaints.queries import detail_by_reference
from casework.complaints.releasing import release_of, suggestion
from casework.complaints.revealing import Person, reveal_person, reveal_story
from casework.complaints.views import ComplaintDetail
from casework.notifications.queries import Sought, deliveries
from casework.permissions import Operation
from kit.clock import local
from kit.db import Change
from kit.files.receiving import receive
from kit.problems import NotFound, Problem
from nlp.personal import Kind as PersonalKind
from web.console.addresses import case_address
from web.console.case_code import filed_from
from web.console.case_page import Around, case_page, done_note, moves_for
from web.console.door import ConsoleDoor
from web.console.exchange_panel import panel_of
from web.console.filters import filters_of
from web.console.forms import FIELD_OF_PROBLEM, FORMS, SIDE_FORMS, Filled, form_of, is_act
from web.console.frame import CASES, asked_for, frame_for, shown
from web.console.kin_panel import kin_of
from web.console.notice_pages import note_opened
from web.console.offers import offers_for
from web.console.order_panel import orders_panel
from web.console.photos import album_of
from web.console.routing_here import why_here
from web.console.screens import Note
from web.console.submission import Typed, faults_of, key_of, photos_of, revision_of, texts_of, value_of
from web.console.visitor import Visitor

NOTICES = 20
PHOTO_KIND = "complaint_photo"


MOVED_ON = ("problem.complaint.moved_on", "problem.workflow.wrong_state", "problem.workflow.too_often")
"""Refusals that only mean that the page was out of date: it says where the case stands now."""


async def show_case(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/cases/{reference}."""
    case = await find_case(door, visitor, reference)
    back = _back(door, request.args.get("back", ""))
    done = request.args.get("done", "")
    notes: tuple[Note, ...] = ()
    if is_act(done):
        notes = (done_note(door, done, case.view.reference, back),)
    if case.anonymised_at is not None:
        at = f"{local(case.anonymised_at):%Y-%m-%d}"
        notes += (Note(words=door.words.text("privacy.case.anonymised", at=at), tone="plain"),)
    return await render_case(door, visitor, case, back, notes=notes)


async def back_to_case(request: Request, door: ConsoleDoor, visitor: Visitor, **parts: str) -> HTTPResponse:
    """GET where only a form is sent, as after a reload or a login: the case itself."""
    return redirect(case_address(parts["reference"]), status=303)


async def take_move(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str, move: str
) -> HTTPResponse:
    """POST /console/cases/{reference}/{move}: done, or the page again with what was typed and what is wrong."""
    form = FORMS.get(move)
    if form is None:
        raise NotFound("problem.workflow.unknown_move")
    case = await find_case(door, visitor, reference)
    if set(COMPLAINT.find(move).by).isdisjoint(visitor.actor.roles):
        # Whoever could never do this is not shown what else is wrong, but keeps the words.
        refusal = Problem("problem.workflow.not_your_role", 403, lifecycle=COMPLAINT.name, move=move)
        return await _refused(
            door, visitor, case, _back(door, ""), refusal, Typed(move=move, texts=texts_of(request))
        )
    back = _back(door, value_of(request, "back"))
    texts, photos, revision = texts_of(request), photos_of(request), revision_of(request)
    offers = await offers_for(door.desk, door.words, (move,))
    wrong = faults_of(form, texts, photos, offers.values(), door.words)
    blanks = door.replies.blanks_in(texts.get("answer", ""))
    if blanks:
        wrong.setdefault("answer", door.words.text("console.form.blanks", blanks="".join(blanks)))
    if wrong:
        typed = Typed(move=move, texts=texts, wrong=wrong)
        return await render_case(door, visitor, case, back, typed=typed, status=422)
    try:
        may = move in moves_for(visitor, case) and revision == case.view.revision
        # For an outdated form nothing is stored: the action refuses it, or finds a doubled tap already done.
        ids = await keep_photos(door, photos) if may else tuple(door.db.ids.new() for _ in photos)
        filled = Filled(texts=texts, photos=ids, revision=revision)
        await form.take(door.desk, visitor.actor, case.view.id, filled)
    except Problem as problem:
        return await _refused(door, visitor, case, back, problem, Typed(move=move, texts=texts))
    return redirect(case_address(case.view.reference, back, done=move), status=303)


async def take_side(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/cases/{reference}/{note|update|release|withdraw_release}: an act that moves nothing."""
    name = request.path.rpartition("/")[2]
    form = SIDE_FORMS[name]
    case = await find_case(door, visitor, reference)
    back = _back(door, value_of(request, "back"))
    texts, key = texts_of(request), key_of(request)
    wrong = faults_of(form, texts, [], {}, door.words)
    typed = Typed(move=name, key=key, texts=texts, wrong=wrong)
    if wrong:
        return await render_case(door, visitor, case, back, typed=typed, status=422)
    try:
        filled = Filled(texts=texts, revision=case.view.revision, act=key)
        await form.take(door.desk, visitor.actor, case.view.id, filled)
    except Problem as problem:
        return await _refused(door, visitor, case, back, problem, typed)
    return redirect(case_address(case.view.reference, back, done=name), status=303)


async def show_phone(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/cases/{reference}/phone: name and number in clear, this once; the look is audited."""
    case = await find_case(door, visitor, reference)
    back = _back(door, value_of(request, "back"))
    person = await reveal_person(door.desk, visitor.actor, case.view.id)
    case = await find_case(door, visitor, reference)
    template = "_phone.html" if asked_for(request, "phone") else "case.html"
    return await render_case(door, visitor, case, back, person=person, template=template)


async def show_story(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/cases/{reference}/story: the words as they were written, this once; the look is audited."""
    case = await find_case(door, visitor, reference)
    back = _back(door, value_of(request, "back"))
    await reveal_story(door.desk, visitor.actor, case.view.id)
    case = await find_case(door, visitor, reference)
    return await render_case(door, visitor, case, back, is_clear=True)


async def find_case(door: ConsoleDoor, visitor: Visitor, reference: str) -> ComplaintDetail:
    """The case, if it exists and is the visitor's to see; otherwise the same NotFound."""
    case = await detail_by_reference(door.desk, reference, visitor.actor)
    if case is None or not visitor.sees(case):
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    return case


async def render_case(
    door: ConsoleDoor,
    visitor: Visitor,
    case: ComplaintDetail,
    back: str,
    *,
    notes: tuple[Note, ...] = (),
    typed: Typed | None = None,
    person: Person | None = None,
    is_clear: bool = False,
    status: int = 200,
    template: str = "case.html",
) -> HTTPResponse:
    """The page of a case."""
    await note_opened(door, visitor, case.view.id)
    told = await deliveries(Sought(case_id=case.view.id), limit=NOTICES)
    may_release = visitor.may(Operation.RELEASE_CASE)
    release = await release_of(door.desk, case.view.id) if may_release else None
    around = Around(
        album=await album_of(case, door.words),
        offers=await offers_for(door.desk, door.words, moves_for(visitor, case), case),
        notices=[line for line in told.rows if line.recipient_kind == "account"],
        internal=await notes_of(case.view.id, Kind.INTERNAL),
        release=release,
        suggested=await suggestion(case.view.id, left_out(door)) if may_release and release is None else "",
    )
    page = case_page(
        door,
        visitor,
        case,
        around,
        back=back,
        notes=notes,
        typed=typed,
        person=person,
        is_clear=is_clear,
    )
    page = replace(
        page,
        exchange=await panel_of(door, visitor, case),
        filed_from=await filed_from(door, visitor, case),
        routing=await why_here(door, visitor, case),
        orders=await orders_panel(door, visitor, case),
        kin=await kin_of(door, visitor, case, moves_for(visitor, case), back),
    )
    return shown(door, template, await frame_for(door, visitor, CASES), page, status)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail, back: str, problem: Problem, typed: Typed
) -> HTTPResponse:
    """The page as the case stands now, with one sentence why not and everything that was typed."""
    text = door.words.text
    case = await find_case(door, visitor, case.view.reference)
    sentence = text(problem.key, **problem.params)
    field = getattr(problem, "field", None) or problem.params.get("field")
    if problem.key.startswith("problem.file."):
        field = "after_photos"
    form = form_of(typed.move)
    if problem.key in MOVED_ON and typed.move in FORMS:
        sentence = text("console.stale.moved_on", state=door.words.state(case.view.state).words)
    elif isinstance(field, str):
        name = FIELD_OF_PROBLEM.get(field, field)
        if form is not None and name in {one.name for one in form.fields}:
            typed = Typed(move=typed.move, key=typed.key, texts=typed.texts, wrong={name: sentence})
            return await render_case(door, visitor, case, back, typed=typed, status=problem.status)
    note = Note(words=sentence, tone="late")
    return await render_case(door, visitor, case, back, notes=(note,), typed=typed, status=problem.status)


async def keep_photos(door: ConsoleDoor, photos: list[File], kind: str = PHOTO_KIND) -> tuple[UUID, ...]:
    """Seal and store photos; their ids. They are shown once the worker has re-encoded them."""
    if not photos:
        return ()
    rows = []
    for photo in photos:
        rows.append(
            await receive(
                door.files,
                photo.body,
                file_id=door.db.ids.new(),
                account_id=None,
                kind=kind,
                at=door.clock.now(),
            )
        )

    async def work(change: Change) -> None:
        for row in rows:
            await row.save(force_create=True)

    await door.db.change(work)
    return tuple(row.id for row in rows)


def left_out(door: ConsoleDoor) -> dict[PersonalKind, str]:
    """What stands in a proposed wording where something led to somebody; a house's number goes without a trace."""
    kinds = [one for one in PersonalKind if one is not PersonalKind.HOUSE]
    return {kind: door.words.text(f"privacy.instead.{kind.value}") for kind in kinds}


def _back(door: ConsoleDoor, query: str) -> str:
    """The filters to go back to, in our own writing: whatever else was in there is gone."""
    return filters_of(query[:400], frozenset(door.desk.policy.units))[0].query
