"""The words citizens and staff read: found, reworded within their placeholders, seen before they are saved."""

from __future__ import annotations

from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content import amendments
from content.amending import NOT_SENTENCES, TEXT, wording_fault
from kit.catalogue import Catalogue
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.screens import Ask, Chip, Note
from web.console.settings_parts import (
    HISTORY,
    SETTINGS,
    TEXTS,
    ask_reason,
    change_lines,
    seen_of,
    tabs,
    text_address,
)
from web.console.settings_screens import HistoryPage, SettingLine, SettingPage, SettingsPage
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS, FIND_AT_MOST = 40, 60
DONE = frozenset({"saved", "restored", "same"})


async def show_texts(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/settings/texts?find=…&after=…: by what they say, or by their key."""
    find, after = request.args.get("find", "").strip()[:FIND_AT_MOST], request.args.get("after", "")
    texts = await _in_force(door)
    amended = {one.path for one in await amendments.in_force(TEXT)}
    ahead = [key for key in sorted(texts.keys()) if key > after and not key.startswith(NOT_SENTENCES)]
    keys = [key for key in ahead if find in key or find in texts.raw(key)]
    state = Chip(words=door.words.text("console_settings.changed_here"), tone="brand")
    query = {"find": find} if find else {}
    page = SettingsPage(
        tabs=tabs(door, "texts"),
        title=door.words.text("console_settings.title"),
        lead=door.words.text("console_settings.lead.texts"),
        rows=tuple(
            SettingLine(
                label=texts.raw(key),
                value=key,
                href=text_address(key),
                state=state if key in amended else None,
            )
            for key in keys[:ROWS]
        ),
        find=find,
        is_searched=True,
        more=_address(query | {"after": keys[ROWS - 1]}) if len(keys) > ROWS else "",
        first=_address(query) if after else "",
    )
    return shown(door, "settings.html", await frame_for(door, visitor, SETTINGS), page)


async def show_text(request: Request, door: ConsoleDoor, visitor: Visitor, key: str) -> HTTPResponse:
    """GET /console/settings/texts/{key}."""
    _check_key(door, key)
    return await _text(request, door, visitor, key)


async def save_text(request: Request, door: ConsoleDoor, visitor: Visitor, key: str) -> HTTPResponse:
    """POST /console/settings/texts/{key}: shown as it would read, or saved; or the form again."""
    _check_key(door, key)
    wording = value_of(request, "value").replace("\r\n", "\n").strip()
    reason = value_of(request, "reason")
    try:
        if fault := wording_fault(door.amending.shipped, key, wording):
            raise Invalid(fault, field="value", placeholders=_known(door, key))
        if value_of(request, "act") == "preview":
            return await _text(request, door, visitor, key, wording=wording, reason=reason)
        if wording == (await _in_force(door)).raw(key):
            return redirect(f"{text_address(key)}?done=same", status=303)
        await _amend(request, door, visitor, key, wording, reason)
    except (Invalid, Conflict) as problem:
        return await _text(request, door, visitor, key, wording=wording, reason=reason, problem=problem)
    return redirect(f"{text_address(key)}?done=saved", status=303)


async def restore_text(request: Request, door: ConsoleDoor, visitor: Visitor, key: str) -> HTTPResponse:
    """POST /console/settings/texts/{key}/restore: the shipped wording."""
    _check_key(door, key)
    reason = value_of(request, "reason")
    try:
        await _amend(request, door, visitor, key, None, reason)
    except (Invalid, Conflict) as problem:
        return await _text(request, door, visitor, key, reason=reason, problem=problem)
    return redirect(f"{text_address(key)}?done=restored", status=303)


async def show_history(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/settings/history?before=…: who changed what, newest first."""
    sent = request.args.get("before", "")
    before = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
    rows = await amendments.history(before=before, limit=ROWS + 1)
    document = await amendments.document_in_force(door.amending)
    page = HistoryPage(
        tabs=tabs(door, "history"),
        rows=await change_lines(door, rows[:ROWS], document, linked=True),
        more=f"{HISTORY}?before={rows[ROWS - 1].number}" if len(rows) > ROWS else "",
        first=HISTORY if before is not None else "",
    )
    return shown(door, "settings_history.html", await frame_for(door, visitor, SETTINGS), page)


async def _amend(
    request: Request, door: ConsoleDoor, visitor: Visitor, key: str, wording: str | None, reason: str
) -> None:
    seen = seen_of(request)

    async def work(change: Change) -> None:
        await amendments.amend_text(
            change, visitor.actor, key, wording, reason, checks=door.amending, seen=seen
        )

    await door.db.change(work)


async def _text(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    key: str,
    *,
    wording: str | None = None,
    reason: str = "",
    problem: Problem | None = None,
) -> HTTPResponse:
    text, texts = door.words.text, await _in_force(door)
    shipped = door.amending.shipped.raw(key)
    typed = texts.raw(key) if wording is None else wording
    field = str(problem.params.get("field", "")) if problem else ""
    sentence = text(problem.key, **problem.params) if problem else ""
    value = Ask(
        name="value",
        kind="long",
        label=text("console_settings.field.wording"),
        help=text("console_settings.help.wording", placeholders=_known(door, key)),
        typed=typed,
        wrong=sentence if field == "value" else "",
        at_most=amendments.WORDING_AT_MOST,
    )
    may_amend, is_amended = visitor.may(Operation.AMEND_TEXTS), texts.raw(key) != shipped
    changes = await amendments.history(kind=TEXT, path=key, limit=20)
    page = SettingPage(
        tabs=tabs(door, "texts"),
        title=key,
        lead=text("console_settings.lead.text"),
        now=texts.raw(key),
        shipped=shipped if is_amended else "",
        action=text_address(key) if may_amend else "",
        asks=(value,),
        seen=await amendments.last_number(TEXT, key),
        reason=ask_reason(door, reason, sentence if field == "reason" else ""),
        changes=await change_lines(door, changes, {}),
        restore=f"{text_address(key)}/restore" if may_amend and is_amended else "",
        preview=_filled(door, key, typed),
        placeholders=tuple(sorted(door.amending.shipped.placeholders(key))),
        is_text=True,
        notes=_notes(request, door, problem, field),
    )
    status = problem.status if problem else 200
    return shown(door, "setting.html", await frame_for(door, visitor, SETTINGS), page, status)


def _notes(request: Request, door: ConsoleDoor, problem: Problem | None, field: str) -> tuple[Note, ...]:
    if problem is not None:
        in_form = field in ("value", "reason")
        key = "console_settings.not_saved" if in_form else problem.key
        return (Note(words=door.words.text(key, **problem.params), tone="late"),)
    done = request.args.get("done", "")
    return (Note(words=door.words.text(f"console_settings.done.{done}")),) if done in DONE else ()


def _filled(door: ConsoleDoor, key: str, wording: str) -> str:
    """The wording with sample values; empty while its braces do not match."""
    if wording_fault(door.amending.shipped, key, wording):
        return ""
    samples = door.words.catalogue.under("console_settings.sample")
    names = door.amending.shipped.placeholders(key)
    return Catalogue({key: wording}).text(key, **{name: samples.get(name, f"〔{name}〕") for name in names})


def _known(door: ConsoleDoor, key: str) -> str:
    names = sorted(door.amending.shipped.placeholders(key)) if door.amending.shipped.has(key) else []
    return " ".join(f"{{{name}}}" for name in names) or door.words.text("console_settings.no_placeholders")


async def _in_force(door: ConsoleDoor) -> Catalogue:
    """As of now: this process may take the last change over only in a moment."""
    return amendments.texts_of(door.amending, await amendments.in_force(TEXT))


def _check_key(door: ConsoleDoor, key: str) -> None:
    if not door.amending.shipped.has(key) or key.startswith(NOT_SENTENCES):
        raise NotFound()


def _address(query: dict[str, str]) -> str:
    return f"{TEXTS}?{urlencode(query)}" if query else TEXTS
