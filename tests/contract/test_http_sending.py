"""How answers go out: compressed where it is worth it, not at all where the caller has them, tokens masked anew."""

import asyncio
import gzip
import io
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from sanic import HTTPResponse, Request, Sanic
from sanic.response import html, json

from kit.http.bodies import Body
from kit.http.compression import takes_gzip
from kit.http.conditional import check_if_match, conditional, etag_of
from kit.http.csrf import check_csrf, masked
from kit.http.problem_pages import ProblemAnswers
from kit.http.shell import install_shell
from kit.problems import Problem
from tests import read_once

TOKEN = "t" * 43
WORDS = "城管 " * 2000
URL = "http://cg.example"


def _app() -> Sanic:
    app = Sanic(f"sending-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update({"ACCESS_LOG": False, "TOUCHUP": False})
    install_shell(app, ProblemAnswers(read_once.catalogue()), URL, bare={f"{app.name}.bare"})

    @app.get("/page")
    async def page(request: Request) -> HTTPResponse:
        return html(f"<p>{masked(TOKEN)}</p>" + WORDS)

    @app.get("/bare")
    async def bare(request: Request) -> HTTPResponse:
        return html(WORDS)

    @app.get("/short")
    async def short(request: Request) -> HTTPResponse:
        return html("<p>")

    @app.get("/picture")
    async def picture(request: Request) -> HTTPResponse:
        return HTTPResponse(b"\xff\xd8\xff" * 2000, content_type="image/jpeg")

    @app.get("/api/thing")
    async def thing(request: Request) -> HTTPResponse:
        return conditional(request, json({"words": WORDS}))

    @app.put("/api/thing", name="change")
    async def change(request: Request) -> HTTPResponse:
        check_if_match(request, '"r5"')
        return json({})

    @app.post("/slow", stream=True)
    async def slow(request: Request) -> HTTPResponse:
        body = Body(request, at_most=1000, grace_s=0.3)
        try:
            return json({"length": len(b"".join([piece async for piece in body]))})
        except Problem:
            await body.drain()
            raise

    @app.post("/act")
    async def act(request: Request) -> HTTPResponse:
        check_csrf(request, TOKEN, URL)
        return json({})

    return app


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    app = _app()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = await app.create_server(sock=sock, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.start_serving()
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{sock.getsockname()[1]}", auto_decompress=False
        ) as session:
            yield session
        await server.close()
    Sanic._app_registry.pop(app.name)


@pytest.mark.parametrize("path", ["/page", "/api/thing"])
async def test_text_goes_out_gzipped_to_whoever_takes_it(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path, headers={"accept-encoding": "br, gzip"}) as answer:
        body = await answer.read()
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(body) < 1000
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert len(gzip.decompress(body).decode()) > 6000
    for refusing in ("", "br", "gzip;q=0", "identity"):
        async with http.get(path, headers={"accept-encoding": refusing}) as answer:
            assert "content-encoding" not in answer.headers
            assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/short", "/picture", "/bare"])
async def test_what_gains_nothing_goes_out_as_it_is(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status == 200
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0.0", False),
        ("gzipped", False),
        ("", False),
    ],
)
def test_an_accepted_encoding_is_read_as_the_standard_says(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


async def test_an_answer_the_caller_has_is_not_sent_again(http: aiohttp.ClientSession) -> None:
    async with http.get("/api/thing") as answer:
        tag = answer.headers["etag"]
        assert answer.headers["cache-control"] == "private, no-cache"
    for sent in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        async with http.get("/api/thing", headers={"if-none-match": sent}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
            assert answer.headers["etag"] == tag
    for sent in ('"other"', "nonsense", etag_of(b"x")):
        async with http.get("/api/thing", headers={"if-none-match": sent}) as answer:
            assert answer.status == 200


async def test_a_change_to_what_has_moved_on_is_refused(http: aiohttp.ClientSession) -> None:
    for sent, status in (('"r5"', 200), ('W/"r5"', 200), ('"r4", "r5"', 200), ("*", 200), ('"r4"', 412)):
        async with http.put("/api/thing", headers={"if-match": sent}) as answer:
            assert answer.status == status
    async with http.put("/api/thing") as answer:
        assert answer.status == 200


async def test_a_token_is_shown_masked_anew_on_each_page_and_both_forms_pass(
    http: aiohttp.ClientSession,
) -> None:
    shown = {masked(TOKEN) for _ in range(50)}
    assert len(shown) == 50
    assert all(TOKEN not in one for one in shown)
    for token in (*list(shown)[:5], TOKEN):
        async with http.post("/act", data={"csrf_token": token}) as answer:
            assert answer.status == 200
    other = masked("s" * 43)
    for token in (other, masked(TOKEN)[:-2] + "AA", masked(TOKEN)[:-4], "", "é", "t" * 86, TOKEN[:-1]):
        async with http.post(
            "/act", headers={"x-csrf-token": token.encode("latin-1").decode("latin-1")}
        ) as answer:
            assert answer.status == 403, token


async def test_a_body_that_dribbles_in_is_given_up(http: aiohttp.ClientSession) -> None:
    async def dribbling() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x"
            await asyncio.sleep(0.1)

    async with http.post("/slow", data=dribbling()) as answer:
        assert (answer.status, (await answer.json())["type"]) == (408, "/problems/timeout")
    for length, status in ((1000, 200), (1001, 413), (3_000_000, 413)):
        async with http.post("/slow", data=io.BytesIO(b"x" * length)) as answer:
            assert answer.status == status
