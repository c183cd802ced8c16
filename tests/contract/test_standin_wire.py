"""What goes wrong between the platform and the webhook, and the mini-program's own line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.standin_setting import (
    AES_KEY,
    APP_ID,
    CITIZEN,
    LONG_TERM,
    MINI_AES_KEY,
    MINI_APP_ID,
    MINI_TOKEN,
    TOKEN,
    Account,
    Outside,
    running,
)
from wechat.codec import Codec, SignedQuery, sign
from wechat.parse import parse_xml
from wechat.standin.citizens import derived_id

MINI_CITIZEN = derived_id("miniapp", CITIZEN)


@pytest.fixture
def account() -> Account:
    return Account(answer=lambda fields: None)


@pytest.fixture
async def standin(account: Account) -> AsyncIterator[Outside]:
    async with running(account) as outside:
        await outside.meet()
        yield outside


async def push(standin: Outside, **asked: Any) -> dict[str, Any]:
    return await standin.post("/_standin/push", {"openid": CITIZEN} | asked)


async def text(standin: Outside, content: str, **more: Any) -> dict[str, Any]:
    return await push(standin, fields={"MsgType": "text", "Content": content}, msg_id=True, **more)


async def switch(standin: Outside, **wanted: object) -> dict[str, Any]:
    return await standin.post("/_standin/pushes", wanted)


async def test_any_event_can_be_sent_and_is_completed(standin: Outside, account: Account) -> None:
    entries = [{"TemplateId": "a"}, {"TemplateId": "b"}]
    fields = {"MsgType": "event", "Event": "subscribe_msg_change_event", "Changed": {"List": entries}}
    delivery = await push(standin, fields=fields)
    (received,) = account.received
    assert received["Changed"] == {"List": entries}
    assert (received["FromUserName"], "MsgId" in received) == (CITIZEN, False)
    assert delivery["outcome"] == "silent"


async def test_raw_body_goes_out_as_it_is(standin: Outside, account: Account) -> None:
    await push(standin, body="<xml><Event>x</Event></xml>")
    assert account.received == [{"Event": "x"}]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"body": "<xml/>", "fields": {"a": 1}},
        {"fields": {"no name": 1}},
        {"app": "miniprogram", "fields": {"a": 1}},
        {"app": "other", "body": "x"},
    ],
)
async def test_pushes_that_cannot_be_made_are_refused(
    standin: Outside, account: Account, asked: dict[str, Any]
) -> None:
    await standin.post("/_standin/push", asked, status=400)
    assert account.bodies == []


async def test_fourth_delivery_carries_the_same_body(standin: Outside, account: Account) -> None:
    await switch(standin, copies=4, spacing_seconds=0.01)
    delivery = await text(standin, "您好")
    assert [attempt["number"] for attempt in delivery["attempts"]] == [1, 2, 3, 4]
    assert len(set(account.bodies)) == 1
    assert len({fields["MsgId"] for fields in account.received}) == 1


async def test_failing_webhook_can_be_asked_more_often_than_it_should(standin: Outside) -> None:
    await switch(standin, tries=4, bad_signature=True)
    assert [one["outcome"] for one in (await text(standin, "您好"))["attempts"]] == ["refused"] * 4


async def test_reordered_messages_arrive_in_pairs_the_wrong_way_round(
    standin: Outside, account: Account
) -> None:
    await switch(standin, reorder=True)
    for content in "一二三四":
        await text(standin, content, waits=False)
        await asyncio.sleep(0.01)
    await standin.courier.settle()
    assert [fields["Content"] for fields in account.received] == ["二", "一", "四", "三"]


async def test_every_second_message_is_open_when_modes_are_mixed(standin: Outside, account: Account) -> None:
    await switch(standin, mix=True)
    deliveries = [await text(standin, content, waits=True) for content in "一二"]
    assert [one["is_plain"] for one in deliveries] == [True, False]
    assert b"<Content>" in account.bodies[0][1]
    # A codec with a key knows safe mode only: the open one was refused, three times.
    assert [fields["Content"] for fields in account.received] == ["二"]


async def test_slow_platform_delays_deliveries_and_answers(standin: Outside) -> None:
    loop = asyncio.get_running_loop()
    await switch(standin, delay_ms=200)
    started = loop.time()
    await text(standin, "您好")
    delivered = loop.time()
    await standin.token()
    assert (delivered - started >= 0.2, loop.time() - delivered >= 0.2) == (True, True)


@pytest.mark.parametrize(
    "wanted", [{"copies": 0}, {"tries": 6}, {"delay_ms": -1}, {"delay_ms": 60_001}, {"spacing_seconds": 61}]
)
async def test_impossible_switches_are_refused(standin: Outside, wanted: dict[str, int]) -> None:
    before = await standin.get("/_standin/pushes")
    await standin.post("/_standin/pushes", wanted, status=400)
    assert await standin.get("/_standin/pushes") == before


async def test_reset_turns_every_switch_back(standin: Outside) -> None:
    before = await standin.get("/_standin/pushes")
    await switch(standin, copies=3, reorder=True, delay_ms=5, mix=True, tries=1, bad_signature=True)
    await standin.post("/_standin/reset", {})
    assert await standin.get("/_standin/pushes") == before


async def test_address_of_the_webhook_is_verified_as_in_the_console() -> None:
    async def echo(request: web.Request) -> web.Response:
        query = SignedQuery.parse(request.query_string)
        codec = Codec(TOKEN, AES_KEY, APP_ID)
        answer = codec.check_url(
            query.signature, query.timestamp, query.nonce, query.echostr, datetime.now(UTC)
        )
        return web.Response(text=answer)

    app = web.Application()
    app.router.add_get("/wechat", echo)
    async with TestServer(app) as webhook:
        async with running(webhook_url=str(webhook.make_url("/wechat"))) as standin:
            assert await standin.post("/_standin/verify", {}) == {"status": 200, "echoed": True}
        async with running(webhook_url=str(webhook.make_url("/elsewhere"))) as standin:
            assert await standin.post("/_standin/verify", {}) == {"status": 404, "echoed": False}


class MiniProgram:
    """The mini-program's webhook: opens what arrives and keeps it."""

    def __init__(self) -> None:
        self.codec = Codec(MINI_TOKEN, MINI_AES_KEY, MINI_APP_ID)
        self.received: list[dict[str, Any]] = []
        self.answer = "success"

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        query = SignedQuery.parse(request.query_string)
        is_json = request.content_type == "application/json"
        encrypted = msgspec.json.decode(body)["Encrypt"] if is_json else str(parse_xml(body)["Encrypt"])
        if query.msg_signature != sign(MINI_TOKEN, query.timestamp, query.nonce, encrypted):
            raise web.HTTPForbidden
        inside = self.codec.decrypt(encrypted)
        self.received.append(msgspec.json.decode(inside) if is_json else dict(parse_xml(inside)))
        return web.Response(text=self.answer)


