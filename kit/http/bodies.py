"""Bodies read as they arrive, on routes with `stream=True`, for which the server itself sets no bound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from sanic import Request
from sanic.exceptions import SanicException

from kit.problems import Problem, TooLarge

GRACE_S = 30.0
LEAST_BYTES_PER_S = 1024
"""On average after the grace: a slow phone network gives ten times as much, who holds a place on purpose less."""
DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_S = 15.0


class Body:
    """The pieces of a request's body, to be gone through once."""

    def __init__(
        self,
        request: Request,
        *,
        at_most: int,
        grace_s: float = GRACE_S,
        too_large: str = "problem.too_large",
    ) -> None:
        """`too_large` is the key of the refusal past `at_most` bytes."""
        self._read = _reader(request)
        self._at_most = at_most
        self._grace_s = grace_s
        self._too_large = too_large
        self._received = 0
        self._is_over = False
        announced = request.headers.get("content-length", "")
        self.announced = int(announced) if announced.isascii() and announced.isdigit() else None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self.announced is not None and self.announced > self._at_most:
            raise TooLarge(self._too_large)
        clock = asyncio.get_running_loop()
        begun = clock.time()
        while True:
            allowed_s = self._grace_s + self._received / LEAST_BYTES_PER_S - (clock.time() - begun)
            try:
                async with asyncio.timeout(max(allowed_s, 0)):
                    piece = await self._next()
            except TimeoutError:
                raise Problem("problem.timeout", 408) from None
            if piece is None:
                return
            self._received += len(piece)
            if self._received > self._at_most:
                raise TooLarge(self._too_large)
            yield piece

    async def drain(self) -> None:
        """Take in what is still coming, within reason: a browser hears no answer before it has sent everything."""
        drained = 0
        with suppress(TimeoutError, SanicException):
            async with asyncio.timeout(DRAIN_S):
                while drained < DRAIN_BYTES and (piece := await self._next()) is not None:
                    drained += len(piece)

    async def _next(self) -> bytes | None:
        piece = None if self._is_over else await self._read()
        self._is_over = piece is None
        return piece


def _reader(request: Request) -> Callable[[], Awaitable[bytes | None]]:
    """What reads the next piece; a body that is here already is one piece."""
    stream: Any = request.stream  # its base class says nothing of reading
    if stream is None or request.body:
        pieces = iter([request.body] if request.body else [])

        async def read_here() -> bytes | None:
            return next(pieces, None)

        return read_here
    # Our own bound is narrower; the server's would cut off those whom it is polite to hear out.
    stream.request_max_size = 2 * DRAIN_BYTES

    async def read() -> bytes | None:
        if not stream.request_body:
            return None
        piece: bytes | None = await stream.read()
        return piece

    return read
