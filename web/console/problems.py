"""The console's page for everything that says no."""

from __future__ import annotations

from sanic import Request

from kit.http.problem_pages import ProblemView
from web.console.door import door_of
from web.console.frame import bare_frame, quiet_frame
from web.console.screens import ProblemPage
from web.console.submission import texts_of, to_copy
from web.console.visitor import Visitor

TITLES = {401: "sign_in", 403: "forbidden", 404: "not_found", 413: "too_large"}


def problem_page(request: Request, problem: ProblemView) -> str:
    """The page as HTML; installed for the prefix "/console". What was typed is shown, to be copied."""
    door = door_of(request)
    text = door.words.text
    visitor: Visitor | None = getattr(request.ctx, "visitor", None)
    title = TITLES.get(problem.status, "failed" if problem.status >= 500 else "refused")
    kept: tuple[tuple[str, str], ...] = ()
    if problem.type == "/problems/csrf":
        title = "csrf"
    if title in ("csrf", "not_found", "forbidden") and request.method == "POST":
        # A case that went to another unit meanwhile is not there any more; what was written about it is.
        kept = to_copy(texts_of(request), door.words)
    page = ProblemPage(
        title=text(f"console.problem.{title}"),
        words=problem.sentence,
        number=text("console.problem.request", request_id=problem.request_id)
        if problem.status >= 500
        else "",
        kept=kept,
    )
    frame = quiet_frame(door, visitor) if visitor is not None else bare_frame(door)
    return door.pages.render("console/problem.html", {"frame": frame, "page": page})
