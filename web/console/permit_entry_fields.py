"""The fields of a kind's form as inputs, and what comes back from them as values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import msgspec
from sanic import Request

from casework.complaints.place import Position
from casework.permits.assembly import masked
from casework.permits.forms import Filled, shown_value, visible_fields
from casework.permits.kinds import STEPS, USUAL_UNITS, FormField, PermitKind
from casework.permits.written_place import Point, WrittenPlace, decoded
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.handling_forms import pointed
from web.console.map_words import setup_of
from web.console.permit_inputs import KEPT_AT_MOST
from web.console.permit_screens import AskKind, PermitAsk
from web.console.screens import Option, OptionGroup

QUESTION, VALUE = "q:", "v:"
FROM, UNTIL, POINT, OUTLINE = ":from", ":until", ":point", ":outline"
Step = Literal["questions", "who", "what", "where", "correct", "papers", "check"]
ORDER: tuple[Step, ...] = ("questions", "who", "what", "where", "papers", "check")
CORRECT: Literal["correct"] = "correct"
"""The one step of a correction that asks for fields, of whatever step they were."""
KINDS: Mapping[str, AskKind] = {
    "long_text": "long",
    "count": "number",
    "number": "number",
    "area": "number",
    "length": "number",
    "money": "number",
    "date": "day",
    "choice": "choice",
    "yes_no": "choice",
    "choices": "ticks",
    "place": "short",
}
YES_NO = ("yes", "no")


def steps_of(kind: PermitKind, filled: Filled) -> tuple[Step, ...]:
    """The steps that ask for something."""
    used = {one.step for one in visible_fields(kind, filled)}
    left_out = {one for one in STEPS if one not in used}
    if not kind.eligibility:
        left_out.add("questions")
    return tuple(one for one in ORDER if one not in left_out)


def question_asks(kind: PermitKind, filled: Filled, wrong: str = "") -> tuple[PermitAsk, ...]:
    """The questions that hold, each with the answer that was given."""
    found = []
    for one in kind.eligibility:
        condition = one.only_if
        if condition is not None and filled.answers.get(condition.field) not in condition.is_one_of:
            continue
        options = tuple(Option(value=each.code, words=each.name) for each in one.answers)
        given = filled.answers.get(one.code, "")
        found.append(
            PermitAsk(
                name=QUESTION + one.code,
                kind="choice",
                label=one.ask,
                help=one.hint,
                typed=given,
                wrong=wrong if not given else "",
                groups=(OptionGroup(name="", options=options),),
            )
        )
    return tuple(found)


def field_asks(
    door: ConsoleDoor, fields: Iterable[FormField], filled: Filled, wrong: Mapping[str, str]
) -> tuple[PermitAsk, ...]:
    """Fields as inputs."""
    return tuple(
        each
        for one in fields
        for each in _asks(door, one, filled.values.get(one.code, ""), wrong.get(one.code, ""))
    )


def _asks(door: ConsoleDoor, field: FormField, value: str | list[str], wrong: str) -> Iterable[PermitAsk]:
    if field.type == "time_span":
        return _span(door, field, value if isinstance(value, str) else "", wrong)
    if field.type == "place":
        return _place(door, field, value if isinstance(value, str) else "", wrong)
    typed = "\n".join(value) if isinstance(value, list) else value
    kind = "long" if field.role == "co_applicants" else KINDS.get(field.type, "short")
    options = tuple(Option(value=one.code, words=one.name) for one in field.choices)
    if field.type == "yes_no":
        options = tuple(Option(value=one, words=door.words.text(f"console_permits.{one}")) for one in YES_NO)
    return (
        PermitAsk(
            name=VALUE + field.code,
            kind=kind,
            label=field.name,
            optional=not field.required,
            help=field.hint,
            typed=typed,
            wrong=wrong,
            at_most=KEPT_AT_MOST if kind == "long" else 200,
            groups=(OptionGroup(name="", options=options),) if options else (),
            ticked=tuple(value) if isinstance(value, list) else (),
            unit=field.unit or USUAL_UNITS.get(field.type, ""),
            mode="tel" if field.type == "phone" else "decimal" if kind == "number" else "",
        ),
    )


def _span(door: ConsoleDoor, field: FormField, value: str, wrong: str) -> Iterable[PermitAsk]:
    begin, _, end = value.partition("/")
    for suffix, typed, said in ((FROM, begin, "from"), (UNTIL, end, "until")):
        yield PermitAsk(
            name=VALUE + field.code + suffix,
            kind="moment",
            label=door.words.text(f"console_permits.entry.{said}", name=field.name),
            optional=not field.required,
            help=field.hint if suffix == FROM else "",
            typed=typed,
            wrong=wrong if suffix == FROM else "",
        )


def _place(door: ConsoleDoor, field: FormField, value: str, wrong: str) -> Iterable[PermitAsk]:
    written = decoded(value) or WrittenPlace(text=value[:300])
    has_point = written.latitude is not None and written.longitude is not None
    yield PermitAsk(
        name=VALUE + field.code,
        kind="short",
        label=field.name,
        optional=not field.required,
        help=field.hint,
        typed=written.text,
        wrong=wrong,
        at_most=300,
    )
    box = door.map.places.atlas.box
    point = (written.latitude or 0.0, written.longitude or 0.0) if has_point else None
    yield PermitAsk(
        name=VALUE + field.code + POINT,
        kind="point",
        label=door.words.text("console_permits.entry.point"),
        optional=True,
        help=door.words.text("console_permits.entry.point_help"),
        typed=f"{written.latitude:.6f}, {written.longitude:.6f}" if has_point else "",
        at_most=60,
    )
    yield PermitAsk(
        name=VALUE + field.code + OUTLINE,
        kind="long",
        label=door.words.text("console_permits.entry.outline"),
        optional=True,
        help=door.words.text("console_permits.entry.outline_help"),
        typed=corners_said(written),
        at_most=KEPT_AT_MOST,
        map=setup_of(door, (box.west, box.south, box.east, box.north), with_base=False, point=point)
        if box is not None
        else "",
    )


def corners_said(written: WrittenPlace) -> str:
    """The corners of an outline, one a line, latitude first (WGS-84)."""
    points = [Position(y, x, written.datum).as_wgs84() for x, y in written.outline]
    return "\n".join(f"{one.latitude:.6f}, {one.longitude:.6f}" for one in points)


def corners_of(said: str) -> tuple[Point, ...]:
    """The corners as they were drawn or typed. Raises Invalid for a line that is no point."""
    points = [pointed(line) for line in said.splitlines() if line.strip()]
    return tuple((one.longitude, one.latitude) for one in points)


def answers_of(request: Request, kind: PermitKind) -> dict[str, str]:
    """The answers that were given."""
    found = {one.code: _first(request, QUESTION + one.code) for one in kind.eligibility}
    return {code: said for code, said in found.items() if said}


def values_of(request: Request, fields: Iterable[FormField], before: Filled) -> dict[str, str | list[str]]:
    """The values of some fields as they were typed. An outline that was drawn elsewhere stays with its point."""
    return {
        one.code: _value(request, one, before.values.get(one.code))
        for one in fields
        if _was_asked(request, one)
    }


def _was_asked(request: Request, field: FormField) -> bool:
    form: Any = request.form or {}
    names = [VALUE + field.code + suffix for suffix in ("", FROM, UNTIL)]
    return any(name in form for name in names)


def _value(request: Request, field: FormField, before: str | list[str] | None) -> str | list[str]:
    name = VALUE + field.code
    if field.type == "time_span":
        begin, end = _first(request, name + FROM), _first(request, name + UNTIL)
        return f"{begin}/{end}" if begin or end else ""
    if field.type == "choices":
        form = request.form
        return [str(one)[:80] for one in form.getlist(name, [])[:60]] if form else []
    if field.type == "place":
        return _place_value(request, name, before)
    return _first(request, name)


def _place_value(request: Request, name: str, before: str | list[str] | None) -> str:
    words, said = _first(request, name), _first(request, name + POINT)
    if not words and not said:
        return ""
    held = decoded(before) if isinstance(before, str) else None
    try:
        point = pointed(said) if said else None
        outline = corners_of(_first(request, name + OUTLINE))
    except Invalid:
        point, outline = None, ()
    written = WrittenPlace(text=words)
    if point is not None:
        written = WrittenPlace(
            text=words, latitude=point.latitude, longitude=point.longitude, datum="wgs84", outline=outline
        )
    is_same = (
        held is not None
        and corners_said(held) == corners_said(written)
        and point is not None
        and held.latitude is not None
        and held.longitude is not None
        and abs(held.latitude - point.latitude) < 1e-5
        and abs(held.longitude - point.longitude) < 1e-5
    )
    if is_same and held is not None:
        written = msgspec.structs.replace(held, text=words)
    return msgspec.json.encode(written).decode()


def point_fault(request: Request, fields: Iterable[FormField]) -> dict[str, Invalid]:
    """A point or a corner that cannot be read, by the place it belongs to."""
    found = {}
    for one in fields:
        if one.type != "place":
            continue
        said = _first(request, VALUE + one.code + POINT)
        corners = _first(request, VALUE + one.code + OUTLINE)
        try:
            if said:
                pointed(said)
            if corners_of(corners) and not said:
                found[one.code] = Invalid("problem.permit.outline_without_point", field=one.code)
        except Invalid as problem:
            found[one.code] = problem
    return found


def raw_places(request: Request, fields: Iterable[FormField]) -> dict[str, str]:
    """Points and corners as they were typed, readable or not, by the names of their fields."""
    names = [VALUE + one.code + part for one in fields if one.type == "place" for part in (POINT, OUTLINE)]
    return {name: _first(request, name) for name in names}


def summary_of(
    kind: PermitKind, filled: Filled, written_here: Collection[FormField] | None = None
) -> tuple[tuple[str, str, str], ...]:
    """Exactly what will be submitted: name, value, type of each field that is asked. Of a correction, what was not written
    here is shown as the application shows it: numbers and telephones masked.
    """
    found = []
    for one in visible_fields(kind, filled):
        if one.code not in filled.values:
            continue
        value = shown_value(one, filled.values[one.code])
        if written_here is not None and one not in written_here:
            value, _ = masked(one, value)
        found.append((one.name, value + _unit_of(one), one.type))
    return tuple(found)


def _unit_of(field: FormField) -> str:
    unit = field.unit or USUAL_UNITS.get(field.type, "")
    return f" {unit}" if unit else ""


def _first(request: Request, name: str) -> str:
    said = request.form.get(name, "") if request.form else ""
    return str(said).replace("\r\n", "\n").strip()[:KEPT_AT_MOST]
