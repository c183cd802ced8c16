"""What can be applied for: the kinds of the profile with what they ask, and whether somebody needs one at all."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from sanic import HTTPResponse

from casework.permits.clocks import promised
from casework.permits.eligibility import verdict
from casework.permits.forms import is_personal
from casework.permits.kinds import (
    USUAL_UNITS,
    Act,
    Basis,
    Choice,
    Condition,
    EligibilityQuestion,
    Fee,
    FieldType,
    Flow,
    FormField,
    PermitKind,
    Term,
)
from kit.problems import NotFound
from kit.workflow import LimitUnit
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import answer

KindCode = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Answers = Annotated[dict[KindCode, KindCode], msgspec.Meta(max_length=40)]
"""Codes of answers by codes of questions."""
LIMITS = ("accept", "correct", "survey", "promise", "decide", "deliver")
LimitName = Literal["accept", "correct", "survey", "promise", "decide", "deliver"]


class PermitKindLine(msgspec.Struct, frozen=True, kw_only=True):
    """A kind in the list. `plain` is what people call it; `flow` "filing": it is registered, never denied."""

    code: str
    name: str
    plain: str
    flow: Flow
    summary: str
    fee_fen: int
    can_apply_online: bool


class PermitKinds(msgspec.Struct, frozen=True):
    """In the order of the profile."""

    rows: tuple[PermitKindLine, ...]


class AskedField(msgspec.Struct, frozen=True, kw_only=True):
    """A thing to fill in, where `only_if` holds. `least` and `most` bound numbers, in `measured_in`, and lengths of texts.

    A "place" is JSON text: `text`, and `latitude`, `longitude`, `datum`, `outline` ([longitude, latitude] corners) where they
    are known. A "time_span" is two local moments as in 2026-12-01T09:00/2026-12-03T18:00; "choices" take a list.
    """

    code: str
    name: str
    type: FieldType
    hint: str
    required: bool
    only_if: Condition | None
    choices: tuple[Choice, ...]
    least: float | None
    most: float | None
    measured_in: str
    is_personal: bool
    is_public: bool
    step: Literal["who", "what", "where"]


class AskedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A paper to hand in, where `only_if` holds. `accepts`: what files; `original_at_window`: shown there, not uploaded.

    `sample` is the address of a sample, empty where there is none.
    """

    code: str
    name: str
    hint: str
    required: bool
    only_if: Condition | None
    sample: str
    count_most: int
    accepts: tuple[Literal["photo", "pdf"], ...]
    original_at_window: bool


class AskedOrgan(msgspec.Struct, frozen=True, kw_only=True):
    """Another organ that is asked, where `only_if` holds. Waiting for it stops no promise."""

    name: str
    only_if: Condition | None
    basis: Basis


class KindLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How long a step may take and where that is said. `promise` is the bureau's own word, `decide` the law's."""

    name: LimitName
    amount: int
    counted_in: LimitUnit
    basis: str


class PermitKindShown(msgspec.Struct, frozen=True, kw_only=True):
    """All of a kind. A question, field or material with `only_if` is asked where the named one has such an answer."""

    code: str
    name: str
    plain: str
    flow: Flow
    summary: str
    item_code: str
    acts: tuple[Act, ...]
    basis: tuple[Basis, ...]
    questions: tuple[EligibilityQuestion, ...]
    fields: tuple[AskedField, ...]
    materials: tuple[AskedMaterial, ...]
    has_survey: bool
    organs: tuple[AskedOrgan, ...]
    limits: tuple[KindLimit, ...]
    term: Term | None
    area_most_m2: float | None
    conditions: tuple[str, ...]
    fee: Fee
    remedies: str


class EligibilityAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers so far. Nothing of them is kept."""

    answers: Answers = {}


class EligibilityVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers come to. "open": `question` is asked next; "go_on": apply. All others end here, with the reason.

    `other_kind` is the right one where `then` is "other".
    """

    then: Literal["open", "go_on", "no_permit", "not_possible", "other"]
    because: str
    basis: tuple[Basis, ...]
    other_kind: str | None
    question: EligibilityQuestion | None


async def list_kinds(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-kinds."""
    kinds = call.door.permits.desk.section.kinds
    return answer(PermitKinds(tuple(_line(one) for one in kinds)))


async def show_kind(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /permit-kinds/{code}."""
    return answer(_shown(call.door, kind_of(call.door, call.parts["code"])))


async def judge(call: Call[EligibilityAnswers, NoQuery]) -> HTTPResponse:
    """POST /permit-kinds/{code}/eligibility: answers do not belong into an address."""
    kind = kind_of(call.door, call.parts["code"])
    found = verdict(kind, call.body.answers)
    asked = next((one for one in kind.eligibility if one.code == found.question), None)
    return answer(
        EligibilityVerdict(
            then=found.then,
            because=found.because,
            basis=found.basis,
            other_kind=found.other_kind,
            question=asked if found.then == "open" else None,
        )
    )


def kind_of(door: ApiDoor, code: str) -> PermitKind:
    """The kind of this code. Raises NotFound."""
    kind = door.permits.desk.section.kind(code)
    if kind is None:
        raise NotFound("problem.permit.kind_unknown")
    return kind


def _line(kind: PermitKind) -> PermitKindLine:
    return PermitKindLine(
        code=kind.code,
        name=kind.name,
        plain=kind.plain,
        flow=kind.flow,
        summary=kind.summary,
        fee_fen=kind.fee.fen,
        can_apply_online="new" in kind.acts,
    )


def _shown(door: ApiDoor, kind: PermitKind) -> PermitKindShown:
    return PermitKindShown(
        code=kind.code,
        name=kind.name,
        plain=kind.plain,
        flow=kind.flow,
        summary=kind.summary,
        item_code=kind.item_code,
        acts=kind.acts,
        basis=kind.basis,
        questions=kind.eligibility,
        fields=tuple(_field(one) for one in kind.fields),
        materials=tuple(
            AskedMaterial(
                code=one.code,
                name=one.name,
                hint=one.hint,
                required=one.required,
                only_if=one.only_if,
                sample=f"/h5/permits/samples/{one.sample}" if one.sample else "",
                count_most=one.count_most,
                accepts=one.accepts,
                original_at_window=one.original_at_window,
            )
            for one in kind.materials
        ),
        has_survey=kind.has_survey,
        organs=tuple(AskedOrgan(name=one.name, only_if=one.when, basis=one.basis) for one in kind.co_signers),
        limits=_limits(door, kind),
        term=kind.term,
        area_most_m2=kind.area_most_m2,
        conditions=kind.terms,
        fee=kind.fee,
        remedies=kind.papers.remedies,
    )


def _field(one: FormField) -> AskedField:
    return AskedField(
        code=one.code,
        name=one.name,
        type=one.type,
        hint=one.hint,
        required=one.required,
        only_if=one.only_if,
        choices=one.choices,
        least=one.least,
        most=one.most,
        measured_in=one.unit or USUAL_UNITS.get(one.type, ""),
        is_personal=is_personal(one),
        is_public=one.is_public,
        step=one.step,
    )


def _limits(door: ApiDoor, kind: PermitKind) -> tuple[KindLimit, ...]:
    found = []
    for name in LIMITS:
        figure = promised(door.permits.desk.section, kind.code, name)
        if figure is not None:
            limit = figure.limit(f"permits.limits.{name}")
            found.append(
                KindLimit(name=name, amount=limit.amount, counted_in=limit.unit, basis=figure.basis)  # type: ignore[arg-type]
            )
    return tuple(found)
