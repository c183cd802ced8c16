"""What the pages about projects have in common: forms as typed, days, tabs, who can be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from sanic import Request

from casework.people.staff import list_staff
from casework.permissions import Operation
from casework.projects.lifecycle import INSPECTORS
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.people_screens import Box
from web.console.screens import Ask, Link, Note, Option, OptionGroup
from web.console.submission import value_of
from web.console.visitor import Visitor

PROJECTS, VISITS = "/console/projects", "/console/enterprise-visits"
CERTIFICATES, CHECK_IN, RATINGS = "/console/certificates", f"{VISITS}/check-in", f"{VISITS}/ratings"
TYPED_AT_MOST = 5_000
Kind = Literal["short", "long", "choice"]


@dataclass(frozen=True)
class Tried:
    """A form that was refused: which, what was typed, what is wrong by field, what else is to be said."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    status: int = 200

    def of(self, form: str) -> Tried:
        """This for its own form, nothing for every other."""
        return self if form == self.form else Tried()


def typed_in(request: Request, names: Collection[str]) -> dict[str, str]:
    """What was typed into these fields."""
    return {name: value_of(request, name).replace("\r\n", "\n").strip()[:TYPED_AT_MOST] for name in names}


def refused(door: ConsoleDoor, form: str, typed: Mapping[str, str], problem: Problem) -> Tried:
    """The form again, with the sentence at its field or else at the head of the page."""
    sentence = door.words.text(problem.key, **problem.params)
    name = str(problem.params.get("field", ""))
    if name in typed:
        return Tried(form, typed, {name: sentence}, status=problem.status)
    return Tried(form, typed, notes=(Note(words=sentence, tone="late"),), status=problem.status)


def done_note(door: ConsoleDoor, request: Request, known: Collection[str]) -> tuple[Note, ...]:
    """What has just been done, as the address says it."""
    done = request.args.get("done", "")
    return (Note(words=door.words.text(f"console_projects.done.{done}")),) if done in known else ()


def ask(
    door: ConsoleDoor,
    tried: Tried,
    name: str,
    kind: Kind = "short",
    *,
    now: str = "",
    optional: bool = False,
    at_most: int = 100,
    options: tuple[Option, ...] = (),
) -> Ask:
    """One field; `now` is what stands there before anything was typed."""
    catalogue, helped = door.words.catalogue, f"console_projects.help.{name}"
    return Ask(
        name=name,
        kind=kind,
        label=door.words.text(f"console_projects.field.{name}"),
        optional=optional,
        help=door.words.text(helped) if catalogue.has(helped) else "",
        typed=tried.typed.get(name, now),
        wrong=tried.wrong.get(name, ""),
        at_most=at_most,
        groups=(OptionGroup(name="", options=options),) if options else (),
    )


def ask_day(
    door: ConsoleDoor, tried: Tried, name: str, *, now: date | None = None, optional: bool = True
) -> Box:
    """A day to choose."""
    return Box(
        name=name,
        label=door.words.text(f"console_projects.field.{name}"),
        kind="date",
        optional=optional,
        typed=tried.typed.get(name, now.isoformat() if now is not None else ""),
        wrong=tried.wrong.get(name, ""),
    )


def day_of(typed: Mapping[str, str], name: str) -> date | None:
    """The day, None where nothing was typed. Raises Invalid."""
    try:
        return date.fromisoformat(typed[name]) if typed[name] else None
    except ValueError:
        raise Invalid("problem.project.date", field=name) from None


def required_day(typed: Mapping[str, str], name: str) -> date:
    """The day. Raises Invalid."""
    found = day_of(typed, name)
    if found is None:
        raise Invalid("problem.project.date", field=name)
    return found


def id_of(text: str, problem: str) -> UUID:
    """An id from an address. Raises NotFound with `problem`."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(problem) from None


def tabs(door: ConsoleDoor, visitor: Visitor, here: str) -> tuple[Link, ...]:
    """The pages about projects this visitor may open."""
    places = (
        ("projects", PROJECTS, Operation.SEE_PROJECTS),
        ("visits", VISITS, Operation.SEE_PROJECTS),
        ("check_in", CHECK_IN, Operation.INSPECT_ENTERPRISES),
        ("ratings", RATINGS, Operation.SEE_VISIT_RATINGS),
        ("certificates", CERTIFICATES, Operation.SEE_PROJECTS),
    )
    return tuple(
        Link(href=href, words=door.words.text(f"console_projects.tab.{name}"), here=name == here)
        for name, href, operation in places
        if visitor.may(operation)
    )


def unit_words(door: ConsoleDoor, unit: str | None) -> str:
    units = door.desk.policy.units
    return units[unit].name if unit in units else door.words.text("console_projects.no_unit")


async def staff_options(door: ConsoleDoor, *, inspectors: bool = False) -> tuple[Option, ...]:
    """People who work here, or those who inspect."""
    return tuple(
        Option(value=str(one.id), words=f"{one.name}（{one.login}）")
        for one in await list_staff(door.db)
        if one.left_at is None and (not inspectors or not one.roles.isdisjoint(INSPECTORS))
    )


def staff_id(typed: Mapping[str, str], name: str, problem: str) -> UUID:
    """Somebody chosen from a list. Raises Invalid."""
    try:
        return UUID(typed[name])
    except ValueError:
        raise Invalid(problem, field=name) from None


def basis_options(door: ConsoleDoor) -> tuple[Option, ...]:
    """What a visit can rest on."""
    return tuple(
        Option(value=one.code, words=f"{one.words}（{one.about}）" if one.about else one.words)
        for one in door.projects.section.bases
    )
