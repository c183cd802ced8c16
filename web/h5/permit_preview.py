"""The look at all that will be submitted, and the submission: of what was seen, and once."""

from __future__ import annotations

from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people.vouching import identities_of, vouched_since
from casework.permits.asked_again import corrected_faults
from casework.permits.concerned import CANCEL, begins_from
from casework.permits.delivering import Delivery
from casework.permits.drafts import DraftView
from casework.permits.forms import (
    faults,
    material_faults,
    read,
    shown_value,
    visible_fields,
    visible_materials,
)
from casework.permits.submitting import submit
from casework.permits.values import span_of
from casework.permits.written import holder_index
from casework.permits.written_place import drawn_area_m2, place_of
from kit.problems import Conflict, Invalid, Problem
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.permit_correcting import CORRECT, asked_for
from web.h5.permit_files import counted
from web.h5.permit_screens import PreviewPage, PreviewPart, Told
from web.h5.permit_steps import (
    PAPERS,
    PREVIEW,
    WHAT,
    WHERE,
    WHO,
    discard_key,
    draft_name,
    draft_of,
    step_links,
    steps_of,
    uuid_of,
)
from web.h5.permit_words import OWN, PERMITS, fee_words, promise_words, yes_no
from web.h5.screens import Fact, Link, Option
from web.h5.visitor import Visitor

DELIVERIES: tuple[Delivery, ...] = ("online", "window", "post")
SENT_A_MINUTE = 10


async def show_preview(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    draft: DraftView,
    problem: Problem | None = None,
    delivery: str = "",
) -> HTTPResponse:
    """The step of a look at everything: hidden fields are not in it, as they will not be submitted."""
    text, own = door.words.text, f"{PERMITS}/drafts/{draft.id}"
    wrong = await _faults(door, visitor, draft)
    steps = steps_of(draft)
    page = PreviewPage(
        kind=draft_name(door, draft),
        steps=step_links(door, draft, PREVIEW),
        parts=await _parts(door, visitor, draft),
        faults=tuple(
            Link(href=f"{own}?step={_step_of(draft, code)}", words=text(one.key, **one.params))
            for code, one in wrong.items()
        ),
        action=f"{own}/send",
        revision=draft.revision,
        deliveries=_deliveries(door, draft),
        delivery=delivery,
        identity=await _identity(door, visitor, draft),
        promise=promise_words(door, draft.kind),
        fee=fee_words(door, draft.kind.fee),
        truth=text("h5_permits.preview.truth"),
        button=text("h5_permits.preview.correct" if draft.application_id else "h5_permits.preview.send"),
        discard=f"{own}/discard",
        discard_key=discard_key(draft),
        is_correcting=draft.application_id is not None,
        back=f"{own}?step={steps[-2]}",
        problem=text(problem.key, **problem.params) if problem is not None else "",
    )
    frame = frame_for(request, door, visitor, f"{own}?step={PREVIEW}")
    status = problem.status if problem is not None else 200
    return shown(door, "permit_preview.html", frame, page, status)


