"""`GET|POST /wechat` and `/wechat/miniprogram`: the platform's doors.

WeChat waits five seconds, then sends the same message again, three tries in all; Sanic cancels the handler of
a client that hung up. So a message is worked on by a task of its own (`bot.singleflight`); the handler only
waits beside it. After `BUDGET_S` the answer is promised in SQL and the platform told `success`; if not even the
promise can be written, the connection is closed without an answer, so that WeChat tries again.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from bot.door_alarms import CLOCK_OFF_FROM_S, DoorAlarms
from bot.late import LateReplies
from bot.replying import Reply, as_text, decode, encode
from bot.singleflight import Entry, Flight, Names
from bot.turns import Message
from kit.clock import Clock
from kit.metrics import Spread
from wechat.codec import Codec, CodecError, Refusal, SignedQuery
from wechat.json_bodies import read_json
from wechat.messages import Inbound, to_inbound
from wechat.parse import MAX_BODY_BYTES, ParseError, parse_xml
from wechat.replies import SUCCESS, news_reply, text_reply, transfer_reply, transfer_reply_json

BUDGET_S = 3.5
PROMISE_WITHIN_S = 0.5
HEARD_OUT_BYTES = 4 * 1024 * 1024
DRAIN_S, PROMISES_S = 15.0, 5.0
ANSWERED_WITHIN_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.5, 4.5, 5.0)
"""Buckets of the time a message takes; 4.5 s is what is promised, after 5 the platform has hung up."""

_log = structlog.get_logger("bot")
_OWED = b"\x00"
"""The result of a message whose answer goes out later: every try of it is answered `success`."""


@dataclass
class Counts:
    """What the door has seen since the process began. Plain numbers: the log tells by how much they grow."""

    messages: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    stale: int = 0
    skew_s: int = 0  # of the last message that told on our clock: seconds we are ahead
    late: int = 0
    unanswered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    seconds: Spread = field(default_factory=lambda: Spread(ANSWERED_WITHIN_S))


class Conversing(Protocol):
    """Who answers behind a door: `bot.conversation.Conversation`, `bot.miniprogram_pushes.MiniProgramPushes`."""

    @property
    def unknown(self) -> Counter[str]: ...

    def may_be_kept(self, inbound: Inbound) -> bool: ...

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Reply | str: ...


@dataclass(frozen=True)
class BotDoor:
    """What a door works with; `app.ctx.bot`, and `app.ctx.miniprogram` where the mini-program's pushes are set up.

    `refusals`: the sentence for each kind of refusal. `app` keeps the names of messages and people of two
    accounts apart. A door that `takes_json` takes XML as well, whichever the account's console says.
    """

    codec: Codec
    conversation: Conversing
    flight: Flight
    names: Names
    late: LateReplies
    clock: Clock
    refusals: Mapping[Refusal, str]
    alarms: DoorAlarms
    app: str = ""
    takes_json: bool = False
    counts: Counts = field(default_factory=Counts)
    budget_s: float = BUDGET_S


def webhook_blueprint() -> Blueprint:
    """The routes; the application puts the doors at `app.ctx` before the first request."""
    blueprint = Blueprint("wechat")
    blueprint.add_route(check_url, "/wechat", methods=["GET"], name="check_url")
    # The body is read here: what is too large for us must not be gathered first, whoever sends it.
    blueprint.add_route(receive, "/wechat", methods=["POST"], name="receive", stream=True)
    at = "/wechat/miniprogram"
    blueprint.add_route(check_miniprogram_url, at, methods=["GET"], name="check_miniprogram_url")
    blueprint.add_route(receive_miniprogram, at, methods=["POST"], name="receive_miniprogram", stream=True)
    blueprint.before_server_stop(drain)
    return blueprint


async def check_url(request: Request) -> HTTPResponse:
    """The platform verifies the address: it wants its echo back."""
    return await _echo(request, request.app.ctx.bot)


async def receive(request: Request) -> HTTPResponse:
    """A message or an event."""
    return await _receive(request, request.app.ctx.bot)


async def check_miniprogram_url(request: Request) -> HTTPResponse:
    """The same for the mini-program's pushes."""
    return await _echo(request, _miniprogram(request))


