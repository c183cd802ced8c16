"""Refusals and faults as answers: problem+json (RFC 9457) for programs, a page with one sentence for people.

Neither ever shows a stack trace. What we did not foresee is a 500 with a request number that the logs know.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import msgspec
import structlog
from sanic import HTTPResponse, Request
from sanic.constants import HTTPMethod
from sanic.exceptions import SanicException

from kit.catalogue import Catalogue, CatalogueError
from kit.passing import RETRY_AFTER_S, passes
from kit.problems import Problem

JSON_DOORS = ("/api/", "/open311/", "/exchange/", "/wechat", "/healthz", "/readyz", "/metrics")
_BY_STATUS = {
    400: "problem.bad_request",
    401: "problem.unauthenticated",
    403: "problem.forbidden",
    404: "problem.not_found",
    405: "problem.method_not_allowed",
    406: "problem.not_acceptable",
    408: "problem.timeout",
    413: "problem.too_large",
    415: "problem.unsupported_media_type",
    429: "problem.too_many",
    503: "problem.unavailable",
}
_LAST_RESORT = "系统出了点问题，请稍后再试。"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProblemView:
    """What an answer about a problem says."""

    status: int
    type: str
    sentence: str
    request_id: str
    field: str | None = None
    retry_after_s: int | None = None


PageRenderer = Callable[[Request, ProblemView], str]


class ProblemAnswers:
    """Turns every exception of a handler into an answer in the form of the door that was used."""

    def __init__(self, catalogue: Catalogue, pages: Mapping[str, PageRenderer] | None = None) -> None:
        """`pages` maps a path prefix such as "/console" to what renders its pages, longest prefix first."""
        self._catalogue = catalogue
        self._pages = sorted((pages or {}).items(), key=lambda item: -len(item[0]))

    def speak(self, catalogue: Catalogue) -> None:
        """Use these texts from now on: an application is put together before its database is open."""
        self._catalogue = catalogue

    def answer(self, request: Request, exception: BaseException) -> HTTPResponse:
        """The handler to install for Exception."""
        problem = _as_problem(exception)
        request_id = str(getattr(request.ctx, "request_id", "") or "-")
        if problem is None:
            _log.error("http.unhandled", exc_info=exception, request_id=request_id, route=_route(request))
            problem = _fault(exception)
        view = ProblemView(
            status=problem.status,
            type=problem.type,
            sentence=self._sentence(problem),
            request_id=request_id,
            field=getattr(problem, "field", None),
            retry_after_s=problem.retry_after_s,
        )
        response = self._page(request, view) if _wants_page(request) else _json(view)
        if view.retry_after_s is not None:
            response.headers["retry-after"] = str(view.retry_after_s)
        if problem.status == 405:
            response.headers["allow"] = ", ".join(_allowed(request))
        if problem.status == 401 and request.path.startswith("/api/"):
            response.headers["www-authenticate"] = "Bearer"
        return response

    def _sentence(self, problem: Problem) -> str:
        try:
            return self._catalogue.text(problem.key, **problem.params)
        except CatalogueError:
            # A test finds missing sentences; should one slip through, the person is still told something.
            _log.error("http.sentence_missing", key=problem.key)
            return _LAST_RESORT

    def _page(self, request: Request, view: ProblemView) -> HTTPResponse:
        body = self._plain_page(view)
        for prefix, render in self._pages:
            if request.path.startswith(prefix):
                body = render(request, view)
                break
        return HTTPResponse(body, status=view.status, content_type="text/html; charset=utf-8")

    def _plain_page(self, view: ProblemView) -> str:
        title = escape(self._catalogue.text("http.problem_page.title"))
        number = escape(self._catalogue.text("http.problem_page.request", request_id=view.request_id))
        return (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title></head><body><main><h1>{title}</h1>"
            f'<p role="alert">{escape(view.sentence)}</p><p><small>{number}</small></p></main></body></html>'
        )


def _as_problem(exception: BaseException) -> Problem | None:
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, SanicException):
        key = _BY_STATUS.get(exception.status_code)
        if key is not None:
            return Problem(key, exception.status_code)
        if 400 <= exception.status_code < 500:
            # What the server itself cannot make sense of, such as an Expect that nobody knows.
            return Problem("problem.bad_request", 400)
    return None


def _fault(exception: BaseException) -> Problem:
    """What nobody foresaw, or what will pass: then the same request may be made again."""
    if passes(exception):
        return Problem("problem.unavailable", 503, retry_after_s=RETRY_AFTER_S)
    return Problem("problem.internal", 500)


def _allowed(request: Request) -> list[str]:
    """The methods of this address. The router does not always say: it looks at one route of several."""
    found = []
    for method in HTTPMethod:
        with contextlib.suppress(SanicException):
            request.app.router.get(request.path, method.value, request.headers.get("host"))
            found.append(method.value)
    return found


def _wants_page(request: Request) -> bool:
    if request.path.startswith(JSON_DOORS):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _json(view: ProblemView) -> HTTPResponse:
    body: dict[str, object] = {
        "type": view.type,
        "title": view.sentence,
        "status": view.status,
        "request_id": view.request_id,
    }
    if view.field is not None:
        body["field"] = view.field
    return HTTPResponse(
        msgspec.json.encode(body), status=view.status, content_type="application/problem+json"
    )


def _route(request: Request) -> str:
    """The route's pattern, not the address: an address may hold a reference or a secret."""
    return str(request.route.path) if request.route is not None else ""
