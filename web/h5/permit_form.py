"""The fields of a step: as they are drawn, and as a browser sends them. Pure.

Names: `f.<code>`; of a time span also `f.<code>.until`, of a place `f.<code>.latitude` and so on. `shown` names the
fields that were on the page: what was not on it stays as it was, what was on it and was not sent is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from casework.permits.forms import Filled, visible_fields
from casework.permits.kinds import USUAL_UNITS, FieldType, FormField, PermitKind
from casework.permits.written_place import WrittenPlace, decoded
from kit.problems import Problem
from web.h5.permit_screens import InputView
from web.h5.screens import Option
from web.h5.words import Words

PREFIX, SHOWN = "f.", "shown"
KEPT_AT_MOST = 4_000
_NUMBERS = ("count", "number", "area", "length", "money")
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_OUTLINE_AT_MOST = 6_000
_MODES: dict[FieldType, str] = {
    "count": "numeric", "number": "decimal", "area": "decimal", "length": "decimal", "money": "decimal", "phone": "tel",
}  # fmt: skip
_FILLS: dict[FieldType, str] = {"person": "name", "organisation": "organization", "phone": "tel"}

Sent = Mapping[str, Sequence[str]]
Values = dict[str, str | list[str]]


def input_of(
    words: Words, kind: PermitKind, field: FormField, filled: Filled, fault: Problem | None
) -> InputView:
    """A field with what is in it and what is wrong with it."""
    value = filled.values.get(field.code, "")
    said = value if isinstance(value, str) else "\n".join(value)
    wrong = words.text(fault.key, **fault.params) if fault is not None else ""
    unit = field.unit or USUAL_UNITS.get(field.type, "")
    label = words.text("h5_permits.form.with_unit", name=field.name, unit=unit) if unit else field.name
    begin, _, until = said.partition("/") if field.type == "time_span" else (said, "", "")
    place = decoded(said) if field.type == "place" else None
    return InputView(
        name=PREFIX + field.code,
        label=label,
        look=_look(field),
        hint=field.hint,
        value=_place_words(said, place) if field.type == "place" else begin,
        until=until,
        chosen=tuple(value) if isinstance(value, list) else (said,) if said else (),
        options=_options(words, field),
        wrong=wrong,
        optional=not field.required,
        mode=_MODES.get(field.type, ""),
        fills=_FILLS.get(field.type, ""),
        most=_most(field),
        governs=any(field.code in _governing(one) for one in (*kind.fields, *kind.materials)),
        latitude=_degrees(place.latitude) if place else "",
        longitude=_degrees(place.longitude) if place else "",
        datum=place.datum if place and place.latitude is not None else "",
        outline=msgspec.json.encode(place.outline).decode() if place and place.outline else "",
    )


def put_in(kind: PermitKind, filled: Filled, sent: Sent) -> Filled:
    """What was filled in so far, with what this page sends in place of what it showed."""
    shown = set(sent.get(SHOWN, ()))
    values: Values = dict(filled.values)
    for field in kind.fields:
        if field.code not in shown:
            continue
        value = _sent(field, sent)
        if value:
            values[field.code] = value
        else:
            values.pop(field.code, None)
    return Filled(answers=filled.answers, values=values)


def newly_asked(kind: PermitKind, filled: Filled, step: str, sent: Sent) -> frozenset[str]:
    """Fields of the step that were not on the page, because what was just chosen is what asks for them."""
    shown = set(sent.get(SHOWN, ()))
    return frozenset(
        one.code
        for one in visible_fields(kind, filled)
        if one.step == step and one.code not in shown and one.code not in filled.values
    )


def of_step(kind: PermitKind, filled: Filled, step: str) -> tuple[FormField, ...]:
    """The fields of a step that are asked."""
    return tuple(one for one in visible_fields(kind, filled) if one.step == step)


def _sent(field: FormField, sent: Sent) -> str | list[str]:
    def one(name: str) -> str:
        values = sent.get(name, ())
        return values[0].strip()[:KEPT_AT_MOST] if values else ""

    name = PREFIX + field.code
    if field.type == "choices":
        return [value[:KEPT_AT_MOST] for value in sent.get(name, ())][:30]
    if field.type == "time_span":
        begin, until = one(name), one(f"{name}.until")
        return f"{begin}/{until}" if begin or until else ""
    if field.type == "place":
        return _place(one(name), one(f"{name}.latitude"), one(f"{name}.longitude"), one(f"{name}.datum"),
                      one(f"{name}.outline"))  # fmt: skip
    return one(name)


def _place(words: str, latitude: str, longitude: str, datum: str, outline: str) -> str:
    """The place as it is written; a point or an outline that makes no sense is left out."""
    if not words and not latitude:
        return ""
    is_point = bool(_NUMBER.fullmatch(latitude) and _NUMBER.fullmatch(longitude))
    try:
        corners = msgspec.json.decode(outline[:_OUTLINE_AT_MOST], type=tuple[tuple[float, float], ...])
    except (msgspec.MsgspecError, ValueError):
        corners = ()
    place = WrittenPlace(
        text=words,
        latitude=float(latitude) if is_point else None,
        longitude=float(longitude) if is_point else None,
        datum="wgs84" if datum == "wgs84" else "gcj02",
        outline=corners if is_point else (),
    )
    return msgspec.json.encode(place).decode()


def _place_words(said: str, place: WrittenPlace | None) -> str:
    return place.text if place is not None else said


def _degrees(value: float | None) -> str:
    return f"{value:.7f}" if value is not None else ""


def _look(field: FormField) -> str:
    if field.type == "long_text":
        return "area"
    looks = {"date": "date", "time_span": "span", "choice": "one", "choices": "many", "yes_no": "one"}
    return looks.get(field.type, "place" if field.type == "place" else "line")


def _options(words: Words, field: FormField) -> tuple[Option, ...]:
    if field.type == "yes_no":
        return tuple(Option(value=one, words=words.text(f"h5_permits.{one}")) for one in ("yes", "no"))
    return tuple(Option(value=one.code, words=one.name) for one in field.choices)


def _most(field: FormField) -> int:
    """How much may be typed: generously, so that too much is named and not cut off."""
    return KEPT_AT_MOST if field.type == "long_text" else 40 if field.type in _NUMBERS else 400


def _governing(one: object) -> Iterable[str]:
    condition = getattr(one, "only_if", None)
    return (condition.field,) if condition is not None else ()
