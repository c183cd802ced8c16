"""Holding what is filled in against the kind before it is sent: every fault at once, and what clashes at the place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.permits import drafts
from casework.permits.clashes import Clash, clashes
from casework.permits.eligibility import verdict
from casework.permits.forms import QUESTIONS, Filled, faults, material_faults, read, visible_materials
from casework.permits.kinds import PermitKind
from kit.problems import Invalid
from miniapp_api.door import ApiDoor
from miniapp_api.moments import Moment
from miniapp_api.operations import Call, NoQuery
from miniapp_api.permit_draft_routes import draft_of
from miniapp_api.permit_forms import HandedIn, Step, Values, filled_of
from miniapp_api.permit_kind_routes import Answers, kind_of
from miniapp_api.speaking import answer

CLASHES_AT_MOST = 10
_LIVE = ("received", "ready")


class DraftCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which step is looked at; without one all of it, with the materials."""

    step: Step | None = None


class FormCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is filled in so far. Nothing of it is kept, and no file is looked at."""

    answers: Answers = {}
    values: Values = {}
    materials: HandedIn = {}
    step: Step | None = None


class PermitFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field or material ("eligibility": with the questions), in one sentence to be shown there."""

    field: str
    kind: Literal["questions", "field", "material"]
    problem: str
    sentence: str


class PermitClash(msgspec.Struct, frozen=True, kw_only=True):
    """Another permit in force, or an application that is open, at the place and time; never whose it is.

    "overlap": ground is shared; "near": within ten metres. `is_guess`: an outline is not known.
    """

    about: Literal["permit", "application"]
    kind_name: str
    from_at: Moment
    until_at: Moment
    distance_m: float
    extent: Literal["overlap", "near"]
    is_guess: bool


class PermitChecked(msgspec.Struct, frozen=True, kw_only=True):
    """Every fault, in the order of the form. `is_ready`: all of it was looked at and can be sent; a clash stops nobody."""

    is_ready: bool
    faults: tuple[PermitFault, ...]
    clashes: tuple[PermitClash, ...]


async def check_form(call: Call[FormCheck, NoQuery]) -> HTTPResponse:
    """POST /permit-kinds/{code}/check."""
    said, kind = call.body, kind_of(call.door, call.parts["code"])
    attached = {code: len(files) for code, files in said.materials.items()}
    return await _checked(call.door, kind, filled_of(said.answers, said.values), attached, said.step)


async def check_draft(call: Call[DraftCheck, NoQuery]) -> HTTPResponse:
    """POST /permit-drafts/{draft_id}/check."""
    view = await drafts.draft_view(call.door.permits.desk, call.who.actor, draft_of(call))
    attached: dict[str, int] = {}
    for one in view.files:
        if one.state in _LIVE:
            attached[one.material] = attached.get(one.material, 0) + 1
    own = {one for one in (view.id, view.application_id, view.concerns_id) if one is not None}
    is_correction = view.application_id is not None
    return await _checked(
        call.door, view.kind, view.filled, attached, call.body.step, own, is_correction=is_correction
    )


async def _checked(
    door: ApiDoor,
    kind: PermitKind,
    filled: Filled,
    attached: Mapping[str, int],
    step: Step | None,
    own: Collection[UUID] = (),
    *,
    is_correction: bool = False,
) -> HTTPResponse:
    now = door.db.clock.now()
    wrong = faults(kind, filled, now=now)
    if is_correction:
        # What was to begin soon may have begun while the papers went to and fro.
        wrong = {
            code: one for code, one in wrong.items() if one.key != "problem.permit.form.begins_before_now"
        }
    steps = {one.code: one.step for one in kind.fields} | {QUESTIONS: "questions"}
    said = [
        _fault(door, one, "questions" if code == QUESTIONS else "field")
        for code, one in wrong.items()
        if step in (None, steps.get(code))
    ]
    if step is None:
        # A correction keeps the files that came before: which are missing is looked at when it is sent.
        asked = {one.code for one in visible_materials(kind, filled)}
        missing = {} if is_correction else material_faults(kind, filled, attached)
        missing |= {code: _unknown(code) for code in attached if code not in asked}
        said += [_fault(door, one, "material") for one in missing.values()]
    near = await _near(door, kind, filled, wrong, own)
    ready = step is None and not said and verdict(kind, filled.answers).then == "go_on"
    return answer(PermitChecked(is_ready=ready, faults=tuple(said), clashes=near))


def _unknown(code: str) -> Invalid:
    return Invalid("problem.permit.form.material_unknown", field=code)


def _fault(door: ApiDoor, one: Invalid, kind: Literal["questions", "field", "material"]) -> PermitFault:
    return PermitFault(
        field=one.field, kind=kind, problem=one.type, sentence=door.text(one.key, **one.params)
    )


async def _near(
    door: ApiDoor, kind: PermitKind, filled: Filled, wrong: Mapping[str, Invalid], own: Collection[UUID]
) -> tuple[PermitClash, ...]:
    """None before place and time are known, or where sharing does no harm."""
    roles = {one.role: one.code for one in kind.fields if one.role is not None}
    if not kind.clashes or any(roles.get(role) in wrong for role in ("place", "when", "area")):
        return ()
    found = read(kind, filled)
    if found.place is None or found.wanted_from_at is None or found.wanted_until_at is None:
        return ()
    others = await clashes(
        door.permits.desk,
        found.outline or found.place,
        found.area_m2,
        found.wanted_from_at,
        found.wanted_until_at,
        leaving_out=own,
    )
    return tuple(_clash(one) for one in others[:CLASHES_AT_MOST])


def _clash(one: Clash) -> PermitClash:
    return PermitClash(
        about=one.about,
        kind_name=one.kind_name,
        from_at=one.from_at,
        until_at=one.until_at,
        distance_m=one.distance_m,
        extent=one.extent,
        is_guess=not one.is_drawn,
    )
