"""At the window: a clerk fills in an application for somebody, from the questions to the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permits import drafts, handover
from casework.permits.delivering import WAYS
from casework.permits.drafts import DraftView, draft_view, drafts_of
from casework.permits.eligibility import asked_answers
from casework.permits.forms import Filled, clean, merged, visible_fields
from casework.permits.kinds import Act, FormField
from casework.permits.materials import FILE_KIND, staff_holder
from casework.permits.models import Permit, PermitApplication, PermitDraft
from casework.permits.seen_documents import seen_of
from casework.permits.submitting import WINDOW, submit
from casework.permits.written import opened_form
from kit.files.uploads import Uploads
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS, frame_for, shown
from web.console.permit_acts import ask
from web.console.permit_draft_page import Sight, clash_rows, draft_page
from web.console.permit_entry_correcting import AskedAgain, asked_again, open_faults, step_faults, steps_for
from web.console.permit_entry_fields import (
    CORRECT,
    Step,
    answers_of,
    point_fault,
    raw_places,
    values_of,
)
from web.console.permit_inputs import sent
from web.console.permit_pages import find
from web.console.permit_words import DRAFTS, NEW, application_address, id_of, permits_of, places_of
from web.console.permit_work_screens import DraftRow, KindRow, NewPermitPage
from web.console.screens import Note
from web.console.submission import photos_named
from web.console.visitor import Visitor

NOT_FOUND = "problem.permit.draft_not_found"
HANDOVERS_A_MINUTE = 6
ACTS = frozenset({"submit", "remove", "discard"})


async def show_new(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/permits/new."""
    text = door.words.text
    notes = (Note(words=text("console_permits.entry.discarded")),) if request.args.get("done") else ()
    return await _new_page(door, visitor, notes=notes)


async def _new_page(
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    notes: tuple[Note, ...] = (),
    typed: str = "",
    wrong: str = "",
    status: int = 200,
) -> HTTPResponse:
    desk, text, now = permits_of(door), door.words.text, door.clock.now()
    page = NewPermitPage(
        places=places_of(door, visitor, "entry"),
        kinds=tuple(
            KindRow(
                name=one.name,
                plain=one.plain,
                summary=one.summary,
                acts=(("new", text("console_permits.entry.begin")),),
                action=f"{NEW}/{one.code}",
            )
            for one in desk.section.kinds
        ),
        drafts=tuple(
            DraftRow(
                href=f"{DRAFTS}/{one.id}",
                kind=one.kind_name,
                act=text(f"console_permits.act_kind.{one.act}")
                if one.application_id is None
                else text("console_permits.entry.correction"),
                at=door.words.moment(one.updated_at, now),
            )
            for one in await drafts_of(desk, visitor.actor)
        ),
        code=ask(door, "handover_code", "short", typed=typed, wrong=wrong),
        handover=f"{PERMITS}/handover",
        notes=notes,
    )
    return shown(door, "permit_new.html", await frame_for(door, visitor, PERMITS), page, status)


async def begin_entry(request: Request, door: ConsoleDoor, visitor: Visitor, kind: str) -> HTTPResponse:
    """POST /console/permits/new/{kind}: a draft, for a permit in force with what stands in its application."""
    desk, given = permits_of(door), sent(request)
    act, filled, concerns = cast("Act", given.text("kind_act") or "new"), None, None
    if given.text("concerns"):
        concerns = id_of(given.text("concerns"), "problem.permit.concerns_unknown")
        permit = await Permit.get_or_none(id=concerns, kind=kind)
        row = await PermitApplication.get_or_none(id=permit.application_id) if permit is not None else None
        if row is None:
            raise NotFound("problem.permit.concerns_unknown")
        await find(door, visitor, row.reference)
        filled = opened_form(desk, row)
    made = await drafts.begin(desk, visitor.actor, kind, act, concerns, filled=filled)
    return redirect(f"{DRAFTS}/{made}", status=303)


