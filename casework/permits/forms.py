"""What is filled in for a permit: cleaned, checked field by field, and read for the rows.

All of it is pure. A field (or material) whose condition does not hold is hidden: it is dropped by `clean`, not asked for,
not kept, not shown. Values are texts: numbers in digits, dates as 2026-12-01, "yes" or "no", a time span as
`2026-12-01T09:00/2026-12-03T18:00` on the local wall clock, a place as JSON (`casework.permits.places`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from casework.complaints.place import Position
from casework.permits.eligibility import asked_answers, verdict
from casework.permits.kinds import Condition, FormField, Material, PermitKind
from casework.permits.values import AREA_MOST_M2, Value, clean_value, number_of, span_of, value_fault
from casework.permits.written_place import drawn_area_m2, outline_of, place_of
from kit.problems import Invalid

DRAWN_TIMES, DRAWN_MORE_M2 = 2.0, 20.0
"""How much larger than the area asked for an outline may be: it is drawn with a finger."""
QUESTIONS = "eligibility"
"""Stands for the eligibility questions where faults are named by field."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody filled in: answers by code of the eligibility question, values by code of the field."""

    answers: dict[str, str] = {}
    values: dict[str, str | list[str]] = {}


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows of an application are made of. Times are aware; `outline` is a GeoJSON polygon in WGS-84.

    `facts` holds what is not personal, by field, as it is shown (names of choices, not their codes).
    """

    holder: str
    holder_kind: Literal["person", "organisation"]
    holder_number: str | None
    phone: str | None
    agent: str | None
    co_applicants: tuple[str, ...]
    place_text: str
    place: Position | None
    outline: str | None
    area_m2: float | None
    surface: str | None
    wanted_from_at: datetime | None
    wanted_until_at: datetime | None
    facts: dict[str, str]


def visible_fields(kind: PermitKind, filled: Filled) -> tuple[FormField, ...]:
    """The fields that are asked, in the kind's order."""
    by_code = {one.code: one for one in kind.fields}
    return tuple(one for one in kind.fields if _holds(one.only_if, by_code, filled))


def visible_materials(kind: PermitKind, filled: Filled) -> tuple[Material, ...]:
    """The materials that are asked for."""
    by_code = {one.code: one for one in kind.fields}
    return tuple(one for one in kind.materials if _holds(one.only_if, by_code, filled))


def holds(kind: PermitKind, condition: Condition | None, filled: Filled) -> bool:
    """Whether a condition of this kind holds for what was filled in; that of a hidden field does not."""
    return _holds(condition, {one.code: one for one in kind.fields}, filled)


def clean(kind: PermitKind, filled: Filled) -> Filled:
    """The same in one written form: widths and spaces folded, nothing that is hidden, unknown or not said."""
    fields = {one.code: one for one in kind.fields}
    values = {
        code: cleaned
        for code, value in filled.values.items()
        if code in fields and (cleaned := clean_value(fields[code], value))
    }
    tidy = Filled(answers=asked_answers(kind, filled.answers), values=values)
    shown = {one.code for one in visible_fields(kind, tidy)}
    return Filled(
        answers=tidy.answers, values={code: value for code, value in values.items() if code in shown}
    )


def faults(kind: PermitKind, filled: Filled, *, step: str | None = None, now: datetime) -> dict[str, Invalid]:
    """What is wrong, by code of the field; `QUESTIONS` for the questions before it. Empty: it can be sent.

    `step` looks at the fields of that step alone ("questions": at the questions alone). `now`: nothing may begin before it; for a correction give
    the moment of the first submission.
    """
    tidy, found = clean(kind, filled), dict[str, Invalid]()
    if step in (None, "questions") and verdict(kind, tidy.answers).then != "go_on":
        found[QUESTIONS] = Invalid("problem.permit.form.questions_open", field=QUESTIONS)
    for one in visible_fields(kind, tidy):
        if step not in (None, one.step):
            continue
        value = tidy.values.get(one.code)
        if value is None:
            if one.required:
                found[one.code] = Invalid("problem.permit.form.missing", field=one.code, name=one.name)
            continue
        fault = value_fault(kind, one, value, now)
        if fault is None and one.role == "place":
            fault = _drawn_fault(kind, tidy, one, str(value))
        if fault is not None:
            found[one.code] = fault
    return found


