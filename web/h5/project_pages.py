"""A project's board behind its code, saying how a visit was, and binding one's account to one's own project.

A board is for anybody, as the sign is. The link to rate is all it takes: whoever holds it was there.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people.merging import members
from casework.projects import actions, queries, rating
from casework.projects.models import Project
from casework.projects.rating import RateableVisit
from casework.projects.rating_codes import OwnVisit, own_visits
from casework.projects.views import ProjectView
from kit.clock import local
from kit.http.cookies import SessionCookie
from kit.http.rate_limit import by_address
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.project_screens import BoardPage, ClaimPage, CodePage, ShownNotice, VisitRatingPage
from web.h5.screens import Fact, Link, Option
from web.h5.visitor import Visitor

RATE = "/h5/visits"
SCORES = ("5", "4", "3", "2", "1")
_TRIES_A_MINUTE, _MOMENT = 30, timedelta(seconds=1)
TYPED_AT_MOST, STAFF = 60, "staff"
_CHECK_IN = "/console/enterprise-visits/check-in"


async def show_board(
    request: Request, door: H5Door, visitor: Visitor | None, view: ProjectView
) -> HTTPResponse:
    """What the page behind a project's code shows."""
    text, cap = door.words.text, door.projects.section.visits_per_year
    days = " — ".join(one.isoformat() if one is not None else "…" for one in (view.starts_on, view.ends_on))
    facts = {
        "builder": view.builder,
        "contractor": view.contractor,
        "supervisor": view.supervisor,
        "place": view.place_text,
        "dates": days if view.starts_on or view.ends_on else "",
        "contact": f"{view.contact_name} {view.contact_phone}",
    }
    visits = text("h5_projects.visits", count=view.visits_in_year)
    if cap is not None:
        visits = text("h5_projects.visits_of", count=view.visits_in_year, most=cap.most)
    console = door.projects.console_url
    page = BoardPage(
        title=view.name,
        facts=_facts(door, facts),
        own=await _own(door, visitor, view),
        rateable=tuple(
            Link(
                href=f"{RATE}/{one.code}",
                words=text("h5_projects.rate_visit", on=one.on.isoformat(), purpose=one.purpose),
            )
            for one in await _rateable(door, visitor, view)
        ),
        notices=tuple(
            ShownNotice(
                title=one.title,
                words=one.words,
                when=text("h5_projects.until", at=f"{local(one.until_at - _MOMENT):%Y-%m-%d}")
                if one.until_at
                else "",
            )
            for one in view.shown_notices
        ),
        visits=visits,
        file=f"/h5/file?code={view.code}",
        words=text("h5.code.send", bureau=door.bureau.short_name),
        code=view.code,
        officers=f"{console}{_CHECK_IN}?code={view.code}" if console else "",
    )
    return shown(door, "project.html", frame_for(request, door, visitor), page)


