"""Values of the bureau's profile: read by those who need them, changed by an administrator with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content import amendments
from content.amending import PROFILE
from content.profile_store import current_profile
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.privacy_words import RETENTION
from web.console.screens import Ask, Chip, Note
from web.console.settings_items import (
    CONSENTS,
    TABS,
    Item,
    changed,
    choices_of,
    is_found,
    item_at,
    items_of,
)
from web.console.settings_parts import (
    SETTINGS,
    ask_reason,
    change_lines,
    check_unused,
    item_address,
    new_unit_asks,
    seen_of,
    shipped_value,
    tabs,
    value_before,
)
from web.console.settings_screens import SettingLine, SettingPage, SettingsPage
from web.console.settings_widgets import LONG_AT_MOST
from web.console.submission import value_of
from web.console.visitor import Visitor

FIND_AT_MOST = 60
DONE = frozenset({"saved", "restored", "removed", "added", "same"})
Texts = Mapping[str, str]


async def show_settings(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/settings?tab=…"""
    tab = request.args.get("tab", TABS[0])
    return await render_tab(request, door, visitor, tab if tab in TABS else TABS[0])


async def show_setting(request: Request, door: ConsoleDoor, visitor: Visitor, path: str) -> HTTPResponse:
    """GET /console/settings/value/{path}."""
    document, item = await find_item(door, path)
    return await render_item(request, door, visitor, document, item)


