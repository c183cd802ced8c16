"""Templates of papers: the list, one with its preview, keeping a new version, going back to an earlier one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import html, redirect

from casework.documents import templates
from casework.documents.rendering import TemplateFault
from casework.documents.templates import REASON_AT_MOST, SHIPPED, SOURCE_AT_MOST, TemplateView, VersionView
from casework.people.models import Staff
from casework.permissions import Operation
from kit.problems import Busy, Conflict, Invalid, NotFound, Problem
from web.console.document_screens import Preview, TemplateLine, TemplatePage, TemplatesPage, VersionLine
from web.console.document_words import desk_of, paper_tabs
from web.console.door import ConsoleDoor
from web.console.frame import PAPERS, asked_for, frame_for, shown
from web.console.screens import Ask, Chip, Fact, Note, Tone
from web.console.submission import value_of
from web.console.visitor import Visitor

DONE = frozenset({"saved", "restored"})
PREVIEW = "paper-preview"


@dataclass
class _Attempt:
    """What was typed, and what is wrong with it."""

    source: str | None = None
    reason: str = ""
    problem: Problem | None = None


async def show_templates(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/papers."""
    desk, text = desk_of(door), door.words.text
    rows = []
    for name, paper in templates.names(desk).items():
        view = await templates.in_force(desk, name)
        state = "shipped" if view.is_shipped and name in desk.shipped else "own"
        state = state if name in desk.shipped or not view.is_shipped else "unwritten"
        paper_name = text(f"document.name.{paper}")
        rows.append(
            TemplateLine(
                href=f"{PAPERS}/{name}",
                name=paper_name if name == paper else name,
                purpose="" if name == paper else text("console_documents.own_for", paper=paper_name),
                version=text("console_documents.version", version=view.version)
                if view.version
                else text("console_documents.never"),
                state=Chip(words=text(f"console_documents.state.{state}"), tone=_TONES[state]),
            )
        )
    page = TemplatesPage(tabs=paper_tabs(door, "templates"), rows=tuple(rows))
    return shown(door, "papers.html", await frame_for(door, visitor, PAPERS), page)


_TONES: Mapping[str, Tone] = {"shipped": "plain", "own": "brand", "unwritten": "soon"}


async def show_template(request: Request, door: ConsoleDoor, visitor: Visitor, name: str) -> HTTPResponse:
    """GET /console/papers/{name}."""
    done, notes = request.args.get("done", ""), tuple[Note, ...]()
    view = await templates.in_force(desk_of(door), name)
    if done in DONE:
        notes = (Note(words=door.words.text(f"console_documents.done.{done}", version=view.version)),)
    return await _render(door, visitor, view, _Attempt(), notes)


async def preview_template(request: Request, door: ConsoleDoor, visitor: Visitor, name: str) -> HTTPResponse:
    """POST /console/papers/{name}/preview: the pages as they would look, or what is wrong; nothing is kept."""
    source = _source(request)
    if asked_for(request, PREVIEW):
        preview = await _preview(door, name, source)
        return html(door.pages.render("console/_paper_preview.html", {"preview": preview}))
    view = await templates.in_force(desk_of(door), name)
    return await _render(door, visitor, view, _Attempt(source, value_of(request, "reason")))


async def save_template(request: Request, door: ConsoleDoor, visitor: Visitor, name: str) -> HTTPResponse:
    """POST /console/papers/{name}: a new version, or the form again with what was typed and what is wrong."""
    desk, attempt = desk_of(door), _Attempt(_source(request), value_of(request, "reason"))
    try:
        await templates.save(
            desk, visitor.actor, name, attempt.source or "", attempt.reason, seen=_seen(request)
        )
    except (Invalid, Conflict, Busy) as problem:
        attempt.problem = problem
        return await _render(door, visitor, await templates.in_force(desk, name), attempt)
    return redirect(f"{PAPERS}/{name}?done=saved", status=303)


async def restore_template(request: Request, door: ConsoleDoor, visitor: Visitor, name: str) -> HTTPResponse:
    """POST /console/papers/{name}/restore: an earlier version (0: the shipped one) as a new one."""
    desk, sent = desk_of(door), value_of(request, "version")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 9):
        raise NotFound("problem.document.no_template")
    reason = value_of(request, "reason")
    try:
        await templates.restore(desk, visitor.actor, name, int(sent), reason, seen=_seen(request))
    except (Invalid, Conflict, Busy) as problem:
        attempt = _Attempt(None, reason, problem)
        return await _render(door, visitor, await templates.in_force(desk, name), attempt)
    return redirect(f"{PAPERS}/{name}?done=restored", status=303)


