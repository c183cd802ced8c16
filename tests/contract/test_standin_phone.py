"""The demo phone's doors: set-up, stream, bad input, and what is remembered over a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image

from tests.standin_setting import CITIZEN, Account, Outside, config
from wechat.standin.photos import SCENES, sample_photo
from wechat.standin.server import build_app


@pytest.fixture
async def standin() -> AsyncIterator[Outside]:
    async with TestServer(Account().app()) as webhook:
        app = build_app(config(str(webhook.make_url("/wechat"))))
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            yield Outside(server, http)


async def items(standin: Outside, count: int, last_event_id: str = "") -> list[tuple[str, Any]]:
    """The first `count` events of the stream: (id, content)."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    found: list[tuple[str, Any]] = []
    event_id = ""
    async with standin.http.get(f"{standin.base}/phone/events?openid={CITIZEN}", headers=headers) as response:
        async for line in response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name in ("id", "event"):
                event_id = value
            elif name == "data":
                found.append((event_id, json.loads(value)))
                if len(found) == count:
                    return found
    return found


async def test_new_phone_follows_the_account_and_is_greeted_once(standin: Outside) -> None:
    for _ in range(2):
        setup = await standin.get(f"/phone/setup?openid={CITIZEN}")
        await standin.courier.settle()
    assert (setup["citizen"]["followed"], setup["encrypted"]) == (True, True)
    assert [entry["text"] for entry in await standin.ledger()] == ["you said "]


async def test_every_phone_has_a_name_of_its_own(standin: Outside) -> None:
    first = await standin.get("/phone/setup?openid=oPhone_one&name=王师傅")
    second = await standin.get("/phone/setup?openid=oPhone_two")
    assert first["citizen"]["name"] == "王师傅"
    assert second["citizen"]["name"] in standin.platform.config.demo.names


async def test_stream_replays_then_resumes_where_the_page_stopped(standin: Outside) -> None:
    await standin.get(f"/phone/setup?openid={CITIZEN}")
    await standin.courier.settle()
    first = await items(standin, 4)
    assert first[0][0] == "restart"
    resumed = await items(standin, 1, last_event_id=first[2][0])
    assert resumed[0] == first[3]
    assert (await items(standin, 1, last_event_id="another-run-7"))[0][0] == "restart"


async def test_pushed_messages_arrive_while_the_page_is_open(standin: Outside) -> None:
    await standin.meet(wrote=True)
    watching = asyncio.create_task(items(standin, 4))
    await asyncio.sleep(0.05)
    await standin.say("您的投诉已受理")
    topics = {content.get("topic"): content.get("content") for _, content in await watching}
    assert topics["bubble"]["text"] == "您的投诉已受理"


async def test_page_and_its_files_are_served_under_a_strict_policy(standin: Outside) -> None:
    for path in ("/phone", "/phone/static/main.js", "/phone/static/chat.css", "/phone/static/account.svg"):
        async with standin.http.get(standin.base + path) as response:
            assert response.status == 200
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("text", {"text": "   "}),
        ("text", {"text": "字" * 16_001}),
        ("text", {}),
        ("dance", {}),
        ("sample_photo", {"name": "../../etc/passwd"}),
        ("location", {"label": "x", "latitude": 91, "longitude": 0}),
        ("menu", {"path": [9]}),
        ("menu", {"path": [0, 9]}),
        ("menu", {"path": [0, 0, 0]}),
        ("menu", {"path": [-1]}),
        ("scan", {"scene": ""}),
        ("consent", {"template_id": "unknown", "accepted": True}),
    ],
)
async def test_impossible_actions_are_refused_and_send_nothing(
    standin: Outside, action: str, details: dict[str, Any]
) -> None:
    await standin.meet()
    content = {"action": action, "openid": CITIZEN} | details
    status = 404 if action == "sample_photo" else 400
    async with standin.http.post(f"{standin.base}/phone/send", json=content) as response:
        assert response.status == status
    assert list(standin.courier.deliveries) == []


async def test_unknown_phone_is_asked_to_open_its_page_again(standin: Outside) -> None:
    await standin.post("/phone/send", {"action": "text", "openid": "oNobody", "text": "您好"}, status=400)
    async with standin.http.get(f"{standin.base}/phone/setup?openid=<x>") as response:
        assert response.status == 400


async def test_own_photo_of_any_format_becomes_one_the_platform_takes(standin: Outside) -> None:
    await standin.meet()
    picture = BytesIO()
    Image.new("RGBA", (40, 30), "red").save(picture, "WEBP")
    address = f"{standin.base}/phone/photo?openid={CITIZEN}"
    headers = {"Content-Type": "image/webp"}
    async with standin.http.post(address, data=picture.getvalue(), headers=headers) as response:
        assert response.status == 200
    async with standin.http.post(address, data=b"no picture", headers=headers) as response:
        assert response.status == 400
    async with standin.http.post(address, data=b"text", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 400
    bubble, *_ = [i.content for i in standin.platform.feed.of_phone(CITIZEN) if i.topic == "bubble"]
    assert isinstance(bubble, dict)
    async with standin.http.get(f"{standin.base}/phone/media/{bubble['fields']['media_id']}") as response:
        assert response.content_type == "image/jpeg"


@pytest.mark.parametrize("name", list(SCENES))
def test_sample_photos_carry_a_position_to_be_removed(name: str) -> None:
    with Image.open(BytesIO(sample_photo(name))) as image:
        assert image.size == (1000, 750)
        assert image.getexif().get_ifd(0x8825)


async def test_chats_and_windows_survive_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "standin.json"
    async with TestServer(Account().app()) as webhook, aiohttp.ClientSession() as http:
        url = str(webhook.make_url("/wechat"))
        async with TestServer(build_app(config(url, memory=memory))) as server:
            standin = Outside(server, http)
            await standin.meet(name="梅")
            await standin.post("/phone/send", {"action": "text", "openid": CITIZEN, "text": "您好"})
            await standin.courier.settle()
            earlier = standin.courier.deliveries[-1].msg_id
        async with TestServer(build_app(config(url, memory=memory))) as server:
            standin = Outside(server, http)
            assert (await standin.say("您的投诉已受理"))["errcode"] == 0
            shown = [i.content for i in standin.platform.feed.of_phone(CITIZEN) if i.topic == "bubble"]
            assert [one["text"] for one in shown if isinstance(one, dict)] == [
                "您好",
                "you said 您好",
                "您的投诉已受理",
            ]
            await standin.post("/phone/send", {"action": "text", "openid": CITIZEN, "text": "谢谢"})
            await standin.courier.settle()
            assert standin.courier.deliveries[-1].msg_id != earlier
    assert memory.stat().st_mode & 0o077 == 0


async def test_unreadable_memory_is_left_unused(tmp_path: Path) -> None:
    memory = tmp_path / "standin.json"
    memory.write_text("{ broken")
    async with TestServer(build_app(config(memory=memory))) as server, aiohttp.ClientSession() as http:
        assert (await Outside(server, http).get("/_standin/ledger"))["entries"] == []
