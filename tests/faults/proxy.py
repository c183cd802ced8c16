"""A small TCP proxy before a server, with knobs: slow, swallowing, refusing, resetting.

It runs in a thread with a loop of its own, so that a test may block while it works.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
CHUNK = 65_536


class Proxy:
    """Knobs may be turned from any thread at any time."""

    def __init__(self, host: str, port: int) -> None:
        """`host`: an address, or the folder of a PostgreSQL server's socket."""
        self._host, self._target_port = host, port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self.latency_s = 0.0
        """What goes to the server arrives this much later; what comes back does not."""
        self._requests_pass = threading.Event()
        self._answers_pass = threading.Event()
        self.port = 0

    # ---- knobs

    def swallow(self, *, requests: bool = True, answers: bool = True) -> None:
        """Nothing comes through any more, in the directions named; connections stay open."""
        (self._requests_pass.clear if requests else self._requests_pass.set)()
        (self._answers_pass.clear if answers else self._answers_pass.set)()

    def let_through(self) -> None:
        """What was held arrives now, as after a broken line was mended."""
        self._requests_pass.set()
        self._answers_pass.set()

    def reset_all(self) -> None:
        """Every connection ends with a reset, on both sides; what was held is lost."""
        self._call(self._reset_all())

    def refuse(self) -> None:
        """No new connection is taken, and those there are end with a reset."""
        self._call(self._stop_listening())
        self.reset_all()

    def listen(self) -> None:
        """Take connections, on the same port as before."""
        self._call(self._start_listening())

    # ---- inside

    def open(self) -> None:
        self.let_through()
        threading.Thread(target=self._run, daemon=True).start()
        self.listen()

    def close(self) -> None:
        self.refuse()
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _start_listening(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port, reuse_address=True
            )
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _reset_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            there, back = await self._connect()
            self._writers.add(back)
            to_server = asyncio.create_task(self._pump(reader, back, self._requests_pass, slow=True))
            to_client = asyncio.create_task(self._pump(there, writer, self._answers_pass, slow=False))
            pumps = (to_server, to_client)
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                self._drop(back)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._drop(writer)
            self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._host.startswith("/"):
            path = f"{self._host}/.s.PGSQL.{self._target_port}"
            return await asyncio.open_unix_connection(path)
        return await asyncio.open_connection(self._host, self._target_port)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passes: threading.Event,
        *,
        slow: bool,
    ) -> None:
        """Pieces arrive in order, each `latency_s` after it was read: a long line, not a narrow one."""
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def deliver() -> None:
            while True:
                due, piece = await line.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                while not passes.is_set():
                    await asyncio.sleep(0.02)
                if not piece:
                    return
                writer.write(piece)
                await writer.drain()

        delivering = asyncio.create_task(deliver())
        try:
            with contextlib.suppress(OSError):
                while piece := await reader.read(CHUNK):
                    line.put_nowait((loop.time() + (self.latency_s if slow else 0.0), piece))
            line.put_nowait((0.0, b""))
            with contextlib.suppress(OSError):
                await delivering
        finally:
            delivering.cancel()

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


@contextlib.contextmanager
def proxy_before(host: str, port: int) -> Iterator[Proxy]:
    """An open proxy on a free port of the loopback."""
    proxy = Proxy(host, port)
    proxy.open()
    try:
        yield proxy
    finally:
        proxy.close()
