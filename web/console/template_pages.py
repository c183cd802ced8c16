"""Message templates: which of the platform's are used, and what goes where in their fields.

A template is checked before it is kept: by the platform's own list of fields where it can be asked, and by trying
every notice's words in every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content import amendments
from content.amending import PROFILE
from kit.problems import Conflict, Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.frame import SETTINGS, TEMPLATES, frame_for, shown
from web.console.notice_screens import TemplateFormPage, TemplateRow, TemplatesPage
from web.console.screens import Ask, Note, Option, OptionGroup
from web.console.settings_pages import amend
from web.console.settings_parts import ask_reason, seen_of, tabs
from web.console.submission import value_of
from web.console.template_book import KINDS, SOURCES, KnownTemplate, Misfit, Template
from web.console.visitor import Visitor

PATH = "wechat.templates"
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
FIELD = re.compile(r"[a-z_]+[0-9]{1,3}")
FIELDS_AT_MOST, TYPED_AT_MOST = 20, 400
DONE = frozenset({"saved", "removed"})
REFUSED = frozenset({"unfit", "altered"})


@dataclass
class _Form:
    """One template's form: what the platform knows of it, what was typed, and what is wrong."""

    id: str
    names: tuple[str, ...]
    typed: dict[str, str]
    known: KnownTemplate | None
    is_registered: bool
    wrong: dict[str, str] = field(default_factory=dict)


