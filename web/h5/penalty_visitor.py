"""Who may open a notice: the party's account, or whoever holds the code of its paper, and then that notice alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.actors import Actor, citizen
from casework.penalties.access import is_in_force
from casework.roles import Role
from kit.http.csrf import SAFE_METHODS, check_csrf, check_origin
from web.h5 import typed
from web.h5.door import PENALTY, H5Door, door_of
from web.h5.drafts import visit_holder
from web.h5.filing_reading import PHOTO_KIND
from web.h5.visitor import Entered, Handler, visitor_of

NOTICES, CASES = "/h5/penalties", "/h5/penalty-cases"
BY_CODE = f"{NOTICES}/open"


@dataclass(frozen=True)
class NoticeVisitor(Entered):
    """Somebody who may see notices. `account_id`: signed in; `access_id`: came with a code that is in force."""

    account_id: UUID | None
    access_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        if self.account_id is None:
            return Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))
        return citizen(self.account_id)


def sees_notice(page: Callable[..., Awaitable[HTTPResponse]], kind: str = PHOTO_KIND) -> Handler:
    """Guard a page of one notice or penalty case: without a session to where the code is typed, and no form without its token.

    `kind` is what files are for that come with a form.
    """

    @wraps(page)
    async def guarded(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        visitor = await notice_visitor_of(request, door)
        request.ctx.visitor = visitor
        if request.method in SAFE_METHODS:
            return (
                redirect(BY_CODE, status=303)
                if visitor is None
                else await page(request, door, visitor, **parts)
            )
        check_origin(request, door.public_url)
        form = await typed.read(
            request,
            door,
            holder=visit_holder(request),
            account_id=visitor.account_id if visitor is not None else None,
            takes_files=visitor is not None,
            kind=kind,
        )
        if visitor is None:
            return redirect(BY_CODE, status=303)
        check_csrf(request, visitor.session.csrf, door.public_url)
        return await page(request, door, visitor, form=form, **parts)

    return guarded


async def notice_visitor_of(request: Request, door: H5Door) -> NoticeVisitor | None:
    """The holder of a code that is still in force, the person who is signed in, or both in one."""
    held = await door.sessions.read(door.penalty_cookie.read(request), PENALTY)
    if held is not None and not await is_in_force(held.subject_id):
        held = None  # the code was revoked meanwhile
    person = await visitor_of(request, door)
    session = held or (person.session if person is not None else None)
    if session is None:
        return None
    return NoticeVisitor(
        session,
        person.account_id if person is not None else None,
        held.subject_id if held is not None else None,
    )
