"""Queues that people keep: saving one from the list, and their own page for names and order."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.queues import saved
from kit.problems import NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.filters import filters_of
from web.console.frame import CASES, frame_for, shown
from web.console.queue_lines import narrowings_of, tab_words
from web.console.queue_screens import SavedLine, SavedPage
from web.console.screens import Note
from web.console.submission import value_of
from web.console.visitor import Visitor

QUEUES = "/console/queues"
ACTS = ("rename", "delete", "up")


async def show_saved(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/queues."""
    return await _page(door, visitor)


async def save_queue(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/queues: keep the list one was looking at, and back to it."""
    filters, _ = filters_of(value_of(request, "query"), frozenset(door.desk.policy.units))
    query = filters.at("").query
    try:
        await saved.save(door.db, visitor.staff.id, value_of(request, "name"), query)
    except Problem as problem:
        return await _page(door, visitor, problem)
    return redirect(f"{CASES}?{query}" if query else CASES, status=303)


async def change_saved(
    request: Request, door: ConsoleDoor, visitor: Visitor, filter_id: str, act: str
) -> HTTPResponse:
    """POST /console/queues/{id}/{rename|delete|up}."""
    if act not in ACTS:
        raise NotFound("problem.not_found")
    try:
        id = UUID(filter_id)
    except ValueError:
        raise NotFound("problem.queue.not_found") from None
    try:
        if act == "rename":
            await saved.rename(door.db, visitor.staff.id, id, value_of(request, "name"))
        elif act == "delete":
            await saved.delete(door.db, visitor.staff.id, id)
        else:
            await saved.move_up(door.db, visitor.staff.id, id)
    except Problem as problem:
        return await _page(door, visitor, problem)
    return redirect(QUEUES, status=303)


async def back_to_saved(request: Request, door: ConsoleDoor, visitor: Visitor, **parts: str) -> HTTPResponse:
    """GET where only a form is sent."""
    return redirect(QUEUES, status=303)


async def _page(door: ConsoleDoor, visitor: Visitor, problem: Problem | None = None) -> HTTPResponse:
    lines = []
    for number, one in enumerate(await saved.saved_filters(visitor.staff.id)):
        filters, _ = filters_of(one.query, frozenset(door.desk.policy.units))
        chosen = [each.chosen_words for each in narrowings_of(door, visitor, filters) if each.chosen]
        lines.append(
            SavedLine(
                name=one.name,
                href=filters.address,
                words=" · ".join([tab_words(door, visitor.actor, filters.tab), *chosen]),
                rename=f"{QUEUES}/{one.id}/rename",
                delete=f"{QUEUES}/{one.id}/delete",
                up=f"{QUEUES}/{one.id}/up" if number else "",
            )
        )
    wrong = None
    if problem is not None:
        wrong = Note(words=door.words.text(problem.key, **problem.params), tone="late")
    page = SavedPage(lines=tuple(lines), wrong=wrong)
    status = problem.status if problem is not None else 200
    return shown(door, "queues.html", await frame_for(door, visitor, CASES), page, status)