async def take_over_draft(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/permits/handover: a citizen's draft, by the code they read out."""
    typed = sent(request).text("handover_code")
    await door.limits.take("console-handover", str(visitor.staff.id), per_minute=HANDOVERS_A_MINUTE)
    try:
        draft_id = await handover.take_over(permits_of(door), visitor.actor, typed)
    except NotFound as problem:
        return await _new_page(door, visitor, typed=typed, wrong=door.words.text(problem.key), status=422)
    return redirect(f"{DRAFTS}/{draft_id}", status=303)


async def begin_correction(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/correct: the form as it was, to be put right for whom it was entered."""
    desk, view = permits_of(door), await find(door, visitor, reference)
    if "correct" not in view.moves:
        raise Conflict("problem.permit.moved_on")
    row = await PermitApplication.get(id=view.line.id)
    made = await drafts.begin(
        desk,
        visitor.actor,
        row.kind,
        cast("Act", row.act),
        row.concerns_id,
        application_id=row.id,
        filled=opened_form(desk, row),
    )
    return redirect(f"{DRAFTS}/{made}", status=303)


async def show_draft(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """GET /console/permits/drafts/{id}?step=."""
    view = await draft_view(permits_of(door), visitor.actor, id_of(draft_id, NOT_FOUND))
    again = await asked_again(door, visitor, view)
    return await _render(door, visitor, view, _step(view, again, str(request.args.get("step", ""))))


async def save_draft(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /console/permits/drafts/{id}: one step is kept whatever is wrong with it, and gone on from where nothing is."""
    desk, actor, given = permits_of(door), visitor.actor, sent(request)
    view = await draft_view(desk, actor, id_of(draft_id, NOT_FOUND))
    again = await asked_again(door, visitor, view)
    step = _step(view, again, given.text("step"))
    fields = _fields(view, view.filled, step, again)
    filled = _filled(request, view, step, fields)
    try:
        await drafts.save(desk, actor, view.id, filled, step, given.revision)
    except Conflict as problem:
        notes = (Note(words=door.words.text(problem.key, **problem.params), tone="late"),)
        return await _render(door, visitor, view, step, typed=filled, notes=notes, status=409)
    if given.text("go") == "stay":
        return redirect(f"{DRAFTS}/{view.id}?step={step}", status=303)
    found = {
        **await step_faults(view, filled, step, again, door.clock.now()),
        **point_fault(request, fields),
    }
    if found:
        said = {one: door.words.text(fault.key, **fault.params) for one, fault in found.items()}
        saved = await draft_view(desk, actor, view.id)
        raw = raw_places(request, fields)
        return await _render(door, visitor, saved, step, typed=filled, wrong=said, raw=raw, status=422)
    steps = steps_for(view, clean(view.kind, filled), again)
    after = steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else steps[0]
    # What else is at that place is the first thing to be read, by whoever sees and by whoever hears the page.
    is_place = any(one.role in ("place", "when", "area") for one in fields)
    first = "#clashes" if is_place and await clash_rows(door, view, filled) else ""
    return redirect(f"{DRAFTS}/{view.id}?step={after}{first}", status=303)


async def keep_material(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /console/permits/drafts/{id}/files: papers photographed or scanned at the window."""
    desk, actor, given = permits_of(door), visitor.actor, sent(request)
    view = await draft_view(desk, actor, id_of(draft_id, NOT_FOUND))
    code, files = given.text("material"), photos_named(request, "files")
    uploads = Uploads(door.db, door.files)
    try:
        if not files:
            raise Conflict("problem.permit.console_file")
        for one in files:
            row = await uploads.whole(
                one.body, holder=staff_holder(visitor.staff.id), account_id=None, kind=FILE_KIND
            )
            await drafts.attach(desk, actor, view.id, code, row.id)
    except Problem as problem:
        said = {code: door.words.text(problem.key, **problem.params)}
        again = await draft_view(desk, actor, view.id)
        return await _render(door, visitor, again, "papers", wrong=said, status=problem.status)
    return redirect(f"{DRAFTS}/{view.id}?step=papers#material-{code}", status=303)


async def take_draft(
    request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str, act: str
) -> HTTPResponse:
    """POST /console/permits/drafts/{id}/{act}: submit it, take a file away, throw it away."""
    if act not in ACTS:
        raise NotFound("problem.workflow.unknown_move")
    desk, actor, given = permits_of(door), visitor.actor, sent(request)
    wanted = id_of(draft_id, NOT_FOUND)
    if act == "submit":
        return await _submit(request, door, visitor, wanted)
    if act == "remove":
        await drafts.detach(desk, actor, wanted, id_of(given.text("file"), "problem.permit.not_found"))
        return redirect(f"{DRAFTS}/{wanted}?step=papers", status=303)
    await drafts.discard(desk, actor, wanted)
    return redirect(f"{NEW}?done=discard", status=303)


async def _submit(request: Request, door: ConsoleDoor, visitor: Visitor, wanted: UUID) -> HTTPResponse:
    desk, given = permits_of(door), sent(request)
    delivery = given.text("delivery")
    row = await PermitApplication.get_or_none(id=wanted)
    row_is_correction = await PermitDraft.exists(id=wanted, application_id__isnull=False)
    if row is None and not given.text("checked"):
        view = await draft_view(desk, visitor.actor, wanted)
        said = {
            "checked": door.words.text(
                "console.form.tick_missing", field=door.words.text("console_permits.field.checked")
            )
        }
        return await _render(door, visitor, view, "check", wrong=said, chosen=delivery, status=422)
    try:
        # A doubled submit finds what it made; a correction asks for what was seen no second time.
        is_new = row is None and not row_is_correction
        made = await submit(
            desk,
            visitor.actor,
            wanted,
            source=WINDOW,
            delivery=delivery if delivery in WAYS else None,
            seen=seen_of(given.text("document"), given.text("document_number")) if is_new else None,
            expected_revision=given.revision,
        )
    except Problem as problem:
        if problem.status == 404:
            raise
        words = door.words.text(problem.key, **problem.params)
        notes = (Note(words=words, tone="late"),)
        wrong = {problem.field: words} if isinstance(problem, Invalid) else {}
        view = await draft_view(desk, visitor.actor, wanted)
        return await _render(
            door, visitor, view, "check", wrong=wrong, notes=notes, chosen=delivery, status=problem.status
        )
    address = application_address(made.reference)
    done = "correct" if row_is_correction else "submit"
    return redirect(f"{address}/receipt" if made.receipt_secret else f"{address}?done={done}", status=303)


def _fields(view: DraftView, filled: Filled, step: Step, again: AskedAgain | None) -> tuple[FormField, ...]:
    """The fields that a step asks for."""
    if step == CORRECT:
        return again.fields(view, filled) if again is not None else ()
    return tuple(one for one in visible_fields(view.kind, filled) if one.step == step)


def _filled(request: Request, view: DraftView, step: Step, fields: tuple[FormField, ...]) -> Filled:
    if step == "questions":
        answers = asked_answers(view.kind, answers_of(request, view.kind))
        return Filled(answers=answers, values=view.filled.values)
    if step != CORRECT:
        here = [one for one in view.kind.fields if one.step == step]
        return merged(view.kind, view.filled, step, values_of(request, here, view.filled))
    asked = {one.code for one in fields}
    kept = {code: value for code, value in view.filled.values.items() if code not in asked}
    given = values_of(request, fields, view.filled)
    return clean(view.kind, Filled(answers=view.filled.answers, values={**kept, **given}))


def _step(view: DraftView, again: AskedAgain | None, wanted: str) -> Step:
    """The step that was asked for, else where it was left."""
    steps = steps_for(view, view.filled, again)
    return next((one for said in (wanted, view.step) for one in steps if one == said), steps[0])


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: DraftView,
    step: Step,
    *,
    typed: Filled | None = None,
    wrong: Mapping[str, str] | None = None,
    raw: Mapping[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    chosen: str = "",
    status: int = 200,
) -> HTTPResponse:
    now = door.clock.now()
    filled, again = typed or view.filled, await asked_again(door, visitor, view)
    page = await draft_page(
        door,
        view,
        Sight(step=step, fields=_fields(view, filled, step, again), again=again),
        filled,
        wrong=wrong or {},
        faults=await open_faults(view, filled, again, now),
        notes=notes,
        chosen=chosen,
    )
    if raw:
        page = replace(
            page, asks=tuple(replace(one, typed=raw.get(one.name, one.typed)) for one in page.asks)
        )
    return shown(door, "permit_draft.html", await frame_for(door, visitor, PERMITS), page, status)
