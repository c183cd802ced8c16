"""The fault knobs, and the doors that are shut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.standin_setting import CITIZEN, Outside, config
from wechat.standin.config import StandinConfig, StandinRefusedError
from wechat.standin.server import build_app

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
async def standin() -> AsyncIterator[Outside]:
    async with TestServer(build_app(config(tries=1))) as server, aiohttp.ClientSession() as http:
        outside = Outside(server, http)
        await outside.meet(wrote=True)
        outside.access_token = (await outside.token())["access_token"]
        yield outside


async def knob(standin: Outside, kind: str, **more: object) -> None:
    await standin.post("/_standin/faults", {"endpoint": "message/custom/send", "kind": kind} | more)


async def raw(standin: Outside) -> tuple[int, str, str]:
    body = {"touser": CITIZEN, "msgtype": "text", "text": {"content": "您好"}}
    query = {"access_token": standin.access_token}
    async with standin.http.post(f"{standin.base}{SEND}", params=query, json=body) as response:
        return response.status, response.content_type, await response.text()


async def test_busy_platform_delivers_nothing(standin: Outside) -> None:
    await knob(standin, "busy", times=1)
    assert (await standin.say("您好"))["errcode"] == -1
    assert await standin.ledger() == []
    assert (await standin.say("您好"))["errcode"] == 0


async def test_stuck_token_is_refused_for_ever(standin: Outside) -> None:
    await knob(standin, "token_40001")
    assert [(await standin.say("您好"))["errcode"] for _ in range(4)] == [40001] * 4
    async with standin.http.delete(f"{standin.base}/_standin/faults"):
        pass
    assert (await standin.say("您好"))["errcode"] == 0


async def test_gateway_page_is_no_json(standin: Outside) -> None:
    await knob(standin, "html_502")
    status, content_type, text = await raw(standin)
    assert (status, content_type, "<html>" in text) == (502, "text/html", True)
    assert await standin.ledger() == []


async def test_truncated_and_plain_answers_come_after_the_delivery(standin: Outside) -> None:
    await knob(standin, "truncated_json", times=1)
    assert not (await raw(standin))[2].endswith("}")
    await knob(standin, "text_plain", times=1)
    assert (await raw(standin))[1] == "text/plain"
    assert len(await standin.ledger()) == 2


@pytest.mark.parametrize(("kind", "delivered"), [("reset_before", 0), ("reset_after", 1)])
async def test_reset_connection_says_nothing_about_the_delivery(
    standin: Outside, kind: str, delivered: int
) -> None:
    await knob(standin, kind, times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await raw(standin)
    assert len(await standin.ledger()) == delivered


async def test_latency_and_hang_keep_the_caller_waiting(standin: Outside) -> None:
    await knob(standin, "latency", seconds=0.2, times=1)
    started = asyncio.get_running_loop().time()
    assert (await standin.say("您好"))["errcode"] == 0
    assert asyncio.get_running_loop().time() - started >= 0.2
    await knob(standin, "hang", times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(raw(standin), 0.3)
    assert len(await standin.ledger()) == 1


async def test_rate_of_a_fault_repeats_with_the_seed() -> None:
    async def codes() -> list[int]:
        async with TestServer(build_app(config())) as server, aiohttp.ClientSession() as http:
            standin = Outside(server, http)
            await knob(standin, "busy", rate=0.5)
            return [(await standin.say("您好"))["errcode"] for _ in range(20)]

    first = await codes()
    assert first == await codes()
    assert {-1, 40003} == set(first)


@pytest.mark.parametrize(
    "asked",
    [
        {"endpoint": "x", "kind": "earthquake"},
        {"endpoint": "x", "kind": "busy", "rate": 2},
        {"endpoint": "x", "kind": "busy", "times": 0},
        {"endpoint": "x", "kind": "busy", "unknown": 1},
        {"kind": "busy"},
        [],
    ],
)
async def test_impossible_knobs_are_refused(standin: Outside, asked: object) -> None:
    await standin.post("/_standin/faults", asked, status=400)
    assert (await standin.get("/_standin/faults"))["faults"] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "example.com"])
def test_standin_refuses_to_listen_beyond_this_machine(host: str) -> None:
    with pytest.raises(StandinRefusedError, match="只能在本机"):
        config(host=host)


def test_missing_settings_are_named_without_secrets() -> None:
    with pytest.raises(StandinRefusedError, match="app_id"):
        StandinConfig(app_id="", app_secret="s3cret", token="t", aes_key=None, webhook_url="http://x")
    assert "s3cret" not in repr(
        StandinConfig(app_id="a", app_secret="s3cret", token="t", aes_key=None, webhook_url="http://x")
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"Origin": "https://evil.example"},
    ],
)
async def test_foreign_names_proxies_and_pages_are_shut_out(
    standin: Outside, headers: dict[str, str]
) -> None:
    async with standin.http.post(f"{standin.base}/_standin/reset", json={}, headers=headers) as response:
        assert response.status == 403


async def test_control_doors_want_json_by_name(standin: Outside) -> None:
    async with standin.http.post(
        f"{standin.base}/_standin/faults", data=b"{}", headers={"Content-Type": "text/plain"}
    ) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("busy", 0),
        ("token_40001", 0),
        ("html_502", 0),
        ("reset_before", 0),
        ("reset_after", 1),
        ("truncated_json", 1),
        ("text_plain", 1),
    ],
)
async def test_uploads_have_the_same_knobs(standin: Outside, kind: str, kept: int) -> None:
    await standin.post("/_standin/faults", {"endpoint": "media/uploadimg", "kind": kind, "times": 1})
    form = aiohttp.FormData()
    form.add_field("media", b"\xff\xd8\xff\xe0" + bytes(64), filename="a.jpg")
    query = {"access_token": standin.access_token}
    address = f"{standin.base}/cgi-bin/media/uploadimg"
    with suppress(aiohttp.ClientConnectionError):
        async with standin.http.post(address, params=query, data=form) as response:
            await response.read()
    assert len(standin.platform.library.pictures) == kept
    assert (await standin.get("/_standin/faults"))["faults"] == []


async def test_token_may_be_refused_just_once(standin: Outside) -> None:
    await knob(standin, "token_40001", times=1)
    assert [(await standin.say("您好"))["errcode"] for _ in range(2)] == [40001, 0]
