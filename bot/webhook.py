"""`GET|POST /wechat`: the platform's door.

WeChat waits five seconds, then sends the same message again, three tries in all; Sanic cancels the handler of
a client that hung up. So a message is worked on by a task of its own (`bot.singleflight`); the handler only
waits beside it. After `BUDGET_S` the answer is promised in SQL and the platform told `success`; if not even the
promise can be written, the connection is closed without an answer, so that WeChat tries again.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import structlog
from sanic import Blueprint, HTTPResponse, Request

from bot.conversation import Conversation
from bot.late import LateReplies
from bot.replying import Reply, as_text, decode, encode
from bot.singleflight import Entry, Flight, Names
from bot.turns import Message
from kit.clock import Clock
from wechat.codec import Codec, CodecError, Refusal, SignedQuery
from wechat.messages import Inbound, to_inbound
from wechat.parse import MAX_BODY_BYTES, ParseError, parse_xml
from wechat.replies import SUCCESS, news_reply, text_reply, transfer_reply

BUDGET_S = 3.5
PROMISE_WITHIN_S = 0.5
HEARD_OUT_BYTES = 4 * 1024 * 1024
DRAIN_S, PROMISES_S = 15.0, 5.0

_log = structlog.get_logger("bot")
_OWED = b"\x00"
"""The result of a message whose answer goes out later: every try of it is answered `success`."""


@dataclass
class Counts:
    """What the door has seen since the process began. Plain numbers: they are read by the metrics page."""

    messages: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    late: int = 0
    unanswered: int = 0
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class BotDoor:
    """What the door works with; `app.ctx.bot`. `refusals`: the sentence for each kind of refusal."""

    codec: Codec
    conversation: Conversation
    flight: Flight
    names: Names
    late: LateReplies
    clock: Clock
    refusals: Mapping[Refusal, str]
    counts: Counts = field(default_factory=Counts)
    budget_s: float = BUDGET_S


def webhook_blueprint() -> Blueprint:
    """The routes; the application puts a BotDoor at `app.ctx.bot` before the first request."""
    blueprint = Blueprint("wechat")
    blueprint.add_route(check_url, "/wechat", methods=["GET"], name="check_url")
    # The body is read here: what is too large for us must not be gathered first, whoever sends it.
    blueprint.add_route(receive, "/wechat", methods=["POST"], name="receive", stream=True)
    blueprint.before_server_stop(drain)
    return blueprint


async def check_url(request: Request) -> HTTPResponse:
    """The platform verifies the address: it wants its echo back."""
    door: BotDoor = request.app.ctx.bot
    try:
        query = SignedQuery.parse(request.query_string)
        echo = door.codec.check_url(
            query.signature,
            query.timestamp,
            query.nonce,
            query.echostr,
            door.clock.now(),
            query.msg_signature or None,
        )
    except CodecError as error:
        return _refused(door, error.kind, error.status)
    return HTTPResponse(echo, 200, content_type="text/plain; charset=utf-8")


async def receive(request: Request) -> HTTPResponse:
    """A message or an event."""
    door: BotDoor = request.app.ctx.bot
    try:
        query = SignedQuery.parse(request.query_string)
        body = await _body(request)
        inbound = to_inbound(parse_xml(door.codec.open(query, body, door.clock.now())))
    except CodecError as error:
        return _refused(door, error.kind, error.status)
    except ParseError:
        return _refused(door, Refusal.UNREADABLE, 400)
    door.counts.messages += 1
    message = Message(door.names.of(inbound.dedupe_key), door.names.of(inbound.openid), inbound)
    task = door.flight.join(message.act, message.citizen, _Work(door, message))
    await _wait_beside(task, door.budget_s)
    if not task.done():
        if door.conversation.may_be_kept(inbound) and await door.late.promise(
            message, within_s=PROMISE_WITHIN_S
        ):
            door.counts.late += 1
            await _hand_in_if_done(door, message, task)
            return HTTPResponse(SUCCESS, 200, content_type="text/plain")
        if not task.done():
            return _unanswered(request, door)
    failure = task.exception()
    if failure is not None:
        _note_failure(door, failure)
        return _unanswered(request, door)
    return _answer(door, inbound, query.nonce, task.result())


async def _body(request: Request) -> bytes:
    """The body, as far as it may be a message's; the rest is read, so that the refusal is heard, and dropped."""
    if request.stream is None:
        return b""
    request.stream.request_max_size = HEARD_OUT_BYTES
    pieces, size = [], 0
    async for piece in cast("AsyncIterator[bytes]", request.stream):
        size += len(piece)
        if size - len(piece) <= MAX_BODY_BYTES:
            pieces.append(piece)
    return b"".join(pieces)


