"""Penalty cases in a clerk's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_money import Instalment, yuan
from casework.penalties.case_views import CaseLine
from casework.people.staff import staff_with_role
from casework.roles import Role
from web.console.door import ConsoleDoor
from web.console.frame import PENALTY_CASES
from web.console.penalty_case_screens import CaseRow
from web.console.screens import Ask, Chip, Option, OptionGroup, Tone

S = CaseState
TONES: dict[str, Tone] = {
    S.ISSUED: "soon",
    S.HEARING_ASKED: "soon",
    S.PROPOSED: "brand",
    S.DECIDED: "soon",
    S.DEMAND_MADE: "soon",
    S.DEMANDED: "late",
    S.CLOSED: "good",
    S.NO_PENALTY: "good",
    S.REVOKED: "late",
    S.ENFORCED: "late",
}
LONG = frozenset({"facts", "evidence", "intended", "words", "plan"})
AT_MOST = {
    "facts": 2_000,
    "evidence": 1_000,
    "intended": 1_000,
    "words": 2_000,
    "plan": 1_000,
    "basis": 300,
    "place_text": 300,
}


def case_address(reference: str) -> str:
    """The page of a case."""
    return f"{PENALTY_CASES}/{reference}"


def row_of(door: ConsoleDoor, line: CaseLine, now: datetime) -> CaseRow:
    """A line of the list."""
    text = door.words.text
    note = ""
    if line.waits_until is not None and line.waits_until > now:
        note = text("console_penalty_cases.waits", at=door.words.end(line.waits_until, now))
    elif line.hearing_at is not None:
        note = text("console_penalty_cases.hearing_at", at=door.words.moment(line.hearing_at, now))
    elif line.owed_fen > 0:
        note = text("console_penalty_cases.owed", yuan=yuan(line.owed_fen))
    return CaseRow(
        href=case_address(line.reference),
        reference=line.reference,
        ground=line.ground_name,
        party=line.party,
        state=state_chip(line),
        due=door.words.time_left(line.due_at, now) if line.due_at is not None else None,
        due_words=text(f"console_penalty_cases.clock.{line.clock}") if line.clock else "",
        note=note,
        asked=text("console_penalty_cases.asked", count=line.open_requests) if line.open_requests else "",
    )


def state_chip(line: CaseLine) -> Chip:
    """Where it stands."""
    return Chip(words=line.state_name, tone=TONES.get(line.state, "plain"))


def day(door: ConsoleDoor, on: date) -> str:
    """A day, in full."""
    return door.words.text("console_penalty_cases.day", year=on.year, month=on.month, day=on.day)


def plan_lines(door: ConsoleDoor, plan: Sequence[Instalment]) -> tuple[str, ...]:
    """A plan, a line for each part."""
    text = door.words.text
    return tuple(
        text("console_penalty_cases.part", day=day(door, one.on), yuan=yuan(one.fen)) for one in plan
    )


def ask(
    door: ConsoleDoor,
    name: str,
    *,
    typed: str = "",
    wrong: str = "",
    optional: bool = False,
    options: Sequence[Option] | None = None,
) -> Ask:
    """A field by its name: label and help stand in the catalogue."""
    help_key = f"console_penalty_cases.help.{name}"
    return Ask(
        name=name,
        kind="choice" if options is not None else "long" if name in LONG else "short",
        label=door.words.text(f"console_penalty_cases.field.{name}"),
        optional=optional,
        help=door.words.text(help_key) if door.words.catalogue.has(help_key) else "",
        typed=typed,
        wrong=wrong,
        at_most=AT_MOST.get(name, 200),
        groups=(OptionGroup(name="", options=tuple(options)),) if options is not None else (),
    )


def choices(door: ConsoleDoor, family: str, names: Sequence[str]) -> tuple[Option, ...]:
    """Options by their names below a key of the catalogue."""
    return tuple(Option(value=one, words=door.words.text(f"{family}.{one}")) for one in names)


async def colleagues(door: ConsoleDoor, *roles: Role, but: Sequence[object] = ()) -> tuple[Option, ...]:
    """Everybody who holds one of the roles, by name."""
    found = {}
    for role in roles:
        found.update({one.id: one for one in await staff_with_role(door.db, role)})
    return tuple(
        Option(value=str(one.id), words=one.name)
        for one in sorted(found.values(), key=lambda one: one.name)
        if one.id not in but
    )
