"""A line to Redis for the message path: one pipelined connection a process, three kinds of answer.

The client library costs more CPU per command than our codec, parser and engine together, and every message
needs an answer from Redis before anything else. This line writes whatever one turn of the event loop has to
say as one packet and reads plain, integer and bulk answers; everything that is not on the message path uses
`kit.redis`. A hanging server costs one time-out; then, for `pause_s`, calls fail at once.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

Answer = bytes | int | None
_LONGEST_LINE = 1024
TELL_WITHIN_S = 0.005


class LineDown(Exception):
    """Redis is not to be had at this moment, or refused a command."""


class Line:
    """`call` asks and waits; `post` only tells, and nobody hears whether it worked.

    `scripts` maps names to Lua sources: loaded on every new connection, called as `run(name, ...)`.
    """

    def __init__(
        self,
        url: str,
        scripts: Mapping[str, str],
        *,
        timeout_s: float = 0.2,
        pause_s: float = 2.0,
    ) -> None:
        self._address = _Address.parse(url)
        self._scripts = dict(scripts)
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._wire: _Wire | None = None
        self._connecting: asyncio.Task[_Wire] | None = None
        self._down_until = 0.0
        self.failures = 0

    async def call(self, *command: bytes) -> Answer:
        """The answer to one command. Raises LineDown."""
        wire = self._wire
        if wire is None or wire.is_lost:
            wire = await self._connected()
        return await wire.ask(command)

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[bytes]) -> Answer:
        """The answer of a script, in one round trip. Raises LineDown."""
        wire = self._wire
        if wire is None or wire.is_lost:
            wire = await self._connected()
        return await wire.ask(wire.script_command(script, keys, arguments))

    def post(self, *command: bytes) -> bool:
        """Send without waiting for the answer. False when there is no connection to send it on."""
        wire = self._wire
        if wire is None or wire.is_lost:
            return False
        wire.tell(command)
        return True

    def post_run(self, script: str, keys: Sequence[bytes], arguments: Sequence[bytes]) -> bool:
        """`post` for a script."""
        wire = self._wire
        if wire is None or wire.is_lost:
            return False
        wire.tell(wire.script_command(script, keys, arguments))
        return True

    async def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._wire is not None:
            await self._wire.finish()

    async def _connected(self) -> _Wire:
        loop = asyncio.get_running_loop()
        if loop.time() < self._down_until:
            raise LineDown("paused after a failure")
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        try:
            # Shielded: one caller that goes away must not end the attempt of all.
            return await asyncio.shield(self._connecting)
        except (OSError, TimeoutError, LineDown) as refused:
            raise LineDown("no connection") from refused

    async def _connect(self) -> _Wire:
        loop = asyncio.get_running_loop()
        wire = _Wire(loop, self._timeout_s, self._lost)
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._address.connect(loop, wire)
                for command in self._address.greeting:
                    await wire.ask(command)
                for name, source in self._scripts.items():
                    sha = await wire.ask((b"SCRIPT", b"LOAD", source.encode()))
                    if not isinstance(sha, bytes):
                        raise LineDown("a script was not loaded")
                    wire.shas[name] = sha
        except BaseException:
            wire.lose()
            self._lost()
            raise
        self._wire = wire
        return wire

    def _lost(self) -> None:
        self.failures += 1
        self._down_until = asyncio.get_running_loop().time() + self._pause_s


class _Wire(asyncio.Protocol):
    def __init__(self, loop: asyncio.AbstractEventLoop, timeout_s: float, lost: Callable[[], None]) -> None:
        self._loop = loop
        self._timeout_s = timeout_s
        self._tell_lost = lost
        self._transport: asyncio.Transport | None = None
        self._outgoing: list[bytes] = []
        self._flushes_soon = False
        # Who waits for the next answers, and until when; None for what was only told.
        self._waiting: deque[tuple[asyncio.Future[Answer] | None, float]] = deque()
        self._incoming = bytearray()
        self._watch: asyncio.TimerHandle | None = None
        self._closing = False
        self.shas: dict[str, bytes] = {}
        self.is_lost = False

    def script_command(
        self, script: str, keys: Sequence[bytes], arguments: Sequence[bytes]
    ) -> tuple[bytes, ...]:
        return (b"EVALSHA", self.shas[script], b"%d" % len(keys), *keys, *arguments)

    def ask(self, command: Sequence[bytes]) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._send(command, future)
        if not self._flushes_soon:
            self._flushes_soon = True
            self._loop.call_soon(self._flush)
        return future

    def tell(self, command: Sequence[bytes]) -> None:
        """Nobody waits for the answer: it rides along with the next question, or goes after a moment."""
        if not self._outgoing:
            self._loop.call_later(TELL_WITHIN_S, self._flush)
        self._send(command, None)

    async def finish(self) -> None:
        """Send what is still unsent, then hang up."""
        self._closing = True
        if not self.is_lost:
            try:
                await self.ask((b"PING",))
            except LineDown:
                return
        self.lose()

    def lose(self) -> None:
        if self.is_lost:
            return
        self.is_lost = True
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.abort()
        for future, _ in self._waiting:
            if future is not None and not future.done():
                future.set_exception(LineDown("the connection was lost"))
                future.exception()  # whoever waited may be gone
        self._waiting.clear()
        if not self._closing:
            self._tell_lost()

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lose()

    def data_received(self, data: bytes) -> None:
        self._incoming += data
        try:
            self._read()
        except ValueError:
            self.lose()

    # ---- writing

    def _send(self, command: Sequence[bytes], future: asyncio.Future[Answer] | None) -> None:
        if self.is_lost:
            if future is not None:
                future.set_exception(LineDown("the connection was lost"))
            return
        sized: list[object] = []
        for part in command:
            sized += len(part), part
        self._outgoing.append(_form(len(command)) % tuple(sized))
        self._waiting.append((future, self._loop.time() + self._timeout_s))
        if self._watch is None:
            self._watch = self._loop.call_later(self._timeout_s, self._look)

    def _flush(self) -> None:
        self._flushes_soon = False
        if self._outgoing and self._transport is not None and not self.is_lost:
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def _look(self) -> None:
        """One timer for all that wait: the oldest decides."""
        self._watch = None
        if not self._waiting:
            return
        oldest = self._waiting[0][1]
        if oldest <= self._loop.time():
            self.lose()
        else:
            self._watch = self._loop.call_at(oldest, self._look)

    # ---- reading

    def _read(self) -> None:
        data = self._incoming
        start = 0
        while start < len(data):
            end = data.find(b"\r\n", start)
            if end < 0:
                if len(data) - start > _LONGEST_LINE:
                    raise ValueError("an endless line")
                break
            kind = data[start]
            head = bytes(data[start + 1 : end])
            after = end + 2
            if kind == 0x24:  # $
                length = int(head)
                if length >= 0:
                    if len(data) < after + length + 2:
                        break
                    self._settle(bytes(data[after : after + length]))
                    after += length + 2
                else:
                    self._settle(None)
            elif kind == 0x3A:  # :
                self._settle(int(head))
            elif kind == 0x2B:  # +
                self._settle(head)
            elif kind == 0x2D:  # -
                self._refuse(head)
            else:
                raise ValueError("an answer of a kind that was not asked for")
            start = after
        del data[:start]

    def _settle(self, answer: Answer) -> None:
        if not self._waiting:
            raise ValueError("an answer nobody asked for")
        future, _ = self._waiting.popleft()
        if future is not None and not future.done():
            future.set_result(answer)

    def _refuse(self, head: bytes) -> None:
        if not self._waiting:
            raise ValueError("an answer nobody asked for")
        future, _ = self._waiting.popleft()
        if future is not None and not future.done():
            # The first word is the kind of error; the rest may quote what was sent.
            future.set_exception(LineDown(head.split(b" ", 1)[0].decode("ascii", "replace")))
            future.exception()
        if head.startswith((b"NOSCRIPT", b"NOAUTH", b"LOADING", b"READONLY")):
            self.lose()


@cache
def _form(parts: int) -> bytes:
    """A command of so many parts, to be filled with the length of each and the part."""
    return b"*%d\r\n" % parts + b"$%d\r\n%b\r\n" * parts


class _Address:
    """Where Redis listens, and what to say first."""

    def __init__(self, connect: Callable[..., Any], greeting: list[tuple[bytes, ...]]) -> None:
        self.connect = connect
        self.greeting = greeting

    @classmethod
    def parse(cls, url: str) -> _Address:
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        greeting: list[tuple[bytes, ...]] = []
        if parts.password:
            user = [unquote(parts.username).encode()] if parts.username else []
            greeting.append((b"AUTH", *user, unquote(parts.password).encode()))
        if parts.scheme == "unix":
            path, database = unquote(parts.path), query.get("db", "")

            async def connect(loop: asyncio.AbstractEventLoop, wire: _Wire) -> None:
                await loop.create_unix_connection(lambda: wire, path)

        elif parts.scheme in ("redis", "rediss"):
            host, port = parts.hostname or "localhost", parts.port or 6379
            database = query.get("db", parts.path.strip("/"))
            tls = ssl.create_default_context() if parts.scheme == "rediss" else None

            async def connect(loop: asyncio.AbstractEventLoop, wire: _Wire) -> None:
                await loop.create_connection(lambda: wire, host, port, ssl=tls)

        else:
            raise ValueError("a Redis address begins with redis://, rediss:// or unix://")
        if database and database != "0":
            greeting.append((b"SELECT", database.encode()))
        return cls(connect, greeting)
