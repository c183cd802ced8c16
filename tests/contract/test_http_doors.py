"""The shell every web application wears, on a real Sanic over a real socket."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sanic import HTTPResponse, Request, Sanic
from sanic.response import html, text

from kit.clock import FixedClock
from kit.db import Change, Database
from kit.http.addresses import ClientAddresses
from kit.http.assets import Assets
from kit.http.cookies import SessionCookie
from kit.http.csrf import VisitToken, check_csrf
from kit.http.headers import csp_nonce
from kit.http.models import HttpSession
from kit.http.problem_pages import ProblemAnswers
from kit.http.sessions import Sessions, end_all_for
from kit.http.shell import install_shell
from kit.http.sign_in_limit import SignInLimit
from kit.http.slow_down import LoginSlowDown, Slope
from kit.problems import Conflict, Invalid, TooMany
from kit.redis import connect
from kit.secrets import KeyRing
from tests import read_once

PAGE = {"accept": "text/html,application/xhtml+xml"}
PUBLIC_URL = "https://cg.example.gov.cn"
Get = Callable[..., Awaitable[tuple[aiohttp.ClientResponse, str]]]


@pytest.fixture(scope="module")
def keys() -> KeyRing:
    return KeyRing.random()


def _app(keys: KeyRing) -> Sanic:
    app = Sanic(f"doors-{uuid4().hex[:8]}", configure_logging=False)
    app.config.ACCESS_LOG = False
    app.config.TOUCHUP = False  # it rewrites the server class, once for all applications of a process
    install_shell(app, ProblemAnswers(read_once.catalogue()), PUBLIC_URL)
    Assets({"app.js": b"const a = 1;" * 100}).install(app)
    visit = VisitToken(keys, PUBLIC_URL)
    addresses = ClientAddresses(["127.0.0.1", "10.0.0.0/8"])

    @app.get("/api/conflict")
    async def conflict(request: Request) -> HTTPResponse:
        raise Conflict()

    @app.get("/api/invalid")
    async def invalid(request: Request) -> HTTPResponse:
        raise Invalid(field="story")

    @app.get("/api/many")
    async def many(request: Request) -> HTTPResponse:
        raise TooMany(retry_after_s=17)

    @app.get("/console/broken")
    @app.get("/api/broken", name="api_broken")
    async def broken(request: Request) -> HTTPResponse:
        raise RuntimeError("canary 13812345678")

    @app.get("/console/page")
    async def page(request: Request) -> HTTPResponse:
        return html("<p>seite</p>")

    @app.get("/console/inline")
    async def inline(request: Request) -> HTTPResponse:
        return html(f"<script nonce={csp_nonce(request)}>1</script>")

    @app.post("/console/act")
    async def act(request: Request) -> HTTPResponse:
        check_csrf(request, "right-token", PUBLIC_URL)
        return text("done")

    @app.get("/console/login")
    async def login(request: Request) -> HTTPResponse:
        cookie, token = visit.issue(request)
        response = text(f"{cookie} {token}")
        visit.write(response, cookie)
        return response

    @app.post("/console/login", name="post_login")
    async def post_login(request: Request) -> HTTPResponse:
        visit.check(request)
        return text("in")

    @app.get("/api/address")
    async def address(request: Request) -> HTTPResponse:
        return text(addresses.of(request))

    return app


@pytest.fixture
async def base(keys: KeyRing) -> AsyncIterator[str]:
    app = _app(keys)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = await app.create_server(sock=listening, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    await server.close()
    listening.close()
    Sanic._app_registry.pop(app.name)


@pytest.fixture
async def client(base: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


# ---- problems


async def test_a_program_gets_a_problem_document(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/conflict", headers=PAGE) as answer:
        body = json.loads(await answer.text())
        assert (answer.status, answer.content_type) == (409, "application/problem+json")
    assert body["type"] == "/problems/conflict"
    assert body["status"] == 409
    assert body["title"].startswith("内容刚刚")
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_the_field_and_the_wait_are_named(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/invalid") as answer:
        assert (answer.status, (await answer.json(content_type=None))["field"]) == (422, "story")
    async with client.get("/api/many") as answer:
        assert (answer.status, answer.headers["retry-after"]) == (429, "17")


async def test_a_person_gets_a_sentence_on_a_page(client: aiohttp.ClientSession) -> None:
    async with client.get("/console/nowhere/<script>", headers=PAGE) as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (404, "text/html")
    assert "没有找到" in page
    assert "<script" not in page
    assert answer.headers["x-request-id"] in page


async def test_what_was_not_foreseen_is_a_500_without_a_trace(
    client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        for path in ("/api/broken", "/console/broken"):
            async with client.get(path, headers=PAGE) as answer:
                body = await answer.text()
            assert answer.status == 500
            assert answer.headers["x-request-id"] in body
            for word in ("canary", "13812345678", "RuntimeError", "Traceback", "File ", ".py"):
                assert word not in body


async def test_the_wrong_method_names_the_right_ones(client: aiohttp.ClientSession) -> None:
    async with client.delete("/api/conflict") as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["allow"]


async def test_a_request_number_is_never_the_callers(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/conflict", headers={"x-request-id": "canary"}) as answer:
        assert "canary" not in await answer.text() + answer.headers["x-request-id"]


# ---- headers and static files


async def test_every_answer_is_guarded(client: aiohttp.ClientSession) -> None:
    for path in ("/console/page", "/console/nowhere", "/console/broken"):
        async with client.get(path, headers=PAGE) as answer:
            headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" in headers
        policy = headers["content-security-policy"]
        for rule in (
            "default-src 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "script-src 'self';",
        ):
            assert rule in policy
        assert "unsafe" not in policy


async def test_a_nonce_is_new_each_time_and_only_where_asked_for(client: aiohttp.ClientSession) -> None:
    seen = set()
    for _ in range(2):
        async with client.get("/console/inline") as answer:
            nonce = (await answer.text()).partition("nonce=")[2].partition(">")[0]
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        seen.add(nonce)
    assert len(seen) == 2


async def test_static_files_are_cached_for_good_under_their_hash(client: aiohttp.ClientSession) -> None:
    address = Assets({"app.js": b"const a = 1;" * 100}).url("app.js")
    async with client.get(address) as answer:
        assert await answer.read() == b"const a = 1;" * 100
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content_type == "text/javascript"
    async with client.get(address, headers={"if-none-match": answer.headers["etag"]}) as again:
        assert again.status == 304
    for wrong in (
        "/assets/000000000000/app.js",
        "/assets/../pyproject.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
    ):
        async with client.get(wrong) as answer:
            assert answer.status == 404


# ---- forged requests


@pytest.mark.parametrize(
    ("sent", "headers", "status"),
    [
        ({"csrf_token": "right-token"}, {}, 200),
        ({"csrf_token": "right-token"}, {"sec-fetch-site": "same-origin"}, 200),
        ({"csrf_token": "right-token"}, {"origin": PUBLIC_URL}, 200),
        ({}, {"x-csrf-token": "right-token"}, 200),
        ({}, {}, 403),
        ({"csrf_token": ""}, {}, 403),
        ({"csrf_token": "wrong-token"}, {}, 403),
        ({"csrf_token": "错"}, {}, 403),
        ([("csrf_token", "right-token"), ("csrf_token", "right-token")], {}, 403),
        ({"csrf_token": "right-token"}, {"sec-fetch-site": "cross-site"}, 403),
        ({"csrf_token": "right-token"}, {"sec-fetch-site": "same-site"}, 403),
        ({"csrf_token": "right-token"}, {"origin": "https://evil.example"}, 403),
        ({"csrf_token": "right-token"}, {"origin": "null"}, 403),
        ({"csrf_token": "right-token"}, {"origin": PUBLIC_URL + ".evil.example"}, 403),
    ],
)
async def test_an_act_needs_our_token_and_our_site(
    client: aiohttp.ClientSession, sent: object, headers: dict[str, str], status: int
) -> None:
    async with client.post("/console/act", data=sent, headers=headers) as answer:
        assert answer.status == status


async def test_a_login_form_needs_the_token_of_its_own_visit(client: aiohttp.ClientSession) -> None:
    visits = []
    for _ in range(2):
        async with client.get("/console/login") as answer:
            cookie, token = (await answer.text()).split()
            (set_cookie,) = answer.headers.getall("set-cookie")
        assert set_cookie.startswith(f"__Host-cg_visit={cookie}")
        assert all(word in set_cookie for word in ("HttpOnly", "Secure", "SameSite=Lax"))
        visits.append((cookie, token))
    (cookie, token), (_, other_token) = visits
    for given, sent, status in (
        (cookie, token, 200),
        (cookie, other_token, 403),
        (None, token, 403),
        ("x", token, 403),
    ):
        headers = {"cookie": f"__Host-cg_visit={given}"} if given else {}
        async with client.post("/console/login", data={"csrf_token": sent}, headers=headers) as answer:
            assert answer.status == status


# ---- addresses


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (None, "127.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.1.2.3, 10.1.2.4", "203.0.113.7"),
        ("nonsense", "127.0.0.1"),
        ("203.0.113.7, nonsense", "127.0.0.1"),
        ("203.0.113.7, nonsense, 10.9.9.9", "10.9.9.9"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        (", ".join(["10.0.0.1"] * 500), "10.0.0.1"),
    ],
)
async def test_only_our_proxies_are_believed_about_addresses(
    client: aiohttp.ClientSession, forwarded: str | None, address: str
) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    async with client.get("/api/address", headers=headers) as answer:
        assert await answer.text() == address


# ---- sessions, on both databases


async def test_a_session_is_found_by_its_token_only(database: Database, keys: KeyRing) -> None:
    sessions, person = Sessions(database, keys), uuid4()
    new = await sessions.create("staff", person)
    found = await sessions.read(new.token, "staff")
    assert found == new.session
    assert (found.subject_kind, found.subject_id) == ("staff", person)
    for wrong in (None, "", "x", new.token[:-1], new.token + "a", "A" * 43, new.session.csrf, "’" * 43):
        assert await sessions.read(wrong, "staff") is None
    assert await sessions.read(new.token, "citizen") is None
    assert await Sessions(database, KeyRing.random()).read(new.token, "staff") is None
    row = await HttpSession.get(id=new.session.id)
    assert new.token not in repr(dict(row)) + repr(new)


async def test_a_logout_ends_the_session_at_once_and_no_other(database: Database, keys: KeyRing) -> None:
    sessions, person = Sessions(database, keys), uuid4()
    here, there = await sessions.create("staff", person), await sessions.create("staff", person)
    await sessions.end(here.session.id)
    assert await sessions.read(here.token, "staff") is None
    assert await sessions.read(there.token, "staff") is not None
    await sessions.end(here.session.id)


async def test_a_change_of_roles_ends_every_session_in_its_own_transaction(
    database: Database, keys: KeyRing
) -> None:
    sessions, person, other = Sessions(database, keys), uuid4(), uuid4()
    tokens = [(await sessions.create("staff", person)).token for _ in range(3)]
    kept = (await sessions.create("staff", other)).token

    async def fails(change: Change) -> None:
        assert await end_all_for(change, "staff", person) == 3
        raise LookupError

    with pytest.raises(LookupError):
        await database.change(fails)
    assert await sessions.read(tokens[0], "staff") is not None

    assert await database.change(lambda change: end_all_for(change, "staff", person)) == 3
    assert [await sessions.read(token, "staff") for token in tokens] == [None] * 3
    assert await sessions.read(kept, "staff") is not None


async def test_sessions_end_by_themselves_idle_or_old(
    database: Database, keys: KeyRing, clock: FixedClock
) -> None:
    sessions = Sessions(database, keys)
    idle, busy = await sessions.create("staff", uuid4()), await sessions.create("staff", uuid4())
    for _ in range(8):
        clock.advance(timedelta(minutes=80))
        assert await sessions.read(busy.token, "staff") is not None
    assert await sessions.read(idle.token, "staff") is None
    clock.advance(timedelta(minutes=81))
    assert await sessions.read(busy.token, "staff") is None


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [(PUBLIC_URL, "__Host-cg_staff", True), ("http://127.0.0.1:8000", "cg_staff", False)],
)
def test_the_cookie_is_not_for_scripts_or_other_sites(public_url: str, name: str, secure: bool) -> None:
    cookie, response = SessionCookie("staff", public_url), HTTPResponse()
    cookie.write(response, "token")
    written = str(response.headers["set-cookie"])
    assert written.startswith(f"{name}=token")
    assert "HttpOnly" in written
    assert "SameSite=Lax" in written
    assert "Path=/" in written
    assert ("Secure" in written) is secure
    gone = HTTPResponse()
    cookie.clear(gone)
    assert "Max-Age=0" in str(gone.headers["set-cookie"])


# ---- login slow-down, on a real Valkey


async def test_machines_count_failed_logins_together(
    valkey_url: str, keys: KeyRing, clock: FixedClock
) -> None:
    ring, redis = KeyRing.random(), connect(valkey_url)
    quick = Slope(free=3, first_s=0.2, longest_s=0.4)
    machines = [
        LoginSlowDown(redis, ring, clock, by_login=quick, by_address=Slope(free=100)) for _ in range(2)
    ]
    try:
        for number in range(3):
            await machines[number % 2].attempt("zhang", "203.0.113.7")
        for machine in machines:
            with pytest.raises(TooMany):
                await machine.attempt("zhang", "203.0.113.8")
        await machines[0].attempt("li", "203.0.113.8")
        await machines[1].succeeded("zhang", "203.0.113.7")
        await machines[0].attempt("zhang", "203.0.113.7")
        for key in await redis.keys("slow:*"):
            assert b"zhang" not in key
            assert b"203.0" not in key
            assert 0 < await redis.pttl(key) <= 3_600_000
    finally:
        await redis.aclose()


async def test_a_burst_of_guesses_gains_nothing(valkey_url: str, clock: FixedClock) -> None:
    redis = connect(valkey_url, timeout_s=5.0)
    slow_down = LoginSlowDown(
        redis, KeyRing.random(), clock, by_login=Slope(free=5), by_address=Slope(free=1000)
    )
    try:
        results = await asyncio.gather(
            *(slow_down.attempt("zhang", f"203.0.113.{n}") for n in range(60)), return_exceptions=True
        )
    finally:
        await redis.aclose()
    assert sum(result is None for result in results) == 5


async def test_without_a_reachable_redis_the_process_counts_for_itself(
    tmp_path: Path, clock: FixedClock
) -> None:
    redis = connect(f"unix://{tmp_path}/nobody.sock")
    slow_down = LoginSlowDown(redis, KeyRing.random(), clock, by_login=Slope(free=2))
    await slow_down.attempt("zhang", "203.0.113.7")
    await slow_down.attempt("zhang", "203.0.113.7")
    with pytest.raises(TooMany):
        await slow_down.attempt("zhang", "203.0.113.7")
    await redis.aclose()


async def test_tries_to_sign_in_are_counted_over_all_processes(valkey_url: str, clock: FixedClock) -> None:
    redis, keys = connect(valkey_url), KeyRing.random()
    processes = [SignInLimit(redis, keys, clock, tries_a_minute=4) for _ in range(2)]
    for number in range(4):
        with pytest.raises(LookupError):
            async with processes[number % 2].one_try("203.0.113.7"):
                raise LookupError
    for process in processes:
        with pytest.raises(TooMany):
            async with process.one_try("203.0.113.7"):
                pass
    await redis.aclose()
