"""What one operation of the API is: the row that routes, document, permission tests and hostile tests are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

import msgspec
from sanic import HTTPResponse, Request

from miniapp_api.door import ApiDoor
from miniapp_api.speaking import Caller

JSON = "application/json"
Schema = Mapping[str, Any]
Refusals = tuple[tuple[int, str], ...]
"""Statuses with the catalogue keys of the problems they stand for."""

BodyT = TypeVar("BodyT", covariant=True)
QueryT = TypeVar("QueryT", covariant=True)


class Who(StrEnum):
    """Who may call: everybody; whoever has a token and whoever has none; a token in force alone."""

    ANYBODY = "anybody"
    EITHER = "either"
    TOKEN = "token"  # noqa: S105 - a word, no secret


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No query parameter is known here."""


@dataclass(frozen=True)
class Pace:
    """How often one account, or without one an address, may call operations of this pace in a minute.

    `problem` is the key of what is said to who has to wait.
    """

    name: str
    per_minute: int
    problem: str = "problem.too_many"


READING, WRITING, ASKING = Pace("api-read", 600), Pace("api-write", 60), Pace("api-ask", 60)
FILING_PACE = Pace("api-file", 10, "problem.complaint.too_often")
"""More than anybody types; what is refused is still on the caller's screen."""
LOOKING_ROUND = Pace("api-near", 12)
"""What is near a place: often enough for whoever files, too seldom to look through a town."""
VOTING = Pace("api-vote", 20)
"""A word on an answer: as fast as anybody reads."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of a request or an answer, by its lower-case name."""

    name: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Given:
    """One successful answer. Without `content` and `schemas` it has no body; `schemas` is by media type."""

    status: int = 200
    content: type[msgspec.Struct] | None = None
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True)
class Call(Generic[BodyT, QueryT]):
    """One request, read and checked. `act` is its Idempotency-Key, made unique by who sent it; never empty."""

    request: Request
    door: ApiDoor
    caller: Caller | None
    body: BodyT
    query: QueryT
    parts: Mapping[str, str]
    act: str

    @property
    def who(self) -> Caller:
        """The caller of an operation that needs a token."""
        return cast("Caller", self.caller)


Handler = Callable[[Call[Any, Any]], Awaitable[HTTPResponse]]
RawHandler = Callable[..., Awaitable[HTTPResponse]]
"""`(request, door, caller, **parts)`: for an operation that reads its own body."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path.

    `name` is the route's name and names the words `api.operation.<name>` of the document. `path` is whole, with
    parameters in braces; their schemas stand in `openapi.PATH_PARAMETERS`. A body is either `takes` (JSON) or,
    for a `raw` handler, what `takes_media` says by media type. `is_stream`: the body is not gathered beforehand.
    `refuses` lists what only this operation refuses; what all do is added by the document. `is_conditional`:
    the answer has an ETag. `has_act`: an Idempotency-Key is understood. `shown_by`: what shows that which this
    changes; an If-Match with the ETag of that answer is understood. `speaks_problems`: False for a door with an error
    format of its own, whose `gives` then hold every answer.
    """

    method: str
    path: str
    name: str
    tag: str
    who: Who
    pace: Pace | None
    handler: Handler | None = None
    raw: RawHandler | None = None
    takes: type[msgspec.Struct] | None = None
    takes_media: Mapping[str, Schema] = field(default_factory=dict)
    query: type[msgspec.Struct] = NoQuery
    headers: tuple[Header, ...] = ()
    gives: tuple[Given, ...] = (Given(status=204),)
    refuses: Refusals = ()
    is_conditional: bool = False
    has_act: bool = False
    shown_by: Handler | None = None
    is_stream: bool = False
    speaks_problems: bool = True
