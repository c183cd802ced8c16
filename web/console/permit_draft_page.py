"""One step of a form that a clerk fills in for somebody, and the look at all of it before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.complaints.place import Position
from casework.permits.clashes import clashes
from casework.permits.delivering import WAYS
from casework.permits.drafts import DraftView
from casework.permits.eligibility import verdict
from casework.permits.forms import QUESTIONS, Filled, read, visible_materials
from casework.permits.forms import faults as form_faults
from casework.permits.kinds import FormField, Material
from casework.permits.papers import said_basis
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.permit_acts import ask
from web.console.permit_entry_correcting import AskedAgain, steps_for
from web.console.permit_entry_fields import CORRECT, Step, field_asks, question_asks, summary_of
from web.console.permit_identity_words import seen_asks
from web.console.permit_material_words import handed_in
from web.console.permit_page import said_value
from web.console.permit_screens import ClashRow, PermitAsk, ShownField
from web.console.permit_words import DRAFTS, clash_row, permits_of
from web.console.permit_work_screens import DraftMaterial, DraftPage
from web.console.screens import Link, Note, Option, Tone

WITH_CLASHES = ("where", CORRECT, "papers", "check")
"""The steps from that on in which it is known where and when."""
VERDICTS: Mapping[str, Tone] = {"no_permit": "soon", "not_possible": "late", "other": "soon"}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What is looked at: the step with its fields, and of a correction what was asked for."""

    step: Step
    fields: tuple[FormField, ...]
    again: AskedAgain | None


async def draft_page(
    door: ConsoleDoor,
    view: DraftView,
    sight: Sight,
    filled: Filled,
    *,
    wrong: Mapping[str, str],
    faults: Mapping[str, Invalid],
    notes: tuple[Note, ...],
    chosen: str,
) -> DraftPage:
    """The page of one step. `wrong` are refusals of what was just sent, `faults` what is still to be done anywhere."""
    text, address = door.words.text, f"{DRAFTS}/{view.id}"
    step, again = sight.step, sight.again
    steps = steps_for(view, filled, again)
    is_check = step == "check"
    is_correction = again is not None
    return DraftPage(
        title=view.kind.name,
        act=text("console_permits.entry.correction")
        if is_correction
        else text(f"console_permits.act_kind.{view.act}"),
        steps=tuple(
            Link(
                href=f"{address}?step={one}",
                words=text(f"console_permits.step.{one}"),
                here=one == step,
            )
            for one in steps
        ),
        step=step,
        step_title=text(f"console_permits.step.{step}"),
        action=address,
        revision=str(view.revision),
        asks=_asks(door, view, filled, sight, wrong),
        verdict=_verdict(door, view, filled) if step in ("questions", "check") else None,
        materials=_materials(door, view, filled, again, wrong) if step == "papers" else (),
        summary=_summary(door, view, filled, again) if is_check else (),
        asked=_asked(door, again),
        rest=_rest(door, view, filled, again) if again is not None and not is_check else (),
        faults=_open(door, view, again, faults, address) if is_check else (),
        clashes=await clash_rows(door, view, filled) if step in WITH_CLASHES else (),
        notes=notes,
        is_ready=is_check and not faults,
        deliveries=_delivery(door, chosen) if is_check and not is_correction else None,
        checked=ask(door, "checked", "tick", wrong=wrong.get("checked", "")) if is_check else None,
        seen=seen_asks(door, wrong) if is_check and not is_correction else (),
        button=text("console_permits.entry.correct" if is_correction else "console_permits.entry.submit"),
        saved=door.words.moment(view.updated_at, door.clock.now()),
    )


def _asks(
    door: ConsoleDoor, view: DraftView, filled: Filled, sight: Sight, wrong: Mapping[str, str]
) -> tuple[PermitAsk, ...]:
    if sight.step == "questions":
        return question_asks(view.kind, filled, wrong.get(QUESTIONS, ""))
    return field_asks(door, sight.fields, filled, wrong)


def _asked(door: ConsoleDoor, again: AskedAgain | None) -> tuple[ShownField, ...]:
    """What was asked for, in the words of whoever asked."""
    if again is None:
        return ()
    found = [ShownField(name=one.name, words=one.wrong) for one in again.request.items]
    if again.request.words:
        found.append(
            ShownField(name=door.words.text("console_permits.entry.more"), words=again.request.words)
        )
    return tuple(found)


def _rest(door: ConsoleDoor, view: DraftView, filled: Filled, again: AskedAgain) -> tuple[ShownField, ...]:
    """What stays as it is, to be read."""
    asked = {one.name for one in again.fields(view, filled)}
    asked |= {one.name for one in again.materials(view, filled)}
    return tuple(one for one in _summary(door, view, filled, again) if one.name not in asked)