async def receive_miniprogram(request: Request) -> HTTPResponse:
    """A push to the mini-program, in XML or JSON."""
    return await _receive(request, _miniprogram(request))


def _miniprogram(request: Request) -> BotDoor:
    door: BotDoor | None = getattr(request.app.ctx, "miniprogram", None)
    if door is None:
        raise NotFound("no mini-program pushes are set up")
    return door


async def _echo(request: Request, door: BotDoor) -> HTTPResponse:
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
        return await _turned_away(door, error)
    return HTTPResponse(echo, 200, content_type="text/plain; charset=utf-8")


async def _receive(request: Request, door: BotDoor) -> HTTPResponse:
    begun_at = time.perf_counter()
    try:
        return await _answered(request, door)
    finally:
        door.counts.seconds.observe(time.perf_counter() - begun_at)


async def _answered(request: Request, door: BotDoor) -> HTTPResponse:
    try:
        query = SignedQuery.parse(request.query_string)
        body = await _body(request)
        now = door.clock.now()
        as_json = door.takes_json and body.lstrip()[:1] == b"{"
        read = read_json if as_json else parse_xml
        inbound = to_inbound(read(door.codec.open(query, body, now, read)))
    except CodecError as error:
        return await _turned_away(door, error)
    except ParseError as error:
        return _refused(door, Refusal.UNREADABLE, 400, str(error))
    door.counts.messages += 1
    skew_s = int(now.timestamp()) - int(query.timestamp)
    if not -CLOCK_OFF_FROM_S <= skew_s <= CLOCK_OFF_FROM_S:
        await _clock_off(door, skew_s)
    message = Message(
        door.names.of(door.app + inbound.dedupe_key), door.names.of(door.app + inbound.openid), inbound
    )
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
    return _answer(door, inbound, query.nonce, task.result(), as_json=as_json)


async def _body(request: Request) -> bytes:
    """The body, as far as it may be a message's; the rest is read, so that the refusal is heard, and dropped."""
    stream: Any = request.stream  # its base class says nothing of reading
    if stream is None:
        return b""
    stream.request_max_size = HEARD_OUT_BYTES
    pieces: list[bytes] = []
    size = 0
    while stream.request_body:
        piece = await stream.read() or b""
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


def _answer(door: BotDoor, inbound: Inbound, nonce: str, result: bytes, *, as_json: bool) -> HTTPResponse:
    if not result or result == _OWED:
        return HTTPResponse(SUCCESS, 200, content_type="text/plain")
    now, reply = int(door.clock.now().timestamp()), decode(result)
    if as_json:
        sealed = door.codec.seal(transfer_reply_json(inbound, now), nonce, now, as_json=True)
        return HTTPResponse(sealed, 200, content_type="application/json")
    if reply.transfer:
        xml = transfer_reply(inbound, now)
    elif reply.articles:
        xml = news_reply(inbound, reply.articles, now)
    else:
        xml = text_reply(inbound, reply.text, now)
    return HTTPResponse(door.codec.seal(xml, nonce, now), 200, content_type="application/xml")


async def _turned_away(door: BotDoor, error: CodecError) -> HTTPResponse:
    if error.skew_s is not None:
        door.counts.stale += 1
        await _clock_off(door, error.skew_s)
    return _refused(door, error.kind, error.status, error.reason)


async def _clock_off(door: BotDoor, skew_s: int) -> None:
    door.counts.skew_s = skew_s
    await door.alarms.clock_off(skew_s)


def _refused(door: BotDoor, kind: Refusal, status: int, reason: str) -> HTTPResponse:
    door.counts.refused[kind] += 1
    door.alarms.refused(kind, reason)
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
