"""The form for a permit, in steps: who, what, where, papers, and a look at all of it. Every step is kept as it is sent.

Whatever is wrong, the step comes back with everything that was typed, and the fault beside its field. A correction shows
what has to be put right and no more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from casework.permits import drafts
from casework.permits.asked_again import corrected_faults
from casework.permits.concerned import CANCEL, begins_from
from casework.permits.drafts import DraftView
from casework.permits.forms import Filled, faults, material_faults
from kit.http.headers import allow_pictures_of
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.h5 import drafts as kept_forms
from web.h5.door import H5Door
from web.h5.drafts import carry_visit, holder_of, visit_holder
from web.h5.frame import frame_for, shown
from web.h5.permit_clashes import clash_lines
from web.h5.permit_correcting import CORRECT, asked_for, corrected_facts
from web.h5.permit_files import counted, material_views
from web.h5.permit_form import input_of, newly_asked, of_step, put_in
from web.h5.permit_map import setup_of
from web.h5.permit_preview import show_preview
from web.h5.permit_screens import StepPage
from web.h5.permit_steps import (
    PAPERS,
    PREVIEW,
    WHERE,
    discard_key,
    draft_name,
    draft_of,
    step_links,
    steps_of,
    uuid_of,
)
from web.h5.permit_words import OWN, PERMITS
from web.h5.screens import Link
from web.h5.visitor import Visitor, to_the_entrance

FORM = "permit"
Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Said:
    """What the page says beside the fields."""

    faults: Mapping[str, Problem] = field(default_factory=dict)
    lead: str = ""
    tone: str = ""
    problem: Problem | None = None
    clashes: tuple[str, ...] = ()
    clashes_seen: bool = False
    status: int = 200


async def show_draft(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """GET /h5/permits/drafts/<id>?step=…: the step asked for, else the one where it was left."""
    draft = await draft_of(door, visitor, draft_id)
    steps = steps_of(draft)
    wanted = str(request.args.get("step", "")) or draft.step
    step = wanted if wanted in steps else steps[0]
    if step == PREVIEW:
        return await show_preview(request, door, visitor, draft)
    lead, filled = "", draft.filled
    if (kept := await _sent_in_vain(request, door, visitor)) is not None:
        filled, lead = put_in(draft.kind, filled, kept), door.words.text("h5_permits.form.restored")
    elif request.args.get("saved") == "1":
        lead = door.words.text("h5_permits.form.saved")
    said = Said(
        lead=lead,
        tone="good" if lead else "",
        clashes=await clash_lines(door, draft) if step == WHERE else (),
    )
    return await _page(request, door, visitor, draft, step, filled, said)


async def take_step(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>: keep what was filled in, and on, back or away as the button says."""
    draft = await draft_of(door, visitor, draft_id)
    sent = _form(request)
    steps, step = steps_of(draft), _one(sent, "step")
    if step not in steps or step == PREVIEW:
        raise NotFound("problem.permit.draft_not_found")
    filled = put_in(draft.kind, draft.filled, sent)
    go = _one(sent, "go")
    at = steps.index(step)
    target = steps[at - 1] if go == "back" and at else steps[at + 1] if go == "next" else step
    revision = _number(_one(sent, "revision"))
    fresh = newly_asked(draft.kind, filled, step, sent) if step != CORRECT else frozenset()
    found = await _faults(door, draft, filled, step, await counted(draft))
    stays = go == "next" and bool(found)
    try:
        await drafts.save(
            door.permits.desk, visitor.actor, draft.id, filled, step if stays else target, revision
        )
    except Conflict as conflict:
        return await _not_kept(request, door, visitor, draft, step, filled, conflict)
    draft = await draft_of(door, visitor, draft_id)
    if _wants_json(request):
        return await _told(door, visitor, draft, step)
    if go == "later":
        return redirect(f"{OWN}?done=saved", status=303)
    if stays:
        # What the answers just given ask for is no fault yet.
        real = {code: fault for code, fault in found.items() if code not in fresh}
        lead = "" if real else door.words.text("h5_permits.form.more_asked")
        said = Said(faults=real, lead=lead, tone="soon" if lead else "", status=422 if real else 200)
        return await _page(request, door, visitor, draft, step, filled, said)
    clashes = await clash_lines(door, draft) if step == WHERE and go == "next" else ()
    if clashes and _one(sent, "clashes") != "seen":
        said = Said(clashes=clashes, clashes_seen=True)
        return await _page(request, door, visitor, draft, step, filled, said)
    return redirect(f"{PERMITS}/drafts/{draft.id}?step={target}", status=303)


async def show_refused(
    request: Request, door: H5Door, visitor: Visitor, draft_id: UUID, material: str, problem: Problem
) -> HTTPResponse:
    """The step of the papers once more, with what was wrong with a file beside the paper it was sent for."""
    draft = await draft_of(door, visitor, str(draft_id))
    step = CORRECT if draft.application_id is not None else PAPERS
    known = {one.code for one in draft.kind.materials}
    said = (
        Said(faults={material: problem}, status=problem.status)
        if material in known
        else Said(problem=problem, status=problem.status)
    )
    return await _page(request, door, visitor, draft, step, draft.filled, said)


