"""The public page for everything that says no."""

from __future__ import annotations

from sanic import Request

from kit.http.problem_pages import ProblemView
from web.public.door import door_of
from web.public.frame import frame_for
from web.public.screens import MessagePage


def problem_page(request: Request, problem: ProblemView) -> str:
    """The page as HTML; installed for the prefix "/public". Asks no database: it may be what failed."""
    door = door_of(request)
    text = door.catalogue.text
    page = MessagePage(
        title=text("public.problem.not_found" if problem.status == 404 else "public.problem.failed"),
        words=problem.sentence,
        number=text("h5.problem.number", number=problem.request_id) if problem.status >= 500 else "",
    )
    return door.pages.render("public/message.html", {"frame": frame_for(request, door), "page": page})
