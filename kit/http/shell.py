"""What every Sanic application of ours wears: request numbers, problem answers, security headers."""

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import structlog
from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse

from kit.http.compression import compress
from kit.http.headers import SecurityHeaders
from kit.http.problem_pages import ProblemAnswers

REQUEST_ID_HEADER = "x-request-id"
UNMATCHED = "unmatched"
"""Stands for the route of an address that leads nowhere: addresses are anybody's text."""

Observer = Callable[[str, str, int, float], None]
"""Hears of every answer: method, pattern of the route, status, seconds."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger("http")


def install_shell(
    app: Sanic[Any, Any],
    problems: ProblemAnswers,
    public_url: str,
    *,
    bare: Collection[str] = (),
    framed_by: Sequence[str] = (),
    forms_lead_to: Sequence[str] = (),
    observe: Observer = lambda method, route, status, seconds: None,
    unlogged: Collection[str] = (),
) -> None:
    """Install once per application, before it starts.

    `bare` names routes without request numbers and headers: doors for machines at which every microsecond
    counts, and whose answers no browser shows. Their errors are answered like all others.
    `framed_by` names origins whose pages may show ours in a frame, `forms_lead_to` those to which the answer to a form
    may send on.
    `unlogged` names routes, asked by machines every few seconds, that leave a line in the log only when they fail.
    """
    security = SecurityHeaders(public_url, framed_by, forms_lead_to)

    async def number(request: Request) -> None:
        if request.route is not None and request.route.name in bare:
            return
        # Always our own: a caller's number in our logs would be a caller's text in our logs.
        request.ctx.request_id = secrets.token_hex(6)
        request.ctx.begun = time.perf_counter()
        # A connection is one task: what the request before has bound must go.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.ctx.request_id)

    async def dress(request: Request, response: BaseHTTPResponse) -> None:
        if request.route is not None and request.route.name in bare:
            return
        request_id = getattr(request.ctx, "request_id", None)
        if request_id is not None:
            response.headers[REQUEST_ID_HEADER] = request_id
        security.add(request, response)
        compress(request, response)
        seconds = time.perf_counter() - getattr(request.ctx, "begun", time.perf_counter())
        route = f"/{request.route.path}" if request.route is not None else UNMATCHED
        method = request.method if request.method in _METHODS else "OTHER"
        observe(method, route, response.status, seconds)
        if response.status >= 400 or request.route is None or request.route.name not in unlogged:
            _log.info(
                "http.request",
                method=method,
                route=route,
                status=response.status,
                ms=round(seconds * 1000, 1),
                request_id=request_id,
            )

    app.register_middleware(number, "request", priority=100)
    app.register_middleware(dress, "response", priority=100)
    app.error_handler.add(Exception, problems.answer)