async def discard_draft(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/discard."""
    await drafts.discard(door.permits.desk, visitor.actor, uuid_of(draft_id))
    return redirect(f"{OWN}?done=discarded", status=303)


async def keep_for_later(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """A step that came without a session, or with the token of an older one: kept, and shown again when one is back."""
    holder = holder_of(request, visitor)
    fields = {name: values[:30] for name, values in list(_form(request).items())[:80] if name != "csrf_token"}
    await kept_forms.save(door, holder, FORM, {"address": request.path, "fields": fields})
    on = redirect(request.path, status=303) if visitor is not None else to_the_entrance(request.path)
    return carry_visit(request, door, on)


async def _faults(
    door: H5Door, draft: DraftView, filled: Filled, step: str, files: Mapping[str, int]
) -> dict[str, Invalid]:
    now = door.clock.now()
    if step == CORRECT:
        return corrected_faults(draft.kind, filled, now)
    if step == PAPERS:
        return {} if draft.act == CANCEL else material_faults(draft.kind, filled, files)
    since = await begins_from(draft.act, draft.concerns_id, now)
    return faults(draft.kind, filled, step=step, now=since)


async def _page(
    request: Request, door: H5Door, visitor: Visitor, draft: DraftView, step: str, filled: Filled, said: Said
) -> HTTPResponse:
    text, words = door.words.text, door.words
    items = await asked_for(door, visitor, draft) if step == CORRECT else None
    fields = items.fields(draft, filled) if items is not None else of_step(draft.kind, filled, step)
    inputs = tuple(input_of(words, draft.kind, one, filled, said.faults.get(one.code)) for one in fields)
    only = None if items is None else items.materials
    materials = (
        await material_views(door, draft, filled, said.faults, only) if step in (PAPERS, CORRECT) else ()
    )
    has_place = any(one.look == "place" for one in inputs)
    names = {one.name: one.label for one in inputs}
    page = StepPage(
        title=text(f"h5_permits.step_title.{step}"),
        kind=draft_name(door, draft),
        steps=step_links(door, draft, step),
        action=f"{PERMITS}/drafts/{draft.id}",
        step=step,
        revision=draft.revision,
        inputs=inputs,
        materials=materials,
        lead=said.lead,
        tone=said.tone,
        problem=text(said.problem.key, **said.problem.params) if said.problem is not None else "",
        faults=tuple(
            Link(
                href=f"#f.{code}" if f"f.{code}" in names else f"#m-{code}", words=text(one.key, **one.params)
            )
            for code, one in said.faults.items()
        ),
        clashes=said.clashes,
        clashes_seen=said.clashes_seen,
        back="" if steps_of(draft).index(step) == 0 else "back",
        next_words=text("h5_permits.form.all_the_same" if said.clashes_seen else "h5_permits.form.next"),
        discard=f"{PERMITS}/drafts/{draft.id}/discard",
        discard_key=discard_key(draft),
        map_setup=setup_of(door) if has_place else "",
        corrected=corrected_facts(items) if items is not None else (),
        is_helped=draft.helped_until_at is not None,
        token=kept_forms.visit_token(request, door) if materials else "",
    )
    if has_place and door.permits.ground.base is not None:
        allow_pictures_of(request, door.permits.ground.base.origins)
    frame = frame_for(request, door, visitor, f"{PERMITS}/drafts/{draft.id}?step={step}")
    return carry_visit(request, door, shown(door, "permit_step.html", frame, page, said.status))


async def _not_kept(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    draft: DraftView,
    step: str,
    filled: Filled,
    conflict: Conflict,
) -> HTTPResponse:
    """It was saved elsewhere meanwhile: what was typed stands here, nothing of it is lost and nothing overwritten yet."""
    if _wants_json(request):
        return json({"problem": door.words.text(conflict.key), "revision": 0}, status=409)
    said = Said(lead=door.words.text("h5_permits.form.saved_elsewhere"), tone="soon", status=409)
    return await _page(request, door, visitor, draft, step, filled, said)


async def _told(door: H5Door, visitor: Visitor, draft: DraftView, step: str) -> HTTPResponse:
    """What the script is told: the revision, the fields as they are now asked, and what is at that place and time."""
    items = await asked_for(door, visitor, draft) if step == CORRECT else None
    asked = (
        items.fields(draft, draft.filled) if items is not None else of_step(draft.kind, draft.filled, step)
    )
    views = [input_of(door.words, draft.kind, one, draft.filled, None) for one in asked]
    clashes = await clash_lines(door, draft) if step == WHERE else ()
    fields = door.pages.render("h5/_permit_fields.html", {"inputs": views})
    said = door.pages.render("h5/_permit_clashes.html", {"clashes": clashes, "seen": False})
    return json({"revision": draft.revision, "fields": fields, "clashes": said})


async def _sent_in_vain(request: Request, door: H5Door, visitor: Visitor) -> dict[str, list[str]] | None:
    """What was sent to this address without a session, once."""
    for holder in dict.fromkeys((holder_of(request, visitor), visit_holder(request))):
        with contextlib.suppress(Problem):
            kept = await kept_forms.load(door, holder, FORM)
            if kept is not None and kept.get("address") == request.path:
                await kept_forms.drop(door, holder, FORM)
                return {str(name): [str(one) for one in values] for name, values in kept["fields"].items()}
    return None


def _form(request: Request) -> dict[str, list[str]]:
    form: dict[str, list[object]] = request.form or {}
    return {str(name): [str(one) for one in values] for name, values in form.items()}


def _one(sent: Sent, name: str) -> str:
    values = sent.get(name, ())
    return values[0] if values else ""


def _number(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
