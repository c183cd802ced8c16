"""How much a request may carry: photos only from somebody who has signed in here before.

A body is gathered in memory before anything looks at it, so its size is what a stranger could fill ours with.
A session that has ended still counts: its form comes back with the login, see `signing_in`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request

from web.console.door import STAFF, door_of

LARGEST_WITH_PHOTOS = 32 * 1024 * 1024

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def with_photos(handler: Handler) -> Handler:
    """A handler for a route that leaves its body unread (`stream=True`): read here, by who sends it."""

    @wraps(handler)
    async def reading(request: Request, **parts: str) -> HTTPResponse:
        door = door_of(request)
        known = await door.sessions.was_begun(door.cookie.read(request), STAFF)
        if request.stream is not None:
            request.stream.request_max_size = (
                LARGEST_WITH_PHOTOS if known else request.app.config.REQUEST_MAX_SIZE
            )
            await request.receive_body()
        return await handler(request, **parts)

    return reading
