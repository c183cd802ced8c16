"""From a row of the table to a route: who calls, how often, what was sent, what has not changed since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import msgspec
from sanic import HTTPResponse, Request

from kit.http.conditional import check_if_match, conditional, etag_of
from kit.http.rate_limit import by_address
from kit.problems import Invalid
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, Header, Operation, Pace, RawHandler, Who
from miniapp_api.operations import Handler as Reader
from miniapp_api.speaking import (
    Caller,
    Handler,
    body_of,
    for_anybody,
    query_of,
    with_or_without_token,
    with_token,
)

ACT_HEADER = Header(name="idempotency-key", schema={"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"})
IF_MATCH = Header(name="if-match")
_ACT_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class _Shown(msgspec.Struct, frozen=True):
    """What is read of an answer that shows a case."""

    revision: int


_SHOWN = msgspec.json.Decoder(_Shown)
_GUARDS: dict[Who, Callable[[Callable[..., Awaitable[HTTPResponse]]], Handler]] = {
    Who.ANYBODY: for_anybody,
    Who.EITHER: with_or_without_token,
    Who.TOKEN: with_token,
}


def route_of(operation: Operation) -> Handler:
    """The Sanic handler of an operation, behind the guard its row names."""
    return _GUARDS[operation.who](_paced(operation, operation.raw or _read(operation)))


def sanic_path(operation: Operation) -> str:
    """`/cases/{reference}` as Sanic writes it."""
    return operation.path.replace("{", "<").replace("}", ":str>")


def _paced(operation: Operation, inner: RawHandler) -> RawHandler:
    async def paced(request: Request, door: ApiDoor, caller: Caller | None, **parts: str) -> HTTPResponse:
        if operation.pace is not None:
            await _take(operation.pace, request, door, caller)
        if operation.raw is not None:
            query_of(request, operation.query)
        return await inner(request, door, caller, **parts)

    return paced


async def _take(pace: Pace, request: Request, door: ApiDoor, caller: Caller | None) -> None:
    who = f"account:{caller.account_id}" if caller is not None else by_address(door.addresses.of(request))
    await door.pace.take(pace.name, who, per_minute=pace.per_minute, problem=pace.problem)


def _read(operation: Operation) -> RawHandler:
    handle = operation.handler
    if handle is None:
        raise ValueError(f"nothing answers {operation.name}")

    async def read(request: Request, door: ApiDoor, caller: Caller | None, **parts: str) -> HTTPResponse:
        call: Call[Any, Any] = Call(
            request=request,
            door=door,
            caller=caller,
            body=None,
            query=query_of(request, operation.query),
            parts=parts,
            act=_act(operation, request, door, caller),
        )
        if operation.takes is not None:
            call = replace(call, body=body_of(request, operation.takes))
        if operation.shown_by is not None and IF_MATCH.name in request.headers:
            call = await _as_it_was_seen(call, operation.shown_by)
        response = await handle(call)
        return conditional(request, response) if operation.is_conditional else response

    return read


async def _as_it_was_seen(call: Call[Any, Any], show: Reader) -> Call[Any, Any]:
    """The call, meant for the state that its If-Match names and for no later one. Raises Problem (412)."""
    now = (await show(call)).body or b""
    check_if_match(call.request, etag_of(now))
    if call.body.revision is not None:
        return call
    return replace(call, body=msgspec.structs.replace(call.body, revision=_SHOWN.decode(now).revision))


def _act(operation: Operation, request: Request, door: ApiDoor, caller: Caller | None) -> str:
    sent = request.headers.getall(ACT_HEADER.name, []) if operation.has_act else []
    if not sent:
        return f"api:{door.db.ids.new()}"
    if len(sent) > 1 or not 8 <= len(sent[0]) <= 64 or not _ACT_LETTERS.issuperset(sent[0]):
        raise Invalid("problem.api.field", field=ACT_HEADER.name)
    return f"api:{operation.name}:{caller.account_id if caller is not None else ''}:{sent[0]}"
