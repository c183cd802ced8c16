"""Models that suggest a category: which one does, how right it is, and putting another one in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints import category_models as models
from casework.complaints.category_models import ModelLine
from casework.people.models import Staff
from casework.permissions import Operation
from content.amendments import REASON_AT_MOST
from kit.clock import local
from kit.problems import Conflict, Invalid, NotFound, Problem
from nlp.measuring import Scores
from web.console.door import ConsoleDoor
from web.console.frame import AUDIT, SETTINGS, frame_for, shown
from web.console.model_screens import CategoryFigures, ModelPage
from web.console.screens import Chip, Fact, Note, Tone
from web.console.settings_parts import ask_reason, tabs
from web.console.settings_screens import ChangeLine, SettingLine, SettingsPage
from web.console.submission import value_of
from web.console.visitor import Visitor

MODELS = f"{SETTINGS}/models"
LISTED, STEPS = 40, 20
DONE = frozenset({"used", "retired"})
TONES: Mapping[str, Tone] = {"in_force": "good", "trained": "plain", "retired": "plain"}


async def show_models(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/settings/models: the latest ones, which of them suggests."""
    text = door.words.text
    lines = await models.all_models(LISTED)
    now = any(line.standing == "in_force" for line in lines)
    page = SettingsPage(
        tabs=tabs(door, "models"),
        title=text("console_settings.title"),
        lead=text("console_models.lead"),
        rows=tuple(
            SettingLine(
                label=_title(door, line),
                value=text(
                    "console_models.line",
                    cases=line.cases,
                    model=_percent(line.report.model.macro_f1),
                    keywords=_percent(line.report.keywords.macro_f1),
                ),
                href=f"{MODELS}/{line.id}",
                state=_chip(door, line),
            )
            for line in lines
        ),
        notes=() if now else (Note(words=text("console_models.by_keywords"), tone="soon"),),
    )
    return shown(door, "settings.html", await frame_for(door, visitor, SETTINGS), page)


