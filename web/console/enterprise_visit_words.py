"""A visit to an enterprise in words: its line, its state, its facts."""

from __future__ import annotations

from collections.abc import Mapping

from casework.projects.views import VisitView
from web.console.door import ConsoleDoor
from web.console.project_screens import ThingLine
from web.console.project_words import VISITS, unit_words
from web.console.screens import Chip, Fact, Tone

_TONES: dict[str, Tone] = {
    "planned": "brand",
    "waiting": "late",
    "under_way": "soon",
    "ended": "good",
    "refused": "late",
}


def visit_line(door: ConsoleDoor, one: VisitView) -> ThingLine:
    """One line of a list of visits."""
    text, now = door.words.text, door.clock.now()
    at = one.checked_in_at or one.created_at
    day = one.planned_for_on if one.state == "planned" else None
    when = day.isoformat() if day is not None else door.words.moment(at, now)
    people = " · ".join(name for name in (one.officer, one.second_officer) if name)
    chips = [state_chip(door, one.state)]
    if one.exception:
        chips.append(Chip(words=text("console_projects.exception"), tone="plain"))
    elif one.against:
        chips.append(Chip(words=text("console_projects.clashes"), tone="late"))
    said = (f"{when} · {people}", one.purpose, refused_words(door, one.refused) if one.refused else "")
    return ThingLine(
        title=one.enterprise,
        href=f"{VISITS}/{one.id}",
        soft=tuple(words for words in said if words),
        chips=tuple(chips),
    )


def state_chip(door: ConsoleDoor, state: str) -> Chip:
    return Chip(words=door.words.text(f"enterprise_visit.state.{state}"), tone=_TONES.get(state, "plain"))


def refused_words(door: ConsoleDoor, key: str) -> str:
    """Why a check-in was turned away. What was in force then is not looked up now: the profile may say otherwise today."""
    short = key.rpartition(".")[2]
    return door.words.text(f"console_projects.refused.{short}")


def against_words(door: ConsoleDoor, key: str, params: Mapping[str, object]) -> str:
    """What stands against the day of a planned visit."""
    return door.words.text(f"console_projects.against.{key.rpartition('.')[2]}", **params)


def _place(door: ConsoleDoor, one: VisitView) -> str:
    """How far from the site the check-in was, or why nobody can tell."""
    text = door.words.text
    if one.place_reason:
        return text("console_projects.place.not_given", reason=one.place_reason)
    if not one.has_position:
        return ""
    parts = []
    if one.distance_m is not None:
        parts.append(text("console_projects.place.distance", metres=f"{one.distance_m:.0f}"))
    else:
        parts.append(text("console_projects.place.no_site"))
    if one.accuracy_m is not None:
        parts.append(text("console_projects.place.accuracy", metres=f"{one.accuracy_m:.0f}"))
    return "".join(parts)


def visit_facts(door: ConsoleDoor, one: VisitView) -> tuple[Fact, ...]:
    """Everything about a visit but how the enterprise found it."""
    text, now = door.words.text, door.clock.now()

    def moment(name: str) -> str:
        at = getattr(one, name)
        return door.words.moment(at, now) if at is not None else ""

    values = {
        "state": text(f"enterprise_visit.state.{one.state}"),
        "refused": refused_words(door, one.refused) if one.refused else "",
        "builder": one.enterprise,
        "officer_id": one.officer,
        "second_officer": one.second_officer,
        "unit": unit_words(door, one.unit),
        "purpose": one.purpose,
        "basis": one.basis,
        "on": one.planned_for_on.isoformat() if one.planned_for_on is not None else "",
        "checked_in_at": moment("checked_in_at"),
        "confirmed_at": moment("confirmed_at"),
        "place": _place(door, one),
        "ended_at": moment("ended_at"),
        "exception": f"{one.exception} · {one.exception_words} · {one.exception_by}" if one.exception else "",
        "findings": one.findings,
    }
    return tuple(
        Fact(name=text(f"console_projects.field.{name}"), words=words)
        for name, words in values.items()
        if words
    )
