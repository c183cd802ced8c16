"""Answers that need not be sent again, and changes that only apply to what was last seen (RFC 9110, 13)."""

import hashlib
import re

from sanic import HTTPResponse, Request

from kit.problems import Problem

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_AT_MOST = 20
"""Tags of one header that are looked at; more is no honest client."""


def etag_of(content: bytes) -> str:
    """The tag of an answer. Weak: compressed or not, it says the same."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def conditional(
    request: Request,
    response: HTTPResponse,
    etag: str | None = None,
    *,
    cache_control: str = "private, no-cache",
    vary: str = "authorization, cookie",
) -> HTTPResponse:
    """The answer to a GET, or a 304 where the caller has it already. `etag` if it is known without the body.

    Unless said otherwise the caller may keep the answer, but has to ask each time: who was signed out must not go on
    reading.
    """
    if response.status != 200 or request.method not in ("GET", "HEAD"):
        return response
    tag = etag or etag_of(response.body or b"")
    headers = {"etag": tag, "cache-control": cache_control, "vary": vary}
    sent = request.headers.getall("if-none-match", [])
    if sent and _names(", ".join(sent), tag):
        return HTTPResponse(status=304, headers=headers)
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def check_if_match(request: Request, etag: str) -> None:
    """Refuse (412) a change to something that has moved on since the caller saw it; pass without If-Match."""
    sent = request.headers.getall("if-match", [])
    if sent and not _names(", ".join(sent), etag):
        raise Problem("problem.precondition_failed", 412)


def _names(header: str, etag: str) -> bool:
    """Whether the list names this tag. Weak and strong are alike: our tags stand for states, not for bytes."""
    if header.strip() == "*":
        return True
    own = _TAG.fullmatch(etag)
    return own is not None and own[1] in _TAG.findall(header)[:_AT_MOST]