async def _hand_in_if_done(door: BotDoor, message: Message, task: asyncio.Task[bytes]) -> None:
    """The work ended while its answer was being promised: it must not wait for the lease to run out."""
    if task.done() and task.exception() is None and task.result() != _OWED:
        await door.late.hand_in(message, as_text(decode(task.result())))


async def _wait_beside(task: asyncio.Task[bytes], timeout_s: float) -> None:
    """Until the task is done or the time is up; being cancelled here does nothing to the task.

    `asyncio.wait` for one task, at a third of its cost.
    """
    if task.done():
        return
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = loop.call_later(timeout_s, wake)
    task.add_done_callback(wake)
    try:
        await waiter
    finally:
        timer.cancel()
        task.remove_done_callback(wake)


async def drain(app: object) -> None:
    """Messages being worked on are finished before the process stops."""
    door: BotDoor = app.ctx.bot  # type: ignore[attr-defined]
    await door.flight.drain(DRAIN_S)
    await door.late.drain(PROMISES_S)


class _Work:
    """The work of one message, as `Flight.join` wants it."""

    __slots__ = ("_door", "_message")

    def __init__(self, door: BotDoor, message: Message) -> None:
        self._door = door
        self._message = message

    async def __call__(self, entry: Entry) -> bytes:
        door, message = self._door, self._message
        loop = asyncio.get_running_loop()
        begun = loop.time()
        reply = await door.conversation.handle(message.inbound, entry, message, door.clock.now())
        # A try may have been promised its answer for later, in this process or in another.
        if loop.time() - begun > door.budget_s / 2 and await door.late.hand_in(message, as_text(reply)):
            return _OWED
        return encode(reply)


def _answer(door: BotDoor, inbound: Inbound, nonce: str, result: bytes) -> HTTPResponse:
    if not result or result == _OWED:
        return HTTPResponse(SUCCESS, 200, content_type="text/plain")
    now = int(door.clock.now().timestamp())
    sealed = door.codec.seal(_rendered(inbound, decode(result), now), nonce, now)
    return HTTPResponse(sealed, 200, content_type="application/xml")


def _rendered(inbound: Inbound, reply: Reply, now: int) -> bytes:
    if reply.transfer:
        return transfer_reply(inbound, now)
    if reply.articles:
        return news_reply(inbound, reply.articles, now)
    return text_reply(inbound, reply.text, now)


def _refused(door: BotDoor, kind: Refusal, status: int) -> HTTPResponse:
    door.counts.refused[kind] += 1
    return HTTPResponse(door.refusals[kind], status, content_type="text/plain; charset=utf-8")


def _note_failure(door: BotDoor, failure: BaseException) -> None:
    """What went wrong and where in our code; the error's own text may quote the message and stays out."""
    kind = type(failure).__name__
    door.counts.failed[kind] += 1
    frames = traceback.extract_tb(failure.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    _log.warning("wechat.message_failed", error=kind, where=where)


def _unanswered(request: Request, door: BotDoor) -> HTTPResponse:
    """Hang up: nothing durable was written, so the platform must try again."""
    door.counts.unanswered += 1
    transport = cast("asyncio.Transport | None", request.transport)
    if transport is not None:
        transport.abort()
    # Never reaches anybody; a closed connection takes no answer.
    return HTTPResponse(b"", 503)
