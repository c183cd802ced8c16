"""JSON in and out, and who speaks: bodies as typed structs, one bearer token, problems by exception."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request

from casework.actors import Actor, citizen
from kit.http.sessions import Session
from kit.problems import Invalid, Problem, Unauthenticated
from miniapp_api.door import CITIZEN, ApiDoor, door_of

S = TypeVar("S", bound=msgspec.Struct)
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{43})", re.ASCII)

# How msgspec names what is missing, where what does not fit stands, and what is too much.
_FIELD_NAMED = re.compile(r"missing required field `(\w+)`|at `\$\.(\w+)", re.ASCII)
_TOO_MUCH = re.compile(r"Expected `(str|array)` of length <= (\d+)", re.ASCII)
_UNKNOWN_NAMED = re.compile(r"contains unknown field `([\w.-]{1,40})`", re.ASCII)
_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.ASCII | re.IGNORECASE)


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
        caller = await _caller_of(request, door)
        if caller is None:
            raise Unauthenticated("problem.api.sign_in_again")
        return await handler(request, door, caller, **parts)

    return guarded


def with_or_without_token(handler: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """A route for everybody, which knows whoever shows a token. One that is not in force is refused, not ignored."""

    @wraps(handler)
    async def open_to_all(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        caller = await _caller_of(request, door)
        if caller is None and "authorization" in request.headers:
            raise Unauthenticated("problem.api.sign_in_again")
        return await handler(request, door, caller, **parts)

    return open_to_all


def for_anybody(handler: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """A route at which nobody is asked who they are."""

    @wraps(handler)
    async def unguarded(request: Request, **parts: str) -> HTTPResponse:
        return await handler(request, door_of(request), None, **parts)

    return unguarded


async def _caller_of(request: Request, door: ApiDoor) -> Caller | None:
    sent = request.headers.getall("authorization", [])
    found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
    session = await door.sessions.read(found[1] if found else None, CITIZEN)
    if session is None:
        return None
    return Caller(session)


def body_of(request: Request, kind: type[S]) -> S:
    """The body as `kind`. Raises 415 for what is not JSON, Invalid (422) naming the field for what does not fit."""
    if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):
        raise Problem("problem.unsupported_media_type", 415)
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.ValidationError as unfit:
        raise _unfit(str(unfit), "body", kind) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("problem.invalid_json", field="body") from None


def query_of(request: Request, kind: type[S]) -> S:
    """The query parameters as `kind`. Raises Invalid (422) for an unknown one, one that is given twice or unfit."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(request.query_string, keep_blank_values=True, max_num_fields=50):
        if name in given:
            raise Invalid("problem.api.field", field=_shown(name))
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as unfit:
        raise _unfit(str(unfit), "query", kind) from None


def _unfit(said: str, otherwise: str, kind: type[msgspec.Struct]) -> Invalid:
    unknown = _UNKNOWN_NAMED.search(said)
    if unknown:
        return Invalid("problem.api.unknown_field", field=unknown[1])
    named = _FIELD_NAMED.search(said)
    field = named[1] or named[2] if named else otherwise
    if too_much := _TOO_MUCH.search(said):
        key = "problem.api.too_long" if too_much[1] == "str" else "problem.api.too_many_items"
        return Invalid(key, field=field, at_most=int(too_much[2]))
    if choices := _choices(kind, field):
        return Invalid("problem.api.choice", field=field, choices=choices)
    return Invalid("problem.api.field", field=field)


def _choices(kind: type[msgspec.Struct], field: str) -> str:
    """The few values that fit a field of the body, where there are no others; else empty."""
    shape = msgspec.inspect.type_info(kind)
    named = (one for one in getattr(shape, "fields", ()) if one.encode_name == field)
    fits = next((one.type for one in named), None)
    return "、".join(map(str, fits.values)) if isinstance(fits, msgspec.inspect.LiteralType) else ""


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]{1,40}", name, re.ASCII) else "query"


class Refused(Problem):
    """What is well formed and cannot be done all the same, because of one field."""

    def __init__(self, key: str, status: int = 409, *, field: str, **params: Any) -> None:
        super().__init__(key, status, **params)
        self.field = field


def answer(
    content: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    return HTTPResponse(msgspec.json.encode(content), status, dict(headers or {}), "application/json")


def nothing_more() -> HTTPResponse:
    """Done, and nothing to say about it."""
    return HTTPResponse(status=204)
