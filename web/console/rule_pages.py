"""The rules of who is told what: the table, one rule with its form, and what it would say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.notifications.samples import Sample, samples, send_sample
from casework.notifications.shape import Audience, Bundle, Doubt, Lane, Rule
from casework.permissions import Operation
from content import amendments
from content.amending import PROFILE
from kit.problems import Conflict, Invalid, NotFound
from web.console.delivery_page import way_words
from web.console.delivery_words import rule_words
from web.console.door import ConsoleDoor
from web.console.frame import RULES, SETTINGS, frame_for, shown
from web.console.notice_screens import PreviewLine, RulePage, RuleRow, RulesPage
from web.console.rule_forms import NAMES, asks_of, setting_of, typed_of
from web.console.screens import Link, Note
from web.console.settings_pages import amend
from web.console.settings_parts import ask_reason, seen_of, tabs
from web.console.submission import value_of
from web.console.visitor import Visitor

PATH = "notifications.rules"
TYPED_AT_MOST = 400
DONE = frozenset({"saved", "restored", "sample"})


async def show_rules(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/rules."""
    changed = {one.path.rpartition(".")[2] for one in await amendments.in_force(PROFILE)}
    rows = [(rule, _row(door, rule, rule.code in changed)) for rule in door.rules.rules]
    page = RulesPage(
        tabs=tabs(door, "rules"),
        citizens=tuple(row for rule, row in rows if rule.audience is Audience.OWNER),
        staff=tuple(row for rule, row in rows if rule.audience is not Audience.OWNER),
    )
    return shown(door, "rules.html", await frame_for(door, visitor, SETTINGS), page)


async def show_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """GET /console/rules/{code}?sample=…"""
    rule, done = _find(door, code), request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_rules.done.{done}")),) if done in DONE else ()
    return await _render(request, door, visitor, rule, notes=notes)


async def save_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/rules/{code}: changed, or the form again with what was typed and what is wrong."""
    rule = _find(door, code)
    typed = {name: value_of(request, name)[:TYPED_AT_MOST] for name in (*NAMES, "reason")}
    typed = {
        name: words
        for name, words in typed.items()
        if words or name not in ("enabled", "page", "hold_at_night")
    }
    try:
        values = {f"{PATH}.{code}": setting_of(rule, typed)}
        await amend(door, visitor, values, typed.get("reason", ""), seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await _render(request, door, visitor, rule, typed=typed, problem=problem)
    return redirect(f"{RULES}/{code}?done=saved", status=303)


async def restore_rule(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/rules/{code}/restore: as it was shipped."""
    rule, reason = _find(door, code), value_of(request, "reason")[:TYPED_AT_MOST]
    try:
        await amend(door, visitor, {}, reason, seen=seen_of(request), restored=[f"{PATH}.{code}"])
    except (Invalid, Conflict) as problem:
        return await _render(
            request, door, visitor, rule, typed={**typed_of(rule), "reason": reason}, problem=problem
        )
    return redirect(f"{RULES}/{code}?done=restored", status=303)


async def send_rule_sample(request: Request, door: ConsoleDoor, visitor: Visitor, code: str) -> HTTPResponse:
    """POST /console/rules/{code}/sample: what it would say, to one's own WeChat."""
    rule = _find(door, code)
    chosen = _chosen(await samples(rule), value_of(request, "sample"))
    try:
        if chosen is None:
            raise Conflict("problem.rules.no_sample")
        await send_sample(door.db, visitor.actor, rule, chosen)
    except Conflict as problem:
        return await _render(request, door, visitor, rule, problem=problem)
    return redirect(f"{RULES}/{code}?done=sample&sample={chosen.event_id}", status=303)


