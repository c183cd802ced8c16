"""The state that travels through the platform's sign-in: only the browser that set out can come back with it.

It is kept in a short-lived cookie together with where the visitor wanted to go, so the address that comes back
chooses nothing, and nobody can be signed in as somebody else by being sent a finished link.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from sanic import HTTPResponse, Request

from web.h5.visitor import HOME, safe_next

_COOKIE = "cg_entering"
_LIVES_S = 600
_VALUE = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_=-]{0,820})", re.ASCII)


def _name(public_url: str) -> str:
    return ("__Host-" if public_url.startswith("https://") else "") + _COOKIE


def set_out(response: HTTPResponse, public_url: str, state: str, wanted: str) -> None:
    """Bind `state` to the browser that gets this response."""
    response.add_cookie(
        _name(public_url),
        f"{state}.{urlsafe_b64encode(wanted.encode()).decode()}",
        path="/",
        secure=public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
        max_age=_LIVES_S,
    )


def new_state() -> str:
    """Thirty-two hexadecimal digits: the platform takes letters and digits only."""
    return secrets.token_hex(16)


def came_back(request: Request, public_url: str) -> str | None:
    """Where the visitor wanted to go, if the state is the one this browser set out with; else None."""
    sent = request.args.getlist("state", [])
    values = request.cookies.getlist(_name(public_url), [])
    found = _VALUE.fullmatch(str(values[0])) if len(values) == 1 else None
    if found is None or len(sent) != 1 or not hmac.compare_digest(sent[0].encode(), found[1].encode()):
        return None
    try:
        return safe_next(urlsafe_b64decode(found[2]).decode())
    except ValueError:
        return HOME


def forget(response: HTTPResponse, public_url: str) -> None:
    """A state is good for one return."""
    response.add_cookie(
        _name(public_url),
        "",
        path="/",
        secure=public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
        max_age=0,
    )