@asynccontextmanager
async def mini_program(**settings: Any) -> AsyncIterator[tuple[Outside, MiniProgram]]:
    webhook = MiniProgram()
    app = web.Application()
    app.router.add_post("/wechat/miniprogram", webhook.handle)
    async with TestServer(app) as server:
        address = str(server.make_url("/wechat/miniprogram"))
        async with running(miniapp_webhook_url=address, tries=1, **settings) as standin:
            await standin.meet()
            yield standin, webhook


async def act(standin: Outside, action: str, **more: object) -> None:
    await standin.post("/_standin/miniapp", {"openid": CITIZEN, "action": action} | more)
    await standin.courier.settle()


async def test_consent_in_the_mini_program_arrives_as_json_and_counts() -> None:
    async with mini_program() as (standin, webhook):
        await act(standin, "consent", template_id=LONG_TERM)
        await act(standin, "change", template_id=LONG_TERM, accepted=False)
        popup, change = webhook.received
        assert (popup["FromUserName"], popup["Event"]) == (MINI_CITIZEN, "subscribe_msg_popup_event")
        assert popup["List"] == {
            "TemplateId": LONG_TERM,
            "SubscribeStatusString": "accept",
            "PopupScene": "0",
        }
        assert change["List"]["SubscribeStatusString"] == "reject"
        assert standin.platform.citizens.find(CITIZEN).consents[LONG_TERM].left == 0