async def show_code_form(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """GET /h5/visits?code=…: where a code that was told by telephone is typed; one that is typed leads to its page."""
    typed = str(request.args.get("code", "")).strip()[:TYPED_AT_MOST]
    if not typed:
        return _code_form(request, door, visitor, "", "")
    await door.limits.take("h5-visit", by_address(door.addresses.of(request)), per_minute=_TRIES_A_MINUTE)
    try:
        await rating.rateable(door.projects, typed)
    except Problem as problem:
        return _code_form(request, door, visitor, typed, door.words.text(problem.key), problem.status)
    return redirect(f"{RATE}/{quote(typed, safe='')}", status=303)


def _code_form(
    request: Request, door: H5Door, visitor: Visitor | None, typed: str, wrong: str, status: int = 200
) -> HTTPResponse:
    page = CodePage(title=door.words.text("h5_projects.code.title"), action=RATE, typed=typed, wrong=wrong)
    return shown(door, "visit_code.html", frame_for(request, door, visitor, RATE), page, status)


async def show_rating(request: Request, door: H5Door, visitor: Visitor | None, secret: str) -> HTTPResponse:
    """GET /h5/visits/<secret>: looking changes nothing."""
    return _rating_page(request, door, visitor, secret, await rating.rateable(door.projects, secret))


async def rate_visit(request: Request, door: H5Door, visitor: Visitor | None, secret: str) -> HTTPResponse:
    """POST /h5/visits/<secret>: said, or the form again with what was typed. The link is all it takes: no cookie counts."""
    await door.limits.take("h5-visit", by_address(door.addresses.of(request)), per_minute=_TRIES_A_MINUTE)
    view = await rating.rateable(door.projects, secret)
    form: dict[str, list[object]] = request.form or {}
    score, typed = str(form.get("score", "")), str(form.get("words", ""))[:5_000]
    try:
        await rating.rate(
            door.projects,
            secret,
            int(score) if score in SCORES else 0,
            typed,
            account_id=visitor.account_id if visitor is not None else None,
            staff_id=await _staff_here(request, door),
        )
    except (Invalid, Conflict, Forbidden) as problem:
        return _rating_page(request, door, visitor, secret, view, problem, score, typed)
    return redirect(f"{RATE}/{secret}?done=1", status=303)


async def _staff_here(request: Request, door: H5Door) -> UUID | None:
    """Who is signed in at the console in this very browser."""
    session = await door.sessions.read(SessionCookie(STAFF, door.public_url).read(request), STAFF)
    return session.subject_id if session is not None else None


async def show_claim(
    request: Request, door: H5Door, visitor: Visitor, project_id: str, secret: str
) -> HTTPResponse:
    """GET /h5/projects/<id>/<secret>: whose project it is, and a button."""
    row = await _claimed(door, project_id, secret)
    if row.account_id == visitor.actor.id:
        return redirect(f"/h5/codes/{row.code}", status=303)
    return _claim_page(request, door, visitor, row, secret)


async def claim(
    request: Request, door: H5Door, visitor: Visitor, project_id: str, secret: str
) -> HTTPResponse:
    """POST /h5/projects/<id>/<secret>: bound, or why not."""
    row = await _claimed(door, project_id, secret)
    try:
        await actions.bind(door.projects, visitor.actor, row.id, secret)
    except Problem as problem:
        return _claim_page(request, door, visitor, row, secret, problem)
    return redirect(f"/h5/codes/{row.code}", status=303)


async def _own(door: H5Door, visitor: Visitor | None, view: ProjectView) -> tuple[Fact, ...]:
    """The one-to-one contact, for the project's own people."""
    if visitor is None or not view.is_key or not await queries.is_own(view, visitor.actor.id):
        return ()
    contact = await queries.key_contact(door.projects, view, door.bureau.phone)
    if contact is None:
        return ()
    return _facts(door, {"key_contact": contact.name, "key_phone": contact.phone})


async def _rateable(door: H5Door, visitor: Visitor | None, view: ProjectView) -> tuple[OwnVisit, ...]:
    """Visits that the project's own people may rate."""
    if visitor is None:
        return ()
    return await own_visits(door.projects, view.id, await members(visitor.account_id))


async def _claimed(door: H5Door, project_id: str, secret: str) -> Project:
    """The project, for whoever holds its secret. Raises NotFound."""
    try:
        row = await Project.get_or_none(id=UUID(project_id))
    except ValueError:
        row = None
    if row is None or actions.claim_secret(door.projects, row) != secret:
        raise NotFound(actions.NOT_FOUND)
    return row


def _claim_page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    row: Project,
    secret: str,
    problem: Problem | None = None,
) -> HTTPResponse:
    text = door.words.text
    page = ClaimPage(
        title=text("h5_projects.claim.title"),
        words=text("h5_projects.claim.words", name=row.name, builder=row.builder),
        action=f"/h5/projects/{row.id}/{secret}",
        wrong=text(problem.key, **problem.params) if problem is not None else "",
    )
    status = problem.status if problem is not None else 200
    return shown(door, "project_claim.html", frame_for(request, door, visitor), page, status)


def _rating_page(
    request: Request,
    door: H5Door,
    visitor: Visitor | None,
    secret: str,
    view: RateableVisit,
    problem: Problem | None = None,
    score: str = "",
    typed: str = "",
) -> HTTPResponse:
    text, is_done = door.words.text, view.is_rated
    page = VisitRatingPage(
        title=text(f"h5_projects.rate.{'thanks' if is_done else 'title'}"),
        words=text(f"h5_projects.rate.{'done' if is_done else 'words'}", bureau=door.bureau.short_name),
        facts=_facts(door, {"builder": view.enterprise, "on": view.on.isoformat(), "purpose": view.purpose}),
        action="" if is_done else f"{RATE}/{secret}",
        scores=tuple(Option(value=one, words=text(f"h5_projects.score.{one}")) for one in SCORES),
        score=score,
        typed=typed,
        wrong=text(problem.key, **problem.params) if problem is not None else "",
        role="status" if is_done else "",
    )
    status = problem.status if problem is not None else 200
    return shown(
        door, "visit_rating.html", frame_for(request, door, visitor, f"{RATE}/{secret}"), page, status
    )


def _facts(door: H5Door, values: dict[str, str]) -> tuple[Fact, ...]:
    text = door.words.text
    return tuple(
        Fact(name=text(f"h5_projects.fact.{name}"), words=words) for name, words in values.items() if words
    )
