"""The citizens' page for everything that says no."""

from __future__ import annotations

from sanic import Request

from kit.http.problem_pages import ProblemView
from web.h5.door import door_of
from web.h5.frame import START, frame_for
from web.h5.screens import Link, MessagePage
from web.h5.visitor import Visitor

TITLES = {403: "forbidden", 404: "not_found"}


def problem_page(request: Request, problem: ProblemView) -> str:
    """The page as HTML; installed for the prefix "/h5". Asks no database: it may be what failed."""
    door = door_of(request)
    text = door.words.text
    visitor: Visitor | None = getattr(request.ctx, "visitor", None)
    title = TITLES.get(problem.status, "failed" if problem.status >= 500 else "refused")
    page = MessagePage(
        title=text(f"h5.problem.{title}"),
        words=problem.sentence,
        links=(Link(href=START, words=text("h5.problem.home")),),
        role="alert",
        number=text("h5.problem.number", number=problem.request_id) if problem.status >= 500 else "",
    )
    return door.pages.render("h5/message.html", {"frame": frame_for(request, door, visitor), "page": page})