async def show_model(request: Request, door: ConsoleDoor, visitor: Visitor, model_id: str) -> HTTPResponse:
    """GET /console/settings/models/{id}."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_models.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, model_id, notes=notes)


async def use_model(request: Request, door: ConsoleDoor, visitor: Visitor, model_id: str) -> HTTPResponse:
    """POST /console/settings/models/{id}/use: it suggests from now on, or the form again."""
    reason = value_of(request, "reason").strip()
    line = _find(await models.all_models(), model_id)
    try:
        await _check(request, reason)
        await models.activate(door.db, visitor.actor, line.id, reason)
    except (Invalid, Conflict) as problem:
        return await _render(door, visitor, model_id, reason=reason, problem=problem)
    return redirect(f"{MODELS}/{line.id}?done=used", status=303)


async def retire_model(request: Request, door: ConsoleDoor, visitor: Visitor, model_id: str) -> HTTPResponse:
    """POST /console/settings/models/{id}/retire: the keywords suggest again, or the form again."""
    reason = value_of(request, "reason").strip()
    line = _find(await models.all_models(), model_id)
    try:
        await _check(request, reason)
        if line.standing != "in_force":
            raise Conflict("problem.category_model.moved_on")
        await models.retire(door.db, visitor.actor, reason)
    except (Invalid, Conflict) as problem:
        return await _render(door, visitor, model_id, reason=reason, problem=problem)
    return redirect(f"{MODELS}/{line.id}?done=retired", status=303)


async def _check(request: Request, reason: str) -> None:
    if not reason or len(reason) > REASON_AT_MOST:
        raise Invalid("problem.settings.reason", field="reason", at_most=REASON_AT_MOST)
    if value_of(request, "seen") != await _in_force():
        raise Conflict("problem.category_model.moved_on")


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    model_id: str,
    *,
    notes: tuple[Note, ...] = (),
    reason: str = "",
    problem: Problem | None = None,
) -> HTTPResponse:
    text = door.words.text
    line = _find(await models.all_models(), model_id)
    report, here = line.report, f"{MODELS}/{line.id}"
    may, is_worse = visitor.may(Operation.AMEND_SETTINGS), models.is_worse(line.report)
    wrong = text(problem.key, **problem.params) if problem is not None else ""
    is_field = isinstance(problem, Invalid)
    if wrong and not is_field:
        notes = (*notes, Note(words=wrong, tone="late"))
    page = ModelPage(
        tabs=tabs(door, "models"),
        title=_title(door, line),
        state=_chip(door, line),
        facts=(
            Fact(name=text("console_models.cases"), words=text("console_models.count", count=line.cases)),
            Fact(
                name=text("console_models.f1"), words=_beside(door, report.model, report.keywords, "macro_f1")
            ),
            Fact(
                name=text("console_models.accuracy"),
                words=_beside(door, report.model, report.keywords, "accuracy"),
            ),
        ),
        rows=_figures(door, line),
        left_out=text(
            "console_models.left_out",
            names=text("console_models.and").join(
                text("console_models.few", category=door.desk.policy.category_name(code), count=count)
                for code, count in report.left_out.items()
            ),
        )
        if report.left_out
        else "",
        changes=await _changes(door, line.id),
        reason=ask_reason(door, reason, wrong if is_field else ""),
        seen=await _in_force(),
        use=f"{here}/use" if may and line.standing != "in_force" and not is_worse else "",
        retire=f"{here}/retire" if may and line.standing == "in_force" else "",
        why_not=text("console_models.worse") if is_worse else "",
        audit=f"{AUDIT}?find={line.id}" if visitor.may(Operation.SEE_AUDIT) else "",
        notes=notes,
    )
    status = problem.status if problem is not None else 200
    return shown(door, "model.html", await frame_for(door, visitor, SETTINGS), page, status)


def _figures(door: ConsoleDoor, line: ModelLine) -> tuple[CategoryFigures, ...]:
    """The categories with the most cases first."""
    keywords = line.report.keywords.by_label
    ranked = sorted(line.report.model.by_label.items(), key=lambda one: (-one[1].cases, one[0]))
    return tuple(
        CategoryFigures(
            name=door.desk.policy.category_name(code),
            cells=(
                f"{one.cases}",
                *map(_percent, (one.precision, one.recall, one.f1)),
                _percent(keywords[code].f1) if code in keywords else "—",
            ),
        )
        for code, one in ranked
    )


async def _changes(door: ConsoleDoor, id: UUID) -> tuple[ChangeLine, ...]:
    found, now, text = await models.steps([id], STEPS), door.clock.now(), door.words.text
    ids = {one.by_id for one in found if one.by_id is not None}
    names = dict(await Staff.filter(id__in=ids).values_list("id", "name"))
    return tuple(
        ChangeLine(
            at=door.words.moment(one.at, now),
            who=str(names[one.by_id]) if one.by_id in names else text("console_models.system"),
            what="",
            value=text(f"console_models.step.{one.action}"),
            reason=one.reason,
        )
        for one in found
    )


async def _in_force() -> str:
    id = await models.model_in_force_id()
    return str(id) if id is not None else ""


def _find(lines: Sequence[ModelLine], model_id: str) -> ModelLine:
    for line in lines:
        if str(line.id) == model_id:
            return line
    raise NotFound()


def _title(door: ConsoleDoor, line: ModelLine) -> str:
    return door.words.text("console_models.of", at=f"{local(line.trained_at):%Y-%m-%d %H:%M}")


def _chip(door: ConsoleDoor, line: ModelLine) -> Chip:
    return Chip(words=door.words.text(f"console_models.standing.{line.standing}"), tone=TONES[line.standing])


def _beside(door: ConsoleDoor, model: Scores, keywords: Scores, name: str) -> str:
    mine, theirs = _percent(getattr(model, name)), _percent(getattr(keywords, name))
    return door.words.text("console_models.beside", model=mine, keywords=theirs)


def _percent(share: float) -> str:
    return f"{share:.1%}"
