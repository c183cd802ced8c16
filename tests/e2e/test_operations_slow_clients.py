"""Clients that take their time, or send too much of it: turned away with an answer, and nobody else waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sanic import HTTPResponse, Request, Sanic, text

from kit.http.patience import LIMITS, PatientProtocol
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from tests import read_once
from tests.e2e.system import System

_serial = iter(range(1000))


@asynccontextmanager
async def served(**limits: float) -> AsyncIterator[tuple[int, Any]]:
    """A door with our shell and short limits: its port, and the server."""
    app = Sanic(f"slow{next(_serial)}", configure_logging=False)
    app.config.update({**LIMITS, "REQUEST_TIMEOUT": 1, "RESPONSE_TIMEOUT": 1, "TOUCHUP": False, **limits})
    install_shell(app, ProblemAnswers(read_once.catalogue()), "http://127.0.0.1")

    @app.post("/")
    async def take(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    server: Any = await app.create_server(
        host="127.0.0.1", port=0, return_asyncio_server=True, access_log=False, protocol=PatientProtocol
    )
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        yield server.server.sockets[0].getsockname()[1], server
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def door(**limits: float) -> AsyncIterator[int]:
    """Its port alone."""
    async with served(**limits) as (port, _):
        yield port


async def drip(
    port: int, first: bytes, then: bytes, every_s: float, *, at_most_s: float
) -> tuple[float, bytes]:
    """Send `first`, then `then` byte by byte until turned away. Seconds it took, and what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    answer = asyncio.ensure_future(reader.read(4096))
    writer.write(first)
    try:
        for byte in then:
            if answer.done() or time.monotonic() - begun > at_most_s:
                break
            writer.write(bytes([byte]))
            await asyncio.wait([answer], timeout=every_s)
        async with asyncio.timeout(at_most_s):
            return time.monotonic() - begun, await answer
    except (ConnectionError, TimeoutError):
        return time.monotonic() - begun, b""
    finally:
        writer.close()


async def test_a_head_that_comes_byte_by_byte_is_ended_in_time() -> None:
    async with door() as port:
        took, answer = await drip(port, b"POST / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 200, 0.1, at_most_s=6)
        assert took < 4
        assert answer.startswith(b"HTTP/1.1 408")


async def test_a_body_that_comes_byte_by_byte_is_ended_and_one_at_a_fair_rate_is_not() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n"
    async with door(BODY_GRACE_S=1.0, BODY_LEAST_BYTES_S=1000.0) as port:
        took, _ = await drip(port, head, b"a" * 30, 0.3, at_most_s=8)
        assert took < 5
    # Thrice as long as a whole answer may take, and yet no hurry is needed.
    async with door(BODY_GRACE_S=1.0, BODY_LEAST_BYTES_S=1.0) as port:
        took, answer = await drip(port, head, b"a" * 30, 0.1, at_most_s=8)
        assert took > 2.5
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"30")


async def test_past_the_most_connections_a_new_one_is_shut_and_the_old_ones_go_on() -> None:
    async with door(CONNECTIONS_AT_MOST=3, REQUEST_TIMEOUT=5) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises(ConnectionError):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            if await reader.read(100) == b"":
                raise ConnectionResetError
        reader, writer = held[0]
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
        assert (await reader.read(4096)).startswith(b"HTTP/1.1 200")
        for _, one in held:
            one.close()


FLOODS = {
    "many headers": b"".join(b"X-A%d: %s\r\n" % (number, b"a" * 100) for number in range(2000)),
    "one long header": b"X: " + b"a" * 50_000 + b"\r\n",
    "cookies": b"Cookie: " + b"; ".join(b"c%d=1" % number for number in range(10_000)) + b"\r\n",
}


async def test_who_has_connected_when_the_process_stops_is_heard_once_more() -> None:
    async with served() as (port, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        silent, _ = await asyncio.open_connection("127.0.0.1", port)
        while len(server.connections) < 2:
            await asyncio.sleep(0.01)
        assert [one.close_if_idle() for one in list(server.connections)] == [False, False]
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab")
        async with asyncio.timeout(5):
            # And whoever says nothing keeps nobody waiting.
            answered, said = await asyncio.gather(reader.read(), silent.read())
        assert answered.startswith(b"HTTP/1.1 200")
        assert answered.endswith(b"2")
        assert said == b""


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_of_headers_is_refused_in_one_sentence_and_others_are_served(
    shared_system: System, flood: str
) -> None:
    async def one() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", shared_system.port)
        try:
            writer.write(b"GET /h5/ HTTP/1.1\r\nHost: x\r\n" + FLOODS[flood] + b"\r\n")
            return await reader.read(4096)
        except ConnectionError:
            return b""  # it had heard enough before we had said all
        finally:
            writer.close()

    answers = await asyncio.gather(*(one() for _ in range(20)))
    said = [answer for answer in answers if answer]
    assert all(answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")) for answer in said)
    assert all(b"Traceback" not in answer for answer in said)
    assert shared_system.get_json(f"{shared_system.url}/readyz")["status"] == "ok"


async def test_a_body_that_announces_more_than_it_may_is_refused_before_it_comes(
    shared_system: System,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_system.port)
    writer.write(b"POST /console/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nabc")
    assert (await reader.read(4096)).startswith(b"HTTP/1.1 413")
    writer.close()


NO_TEXT = b"\xff\xfe"
HEADS = {
    "a token": b"POST /console/login HTTP/1.1\r\nHost: x\r\nCookie: cg_visit=" + b"a" * 43
    + b"\r\nX-CSRF-Token: " + NO_TEXT + b"\r\nContent-Length: 0\r\n",
    "a bearer": b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + NO_TEXT + b"\r\n",
    "a session": b"GET /console/cases HTTP/1.1\r\nHost: x\r\nCookie: cg_staff=" + NO_TEXT + b"\r\n",
    "everything": b"GET /h5/?q=%ff HTTP/1.1\r\nHost: " + NO_TEXT + b"\r\nUser-Agent: " + NO_TEXT
    + b"\r\nAccept: " + NO_TEXT + b"\r\nAccept-Encoding: " + NO_TEXT + b"\r\nX-Forwarded-Proto: " + NO_TEXT
    + b"\r\n",
    "an address": b"GET /h5/%ff%fe HTTP/1.1\r\nHost: x\r\n",
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
async def test_bytes_that_are_no_text_are_refused_like_any_wrong_word(
    shared_system: System, head: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_system.port)
    writer.write(HEADS[head] + b"\r\n")
    answer = await asyncio.wait_for(reader.read(4096), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 ")
    assert int(answer[9:12]) < 500, answer[:200]