def merged(kind: PermitKind, before: Filled, step: str, given: Mapping[str, Value]) -> Filled:
    """What was filled in before, with the fields of one step as they were given now; cleaned."""
    here = {one.code for one in kind.fields if one.step == step}
    values: dict[str, Value] = {code: value for code, value in before.values.items() if code not in here}
    values.update((code, value) for code, value in given.items() if code in here)
    return clean(kind, Filled(answers=before.answers, values=values))


def material_faults(kind: PermitKind, filled: Filled, attached: Mapping[str, int]) -> dict[str, Invalid]:
    """What is missing or too much, by code of the material; `attached` counts the files handed in under each."""
    found = dict[str, Invalid]()
    for one in visible_materials(kind, filled):
        count = attached.get(one.code, 0)
        if one.required and not one.original_at_window and not count:
            found[one.code] = Invalid("problem.permit.form.material_missing", field=one.code, name=one.name)
        elif count > one.count_most:
            found[one.code] = Invalid(
                "problem.permit.form.material_too_many", field=one.code, name=one.name, most=one.count_most
            )
    return found


def check(kind: PermitKind, filled: Filled, *, now: datetime) -> None:
    """Raises the first fault of the whole form."""
    for fault in faults(kind, filled, now=now).values():
        raise fault


def read(kind: PermitKind, filled: Filled) -> Read:
    """What was filled in, for the rows. Of a form without faults; what is hidden is not in it."""
    tidy = clean(kind, filled)
    shown = visible_fields(kind, tidy)
    by_role = {one.role: one for one in shown if one.role is not None and one.code in tidy.values}

    def said(role: str) -> Value | None:
        return tidy.values[by_role[role].code] if role in by_role else None

    place, when, area = said("place"), said("when"), said("area")
    span = span_of(str(when)) if when is not None else None
    position, words = place_of(str(place)) if place is not None else (None, "")
    also = said("co_applicants")
    return Read(
        holder=str(said("holder") or ""),
        holder_kind="organisation" if _is_organisation(by_role.get("holder")) else "person",
        holder_number=_text(said("holder_number")),
        phone=_text(said("phone")),
        agent=_text(said("agent")),
        co_applicants=tuple(also) if isinstance(also, list) else (),
        place_text=words,
        place=position,
        outline=outline_of(str(place)) if place is not None else None,
        area_m2=number_of(str(area)) if area is not None else None,
        surface=_text(said("surface")),
        wanted_from_at=span[0] if span else None,
        wanted_until_at=span[1] if span else None,
        facts={
            one.code: shown_value(one, tidy.values[one.code])
            for one in shown
            if one.code in tidy.values and not is_personal(one)
        },
    )


def is_personal(field: FormField) -> bool:
    """Whether it says who somebody is: marked so, or of a type or role that always does."""
    return (
        field.is_personal
        or field.type in ("person", "identity_number", "phone")
        or field.role in ("holder", "holder_number", "phone", "agent", "co_applicants")
    )


def shown_value(field: FormField, value: Value) -> str:
    """A value as people read it: names of choices, 是 or 否 stay with the catalogue, a place in its words."""
    if field.type == "place":
        return place_of(str(value))[1]
    names = {one.code: one.name for one in field.choices}
    said = value if isinstance(value, list) else [value]
    return "、".join(names.get(one, one) for one in said)


def _drawn_fault(kind: PermitKind, tidy: Filled, place: FormField, value: str) -> Invalid | None:
    """An outline far larger than the area that is asked for would keep others from ground nobody wants."""
    drawn = drawn_area_m2(value)
    said = next((one for one in visible_fields(kind, tidy) if one.role == "area"), None)
    area = number_of(str(tidy.values.get(said.code, ""))) if said is not None else None
    most = DRAWN_TIMES * area + DRAWN_MORE_M2 if area is not None and area > 0 else AREA_MOST_M2
    if drawn <= most:
        return None
    return Invalid(
        "problem.permit.form.outline_large", field=place.code, name=place.name, drawn=f"{drawn:,.0f}"
    )


def _is_organisation(field: FormField | None) -> bool:
    return field is not None and field.type == "organisation"


def _text(value: Value | None) -> str | None:
    return value if isinstance(value, str) else None


def _holds(condition: Condition | None, fields: Mapping[str, FormField], filled: Filled) -> bool:
    """Conditions go along a chain that never closes: the profile is refused otherwise."""
    if condition is None:
        return True
    governing = fields.get(condition.field)
    if governing is None:
        return filled.answers.get(condition.field) in condition.is_one_of
    said = filled.values.get(condition.field)
    given = said if isinstance(said, list) else [said]
    return any(one in condition.is_one_of for one in given) and _holds(governing.only_if, fields, filled)