async def _render(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    rule: Rule,
    *,
    notes: tuple[Note, ...] = (),
    typed: Mapping[str, str] | None = None,
    problem: Invalid | Conflict | None = None,
) -> HTTPResponse:
    text, wrong = door.words.text, dict[str, str]()
    if problem is not None:
        field = str(problem.params.get("field") or getattr(problem, "field", "") or "")
        sentence = text(problem.key, **problem.params)
        if field in (*NAMES, "reason"):
            wrong[field] = sentence
        else:
            notes = (*notes, Note(words=sentence, tone="late"))
    # They quote what was told of real cases: for whoever may read every message anyhow.
    found = await samples(rule) if visitor.may(Operation.SEE_DELIVERIES) else ()
    chosen = _chosen(found, request.args.get("sample", "")) or (found[0] if found else None)
    may_amend = visitor.may(Operation.AMEND_SETTINGS)
    path = f"{PATH}.{rule.code}"
    said = typed if typed is not None else typed_of(rule)
    page = RulePage(
        tabs=tabs(door, "rules"),
        code=rule.code,
        title=rule_words(door, rule.code),
        notes=notes,
        manner=tuple(_manner(door, rule)),
        event=text(f"console_rules.event.{rule.event.name}"),
        asks=asks_of(rule, said, wrong, door.words) if may_amend else (),
        reason=ask_reason(door, said.get("reason", ""), wrong.get("reason", "")),
        seen=await amendments.last_number(PROFILE, path),
        is_changed=any(one.path == path for one in await amendments.in_force(PROFILE)),
        samples=tuple(_link(door, rule, one, chosen) for one in found),
        sample=str(chosen.event_id) if chosen is not None else "",
        previews=_previews(door, rule, chosen),
        texts=f"/console/settings/texts?find={rule.template}",
    )
    status = problem.status if problem is not None else 200
    return shown(door, "rule.html", await frame_for(door, visitor, SETTINGS), page, status)


def _link(door: ConsoleDoor, rule: Rule, one: Sample, chosen: Sample | None) -> Link:
    when = door.words.moment(one.at, door.clock.now())
    words = f"{one.params.get('reference', '')} {when}".strip()
    return Link(href=f"{RULES}/{rule.code}?sample={one.event_id}", words=words, here=one == chosen)


def _previews(door: ConsoleDoor, rule: Rule, chosen: Sample | None) -> tuple[PreviewLine, ...]:
    if chosen is None:
        return ()
    return tuple(
        PreviewLine(
            way=way_words(door, one.way),
            name=one.name,
            fields=one.fields,
            note=door.words.text(f"console_rules.note.{one.note}") if one.note else "",
        )
        for one in door.preview(rule, chosen.params)
    )


def _chosen(found: tuple[Sample, ...], wanted: str) -> Sample | None:
    try:
        event_id = UUID(wanted)
    except ValueError:
        return None
    return next((one for one in found if one.event_id == event_id), None)


def _find(door: ConsoleDoor, code: str) -> Rule:
    rule = door.rules.get(code)
    if rule is None:
        raise NotFound()
    return rule


def _row(door: ConsoleDoor, rule: Rule, changed: bool) -> RuleRow:
    return RuleRow(
        href=f"{RULES}/{rule.code}",
        title=rule_words(door, rule.code),
        manner=tuple(_manner(door, rule)),
        is_on=rule.enabled,
        is_changed=changed,
    )


def _manner(door: ConsoleDoor, rule: Rule) -> Iterator[str]:
    """How it is told, in a clerk's words; what is ordinary is not said."""
    text = door.words.text
    if rule.when:
        yield text(f"console_rules.when.{rule.when}")
    if rule.must:
        yield text("console_rules.manner.must")
    if rule.audience is not Audience.OWNER:
        yield text("console_rules.manner.page" if rule.page else "console_rules.manner.console")
    if rule.lane is not Lane.NORMAL:
        yield text(f"console_rules.manner.{rule.lane.name.lower()}")
    if rule.hold_at_night:
        yield text("console_rules.manner.night")
    if rule.bundle is not Bundle.NEVER:
        yield text(f"console_rules.bundle.{rule.bundle.value}")
    if rule.on_doubt is Doubt.REPEAT:
        yield text("console_rules.manner.repeat")
    if rule.escalate_after is not None and rule.escalate_to is not None:
        to = text(f"console_notices.audience.{rule.escalate_to.value}")
        yield text("console_rules.manner.escalate", span=door.words.span(rule.escalate_after), to=to)
