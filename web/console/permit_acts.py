"""The forms of the moves that somebody may take on an application now, each field with what it begins from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.complaints.wording import REASON_AT_MOST
from casework.people.staff import staff_with_role
from casework.people.views import StaffView
from casework.permits.assigning import HANDLERS
from casework.permits.clashes import Clash
from casework.permits.delivering import ONLINE, WAYS
from casework.permits.desk import PermitDesk
from casework.permits.heard_views import Heard
from casework.permits.hearings import RECORD_AT_MOST
from casework.permits.pauses import KINDS as PAUSE_KINDS
from casework.permits.views import ApplicationView
from casework.roles import Role
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.permit_form import PermitForm, Shape
from web.console.permit_forms import NEEDED_WHERE_ASKED, PERMIT_FORMS
from web.console.permit_heard_words import choices_of, left_out, preset_of
from web.console.permit_inputs import ITEM, WRONG, as_input
from web.console.permit_screens import AskKind, ItemAsk, PermitAct, PermitAsk
from web.console.permit_words import application_address, permits_of
from web.console.screens import Option, OptionGroup

SHORT, LONG = 200, REASON_AT_MOST
LONGER = {"record": RECORD_AT_MOST}
Choices = Mapping[str, tuple[Option, ...]]
AVOIDED = frozenset({"clash_reason"})
"""Reasons that are not needed where less is granted than was asked for."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A move that did not succeed: what was typed, and what is wrong by field."""

    move: str
    texts: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Here:
    """What forms begin from."""

    view: ApplicationView
    clashes: tuple[Clash, ...]
    choices: Choices
    preset: Mapping[str, str]
    asked: frozenset[str]


async def acts_of(
    door: ConsoleDoor,
    view: ApplicationView,
    heard: Heard,
    clashes: tuple[Clash, ...],
    attempt: Attempt | None,
) -> tuple[PermitAct, ...]:
    """The moves in their order, the usual one open, or the one that was tried."""
    idle = left_out(view, heard) | (set() if _is_late(view) else {"explain_delay"})
    names = [name for name in PERMIT_FORMS if name in view.moves and name not in idle]
    if not names:
        return ()
    here = await _here(door, view, heard, clashes, names)
    opened = attempt.move if attempt is not None and attempt.move in names else names[0]
    return tuple(_act(door, here, name, attempt, is_open=name == opened) for name in names)


async def _here(
    door: ConsoleDoor, view: ApplicationView, heard: Heard, clashes: tuple[Clash, ...], names: list[str]
) -> Here:
    desk = permits_of(door)
    choices: dict[str, tuple[Option, ...]] = {
        "kind": tuple(
            Option(value=one, words=door.words.text(f"console_permits.pause_kind.{one}"))
            for one in PAUSE_KINDS
        ),
        "delivery": tuple(
            Option(value=one, words=door.words.text(f"console_permits.delivery.{one}"))
            for one in WAYS
            if one != ONLINE or view.delivery == ONLINE
        ),
    }
    if {"schedule_survey", "reschedule_survey"} & set(names):
        choices["officer"] = choices["second_officer"] = await survey_officers(door, view.line.unit)
    choices |= await choices_of(door, view, heard, names)
    if "assign" in names:
        choices["assignee_id"] = await _handlers(door, view.line.unit)
    return Here(
        view=view,
        clashes=clashes,
        choices=choices,
        preset=_preset(desk, view, choices) | await preset_of(door, view, heard),
        asked=_asked_reasons(view, clashes),
    )


async def survey_officers(door: ConsoleDoor, unit: str | None) -> tuple[Option, ...]:
    """Whom to send in a unit, with the deputies of those who are away."""
    return _people(await staff_with_role(door.db, Role.SURVEY_OFFICER, unit))


async def _handlers(door: ConsoleDoor, unit: str | None) -> tuple[Option, ...]:
    found = {one.id: one for role in HANDLERS for one in await staff_with_role(door.db, role, unit)}
    return _people(tuple(found.values()))


def _people(staff: tuple[StaffView, ...]) -> tuple[Option, ...]:
    return tuple(Option(value=str(one.id), words=one.name) for one in sorted(staff, key=lambda one: one.name))


def _preset(desk: PermitDesk, view: ApplicationView, choices: Choices) -> dict[str, str]:
    area = view.area_m2
    last = next((one for one in reversed(view.surveys) if one.recorded_at and not one.cancelled_at), None)
    if last is not None and last.outcome == "fits_less" and last.measured_area_m2 is not None:
        area = last.measured_area_m2
    officers = choices.get("officer", ())
    amount = next((one.value for one in view.fields if one.type == "money"), "")
    today = local(desk.db.clock.now()).date()
    return {
        "from_at": as_input(view.wanted_from_at),
        "until_at": as_input(view.wanted_until_at),
        "area": f"{area:g}" if area is not None else "",
        "place_text": view.line.place_text,
        "officer": officers[0].value if len(officers) == 2 else "",
        "second_officer": officers[1].value if len(officers) == 2 else "",
        "amount": amount if view.line.state != "approved" else "",
        "paid_on": today.isoformat(),
        "late_reason": view.late_reason,
    }


