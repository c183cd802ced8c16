"""Who holds the phone: the session, and the account or the one case behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import Actor, citizen
from kit.http.csrf import SAFE_METHODS, check_csrf, check_origin
from kit.http.sessions import Session
from kit.problems import Forbidden
from web.h5.door import CITIZEN, H5Door, door_of

HOME = "/h5/me"
CASES = "/h5/cases"
ENTER = "/h5/enter"
DOORSTEPS = (ENTER, "/h5/oauth", "/h5/leave")
"""Leading here after signing in would lead in circles, or out again."""
WECHAT_BROWSER = "MicroMessenger"


@dataclass(frozen=True)
class Entered:
    """Somebody with a session of ours, whatever it opens."""

    session: Session


@dataclass(frozen=True)
class Visitor(Entered):
    """A signed-in citizen, by the account of the WeChat in hand."""

    @property
    def account_id(self) -> UUID:
        return self.session.subject_id

    @property
    def actor(self) -> Actor:
        return citizen(self.account_id)


Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


Otherwise = Callable[[Request, H5Door, "Visitor | None"], Awaitable[HTTPResponse]]


Reads = Callable[[Request, H5Door, "Visitor | None"], Awaitable[object]]


def signed_in(
    page: Callable[..., Awaitable[HTTPResponse]],
    *,
    otherwise: Otherwise | None = None,
    reads: Reads | None = None,
) -> Handler:
    """Guard a page: without a session to the entrance and back here, and no form without its token.

    `otherwise` answers a form of ours that comes without a session, or with the token of an older one. `reads` reads the
    form of a route that leaves its body unread, and the page is given it as `form`.
    """

    @wraps(page)
    async def guarded(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        visitor = await visitor_of(request, door)
        request.ctx.visitor = visitor
        is_form = request.method not in SAFE_METHODS
        given: dict[str, object] = {}
        if reads is not None:
            check_origin(request, door.public_url)
            given["form"] = await reads(request, door, visitor)
        if visitor is None:
            if is_form and otherwise is not None:
                check_origin(request, door.public_url)
                return await otherwise(request, door, None)
            return to_the_entrance(HOME if is_form else asked_for(request))
        try:
            check_csrf(request, visitor.session.csrf, door.public_url)
        except Forbidden:
            if otherwise is None:
                raise
            check_origin(request, door.public_url)
            return await otherwise(request, door, visitor)
        return await page(request, door, visitor, **parts, **given)

    return guarded


def for_anybody(page: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """A page that needs nobody in particular and greets whoever is signed in."""

    @wraps(page)
    async def open_page(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        visitor = await visitor_of(request, door)
        request.ctx.visitor = visitor
        return await page(request, door, visitor, **parts)

    return open_page


async def visitor_of(request: Request, door: H5Door) -> Visitor | None:
    """The person behind the session cookie."""
    session = await door.sessions.read(door.cookie.read(request), CITIZEN)
    if session is None:
        return None
    return Visitor(session)


def asked_for(request: Request) -> str:
    """The address of this request, if it is one to come back to."""
    return safe_next(request.path + (f"?{request.query_string}" if request.query_string else ""))


def to_the_entrance(wanted: str) -> HTTPResponse:
    """To the sign-in, and from there to `wanted`."""
    return redirect(f"{ENTER}?next={quote(wanted, safe='')}", status=303)


def is_in_wechat(request: Request) -> bool:
    """Whether the browser says that it is WeChat's own."""
    return WECHAT_BROWSER in request.headers.get("user-agent", "")


def safe_next(address: str) -> str:
    """The address if it is a page of ours for citizens, else the first page. Never another site."""
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= 600
    if not plain or not address.startswith("/h5/"):
        return HOME
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and ".." not in parts.path and "//" not in parts.path
    return address if inside and not parts.path.startswith(DOORSTEPS) else HOME
