"""Follow-up visits: whom to call, what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.follow_up_visits import actions
from casework.follow_up_visits.lifecycle import State
from casework.follow_up_visits.queries import VisitLine, VisitPage, visits
from kit.problems import Invalid, NotFound, Problem
from web.console.addresses import case_address, tab_address
from web.console.door import ConsoleDoor
from web.console.frame import VISITS, frame_for, shown
from web.console.screens import Chip, Countdown, Link, Note, Tone
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

ROWS = 30
TABS = ("waiting", "over")
ASPECTS = ("solved", "manner", "speed")
TONES: dict[State, Tone] = {State.WAITING: "soon", State.DONE: "good"}
DONE = frozenset({"record", "miss", "give_up"})


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    """One visit. `action` takes what was said; "" for one that is over. `typed` is an attempt that did not succeed."""

    id: str
    reference: str
    href: str
    state: Chip
    due: Countdown | None
    what: str
    answer: str
    tries: str
    said: str
    action: str
    revision: str
    may_redo: bool
    wrong: str = ""
    typed: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class VisitsPage:
    """Those that wait, or those that are over. `aspects` are the questions: name, words, answers by value."""

    tabs: tuple[Link, ...]
    rows: tuple[VisitRow, ...]
    aspects: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    notes: tuple[Note, ...] = ()
    more: str = ""
    first: str = ""


async def show_visits(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/visits."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console.visits.done.{done}")),) if done in DONE else ()
    return await _render(request, door, visitor, notes=notes)


async def take_visit(
    request: Request, door: ConsoleDoor, visitor: Visitor, visit_id: str, act: str
) -> HTTPResponse:
    """POST /console/visits/{id}/{record|miss|give_up}."""
    try:
        id = UUID(visit_id)
    except ValueError:
        raise NotFound("problem.follow_up_visit.not_found") from None
    if act not in DONE:
        raise NotFound("problem.workflow.unknown_move")
    desk, revision = door.follow_ups, revision_of(request)
    typed = {name: value_of(request, name) for name in (*ASPECTS, "words", "redo")}
    try:
        if act == "miss":
            await actions.miss(desk, visitor.actor, id, expected_revision=revision)
        elif act == "give_up":
            await actions.give_up(desk, visitor.actor, id, expected_revision=revision)
        else:
            await actions.record(
                desk,
                visitor.actor,
                id,
                solved=_score(typed["solved"]) or 0,
                manner=_score(typed["manner"]),
                speed=_score(typed["speed"]),
                words=typed["words"],
                redo=bool(typed["redo"]),
                expected_revision=revision,
            )
    except Problem as problem:
        if problem.status == 404:
            raise
        sentence = door.words.text(problem.key, **problem.params)
        return await _render(request, door, visitor, wrong=(visit_id, sentence, typed), status=problem.status)
    return redirect(f"{VISITS}?done={act}", status=303)


async def _render(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    notes: tuple[Note, ...] = (),
    wrong: tuple[str, str, dict[str, str]] | None = None,
    status: int = 200,
) -> HTTPResponse:
    tab, after, text = request.args.get("tab", "waiting"), request.args.get("after", ""), door.words.text
    if tab not in TABS:
        tab = "waiting"
    try:
        found = await _found(door, visitor, tab, after)
    except Invalid:
        after = ""
        found = await _found(door, visitor, tab, after)
    now = door.clock.now()
    rows = tuple(_row(door, one, now, wrong) for one in found.rows)
    if wrong is not None and all(one.id != wrong[0] for one in rows):
        notes = (*notes, Note(words=wrong[1], tone="late"))
    page = VisitsPage(
        tabs=tuple(
            Link(href=tab_address(VISITS, one), words=text(f"console.visits.tab.{one}"), here=one == tab)
            for one in TABS
        ),
        rows=rows,
        aspects=tuple((name, text(f"console.visits.{name}"), _scores(door, name)) for name in ASPECTS),
        notes=notes,
        more=tab_address(VISITS, tab, found.after) if found.after else "",
        first=tab_address(VISITS, tab) if after else "",
    )
    return shown(door, "visits.html", await frame_for(door, visitor, VISITS), page, status)


async def _found(door: ConsoleDoor, visitor: Visitor, tab: str, after: str) -> VisitPage:
    return await visits(
        door.follow_ups, visitor.actor, is_over=tab == "over", after=after or None, limit=ROWS
    )


def _row(
    door: ConsoleDoor, row: VisitLine, now: datetime, wrong: tuple[str, str, dict[str, str]] | None
) -> VisitRow:
    text, is_waiting = door.words.text, row.state is State.WAITING
    mine = wrong is not None and wrong[0] == str(row.id)
    said = ""
    if row.solved is not None:
        said = text("console.visits.said", score=text(f"console.visits.score.{row.solved}"), words=row.words)
    return VisitRow(
        id=str(row.id),
        reference=row.reference,
        href=case_address(row.reference),
        state=Chip(words=text(f"follow_up_visit.state.{row.state}"), tone=TONES.get(row.state, "plain")),
        due=door.words.time_left(row.due_at, now) if is_waiting else None,
        what=text("console.visits.what", category=row.category_name, opening=row.opening),
        answer=row.answer,
        tries=text("console.visits.tries", tries=row.tries) if row.tries else "",
        said=said,
        action=f"{VISITS}/{row.id}" if is_waiting else "",
        revision=str(row.revision),
        may_redo=row.may_redo,
        wrong=wrong[1] if wrong is not None and mine else "",
        typed=wrong[2] if wrong is not None and mine else None,
    )


def _scores(door: ConsoleDoor, aspect: str) -> tuple[tuple[str, str], ...]:
    """The answers to one question. Whether something was solved is no question of being content."""
    text = door.words.text
    if aspect == "solved":
        return tuple((str(score), text(f"console.visits.score.{score}")) for score in actions.SCORES)
    return tuple((str(score), text(f"complaint.score.{score}")) for score in actions.SCORES)


def _score(words: str) -> int | None:
    return int(words) if words in ("1", "2", "3") else None