def _asked_reasons(view: ApplicationView, clashes: tuple[Clash, ...]) -> frozenset[str]:
    """The reasons that this application cannot be decided without."""
    found = set()
    if _is_late(view):
        found.add("late_reason")
    if any(one.about == "permit" and one.extent == "overlap" for one in clashes):
        found.add("clash_reason")
    if any((one.state == "asked" and one.is_late) or one.opinion == "refused" for one in view.organs):
        found.add("co_signer_reason")
    if view.corrections:
        found.add("head_reason")
    return frozenset(found)


def _is_late(view: ApplicationView) -> bool:
    return view.line.needs_late_reason or any(one.is_missed for one in view.clocks)


def _act(door: ConsoleDoor, here: Here, name: str, attempt: Attempt | None, *, is_open: bool) -> PermitAct:
    text, form = door.words.text, PERMIT_FORMS[name]
    mine = attempt if attempt is not None and attempt.move == name else None
    address = f"{application_address(here.view.line.reference)}/{name}"
    return PermitAct(
        move=name,
        words=here.view.moves[name],
        button=text(f"console_permits.act.{name}.button"),
        hint=text(f"console_permits.act.{name}.hint"),
        action=address,
        asks=tuple(_ask(door, here, one, mine) for one in form.fields if _is_shown(here, one[0], mine)),
        items=_items(here.view, mine) if form.has_items else (),
        items_wrong=mine.wrong.get("items", "") if mine is not None else "",
        told=_told(door, here.view, name),
        preview=f"{address}/preview" if form.has_paper and _is_previewed(here.view, name, form) else "",
        open=is_open,
        grave=form.grave,
        key=door.db.ids.new().hex,
    )


def _is_previewed(view: ApplicationView, name: str, form: PermitForm) -> bool:
    return form.has_paper and name in view.moves


def _is_shown(here: Here, name: str, attempt: Attempt | None) -> bool:
    if name == "area":
        return here.view.area_m2 is not None
    if name not in NEEDED_WHERE_ASKED or name in here.asked:
        return True
    return attempt is not None and (name in attempt.wrong or bool(attempt.texts.get(name)))


def _ask(door: ConsoleDoor, here: Here, shape: Shape, attempt: Attempt | None) -> PermitAsk:
    name, kind, optional = shape
    return ask(
        door,
        name,
        kind,
        optional=optional and name not in here.asked - AVOIDED,
        typed=attempt.texts.get(name, "") if attempt is not None else here.preset.get(name, ""),
        wrong=attempt.wrong.get(name, "") if attempt is not None else "",
        options=here.choices.get(name, ()),
    )


def ask(
    door: ConsoleDoor,
    name: str,
    kind: AskKind,
    *,
    optional: bool = False,
    typed: str = "",
    wrong: str = "",
    options: tuple[Option, ...] = (),
) -> PermitAsk:
    """A field by its name: label and help stand in the catalogue."""
    help_key = f"console_permits.help.{name}"
    return PermitAsk(
        name=name,
        kind=kind,
        label=door.words.text(f"console_permits.field.{name}"),
        optional=optional,
        help=door.words.text(help_key) if door.words.catalogue.has(help_key) else "",
        typed=typed,
        wrong=wrong,
        at_most=LONGER.get(name, LONG) if kind == "long" else SHORT,
        groups=(OptionGroup(name="", options=options),) if options or kind == "choice" else (),
        unit=door.words.text(f"console_permits.unit.{name}") if kind == "number" else "",
        mode="decimal" if kind == "number" else "",
    )


def _items(view: ApplicationView, attempt: Attempt | None) -> tuple[ItemAsk, ...]:
    found = [(f"field:{one.code}", one.name) for one in view.fields]
    found += [(f"material:{one.code}", one.name) for one in view.materials]
    texts = attempt.texts if attempt is not None else {}
    return tuple(
        ItemAsk(
            item=item,
            name=name,
            ticked=ITEM + item in texts,
            wrong_words=texts.get(WRONG + item, ""),
            fault=attempt.wrong.get(item, "") if attempt is not None else "",
        )
        for item, name in found
    )


def _told(door: ConsoleDoor, view: ApplicationView, name: str) -> tuple[str, ...]:
    """What stands on the paper without being typed: the kind's terms, what organs ask for, what can be done against it."""
    kind = permits_of(door).section.kind(view.line.kind)
    if kind is None:
        return ()
    if name == "grant":
        asked = tuple(
            door.words.text("permit_paper.co_signer_term", organ=one.name, words=one.words)
            for one in view.organs
            if one.opinion == "agreed_with_terms" and one.words
        )
        return (*kind.terms, *asked)
    return (kind.papers.remedies,) if name == "deny" else ()
