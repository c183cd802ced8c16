"""Forms with files (multipart/form-data, RFC 7578) read as they arrive: no file is ever whole in memory.

Sanic's own reader gathers the whole body first, so what a stranger may send would be what a stranger may fill our
memory with. Here a part is handed on piece by piece, in the order in which the browser sends them.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

from sanic.headers import parse_content_header

from kit.problems import Problem, TooLarge

PARTS_AT_MOST = 200
_HEADERS_AT_MOST = 4096
_BOUNDARY_AT_MOST = 70
_LINE = b"\r\n"


def boundary_of(content_type: str) -> bytes | None:
    """What parts the form, or None where this is no form with files."""
    kind, options = parse_content_header(content_type)
    boundary = str(options.get("boundary", ""))
    if kind != "multipart/form-data" or not 0 < len(boundary) <= _BOUNDARY_AT_MOST or not boundary.isascii():
        return None
    return boundary.encode()


class Content:
    """The bytes of one part, to be gone through once. What is left over is skipped with the next part."""

    def __init__(self, feed: _Feed, end: bytes) -> None:
        self._feed, self._end, self._is_over = feed, end, False

    def __aiter__(self) -> Content:
        return self

    async def __anext__(self) -> bytes:
        while not self._is_over:
            piece, self._is_over = await self._feed.before(self._end)
            if piece:
                return piece
        raise StopAsyncIteration

    async def gathered(self, at_most: int) -> bytes:
        """All of it. Raises TooLarge."""
        whole = bytearray()
        async for piece in self:
            whole += piece
            if len(whole) > at_most:
                raise TooLarge()
        return bytes(whole)


@dataclass(frozen=True)
class Part:
    """One field of a form. `is_file` in a field for files, `is_picked` where the browser named one; the name itself is
    nobody's business.
    """

    name: str
    is_file: bool
    content: Content
    is_picked: bool = False


async def parts(body: AsyncIterable[bytes], boundary: bytes) -> AsyncIterator[Part]:
    """The parts in their order. Raises Problem (400) for what is no form, or ends in the middle of one."""
    # The first delimiter may stand at the very beginning, without the line break before it.
    feed = _Feed(aiter(body), _LINE)
    delimiter = _LINE + b"--" + boundary
    await _skip(Content(feed, delimiter))
    for _ in range(PARTS_AT_MOST):
        after = await feed.take(2)
        if after == b"--":
            # What stands behind the last part is read all the same: the browser would not listen before.
            await feed.drain()
            return
        if after != _LINE:
            raise _broken()
        headers = await Content(feed, _LINE * 2).gathered(_HEADERS_AT_MOST)
        name, file = _named(headers)
        content = Content(feed, delimiter)
        yield Part(name, file is not None, content, is_picked=bool(file))
        await _skip(content)
    raise _broken()


class _Feed:
    """The body, with what was read ahead of it."""

    def __init__(self, body: AsyncIterator[bytes], held: bytes) -> None:
        self._body, self._held = body, held

    async def before(self, end: bytes) -> tuple[bytes, bool]:
        """A piece of what stands before `end`, and whether `end` was reached and taken."""
        at = self._held.find(end)
        if at >= 0:
            piece, self._held = self._held[:at], self._held[at + len(end) :]
            return piece, True
        # The beginning of `end` may be here already.
        sure = len(self._held) - len(end) + 1
        if sure > 0:
            piece, self._held = self._held[:sure], self._held[sure:]
            return piece, False
        await self._more()
        return b"", False

    async def take(self, length: int) -> bytes:
        while len(self._held) < length:
            await self._more()
        taken, self._held = self._held[:length], self._held[length:]
        return taken

    async def drain(self) -> None:
        async for _ in self._body:
            pass

    async def _more(self) -> None:
        piece = await anext(self._body, None)
        if piece is None:
            raise _broken()
        self._held += piece


async def _skip(content: Content) -> None:
    async for _ in content:
        pass


def _named(headers: bytes) -> tuple[str, str | None]:
    for line in headers.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            kind, options = parse_content_header(value.strip())
            if kind == "form-data" and "name" in options:
                file = options.get("filename", options.get("filename*"))
                return str(options["name"]), None if file is None else str(file)
    raise _broken()


def _broken() -> Problem:
    return Problem("problem.bad_request", 400)