async def test_consent_in_the_mini_program_arrives_as_xml_where_its_console_says_so() -> None:
    async with mini_program(miniapp_format="xml") as (standin, webhook):
        await act(standin, "consent", template_id=LONG_TERM)
        (popup,) = webhook.received
        assert popup["SubscribeMsgPopupEvent"]["List"]["TemplateId"] == LONG_TERM


async def test_words_to_the_mini_programs_service_open_five_answers() -> None:
    async with mini_program() as (standin, webhook):
        message = {"touser": MINI_CITIZEN, "msgtype": "text", "text": {"content": "请看菜单"}}
        assert (await standin.mini("message/custom/send", message))["errcode"] == 45015
        await act(standin, "enter", session_from="pages/help")
        await act(standin, "text", text="有人吗")
        assert [one.get("SessionFrom") or one["Content"] for one in webhook.received] == [
            "pages/help",
            "有人吗",
        ]
        codes = [(await standin.mini("message/custom/send", message))["errcode"] for _ in range(6)]
        assert codes == [0] * 5 + [45047]
        assert (await standin.mini("message/custom/send", message | {"touser": CITIZEN}))["errcode"] == 43104


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("success", "silent"), ("", "silent"), ('{"MsgType":"transfer_customer_service"}', "silent")]
    + [(answer, "invalid") for answer in ("hello", '{"reply":1}', "<xml/>", "[]", '{"Encrypt":"AAAA"}')],
)
async def test_mini_program_answers_success_nothing_or_a_transfer(answer: str, outcome: str) -> None:
    async with mini_program() as (standin, webhook):
        webhook.answer = answer
        fields = {"MsgType": "event", "Event": "x"}
        delivery = await push(standin, app="miniprogram", fields=fields)
        assert delivery["attempts"][0]["outcome"] == outcome
        assert webhook.received[0]["Event"] == "x"


@pytest.mark.parametrize("finding", ["pass", "review", "risky"])
async def test_picture_is_judged_later_by_an_event(finding: str) -> None:
    async with mini_program() as (standin, webhook):
        await standin.post("/_standin/login_code", {"openid": CITIZEN})
        await standin.post("/_standin/account", {"media_check": finding})
        asked: dict[str, object] = {"openid": MINI_CITIZEN, "scene": 2, "version": 2, "media_type": 2}
        for wrong in (
            {"media_url": "ftp://x"},
            {"media_url": ""},
            {"media_url": "https://x", "media_type": 3},
        ):
            assert (await standin.mini("/wxa/media_check_async", asked | wrong))["errcode"] == 47003
        picture = {"media_url": "https://x.invalid/a.jpg"}
        trace_id = (await standin.mini("/wxa/media_check_async", asked | picture))["trace_id"]
        await standin.courier.settle()
        (event,) = webhook.received
        assert (event["Event"], event["trace_id"], event["result"]["suggest"]) == (
            "wxa_media_check",
            trace_id,
            finding,
        )
        assert (event["appid"], event["FromUserName"]) == (MINI_APP_ID, MINI_CITIZEN)


async def test_sent_subscription_of_the_mini_program_is_reported_to_it() -> None:
    async with mini_program() as (standin, webhook):
        await standin.meet(consents={LONG_TERM: 1})
        progress = {
            "character_string1": {"value": "QS-TS-261122-0051-K"},
            "thing2": {"value": "占道经营"},
            "phrase3": {"value": "已受理"},
            "time4": {"value": "2026-11-23 09:30"},
        }
        send = {"touser": MINI_CITIZEN, "template_id": LONG_TERM, "data": progress}
        sent = await standin.mini("message/subscribe/send", send)
        await standin.courier.settle()
        (event,) = webhook.received
        assert event["Event"] == "subscribe_msg_sent_event"
        assert event["List"]["MsgID"] == str(sent["msgid"])
        # The ledger names the person, whichever app wrote to them.
        assert [entry["api"] for entry in await standin.ledger()] == ["message/subscribe/send"]


async def test_mini_program_without_a_webhook_is_told_nothing(standin: Outside, account: Account) -> None:
    await standin.post("/_standin/miniapp", {"openid": CITIZEN, "action": "enter"})
    await standin.courier.settle()
    (delivery,) = (await standin.get("/_standin/deliveries"))["deliveries"]
    assert (delivery["address"], delivery["attempts"], account.bodies) == ("", [], [])
