"""What the settings' pages have in common: their tabs, the reason for a change, the rows of the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from sanic import Request

from casework.complaints.units import uses_of
from casework.people.models import Staff
from content.amending import PROFILE, TEXT, NoSuchPath, amended, value_at
from content.amendments import REASON_AT_MOST, AmendmentView, in_force
from content.profile_store import current_profile
from kit.clock import local
from kit.problems import Conflict, Problem
from web.console.door import ConsoleDoor
from web.console.frame import RULES, TEMPLATES
from web.console.screens import Ask, Link
from web.console.settings_items import TABS, choices_of, item_at
from web.console.settings_screens import ChangeLine
from web.console.settings_widgets import LONG_AT_MOST
from web.console.submission import value_of

SETTINGS = "/console/settings"
TEXTS, HISTORY = f"{SETTINGS}/texts", f"{SETTINGS}/history"
SHOWN_AT_MOST = 160


def tabs(door: ConsoleDoor, here: str) -> tuple[Link, ...]:
    """The tabs of all settings' pages; `here` is one of TABS, "texts" or "history"."""
    places = {one: f"{SETTINGS}?tab={one}" for one in TABS} | {
        "rules": RULES,
        "templates": TEMPLATES,
        "models": f"{SETTINGS}/models",
        "texts": TEXTS,
        "history": HISTORY,
    }
    return tuple(
        Link(href=href, words=door.words.text(f"console_settings.tab.{name}"), here=name == here)
        for name, href in places.items()
    )


def item_address(path: str) -> str:
    return f"{SETTINGS}/value/{quote(path, safe='')}"


def text_address(key: str) -> str:
    return f"{TEXTS}/{quote(key, safe='')}"


def ask_reason(door: ConsoleDoor, typed: str = "", wrong: str = "") -> Ask:
    """Why it is changed: kept with the change for good."""
    return Ask(
        name="reason",
        kind="short",
        label=door.words.text("console_settings.field.reason"),
        help=door.words.text("console_settings.help.reason"),
        typed=typed,
        wrong=wrong,
        at_most=REASON_AT_MOST,
    )


def seen_of(request: Request) -> int:
    """The number of the latest change its sender saw; what cannot be read is as good as none."""
    sent = value_of(request, "seen")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


async def change_lines(
    door: ConsoleDoor, rows: Sequence[AmendmentView], document: Mapping[str, Any], *, linked: bool = False
) -> tuple[ChangeLine, ...]:
    """The history in words: who, when, what, and why."""
    names = dict(await Staff.filter(id__in={row.made_by_id for row in rows}).values_list("id", "name"))
    now = door.clock.now()
    return tuple(
        ChangeLine(
            at=door.words.moment(row.made_at, now),
            who=_name(door, names, row.made_by_id),
            what=_what(door, row, document),
            value=_value(door, row, document),
            reason=row.reason,
            href=_address(row, document) if linked else "",
        )
        for row in rows
    )


def _name(door: ConsoleDoor, names: Mapping[Any, Any], id: UUID) -> str:
    return str(names.get(id) or door.words.text("console_settings.somebody"))


def _what(door: ConsoleDoor, row: AmendmentView, document: Mapping[str, Any]) -> str:
    if row.kind == TEXT:
        return row.path
    owner = _owner(row.path, document)
    found = item_at(document, owner)
    if found is None:
        return row.path
    label = found.label if found.is_named else door.words.text(found.label)
    inner = row.path.removeprefix(owner).lstrip(".")
    return f"{label} · {inner}" if inner else label


def _value(door: ConsoleDoor, row: AmendmentView, document: Mapping[str, Any]) -> str:
    if row.value is None:
        return door.words.text("console_settings.restored")
    if row.kind == TEXT:
        return row.value[:SHOWN_AT_MOST]
    value = msgspec.json.decode(row.value)
    if value is None:
        return door.words.text("console_settings.removed")
    found = item_at(document, row.path)
    if found is not None and not found.is_split:
        return found.widget.shown(door.words, value, choices_of(document))[:SHOWN_AT_MOST]
    if isinstance(value, list):
        return "、".join(map(str, value))[:SHOWN_AT_MOST]
    return str(value.get("name", "") if isinstance(value, dict) else value)[:SHOWN_AT_MOST]


def _owner(path: str, document: Mapping[str, Any]) -> str:
    """The path of the item this is a part of, or the path itself."""
    return path if item_at(document, path) is not None else path.rpartition(".")[0]


def _address(row: AmendmentView, document: Mapping[str, Any]) -> str:
    if row.kind == TEXT:
        return text_address(row.path)
    owner = _owner(row.path, document)
    return item_address(owner) if row.kind == PROFILE and item_at(document, owner) else ""


def shipped_value(document: Mapping[str, Any], path: str) -> Any:
    """The value before any amendment; None where there was none."""
    try:
        return value_at(document, path)
    except NoSuchPath:
        return None


async def value_before(path: str) -> Any:
    """The value as it would be without what was amended at this path or within it; None where there was none.

    An imported list of categories is what its items go back to.
    """
    above = [one for one in await in_force(PROFILE) if path.startswith(f"{one.path}.")]
    try:
        return shipped_value(amended(await current_profile() or {}, above), path)
    except NoSuchPath:
        return None


async def check_unused(door: ConsoleDoor, unit: str) -> None:
    """Raise Conflict (409) while something hangs on a unit."""
    uses = await uses_of(unit, local(door.clock.now()).date())
    if uses:
        words = "、".join(door.words.text(f"console_settings.use.{one}") for one in uses)
        raise Conflict("problem.settings.unit_in_use", uses=words)


def new_unit_asks(door: ConsoleDoor, typed: Mapping[str, str], problem: Problem | None) -> tuple[Ask, ...]:
    """The form for a new unit, with what was typed and what is wrong with it."""
    text = door.words.text
    field = str(problem.params.get("field", "")) if problem else ""
    sentence = text(problem.key, **problem.params) if problem else ""
    asks = tuple(
        Ask(
            name=name,
            kind="long" if name == "areas" else "short",
            label=text(f"console_settings.field.{name}"),
            optional=name == "areas",
            help=text(f"console_settings.help.{name}") if name in ("code", "areas") else "",
            typed=typed.get(name, ""),
            wrong=sentence if name == field else "",
            at_most=LONG_AT_MOST if name == "areas" else 60,
        )
        for name in ("code", "name", "areas")
    )
    return (*asks, ask_reason(door, typed.get("reason", ""), sentence if field == "reason" else ""))