async def _render(
    door: ConsoleDoor, visitor: Visitor, view: TemplateView, attempt: _Attempt, notes: tuple[Note, ...] = ()
) -> HTTPResponse:
    desk, text, problem = desk_of(door), door.words.text, attempt.problem
    source = view.source if attempt.source is None else attempt.source
    sentence = text(problem.key, **problem.params) if problem is not None else ""
    field = str(problem.params.get("field", "")) if problem is not None else ""
    if sentence and field not in ("source", "reason"):
        notes = (*notes, Note(words=sentence, tone="late"))
    paper = templates.names(desk)[view.name]
    kept = await templates.versions(view.name)
    may = visitor.may(Operation.AMEND_PAPERS)
    wrong = sentence if field == "reason" else ""
    page = TemplatePage(
        title=text(f"document.name.{paper}") if view.name == paper else view.name,
        notes=notes,
        action=f"{PAPERS}/{view.name}" if may else "",
        seen=view.version,
        source=source,
        source_wrong=sentence if field == "source" else "",
        at_most=SOURCE_AT_MOST,
        reason=_ask_reason(door, attempt.reason, wrong),
        preview=await _preview(door, view.name, source),
        fields=_listed(door, "fields"),
        writing=_listed(door, "writing"),
        versions=tuple([await _version(door, one, view.version) for one in kept]),
        can_restore_shipped=may and not view.is_shipped,
        restore_reason=_ask_reason(door, "", ""),
    )
    status = problem.status if problem is not None else 200
    return shown(door, "paper_template.html", await frame_for(door, visitor, PAPERS), page, status)


async def _preview(door: ConsoleDoor, name: str, source: str) -> Preview:
    text = door.words.text
    if len(source) > SOURCE_AT_MOST:
        return Preview(wrong=text("problem.document.source_long", at_most=SOURCE_AT_MOST))
    try:
        pages = await templates.try_out(desk_of(door), name, source)
    except TemplateFault as fault:
        lines = source.split("\n")
        known = 0 < fault.line <= len(lines)
        return Preview(
            wrong=text(fault.key, **fault.params),
            line=lines[fault.line - 1].strip()[:120] if known else "",
            line_words=text("console_documents.fault_line", line=fault.line),
        )
    except Busy as busy:
        return Preview(wrong=text(busy.key, **busy.params))
    return Preview(
        pages=tuple(
            Fact(
                name=text("console_documents.preview_page", page=number),
                words=f"data:image/png;base64,{base64.b64encode(page).decode()}",
            )
            for number, page in enumerate(pages, start=1)
        )
    )


async def _version(door: ConsoleDoor, view: VersionView, in_force: int) -> VersionLine:
    text = door.words.text
    who = text("console_documents.by_release")
    if view.made_by_id is not None:
        staff = await Staff.get_or_none(id=view.made_by_id)
        who = staff.name if staff is not None else text("console_settings.somebody")
    at = door.words.moment(view.made_at, door.clock.now())
    return VersionLine(
        title=text("console_documents.version", version=view.version),
        said=text("console_documents.version_by", who=who, at=at),
        reason=view.reason,
        source=view.source,
        is_in_force=view.version == in_force,
        restore=str(view.version) if view.version != in_force else "",
    )


def _listed(door: ConsoleDoor, family: str) -> tuple[Fact, ...]:
    """What can be written, each with its meaning. Fields end with a semicolon where they are no call."""
    found = []
    for words in door.words.catalogue.under(f"console_documents.{family}").values():
        name, _, meaning = words.partition("|")
        ends = "" if name.startswith("#") or name.endswith(")") else ";"
        found.append(Fact(name=name if name.startswith("#") else f"#{name}{ends}", words=meaning))
    return tuple(found)


def _ask_reason(door: ConsoleDoor, typed: str, wrong: str) -> Ask:
    text = door.words.text
    return Ask(
        name="reason",
        kind="short",
        label=text("console_documents.reason"),
        help=text("console_documents.reason_help"),
        typed=typed[:REASON_AT_MOST],
        wrong=wrong,
        at_most=REASON_AT_MOST,
    )


def _source(request: Request) -> str:
    return value_of(request, "source").replace("\r\n", "\n")


def _seen(request: Request) -> int:
    sent = value_of(request, "seen")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else SHIPPED
