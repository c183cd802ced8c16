"""Who is at the platforms' door: a signature over the whole request, fresh, and never seen before.

Every refusal costs the caller's address; what a platform may do is counted after it is known to be one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Final

import structlog
from sanic import HTTPResponse, Request

from casework.exchange import signing
from casework.exchange.profile import Peer
from kit.db import Intake, Repeat
from kit.http.rate_limit import by_address
from kit.problems import Forbidden, TooLarge
from kit.secrets import KeyRingError
from miniapp_api.exchange.door import ExchangeDoor, door_of

BODY_AT_MOST: Final = 256 * 1024
"""Room for the longest story, whatever it is written in: JSON may take twelve bytes for a character."""
CALLS_PER_MINUTE: Final = 600
REFUSALS_PER_MINUTE: Final = 30

_log = structlog.get_logger("exchange")
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def signed_by_peer(handler: Callable[..., Awaitable[HTTPResponse]]) -> Handler:
    """A route for a platform of the profile: `handler(request, door, peer, **parts)`."""

    @wraps(handler)
    async def admitted(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        try:
            peer = await _admit(request, door)
        except Forbidden:
            address = by_address(door.addresses.of(request))
            await door.limit.take("exchange_refused", address, per_minute=REFUSALS_PER_MINUTE)
            raise
        await door.limit.take("exchange", peer.code, per_minute=CALLS_PER_MINUTE)
        return await handler(request, door, peer, **parts)

    return admitted


async def _admit(request: Request, door: ExchangeDoor) -> Peer:
    """The platform that sent this. Raises Forbidden, TooLarge."""
    if len(request.body) > BODY_AT_MOST:
        raise TooLarge()
    envelope = signing.parse(request.headers.items())
    if envelope is None:
        raise Forbidden("problem.exchange.signature")
    peer = door.section.peer(envelope.sender)
    target = request.raw_url.decode("latin-1")
    # For a stranger too: how long it takes tells nobody which platforms there are.
    secrets = _secrets(door, peer)
    if not signing.is_signed(envelope, secrets, request.method, target, request.body) or peer is None:
        raise Forbidden("problem.exchange.signature")
    if peer.kind == "service_platform":
        # It is told of permits; complaints come from others.
        raise Forbidden("problem.exchange.signature")
    if not envelope.is_fresh(door.desk.db.clock.now()):
        raise Forbidden("problem.exchange.stale")
    key = f"exchange-nonce:{peer.code}:{envelope.nonce}"
    if isinstance(await door.desk.db.write(Intake((key,), b"", (), b"")), Repeat):
        raise Forbidden("problem.exchange.replayed")
    return peer


def _secrets(door: ExchangeDoor, peer: Peer | None) -> tuple[bytes, ...]:
    if peer is None:
        return ()
    try:
        return door.secrets(peer.code)
    except KeyRingError as unusable:
        _log.error("exchange.secret_unusable", peer=peer.code, why=str(unusable))
        return ()
