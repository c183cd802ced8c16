"""Releases of the knowledge base: all of them, one with what it changed, and going back to before it."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content.interpretations import publishing
from content.interpretations.previewing import Preview
from content.interpretations.releases import ReleaseView, release_view, releases
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_draft_screens import Outlook, Reach, ReleaseLine, ReleasePage, ReleasesPage
from web.console.knowledge_entry_page import ask_note
from web.console.knowledge_findings import sentences
from web.console.knowledge_outlook import changed_entries, kept_outlook, outlook
from web.console.knowledge_pages import notes_of
from web.console.knowledge_publish_pages import SEEN_LENGTH, TYPED_AT_MOST, question_names
from web.console.knowledge_words import ADDRESSES, names_of, tabs
from web.console.screens import Chip, Fact, Note
from web.console.submission import value_of
from web.console.visitor import Visitor

RELEASES = ADDRESSES["releases"]
ROWS = 30
REACH_SHOWN_S = 600
DONE = frozenset({"published", "rolled_back"})


async def show_releases(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/releases?before=…"""
    text, sent = door.words.text, request.args.get("before", "")
    before = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
    found = await releases(ROWS + 1, before)
    names = await names_of(door, {one.made_by_id for one in found})
    now = door.clock.now()
    page = ReleasesPage(
        tabs=tabs(door, "releases"),
        rows=tuple(
            ReleaseLine(
                href=f"{RELEASES}/{one.number}",
                title=text("console_knowledge.release.title", number=one.number),
                reason=one.reason,
                who=text(
                    "console_knowledge.by_at",
                    name=names[one.made_by_id],
                    at=door.words.moment(one.made_at, now),
                ),
                what=text("console_knowledge.release.changed", count=len(one.entries)),
                kind=_kind(door, one),
            )
            for one in found[:ROWS]
        ),
        more=f"{RELEASES}?before={found[ROWS - 1].number}" if len(found) > ROWS else "",
        first=RELEASES if before is not None else "",
    )
    return shown(door, "knowledge_releases.html", await frame_for(door, visitor, KNOWLEDGE), page)


async def show_release(request: Request, door: ConsoleDoor, visitor: Visitor, number: str) -> HTTPResponse:
    """GET /console/knowledge/releases/{number}."""
    return await _render(door, visitor, await release_here(number), notes=notes_of(request, door, DONE))


async def show_reach(request: Request, door: ConsoleDoor, visitor: Visitor, number: str) -> HTTPResponse:
    """GET /console/knowledge/releases/{number}/reach: whether it has come into force everywhere."""
    view = await release_here(number)
    frame = await frame_for(door, visitor, KNOWLEDGE)
    return shown(door, "_knowledge_reach.html", frame, await _reach(door, view))


async def show_roll_back(request: Request, door: ConsoleDoor, visitor: Visitor, number: str) -> HTTPResponse:
    """GET /console/knowledge/releases/{number}/back: what going back to before it would do."""
    return await _render(door, visitor, await release_here(number), is_back=True)


async def roll_back(request: Request, door: ConsoleDoor, visitor: Visitor, number: str) -> HTTPResponse:
    """POST /console/knowledge/releases/{number}/back: a release of its own, or the page again."""
    view = await release_here(number)
    reason = value_of(request, "reason")[:TYPED_AT_MOST]
    seen = value_of(request, "seen")[:SEEN_LENGTH]
    try:
        target = await _before(view)
        laws, questions, trials = door.knowledge.laws(), door.knowledge.questions, door.knowledge.trials
        made = await publishing.roll_back(
            door.db, visitor.actor, target, reason, seen, laws=laws, questions=questions, trials=trials
        )
    except Problem as problem:
        sentence = door.words.text(problem.key, **problem.params)
        is_field = isinstance(problem, Invalid)
        return await _render(
            door,
            visitor,
            view,
            is_back=True,
            typed=reason,
            wrong=sentence if is_field else "",
            notes=() if is_field else (Note(words=sentence, tone="late"),),
            status=problem.status,
        )
    return redirect(f"{RELEASES}/{made}?done=rolled_back", status=303)


