"""Signs in the words of the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casework.permissions import Operation
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.lifecycle import SignState
from casework.sign_filings.views import CheckStanding, PublicSign
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.permit_words import application_address
from web.console.screens import Ask, Chip, Fact, Option, OptionGroup, Tone
from web.console.visitor import Visitor

STATE_TONES: dict[str, Tone] = {SignState.IN_USE: "good", SignState.HAZARD: "late"}
CHECK_TONES: dict[str, Tone] = {"in_order": "good", "soon": "soon", "overdue": "late", "unsafe": "late"}
PARTICULARS = ("words", "responsible_unit", "contact_phone", "material", "width_m", "height_m", "place_text")
ENTERED = ("kind", "permit_number", "holder_kind", "holder", *PARTICULARS)
FILINGS = frozenset({"console_signs.application", "console_signs.successor_fact"})
_OPTIONAL = frozenset({"permit_number", "contact_phone"})
_LENGTHS = {"words": 200, "place_text": 300, "material": 60, "contact_phone": 20, "width_m": 8, "height_m": 8}


def signs_of(door: ConsoleDoor) -> SignDesk:
    """The desk. Raises NotFound where no register is kept."""
    if door.signs is None:
        raise NotFound()
    return door.signs


def state_chip(door: ConsoleDoor, state: str) -> Chip:
    return Chip(words=door.words.text(f"sign.state.{state}"), tone=STATE_TONES.get(state, "plain"))


def check_chip(door: ConsoleDoor, check: CheckStanding) -> Chip | None:
    if check == "none":
        return None
    return Chip(words=door.words.text(f"sign.check.{check}"), tone=CHECK_TONES[check])


def facts_of(
    door: ConsoleDoor, visitor: Visitor, sign: PublicSign, application: str, successor: str = ""
) -> tuple[Fact, ...]:
    """The particulars; what is not known has no line. A filing leads to its page for who may open it."""
    text, now = door.words.text, door.clock.now()
    valid = sign.valid_until_on.isoformat() if sign.valid_until_on is not None else ""
    size = {"width": f"{sign.width_m:g}", "height": f"{sign.height_m:g}"}
    lines = {
        "h5_signs.public.kind": sign.kind_name,
        "console_signs.application": application,
        "h5_signs.public.holder": sign.holder,
        "h5_signs.public.responsible_unit": sign.responsible_unit,
        "h5_signs.public.contact": sign.contact_phone,
        "h5_signs.public.material": sign.material,
        "h5_signs.public.size": text("h5_signs.public.size_words", **size),
        "h5_signs.public.place": sign.place_text,
        "h5_signs.public.registered": door.words.moment(sign.registered_at, now),
        "h5_signs.public.valid": text("h5_signs.public.past", on=valid) if sign.is_past else valid,
        "h5_signs.public.approval": ""
        if sign.approval == "none"
        else text(f"h5_signs.public.approval_{sign.approval}", number=sign.permit_number),
        "console_signs.next_check": sign.check_due_on.isoformat()
        if sign.check_due_on is not None and sign.check != "none"
        else "",
        "console_signs.successor_fact": successor,
        "console_signs.removed_fact": sign.removed_on.isoformat() if sign.removed_on is not None else "",
        "console_signs.end_reason": sign.end_reason,
    }
    reads = visitor.may(Operation.SEE_PERMITS)
    return tuple(
        Fact(
            name=text(key),
            words=words,
            href=application_address(words) if reads and key in FILINGS else "",
        )
        for key, words in lines.items()
        if words
    )


def asks_of(
    door: ConsoleDoor, names: tuple[str, ...], typed: Mapping[str, str], wrong: Mapping[str, str]
) -> tuple[Ask, ...]:
    """Fields for what a sign says, with what was typed and what is wrong with it."""
    text = door.words.text
    kinds = tuple(
        Option(value=one.code, words=one.name) for one in signs_of(door).kinds.kinds if one.product == "sign"
    )
    people = tuple(
        Option(value=one, words=text(f"console_signs.{one}")) for one in ("organisation", "person")
    )
    options = {"kind": kinds, "holder_kind": people}
    return tuple(
        Ask(
            name=name,
            kind="choice" if name in options else "short",
            label=text(f"console_signs.field.{name}"),
            optional=name in _OPTIONAL,
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            at_most=_LENGTHS.get(name, 100),
            groups=(OptionGroup(name="", options=options[name]),) if name in options else (),
        )
        for name in names
    )


def field_of(problem: Problem) -> str:
    """The field a problem is about; "" for none."""
    return str(getattr(problem, "field", None) or problem.params.get("field") or "")


def day_or_none(typed: str) -> date | None:
    """The day somebody typed; None for what is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def number_or_nan(typed: str) -> float:
    """The number somebody typed; what is none is in no range."""
    try:
        return float(typed) if len(typed) <= 8 else float("nan")
    except ValueError:
        return float("nan")