async def send_draft(request: Request, door: H5Door, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /h5/permits/drafts/<id>/send. Sent twice it is one application, and both times its page is shown."""
    form = request.form
    wanted = str(form.get("delivery", "")) if form is not None else ""
    revision = str(form.get("revision", "")) if form is not None else ""
    delivery = next((one for one in DELIVERIES if one == wanted), None)
    await door.limits.take("h5-permit", str(visitor.session.id), per_minute=SENT_A_MINUTE)
    try:
        sent = await submit(
            door.permits.desk,
            visitor.actor,
            uuid_of(draft_id),
            source="h5",
            delivery=delivery,
            expected_revision=int(revision) if revision.isascii() and revision.isdigit() else None,
        )
    except (Invalid, Conflict) as problem:
        draft = await draft_of(door, visitor, draft_id)
        return await show_preview(request, door, visitor, draft, problem, wanted)
    done = "corrected" if form is not None and form.get("what") == "corrected" else "submitted"
    return redirect(f"{OWN}/{sent.reference}?done={done}", status=303)


async def _faults(door: H5Door, visitor: Visitor, draft: DraftView) -> dict[str, Invalid]:
    files, now = await counted(draft), door.clock.now()
    if draft.application_id is not None:
        items = await asked_for(door, visitor, draft)
        files = {
            code: files.get(code, 0) or items.handed_in.get(code, 0) for code in {*files, *items.handed_in}
        }
        papers = {} if draft.act == CANCEL else material_faults(draft.kind, draft.filled, files)
        return corrected_faults(draft.kind, draft.filled, now) | papers
    since = await begins_from(draft.act, draft.concerns_id, now)
    papers = {} if draft.act == CANCEL else material_faults(draft.kind, draft.filled, files)
    return faults(draft.kind, draft.filled, now=since) | papers


async def _identity(door: H5Door, visitor: Visitor, draft: DraftView) -> Told | None:
    """Whether it is known who applies, or what is to be done about it; nothing where the kind never asks."""
    if draft.kind.identity_by == "never" or draft.application_id is not None:
        return None
    text, here = door.words.text, f"{PERMITS}/drafts/{draft.id}?step={PREVIEW}"
    number = read(draft.kind, draft.filled).holder_number
    index = holder_index(door.permits.desk, number)
    if await vouched_since(visitor.account_id, index) is not None:
        return Told(words=text("h5_permits.preview.identity_known"), tone="good")
    known = await identities_of(door.permits.desk.sealer, visitor.account_id)
    key = "other" if known else "unknown" if door.permits.login is not None else "window"
    link = None
    if door.permits.login is not None:
        words = text("h5_identity.again" if known else "h5_identity.go")
        link = Link(href=f"/h5/me/identity?next={quote(here, safe='')}", words=words)
    return Told(words=text(f"h5_permits.preview.identity_{key}"), tone="soon", link=link)


def _step_of(draft: DraftView, code: str) -> str:
    """Where a fault is put right."""
    if draft.application_id is not None:
        return CORRECT
    return next((one.step for one in draft.kind.fields if one.code == code), PAPERS)


async def _parts(door: H5Door, visitor: Visitor, draft: DraftView) -> tuple[PreviewPart, ...]:
    text, own = door.words.text, f"{PERMITS}/drafts/{draft.id}"
    fields, parts = visible_fields(draft.kind, draft.filled), []
    for step in (WHO, WHAT, WHERE):
        facts = tuple(
            Fact(
                name=one.name,
                words=_said(door, draft, one.code) or text("h5_permits.preview.empty"),
            )
            for one in fields
            if one.step == step and (one.required or one.code in draft.filled.values)
        )
        if facts:
            href = f"{own}?step={CORRECT if draft.application_id is not None else step}"
            parts.append(PreviewPart(title=text(f"h5_permits.step_title.{step}"), href=href, facts=facts))
    files = await counted(draft)
    before = (await asked_for(door, visitor, draft)).handed_in if draft.application_id is not None else {}
    papers = []
    for paper in () if draft.act == CANCEL else visible_materials(draft.kind, draft.filled):
        count, old = files.get(paper.code, 0), before.get(paper.code, 0)
        said = "count" if count else "old" if old else "window" if paper.original_at_window else "none"
        papers.append(
            Fact(name=paper.name, words=text(f"h5_permits.preview.paper_{said}", count=count or old))
        )
    if papers:
        href = f"{own}?step={CORRECT if draft.application_id is not None else PAPERS}"
        parts.append(PreviewPart(title=text("h5_permits.step_title.papers"), href=href, facts=tuple(papers)))
    return tuple(parts)


def _said(door: H5Door, draft: DraftView, code: str) -> str:
    """A value as people read it."""
    value = draft.filled.values.get(code)
    field = next(one for one in draft.kind.fields if one.code == code)
    if value is None:
        return ""
    if field.type == "yes_no" and isinstance(value, str):
        return yes_no(door, value)
    if field.type == "time_span" and isinstance(value, str):
        return span_said(door, value)
    words = shown_value(field, value)
    if field.type == "place" and isinstance(value, str) and (picked := _picked(door, value)):
        return f"{words}\n{picked}"
    return f"{words} {field.unit}".rstrip() if field.unit else words


def _picked(door: H5Door, value: str) -> str:
    """That a point was picked on the map, and how much was drawn; empty where neither was."""
    if (drawn := drawn_area_m2(value)) > 0:
        return door.words.text("h5_permits.map.drawn", area=f"{drawn:,.0f}")
    return door.words.text("h5_permits.map.picked") if place_of(value)[0] is not None else ""


def span_said(door: H5Door, value: str) -> str:
    """From when until when; as it was written where it is no span."""
    span = span_of(value)
    if span is None:
        return value
    return door.words.text(
        "h5_permits.from_until", begin=door.words.moment(span[0]), until=door.words.moment(span[1])
    )


def _deliveries(door: H5Door, draft: DraftView) -> tuple[Option, ...]:
    """How the decision is wanted; of a correction it was said before, and a filing is handed to nobody."""
    if draft.application_id is not None or draft.kind.flow == "filing":
        return ()
    return tuple(Option(value=one, words=door.words.text(f"h5_permits.delivery.{one}")) for one in DELIVERIES)