async def show_templates(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/templates."""
    text, done = door.words.text, request.args.get("done", "")
    registered, known = door.templates.registered(), await door.templates.known()
    by_id = {one.id: one for one in known or ()}
    used = {one.id for one in registered}
    notes = [Note(words=text(f"console_templates.done.{done}"))] if done in DONE else []
    if known is None:
        notes.append(Note(words=text("console_templates.platform_away"), tone="soon"))
    page = TemplatesPage(
        tabs=tabs(door, "templates"),
        notes=tuple(notes),
        registered=tuple(_row(door, one, by_id.get(one.id), known is not None) for one in registered),
        offered=tuple(_offer(door, one) for one in known or () if one.id not in used),
    )
    return shown(door, "templates.html", await frame_for(door, visitor, SETTINGS), page)


async def show_template(
    request: Request, door: ConsoleDoor, visitor: Visitor, template_id: str
) -> HTTPResponse:
    """GET /console/templates/{id}: the form, for a new one as for one in use."""
    return await _render(door, visitor, await _form(door, template_id))


async def save_template(
    request: Request, door: ConsoleDoor, visitor: Visitor, template_id: str
) -> HTTPResponse:
    """POST /console/templates/{id}: kept, or the form again with what was typed and what is wrong."""
    form = await _form(door, template_id)
    for name in ("kind", "app", "reason", *form.names):
        form.typed[name] = value_of(request, name)[:TYPED_AT_MOST]
    fields = {name: form.typed[name] for name in form.names if form.typed.get(name)}
    try:
        _check(door, form, fields)
        if form.wrong:
            return await _render(door, visitor, form, status=422)
        value = {"id": form.id, "kind": form.typed["kind"], "app": form.typed["app"], "fields": fields}
        await amend(door, visitor, {f"{PATH}.{form.id}": value}, form.typed["reason"], seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await _refused(door, visitor, form, problem)
    return redirect(f"{TEMPLATES}?done=saved", status=303)


async def remove_template(
    request: Request, door: ConsoleDoor, visitor: Visitor, template_id: str
) -> HTTPResponse:
    """POST /console/templates/{id}/remove: notices go the next way."""
    form = await _form(door, template_id)
    form.typed["reason"] = value_of(request, "reason")[:TYPED_AT_MOST]
    try:
        values: dict[str, Any] = {f"{PATH}.{form.id}": None}
        await amend(door, visitor, values, form.typed["reason"], seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await _refused(door, visitor, form, problem)
    return redirect(f"{TEMPLATES}?done=removed", status=303)


async def _form(door: ConsoleDoor, template_id: str) -> _Form:
    if not ID.fullmatch(template_id):
        raise NotFound()
    held = next((one for one in door.templates.registered() if one.id == template_id), None)
    known = next((one for one in await door.templates.known() or () if one.id == template_id), None)
    if held is None and known is None:
        raise NotFound()
    names = known.fields if known is not None else tuple(held.fields if held is not None else ())
    kind = held.kind if held is not None else known.kind if known is not None else KINDS[0]
    typed = {"kind": kind, "app": held.app if held is not None else "official", "reason": ""}
    typed |= dict(held.fields) if held is not None else {name: _likely(name) for name in names}
    return _Form(template_id, names[:FIELDS_AT_MOST], typed, known, held is not None)


def _likely(name: str) -> str:
    """What such a field most likely shows; whoever registers the template looks at it."""
    kind = name.rstrip("0123456789")
    guesses = {"character_string": "reference", "phrase": "phrase", "time": "time", "date": "time"}
    return guesses.get(kind, "thing" if kind == "thing" else "")


def _check(door: ConsoleDoor, form: _Form, fields: Mapping[str, str]) -> None:
    text = door.words.text
    if form.typed["kind"] not in KINDS:
        form.wrong["kind"] = text("console_templates.wrong.kind")
    elif form.known is not None and form.known.kind != form.typed["kind"] and form.typed["app"] == "official":
        kind = text(f"console_templates.kind.{form.known.kind}")
        form.wrong["kind"] = text("console_templates.wrong.other_kind", kind=kind)
    for name in form.names:
        if name not in fields:
            # The platform refuses a message that leaves a field empty.
            form.wrong[name] = text("console_templates.wrong.empty")
        elif fields[name] not in SOURCES:
            form.wrong[name] = text("console_templates.wrong.source")
    for misfit in door.templates.misfits({name: s for name, s in fields.items() if s in SOURCES}):
        if misfit.what in REFUSED:
            form.wrong.setdefault(misfit.field, _misfit_words(door, misfit))


def _misfit_words(door: ConsoleDoor, misfit: Misfit) -> str:
    title = door.words.text(f"{misfit.template}.title")
    return door.words.text(f"console_templates.wrong.{misfit.what}", title=title)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, form: _Form, problem: Invalid | Conflict
) -> HTTPResponse:
    sentence = door.words.text(problem.key, **problem.params)
    notes: tuple[Note, ...] = ()
    if str(problem.params.get("field") or getattr(problem, "field", "")) == "reason":
        form.wrong["reason"] = sentence
    else:
        notes = (Note(words=sentence, tone="late"),)
    return await _render(door, visitor, form, notes, problem.status)


async def _render(
    door: ConsoleDoor, visitor: Visitor, form: _Form, notes: tuple[Note, ...] = (), status: int = 200
) -> HTTPResponse:
    text = door.words.text
    path = f"{PATH}.{form.id}"
    fields = {name: form.typed[name] for name in form.names if form.typed.get(name) in SOURCES}
    cut = [one for one in door.templates.misfits(fields) if one.what == "cut"]
    page = TemplateFormPage(
        id=form.id,
        title=form.known.title if form.known is not None else form.id,
        notes=notes,
        example=form.known.example if form.known is not None else "",
        cut=tuple(dict.fromkeys(_misfit_words(door, one) for one in cut)),
        asks=tuple(_asks(door, form)) if visitor.may(Operation.AMEND_SETTINGS) else (),
        reason=ask_reason(door, form.typed.get("reason", ""), form.wrong.get("reason", "")),
        seen=await amendments.last_number(PROFILE, path),
        removable=form.is_registered,
        unknown="" if form.known is not None else text("console_templates.unknown"),
    )
    return shown(door, "template.html", await frame_for(door, visitor, SETTINGS), page, status)


def _asks(door: ConsoleDoor, form: _Form) -> Iterable[Ask]:
    text = door.words.text

    def choice(name: str, label: str, values: Iterable[str], family: str) -> Ask:
        options = tuple(Option(value=one, words=text(f"console_templates.{family}.{one}")) for one in values)
        return Ask(
            name=name,
            kind="choice",
            label=label,
            typed=form.typed.get(name, ""),
            wrong=form.wrong.get(name, ""),
            groups=(OptionGroup(name="", options=options),),
        )

    yield choice("kind", text("console_templates.field.kind"), KINDS, "kind")
    yield choice("app", text("console_templates.field.app"), ("official", "miniprogram"), "app")
    for name in form.names:
        yield choice(name, text("console_templates.field.shows", name=name), SOURCES, "source")


def _row(
    door: ConsoleDoor, template: Template, known: KnownTemplate | None, platform_asked: bool
) -> TemplateRow:
    text = door.words.text
    wrong = ""
    if known is None and platform_asked and template.app == "official":
        wrong = text("console_templates.gone")
    elif known is not None and set(known.fields) != set(template.fields):
        wrong = text("console_templates.other_fields")
    return TemplateRow(
        href=f"{TEMPLATES}/{template.id}",
        title=known.title if known is not None else template.id,
        id=template.id,
        kind=text(f"console_templates.kind.{template.kind}"),
        wrong=wrong,
    )


def _offer(door: ConsoleDoor, known: KnownTemplate) -> TemplateRow:
    kind = door.words.text(f"console_templates.kind.{known.kind}")
    return TemplateRow(href=f"{TEMPLATES}/{known.id}", title=known.title, id=known.id, kind=kind, wrong="")
