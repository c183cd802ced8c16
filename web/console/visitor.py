"""Who is at the door: the session, the person behind it, and what of the bureau's work they see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import Actor
from casework.complaints.sight import Sight, sight_of
from casework.complaints.taking_in import ROUNDS
from casework.complaints.views import ComplaintDetail
from casework.people.staff import staff_by_id
from casework.people.views import StaffView
from casework.permissions import Operation, may, require
from casework.roles import Role
from kit.http.csrf import SAFE_METHODS, check_csrf, check_origin
from kit.http.sessions import POLICIES, Session
from web.console.door import STAFF, ConsoleDoor, door_of
from web.console.first_duties import keeps_from, leading_on

HOME = "/console/"
"""Leads on to the first page that whoever is signed in may see."""

LOGIN = "/console/login"


@dataclass(frozen=True)
class Visitor:
    """A signed-in member of staff, with the roles of this moment."""

    session: Session
    staff: StaffView

    @property
    def actor(self) -> Actor:
        return self.staff.actor()

    @property
    def sight(self) -> Sight:
        """Which cases are theirs to see."""
        return sight_of(self.actor)

    @property
    def does_cases(self) -> bool:
        """Whether cases are given to them and not theirs to distribute, so that their own tasks come first."""
        roles = self.staff.roles
        return Role.DISPATCHER not in roles and Role.HANDLER in roles

    @property
    def is_on_rounds(self) -> bool:
        """Whether they do nothing here but file what they see, so that the form comes first."""
        return bool(self.staff.roles) and self.staff.roles <= frozenset(ROUNDS)

    @property
    def is_contractor(self) -> bool:
        """Whether they are from outside and here for their orders alone."""
        return self.staff.roles == {Role.CONTRACTOR}

    def may(self, operation: Operation) -> bool:
        return may(self.actor, operation)

    def sees(self, case: ComplaintDetail) -> bool:
        return case.restricted_at is None and self.sight.covers(case.unit, case.assignee_id, case.filed_by_id)


SignedIn = Callable[[Request, ConsoleDoor, Visitor], Awaitable[HTTPResponse]]
Kept = Callable[[Request, ConsoleDoor], Awaitable[HTTPResponse]]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def signed_in(
    *, may: Operation, expired: Kept | None = None
) -> Callable[[Callable[..., Awaitable[HTTPResponse]]], Handler]:
    """Guard a page: a session, a role that may do this, and for unsafe methods the form token.

    Without a session a page is a redirect to the login; for an unsafe request `expired` answers instead,
    so that what was typed is not lost.
    """

    def guard(page: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
        @wraps(page)
        async def guarded(request: Request, **parts: str) -> HTTPResponse:
            door = door_of(request)
            visitor = await visitor_of(request, door)
            if visitor is None:
                if request.method not in SAFE_METHODS:
                    # Somebody else's page must not choose what our login page carries along.
                    check_origin(request, door.public_url)
                    if expired is not None and is_whole_page(request):
                        return await expired(request, door)
                return to_login(request)
            request.ctx.visitor = visitor
            due = keeps_from(door, visitor.staff, request.path)
            if due:
                return _to_first_duty(request, due)
            require(visitor.actor, may)
            check_csrf(request, visitor.session.csrf, door.public_url)
            return await page(request, door, visitor, **parts)

        # For the test that tries every role at every route.
        guarded.operation = may  # type: ignore[attr-defined]
        return guarded

    return guard


def is_whole_page(request: Request) -> bool:
    """Whether the answer will stand as a page of its own: asked for by the browser, or in its stead (hx-boost)."""
    return "hx-request" not in request.headers or "hx-boosted" in request.headers


async def visitor_of(request: Request, door: ConsoleDoor) -> Visitor | None:
    """The person behind the session cookie. None without one, and for one who has left since."""
    session = await door.sessions.read(door.cookie.read(request), STAFF)
    if session is None:
        return None
    staff = await staff_by_id(door.db, session.subject_id)
    if staff is None or session.expires_at - POLICIES[STAFF].lifetime < staff.password_changed_at:
        return None
    return Visitor(session, staff)


def _to_first_duty(request: Request, due: str) -> HTTPResponse:
    """To what has to be done first, and from there on to the page that was wanted."""
    wanted = request.path + (f"?{request.query_string}" if request.query_string else "")
    address = leading_on(due, safe_next(wanted) if request.method in SAFE_METHODS else HOME)
    if "hx-request" in request.headers:
        return HTTPResponse(status=403, headers={"hx-redirect": address})
    return redirect(address, status=303)


def to_login(request: Request) -> HTTPResponse:
    """To the login, and from there back."""
    asked = request.path + (f"?{request.query_string}" if request.query_string else "")
    wanted = asked if request.method in SAFE_METHODS else HOME
    address = f"{LOGIN}?next={quote(safe_next(wanted), safe='')}"
    if not is_whole_page(request):
        return HTTPResponse(status=401, headers={"hx-redirect": address})
    return redirect(address, status=303)


def safe_next(address: str) -> str:
    """The address if it is a page of the console, else the list of cases. Never another site."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/console/")
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= 600
    return address if inside and plain and not parts.path.startswith(LOGIN) else HOME
