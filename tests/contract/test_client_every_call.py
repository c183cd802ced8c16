"""The same calls and the same expectations, against the stand-in and against recorded bodies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from kit.clock import FixedClock
from tests.client_worlds import (
    RECORDED_NAMES,
    new_world,
    prepare,
    recorded,
    recorded_answer,
    recorded_platform,
    standin_platform,
)
from tests.every_call import CITIZEN, EVERY_CALL, World
from wechat.account_kinds import AccountKind, Right, rights
from wechat.endpoints import BY_PATH, ENDPOINTS
from wechat.errors import MEANINGS, Remedy, WeChatError
from wechat.exchange import new_session
from wechat.standin.endpoints import ENDPOINTS as STANDIN_ENDPOINTS
from wechat.standin.quotas import CALLS_A_DAY
from wechat.standin.rights import may_call


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture(params=["standin", "records"])
async def world(
    request: pytest.FixtureRequest, session: aiohttp.ClientSession, clock: FixedClock
) -> AsyncIterator[World]:
    """The clients and whom they call: the stand-in, or recorded bodies."""
    if request.param == "standin":
        async with standin_platform(clock) as (base, platform):
            prepared = new_world(base, session, clock)
            await prepare(prepared, platform)
            yield prepared
    else:
        async with recorded_platform(recorded()) as base:
            prepared = new_world(base, session, clock)
            prepared.names |= RECORDED_NAMES
            yield prepared


def test_every_endpoint_of_the_table_is_called_and_has_a_recorded_body() -> None:
    assert len(BY_PATH) == len(ENDPOINTS)
    assert set(EVERY_CALL) == set(BY_PATH) == set(recorded())


def test_the_table_and_the_stand_in_were_read_alike() -> None:
    others = {one.path: one for one in STANDIN_ENDPOINTS}
    for row in ENDPOINTS:
        other = others[row.path]
        assert (other.method, other.needs_token, other.app) == (row.method, row.needs_token, row.app), (
            row.path
        )
        assert CALLS_A_DAY.get(row.path) == row.day_quota, row.path
        if row.app != "miniprogram" and row.right is not Right.CUSTOMER_SERVICE:
            allowed = {kind for kind in AccountKind if row.right is None or row.right in rights(kind)}
            assert {kind for kind in AccountKind if may_call(kind.value, row.path)} == allowed, row.path


async def test_every_call_brings_what_its_type_promises(world: World) -> None:
    wrong = {}
    for path, one in EVERY_CALL.items():
        try:
            found = await one.make(world)
        except WeChatError as error:
            wrong[path] = f"{error!r} {error.message}"
        else:
            if not one.holds(found):
                wrong[path] = repr(found)
    assert wrong == {}


async def test_recorded_refusals_name_their_reason_and_their_request_and_nobody(
    session: aiohttp.ClientSession, clock: FixedClock
) -> None:
    refusals = recorded("refusals")
    upcoming = {path: iter(bodies) for path, bodies in refusals.items()}

    async def answer(request: web.Request) -> web.Response:
        if request.path not in upcoming:
            return recorded_answer(recorded()[request.path])
        return web.json_response(next(upcoming[request.path]))

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app) as server:
        world = new_world(str(server.make_url("")).rstrip("/"), session, clock)
        world.names |= RECORDED_NAMES
        for path, bodies in refusals.items():
            for body in bodies:
                with pytest.raises(WeChatError) as caught, capture_logs() as logs:
                    await EVERY_CALL[path].make(world)
                error = caught.value
                assert error.meaning == MEANINGS[body["errcode"]]
                assert error.meaning.remedy is Remedy.FINAL
                assert (error.retryable, error.uncertain) == (False, False)
                assert error.rid.startswith("6745aa")
                assert CITIZEN not in f"{error} {error!r} {error.message} {logs}"
                assert [(one["endpoint"], one["code"], one["rid"]) for one in logs] == [
                    (path, body["errcode"], error.rid)
                ]


@pytest.mark.parametrize(
    ("path", "body", "is_retryable", "is_uncertain"),
    [
        ("/cgi-bin/draft/add", {"errcode": 0, "errmsg": "ok"}, False, True),
        ("/cgi-bin/freepublish/submit", {"publish_id": None}, False, True),
        ("/cgi-bin/qrcode/create", {"ticket": "t"}, False, False),
        ("/cgi-bin/tags/get", {"tags": {"id": 1}}, False, False),
        ("/cgi-bin/freepublish/get", {"publish_id": "1", "publish_status": 99}, False, False),
        ("/sns/jscode2session", {"session_key": "k"}, False, False),
    ],
)
async def test_an_answer_without_what_is_promised_is_one_clear_error(
    session: aiohttp.ClientSession,
    clock: FixedClock,
    path: str,
    body: dict[str, object],
    is_retryable: bool,
    is_uncertain: bool,
) -> None:
    async with recorded_platform({**recorded(), path: {"type": "text/plain", "body": body}}) as base:
        world = new_world(base, session, clock)
        world.names |= RECORDED_NAMES
        with pytest.raises(WeChatError) as caught:
            await EVERY_CALL[path].make(world)
    error = caught.value
    assert error.reason_key == "wechat_error.unexpected_answer.reason"
    assert (error.retryable, error.uncertain) == (is_retryable, is_uncertain)


async def test_a_film_lies_at_an_address_of_the_platform_or_is_not_fetched(
    session: aiohttp.ClientSession, clock: FixedClock
) -> None:
    film, addresses, asked = (
        b"film" * 100,
        iter(["/film", "http://192.0.2.1/film", "file:///etc/hosts"]),
        count(),
    )

    async def medium(request: web.Request) -> web.Response:
        address = next(addresses)
        if address.startswith("/"):
            address = f"http://{request.host}{address}"
        return web.json_response({"video_url": address})

    async def token(request: web.Request) -> web.Response:
        return recorded_answer(recorded()[request.path])

    async def give(request: web.Request) -> web.Response:
        next(asked)
        assert "access_token" not in request.query
        return web.Response(body=film, content_type="video/mp4")

    app = web.Application()
    app.router.add_get("/cgi-bin/media/get", medium)
    app.router.add_get("/film", give)
    app.router.add_post("/cgi-bin/stable_token", token)
    async with TestServer(app) as server:
        world = new_world(str(server.make_url("")).rstrip("/"), session, clock)
        assert await world.official.media_get("m") == (film, "video/mp4")
        for _ in range(2):
            with pytest.raises(WeChatError) as caught:
                await world.official.media_get("m")
            assert caught.value.reason_key == "wechat_error.foreign_address.reason"
    assert next(asked) == 1