async def release_here(number: str) -> ReleaseView:
    """The release of an address. Raises NotFound."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound("problem.knowledge.no_release")
    return await release_view(int(number))


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: ReleaseView,
    *,
    is_back: bool = False,
    typed: str = "",
    wrong: str = "",
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    text, may = door.words.text, visitor.may(Operation.PUBLISH_KNOWLEDGE)
    plan: Preview | None = None
    shows: Outlook | None
    if is_back:
        try:
            laws, questions, trials = door.knowledge.laws(), door.knowledge.questions, door.knowledge.trials
            target = await _before(view)
            plan = await publishing.preview_roll_back(
                door.db, target, laws=laws, questions=questions, trials=trials
            )
        except Conflict as problem:
            status = problem.status
            notes = notes or (Note(words=text(problem.key, **problem.params), tone="late"),)
    if plan is not None:
        entries = changed_entries(door, ((one.slug, one.before, one.after) for one in plan.changes))
        shows = outlook(door, plan.before, plan.after, plan.moved, question_names(door, plan))
    else:
        entries = changed_entries(door, ((one.slug, one.before, one.after) for one in view.entries))
        shows = kept_outlook(door, view.before, view.after)
    here = f"{RELEASES}/{view.number}"
    page = ReleasePage(
        tabs=tabs(door, "releases"),
        title=text("console_knowledge.release.title", number=view.number),
        here=here,
        facts=await _facts(door, view),
        entries=entries,
        outlook=shows,
        is_back=is_back,
        faults=sentences(plan.faults, door.knowledge.serving()) if plan else (),
        seen=plan.seen if plan else "",
        roll_back=f"{here}/back" if may else "",
        reach=None if is_back else await _reach(door, view),
        reason=ask_note(door, "back_why", typed, wrong),
        notes=notes,
    )
    return shown(door, "knowledge_release.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


async def _before(view: ReleaseView) -> int:
    """The number of the release before this one; 0 where it was the first."""
    earlier = await releases(1, view.number)
    return earlier[0].number if earlier else 0


async def _reach(door: ConsoleDoor, view: ReleaseView) -> Reach | None:
    """Whether every process answers from it; None once that is long ago."""
    text = door.words.text
    if (door.clock.now() - view.made_at).total_seconds() > REACH_SHOWN_S:
        return None
    behind = await door.knowledge.behind(view.number)
    if door.knowledge.version() < view.number or behind:
        return Reach(
            words=text("console_knowledge.reach.waiting"), poll=f"{RELEASES}/{view.number}/reach", tone="soon"
        )
    return Reach(words=text("console_knowledge.reach.done"), poll="", tone="good")


async def _facts(door: ConsoleDoor, view: ReleaseView) -> tuple[Fact, ...]:
    text, now = door.words.text, door.clock.now()
    ids = {view.made_by_id}
    for one in view.entries:
        ids |= {id for id in (one.author_id, one.legal_reviewer_id) if id is not None}
    names = await names_of(door, ids)
    made = text(
        "console_knowledge.by_at", name=names[view.made_by_id], at=door.words.moment(view.made_at, now)
    )
    facts = [("kind", _kind(door, view).words), ("made", made), ("reason", view.reason)]
    authors = "、".join(dict.fromkeys(names[one.author_id] for one in view.entries if one.author_id))
    reviewers = [names[one.legal_reviewer_id] for one in view.entries if one.legal_reviewer_id]
    if authors:
        facts.append(("author", authors))
    if reviewers:
        facts.append(("reviewer", "、".join(dict.fromkeys(reviewers))))
    return tuple(
        Fact(name=text(f"console_knowledge.release_fact.{name}"), words=words) for name, words in facts
    )


def _kind(door: ConsoleDoor, view: ReleaseView) -> Chip:
    text = door.words.text
    if view.restores is None:
        return Chip(words=text("console_knowledge.release.publish"), tone="good")
    return Chip(words=text("console_knowledge.release.rollback", number=view.restores), tone="again")
