"""JSON in and out, and who speaks: bodies as typed structs, one bearer token, problems by exception."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request

from casework.actors import Actor, citizen
from casework.people.models import Account
from kit.http.sessions import Session
from kit.problems import Invalid, Unauthenticated
from miniapp_api.door import CITIZEN, door_of

S = TypeVar("S", bound=msgspec.Struct)
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{43})", re.ASCII)

# How msgspec names what is missing, and where what does not fit stands.
_FIELD_NAMED = re.compile(r"missing required field `(\w+)`|at `\$\.(\w+)", re.ASCII)


@dataclass(frozen=True)
class Caller:
    """Whose token it is."""

    session: Session

    @property
    def account_id(self) -> UUID:
        return self.session.subject_id

    @property
    def actor(self) -> Actor:
        return citizen(self.account_id)


def with_token(handler: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """A route for a caller with a token. A token in a header cannot be sent by another site's page."""

    @wraps(handler)
    async def guarded(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        sent = request.headers.getall("authorization", [])
        found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
        session = await door.sessions.read(found[1] if found else None, CITIZEN)
        if session is None or not await Account.filter(id=session.subject_id).exists():
            raise Unauthenticated("problem.api.sign_in_again")
        return await handler(request, door, Caller(session), **parts)

    return guarded


def body_of(request: Request, kind: type[S]) -> S:
    """The body as `kind`. Raises Invalid for anything else; unknown fields are for newer clients and ignored."""
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.ValidationError as unfit:
        named = _FIELD_NAMED.search(str(unfit))
        raise Invalid("problem.api.field", field=named[1] or named[2] if named else "body") from None
    except msgspec.DecodeError:
        raise Invalid("problem.invalid_json", field="body") from None


def answer(content: msgspec.Struct, status: int = 200) -> HTTPResponse:
    return HTTPResponse(msgspec.json.encode(content), status=status, content_type="application/json")