async def save_setting(request: Request, door: ConsoleDoor, visitor: Visitor, path: str) -> HTTPResponse:
    """POST /console/settings/value/{path}: changed, or the form again with what was typed and what is wrong."""
    document, item = await find_item(door, path)
    current = shipped_value(document, path)
    names = [ask.name for ask in item.widget.asks(door.words, {}, choices_of(document))]
    typed = {
        name: value_of(request, name)[:LONG_AT_MOST].replace("\r\n", "\n") for name in (*names, "reason")
    }
    try:
        values = changed(item, current, item.widget.read(typed, current or {}))
        if not values:
            return redirect(f"{item_address(path)}?done=same", status=303)
        if path.startswith(f"{CONSENTS}."):
            await _check_version(item, values[path])
        await amend(door, visitor, values, typed["reason"], seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await render_item(request, door, visitor, document, item, typed=typed, problem=problem)
    return redirect(f"{item_address(path)}?done=saved", status=303)


async def restore_setting(request: Request, door: ConsoleDoor, visitor: Visitor, path: str) -> HTTPResponse:
    """POST /console/settings/value/{path}/restore: as it was shipped."""
    document, item = await find_item(door, path)
    own = [one.path for one in await amendments.in_force(PROFILE) if f"{one.path}.".startswith(f"{path}.")]
    reason = value_of(request, "reason")
    try:
        if not own:
            raise Conflict("problem.settings.changed_meanwhile")
        if item.unit and shipped_value(await current_profile() or {}, path) is None:
            await check_unused(door, item.unit)
        await amend(door, visitor, {}, reason, seen=seen_of(request), restored=own)
    except (Invalid, Conflict) as problem:
        return await render_item(
            request, door, visitor, document, item, typed={"reason": reason}, problem=problem
        )
    gone = item_at(await document_now(door), path) is None
    place = f"{SETTINGS}?tab={item.tab}&done=removed" if gone else f"{item_address(path)}?done=restored"
    return redirect(place, status=303)


async def amend(
    door: ConsoleDoor,
    visitor: Visitor,
    values: Mapping[str, Any],
    reason: str,
    *,
    seen: int | None = None,
    restored: tuple[str, ...] | list[str] = (),
) -> None:
    async def work(change: Change) -> None:
        await amendments.amend_profile(
            change, visitor.actor, values, reason, checks=door.amending, seen=seen, restored=restored
        )

    await door.db.change(work)


async def _check_version(item: Item, value: Mapping[str, Any]) -> None:
    """Other words need a version nobody has agreed to under other words."""
    earlier = [shipped_value(await current_profile() or {}, item.path)]
    earlier += [
        amendments.value_of(row)
        for row in await amendments.history(kind=PROFILE, path=item.path, limit=1000)
        if row.value
    ]
    for one in earlier:
        if one and one.get("version") == value["version"] and one != value:
            raise Invalid("problem.settings.version", field="version")


async def document_now(door: ConsoleDoor) -> dict[str, Any]:
    return await amendments.document_in_force(door.amending)


async def find_item(door: ConsoleDoor, path: str) -> tuple[dict[str, Any], Item]:
    document = await document_now(door)
    item = item_at(document, path)
    if item is None:
        raise NotFound()
    return document, item


async def render_tab(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    tab: str,
    *,
    typed: Texts | None = None,
    problem: Problem | None = None,
) -> HTTPResponse:
    document, text = await document_now(door), door.words.text
    find = str(request.args.get("find", "")).strip()[:FIND_AT_MOST] if tab == "categories" else ""
    choices, amended = choices_of(document), {one.path for one in await amendments.in_force(PROFILE)}
    rows = tuple(
        SettingLine(
            label=item.label if item.is_named else text(item.label),
            value=item.widget.shown(door.words, shipped_value(document, item.path), choices),
            href=item_address(item.path),
            state=_state(door) if any(f"{one}.".startswith(f"{item.path}.") for one in amended) else None,
        )
        for item in items_of(document, tab)
        if is_found(document, item, find)
    )
    if tab == "limits":
        rows += _kept_lines(door, visitor)
    may_add = tab == "units" and visitor.may(Operation.AMEND_SETTINGS)
    page = SettingsPage(
        tabs=tabs(door, tab),
        title=text("console_settings.title"),
        lead=text(f"console_settings.lead.{tab}"),
        rows=rows,
        asks=new_unit_asks(door, typed or {}, problem) if may_add else (),
        notes=_notes(request, door, problem, {"code", "reason"}),
        find=find,
        finds=text("console_settings.find_category") if tab == "categories" else "",
    )
    status = problem.status if problem else 200
    return shown(door, "settings.html", await frame_for(door, visitor, SETTINGS), page, status)


async def render_item(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    document: Mapping[str, Any],
    item: Item,
    *,
    typed: Texts | None = None,
    problem: Problem | None = None,
) -> HTTPResponse:
    text, choices = door.words.text, choices_of(document)
    current, shipped = shipped_value(document, item.path), await value_before(item.path)
    may_amend = visitor.may(Operation.AMEND_SETTINGS)
    changes = await amendments.history(kind=PROFILE, path=item.path, limit=20)
    is_amended = any(f"{one.path}.".startswith(f"{item.path}.") for one in await amendments.in_force(PROFILE))
    asks = item.widget.asks(door.words, {**item.widget.typed(current), **(typed or {})}, choices)
    field = str(problem.params.get("field", "")) if problem else ""
    sentence = text(problem.key, **problem.params) if problem else ""
    page = SettingPage(
        tabs=tabs(door, item.tab),
        title=item.label if item.is_named else text(item.label),
        lead=text(f"console_settings.lead.{item.tab}"),
        now=item.widget.shown(door.words, current, choices),
        shipped=item.widget.shown(door.words, shipped, choices) if shipped and is_amended else "",
        action=item_address(item.path) if may_amend else "",
        asks=tuple(_with_fault(ask, sentence if ask.name == field else "") for ask in asks),
        # What was changed meanwhile is shown above the form; who sends it again has seen it.
        seen=await amendments.last_number(PROFILE, item.path),
        reason=ask_reason(door, (typed or {}).get("reason", ""), sentence if field == "reason" else ""),
        changes=await change_lines(door, changes, document),
        restore=f"{item_address(item.path)}/restore" if may_amend and is_amended and shipped else "",
        remove=f"{item_address(item.path)}/remove" if may_amend and item.unit else "",
        notes=_notes(request, door, problem, {"reason", *(ask.name for ask in asks)}),
    )
    status = problem.status if problem else 200
    return shown(door, "setting.html", await frame_for(door, visitor, SETTINGS), page, status)


def _kept_lines(door: ConsoleDoor, visitor: Visitor) -> tuple[SettingLine, ...]:
    """How long what is kept. Read here, changed in the file: what is gone too early cannot be restored by a reason."""
    text = door.words.text
    href = RETENTION if visitor.may(Operation.SEE_RETENTION) else ""
    return tuple(
        SettingLine(
            label=text("console_settings.kept", what=text(f"privacy.kept.{kind}")),
            value=f"{text('privacy.retention.years', years=kept.years)} \u00b7 {kept.basis}",
            href=href,
        )
        for kind, kept in door.retention.by_kind().items()
    )


def _state(door: ConsoleDoor) -> Chip:
    return Chip(words=door.words.text("console_settings.changed_here"), tone="brand")


def _notes(
    request: Request, door: ConsoleDoor, problem: Problem | None, fields: set[str]
) -> tuple[Note, ...]:
    if problem is not None:
        sentence = door.words.text(problem.key, **problem.params)
        if str(problem.params.get("field", "")) in fields:
            sentence = door.words.text("console_settings.not_saved")
        return (Note(words=sentence, tone="late"),)
    done = request.args.get("done", "")
    return (Note(words=door.words.text(f"console_settings.done.{done}")),) if done in DONE else ()


def _with_fault(ask: Ask, wrong: str) -> Ask:
    return Ask(
        name=ask.name,
        kind=ask.kind,
        label=ask.label,
        optional=ask.optional,
        help=ask.help,
        typed=ask.typed,
        wrong=wrong,
        at_most=ask.at_most,
        groups=ask.groups,
    )
