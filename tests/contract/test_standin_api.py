"""The pretended API over real HTTP: what it takes, what it refuses, and in whose words."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from kit.clock import FixedClock
from tests.standin_setting import APP_ID, CITIZEN, LONG_TERM, ONE_TIME, SECRET, TEMPLATE, Outside, config
from wechat.standin.citizens import derived_id
from wechat.standin.server import build_app

MINI_CITIZEN = derived_id("miniapp", CITIZEN)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
RESULT = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "已清理完毕"},
    "time3": {"value": "2026年11月23日 09:30"},
    "thing4": {"value": "感谢监督"},
}
PROGRESS = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "占道经营"},
    "phrase3": {"value": "已受理"},
    "time4": {"value": "2026-11-23 09:30"},
}


@pytest.fixture
def standin_clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
async def standin(standin_clock: FixedClock) -> AsyncIterator[Outside]:
    async with (
        TestServer(build_app(config(clock=standin_clock, tries=1))) as server,
        aiohttp.ClientSession() as http,
    ):
        yield Outside(server, http)


async def test_token_answers_without_errcode(standin: Outside) -> None:
    assert set(await standin.token()) == {"access_token", "expires_in"}


async def test_refusals_have_the_platforms_form(standin: Outside) -> None:
    answer = await standin.token(secret="wrong")
    assert answer["errcode"] == 40125
    assert re.fullmatch(r"invalid appsecret rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", answer["errmsg"])


async def test_older_token_endpoint_is_separate(standin: Outside) -> None:
    query = f"grant_type=client_credential&appid={APP_ID}&secret={SECRET}"
    first = await standin.get(f"/cgi-bin/token?{query}")
    second = await standin.get(f"/cgi-bin/token?{query}")
    assert first["access_token"] != second["access_token"]


async def test_calls_without_a_good_token_are_refused(standin: Outside) -> None:
    assert (await standin.api("getcallbackip", access_token=""))["errcode"] == 41001
    assert (await standin.api("getcallbackip", access_token="nonsense"))["errcode"] == 40001
    assert (await standin.api("getcallbackip"))["ip_list"] == ["127.0.0.1"]


async def test_wrong_method_is_named(standin: Outside) -> None:
    assert (await standin.api("message/custom/send"))["errcode"] == 43002
    assert (await standin.api("getcallbackip", {}))["errcode"] == 43001


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", '{"touser":"城"}'.encode("gbk")])
async def test_bodies_that_are_no_json_object_in_utf8_are_refused(standin: Outside, body: bytes) -> None:
    assert (await standin.api("message/custom/send", body))["errcode"] == 47001


async def test_customer_message_reaches_the_phone_and_the_ledger(standin: Outside) -> None:
    await standin.meet(wrote=True)
    assert await standin.say("您的投诉已受理") == {"errcode": 0, "errmsg": "ok"}
    (entry,) = await standin.ledger()
    assert (entry["kind"], entry["text"], entry["api"]) == ("text", "您的投诉已受理", "message/custom/send")


async def test_escaped_characters_are_shown_as_they_were_sent(standin: Outside) -> None:
    await standin.meet(wrote=True)
    body = rb'{"touser":"%s","msgtype":"text","text":{"content":"\u4f60\u597d \\ \n \"x\" \\u4f60"}}'
    assert (await standin.api("message/custom/send", body % CITIZEN.encode()))["errcode"] == 0
    (entry,) = await standin.ledger()
    assert entry["text"] == '\\u4f60\\u597d \\ \n "x" \\u4f60'


async def test_sixth_message_is_refused_until_the_citizen_writes_again(standin: Outside) -> None:
    await standin.meet(wrote=True)
    codes = [(await standin.say(f"第 {number} 条"))["errcode"] for number in range(6)]
    assert codes == [0, 0, 0, 0, 0, 45047]
    assert len(await standin.ledger()) == 5


async def test_window_of_forty_eight_hours_is_kept(standin: Outside, standin_clock: FixedClock) -> None:
    await standin.meet(wrote=True)
    standin_clock.advance(timedelta(hours=49))
    standin.access_token = ""
    assert (await standin.say("太晚了"))["errcode"] == 45015
    assert await standin.ledger() == []


async def test_unknown_and_unfollowing_citizens_get_nothing(standin: Outside) -> None:
    assert (await standin.say("您好"))["errcode"] == 40003
    await standin.meet(followed=False)
    assert (await standin.say("您好"))["errcode"] == 43004


@pytest.mark.parametrize(("bytes_", "code"), [(2048, 0), (2049, 45002)])
async def test_text_is_measured_in_bytes(standin: Outside, bytes_: int, code: int) -> None:
    await standin.meet(wrote=True)
    text = "字" * (bytes_ // 3) + "x" * (bytes_ % 3)
    assert (await standin.say(text))["errcode"] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text"}, 44004),
        ({"msgtype": "hologram"}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "image", "image": {}}, 41006),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 47003),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1"}]}}, 47003),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "满意"}]}}, 0),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
        ({"msgtype": "news", "news": {"articles": [{"title": "公告", "url": "https://x.invalid"}]}}, 0),
        ({"msgtype": "miniprogrampage", "miniprogrampage": {"title": "t"}}, 47003),
    ],
)
async def test_each_kind_of_message_is_checked(
    standin: Outside, message: dict[str, object], code: int
) -> None:
    await standin.meet(wrote=True)
    assert (await standin.api("message/custom/send", {"touser": CITIZEN} | message))["errcode"] == code
    assert len(await standin.ledger()) == (1 if code == 0 else 0)


async def test_one_time_consent_is_used_up_by_one_send(standin: Outside) -> None:
    await standin.meet(consents={ONE_TIME: 1})
    send = {"touser": CITIZEN, "template_id": ONE_TIME, "data": RESULT}
    assert (await standin.api("message/subscribe/bizsend", send))["errcode"] == 0
    assert (await standin.api("message/subscribe/bizsend", send))["errcode"] == 43101
    (entry,) = await standin.ledger()
    assert (entry["kind"], entry["fields"]["thing2"], entry["template_id"]) == (
        "subscribe",
        "已清理完毕",
        ONE_TIME,
    )


async def test_long_term_consent_is_not_used_up(standin: Outside) -> None:
    await standin.meet(consents={LONG_TERM: 1})
    send = {"touser": MINI_CITIZEN, "template_id": LONG_TERM, "data": PROGRESS}
    assert [(await standin.mini("message/subscribe/send", send))["errcode"] for _ in range(3)] == [0, 0, 0]


async def test_bad_field_is_named_and_costs_no_consent(standin: Outside) -> None:
    await standin.meet(consents={ONE_TIME: 1})
    long = RESULT | {"thing2": {"value": "字" * 21}}
    send = {"touser": CITIZEN, "template_id": ONE_TIME, "data": long}
    answer = await standin.api("message/subscribe/bizsend", send)
    assert (answer["errcode"], "data.thing2.value" in answer["errmsg"]) == (47003, True)
    assert (await standin.api("message/subscribe/bizsend", send | {"data": RESULT}))["errcode"] == 0


async def test_templates_are_known_and_of_the_right_sort(standin: Outside) -> None:
    await standin.meet(consents={ONE_TIME: 1})
    for template_id in ("unknown", TEMPLATE):
        send = {"touser": CITIZEN, "template_id": template_id, "data": RESULT}
        assert (await standin.api("message/subscribe/bizsend", send))["errcode"] == 40037
    send = {"touser": CITIZEN, "template_id": ONE_TIME, "data": RESULT}
    assert (await standin.api("message/template/send", send))["errcode"] == 40037


async def test_page_of_a_subscription_message_stays_inside_the_mini_program(standin: Outside) -> None:
    await standin.meet(consents={LONG_TERM: 1})
    send = {"touser": MINI_CITIZEN, "template_id": LONG_TERM, "data": PROGRESS, "page": "https://x.invalid/"}
    assert (await standin.mini("message/subscribe/send", send))["errcode"] == 41030


async def test_template_message_is_sent_once_per_client_msg_id_within_ten_minutes(
    standin: Outside, standin_clock: FixedClock
) -> None:
    await standin.meet()
    send = {"touser": CITIZEN, "template_id": TEMPLATE, "data": PROGRESS, "client_msg_id": "delivery-1"}
    first = await standin.api("message/template/send", send)
    standin_clock.advance(timedelta(seconds=599))
    second = await standin.api("message/template/send", send)
    assert first["errcode"] == 0
    assert first["msgid"] == second["msgid"]
    assert [entry["client_msg_id"] for entry in await standin.ledger()] == ["delivery-1"]
    standin_clock.advance(timedelta(seconds=1))
    assert (await standin.api("message/template/send", send))["msgid"] != first["msgid"]
    assert [entry["client_msg_id"] for entry in await standin.ledger()] == ["delivery-1", "delivery-1"]


async def test_template_send_is_reported_by_an_event(standin: Outside) -> None:
    await standin.meet()
    await standin.api("message/template/send", {"touser": CITIZEN, "template_id": TEMPLATE, "data": PROGRESS})
    await standin.courier.settle()
    (delivery,) = (await standin.get("/_standin/deliveries"))["deliveries"]
    assert "TEMPLATESENDJOBFINISH" in delivery["sent"]


async def test_media_come_back_byte_for_byte_and_expire_after_three_days(
    standin: Outside, standin_clock: FixedClock
) -> None:
    form = aiohttp.FormData()
    form.add_field("media", JPEG, filename="a.jpg", content_type="image/jpeg")
    kept = await standin.api("media/upload", form, type="image")
    assert set(kept) == {"type", "media_id", "created_at"}
    address = f"{standin.base}/cgi-bin/media/get"
    query = {"access_token": standin.access_token, "media_id": kept["media_id"]}
    async with standin.http.get(address, params=query) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", JPEG)
    standin_clock.advance(timedelta(days=3))
    standin.access_token = ""
    assert (await standin.api("media/get", media_id=kept["media_id"]))["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", b"not a picture", 40005),
        ("image", b"", 44001),
        ("film", JPEG, 40004),
        ("thumb", JPEG + bytes(65536), 45001),
    ],
)
async def test_unfit_media_are_refused(standin: Outside, kind: str, content: bytes, code: int) -> None:
    form = aiohttp.FormData()
    form.add_field("media", content, filename="a.jpg", content_type="image/jpeg")
    assert (await standin.api("media/upload", form, type=kind))["errcode"] == code


async def test_upload_without_a_file_is_refused(standin: Outside) -> None:
    assert (await standin.api("media/upload", {}, type="image"))["errcode"] == 41005
    form = aiohttp.FormData()
    form.add_field("other", b"x", filename="a.jpg")
    assert (await standin.api("media/upload", form, type="image"))["errcode"] == 41005


async def test_user_information_tells_who_follows(standin: Outside) -> None:
    await standin.meet()
    told = await standin.api("user/info", openid=CITIZEN)
    assert (told["subscribe"], "errcode" in told) == (1, False)
    await standin.meet(followed=False)
    assert await standin.api("user/info", openid=CITIZEN) == {"subscribe": 0, "openid": CITIZEN}
    assert (await standin.api("user/info", openid="oNobody"))["errcode"] == 40003


async def test_menu_is_kept_as_created(standin: Outside) -> None:
    assert (await standin.api("menu/get"))["errcode"] == 46003
    buttons = [
        {"name": "办事", "sub_button": [{"type": "click", "name": "投诉", "key": "complaint"}]},
        {"type": "view", "name": "公示", "url": "https://x.invalid/public"},
    ]
    assert (await standin.api("menu/create", {"button": buttons}))["errcode"] == 0
    got = (await standin.api("menu/get"))["menu"]["button"]
    assert [button["name"] for button in got] == ["办事", "公示"]
    assert (await standin.get(f"/phone/setup?openid={CITIZEN}"))["menu"][0]["name"] == "办事"
    assert (await standin.api("menu/delete"))["errcode"] == 0


CLICK = {"type": "click", "name": "投诉", "key": "k"}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([CLICK | {"name": "这个名字实在太长"}], 40018),
        ([CLICK | {"type": "teleport"}], 40017),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([{"type": "view", "name": "页", "url": "ftp://x"}], 40055),
        ([{"name": "多", "sub_button": [CLICK] * 6}], 40023),
    ],
)
async def test_menus_the_platform_would_refuse_are_refused(
    standin: Outside, buttons: list[object], code: int
) -> None:
    assert (await standin.api("menu/create", {"button": buttons}))["errcode"] == code


async def test_daily_quota_of_the_older_token_endpoint_is_kept(standin: Outside) -> None:
    for _ in range(2_000):
        standin.platform.quotas.spend("/cgi-bin/token")
    answer = await standin.get(f"/cgi-bin/token?grant_type=client_credential&appid={APP_ID}&secret={SECRET}")
    assert answer["errcode"] == 45009


async def test_every_call_is_counted_by_endpoint_and_answer(standin: Outside) -> None:
    await standin.meet(wrote=True)
    await standin.say("一")
    await standin.say("")
    counted = await standin.get("/_standin/calls")
    assert counted["calls"]["/cgi-bin/message/custom/send"] == 2
    assert counted["answers"]["/cgi-bin/message/custom/send"] == {"0": 1, "44004": 1}