def _verdict(door: ConsoleDoor, view: DraftView, filled: Filled) -> Note | None:
    """Why it ends here, with what that rests on; None where it goes on."""
    desk, found = permits_of(door), verdict(view.kind, filled.answers)
    if found.then not in VERDICTS:
        return None
    basis = "、".join(said_basis(desk, one) for one in found.basis)
    other = desk.kind_name(found.other_kind) if found.other_kind is not None else ""
    words = door.words.text(
        f"console_permits.verdict.{found.then}", because=found.because, basis=basis, other=other
    )
    return Note(words=words, tone=VERDICTS[found.then])


def _materials(
    door: ConsoleDoor, view: DraftView, filled: Filled, again: AskedAgain | None, wrong: Mapping[str, str]
) -> tuple[DraftMaterial, ...]:
    shown = visible_materials(view.kind, filled) if again is None else again.materials(view, filled)
    return tuple(_material(door, view, one, again, wrong) for one in shown)


def _material(
    door: ConsoleDoor, view: DraftView, one: Material, again: AskedAgain | None, wrong: Mapping[str, str]
) -> DraftMaterial:
    text = door.words.text
    held = [each for each in view.files if each.material == one.code]
    before = again.handed_in.get(one.code, 0) if again is not None else 0
    key = "at_window" if one.original_at_window else "needed" if one.required else "may"
    return DraftMaterial(
        code=one.code,
        name=one.name,
        hint=text("console_permits.entry.replaced", count=before) if before else one.hint,
        help=text(f"console_permits.entry.material.{key}", most=one.count_most),
        files=tuple(
            handed_in(door, each, one.name, number, {"draft": str(view.id)})
            for number, each in enumerate(held, start=1)
        ),
        removes=tuple((str(each.id), str(number)) for number, each in enumerate(held, start=1)),
        wrong=wrong.get(one.code, ""),
        takes_more=len(held) < one.count_most,
        accept=",".join(
            kind
            for wanted, kind in (("photo", "image/*"), ("pdf", "application/pdf"))
            if wanted in one.accepts
        ),
    )


def _summary(
    door: ConsoleDoor, view: DraftView, filled: Filled, again: AskedAgain | None
) -> tuple[ShownField, ...]:
    here = again.fields(view, filled) if again is not None else None
    fields = [
        ShownField(name=name, words=said_value(door, type, value))
        for name, value, type in summary_of(view.kind, filled, here)
    ]
    for one in visible_materials(view.kind, filled):
        count = sum(1 for each in view.files if each.material == one.code)
        if not count and again is not None:
            count = again.handed_in.get(one.code, 0)
        if count:
            fields.append(
                ShownField(name=one.name, words=door.words.text("console_permits.entry.files", count=count))
            )
    return tuple(fields)


def _open(
    door: ConsoleDoor, view: DraftView, again: AskedAgain | None, faults: Mapping[str, Invalid], address: str
) -> tuple[Link, ...]:
    """What is still wrong, each leading to its step."""
    steps = {one.code: one.step for one in view.kind.fields}
    found = []
    for code, fault in faults.items():
        step = "questions" if code == QUESTIONS else steps.get(code, "papers")
        if again is not None and step != "papers":
            step = CORRECT
        words = door.words.text(fault.key, **fault.params)
        found.append(Link(href=f"{address}?step={step}", words=words))
    return tuple(found)


async def clash_rows(door: ConsoleDoor, view: DraftView, filled: Filled) -> tuple[ClashRow, ...]:
    """What else is at that place and time, once both are known."""
    if not view.kind.clashes or form_faults(view.kind, filled, step="where", now=view.updated_at):
        return ()
    given = read(view.kind, filled)
    if given.place is None or given.wanted_from_at is None or given.wanted_until_at is None:
        return ()
    where: Position | str = given.outline or given.place
    out = [one for one in (view.concerns_id, view.application_id) if one is not None]
    found = await clashes(
        permits_of(door),
        where,
        given.area_m2,
        given.wanted_from_at,
        given.wanted_until_at,
        leaving_out=out,
    )
    return tuple(clash_row(door, one, door.clock.now()) for one in found)


def _delivery(door: ConsoleDoor, chosen: str) -> PermitAsk:
    options = tuple(
        Option(value=one, words=door.words.text(f"console_permits.delivery.{one}")) for one in WAYS
    )
    return ask(door, "delivery", "choice", typed=chosen or "window", options=options)
