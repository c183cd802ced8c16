"""Messages on their way to a real webhook: encryption, patience, tries, and what the phone shows."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.standin_setting import ACCOUNT, CITIZEN, Account, Outside, config, reply_xml
from wechat.standin.server import build_app


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def standin(account: Account) -> AsyncIterator[Outside]:
    async with TestServer(account.app()) as webhook:
        app = build_app(config(str(webhook.make_url("/wechat"))))
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            outside = Outside(server, http)
            await outside.meet()
            yield outside


async def act(standin: Outside, action: str, **details: object) -> dict[str, Any]:
    """Do something on the phone and wait until it has been delivered."""
    await standin.post("/phone/send", {"action": action, "openid": CITIZEN} | details)
    await standin.courier.settle()
    delivery: dict[str, Any] = (await standin.get("/_standin/deliveries"))["deliveries"][-1]
    return delivery


def bubbles(standin: Outside) -> list[Any]:
    return [item.content for item in standin.platform.feed.of_phone(CITIZEN) if item.topic == "bubble"]


async def test_text_arrives_encrypted_and_its_answer_is_shown(standin: Outside, account: Account) -> None:
    delivery = await act(standin, "text", text="门口能摆摊吗 ]]> <b>&")
    (received,) = account.received
    assert (received["Content"], received["MsgType"]) == ("门口能摆摊吗 ]]> <b>&", "text")
    assert (received["FromUserName"], received["MsgId"]) == (CITIZEN, delivery["msg_id"])
    (query, body) = account.bodies[0]
    assert "msg_signature=" in query
    assert "门口".encode() not in body
    assert (delivery["outcome"], len(delivery["attempts"])) == ("reply", 1)
    (entry,) = await standin.ledger()
    assert (entry["text"], entry["api"]) == ("you said 门口能摆摊吗 ]]> <b>&", "passive")


@pytest.mark.parametrize("answer", [b"success", b"", b"  success\n"])
async def test_success_and_silence_stop_the_tries(standin: Outside, account: Account, answer: bytes) -> None:
    account.answer = lambda _: answer
    delivery = await act(standin, "text", text="您好")
    assert (delivery["outcome"], len(delivery["attempts"])) == ("silent", 1)
    assert [bubble["from"] for bubble in bubbles(standin)] == ["citizen"]


async def test_slow_webhook_is_asked_three_times_with_the_same_body(
    standin: Outside, account: Account
) -> None:
    account.delay_s = 0.6
    delivery = await act(standin, "text", text="您好")
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["timed_out"] * 3
    assert len(account.bodies) == 3
    assert len(set(account.bodies)) == 1
    assert bubbles(standin)[-1]["kind"] == "notice"


async def test_second_try_may_still_be_answered(standin: Outside, account: Account) -> None:
    account.delay_s, account.slow_tries = 0.6, 1
    delivery = await act(standin, "text", text="您好")
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["timed_out", "reply"]
    assert (await standin.ledger())[-1]["text"] == "you said 您好"


@pytest.mark.parametrize(
    "answer",
    [
        b'{"reply": "json"}',
        b"<xml><a/></xml>",
        reply_xml(CITIZEN, "not encrypted"),
        b"<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>",
        b"\xff\xfe",
    ],
)
async def test_answer_the_platform_cannot_read_is_not_tried_again(
    standin: Outside, account: Account, answer: bytes
) -> None:
    account.answer = lambda _: answer
    delivery = await act(standin, "text", text="您好")
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["invalid"]
    assert bubbles(standin)[-1]["kind"] == "notice"


@pytest.mark.parametrize(
    ("openid", "text"), [("oSomebodyElse", "您好"), (CITIZEN, "字" * 683), (CITIZEN, "")]
)
async def test_reply_must_be_addressed_and_short_enough(
    standin: Outside, account: Account, openid: str, text: str
) -> None:
    account.answer = lambda _: account.sealed(reply_xml(openid, text))
    delivery = await act(standin, "text", text="您好")
    assert delivery["attempts"][0]["outcome"] == "invalid"
    assert await standin.ledger() == []


async def test_refusing_webhook_is_tried_again_and_then_given_up(standin: Outside, account: Account) -> None:
    await standin.post("/_standin/pushes", {"bad_signature": True})
    delivery = await act(standin, "text", text="您好")
    assert [attempt["detail"] for attempt in delivery["attempts"]] == ["HTTP 403"] * 3
    assert account.received == []
    assert len(account.refused) == 3


async def test_unreachable_webhook_ends_in_the_platforms_notice() -> None:
    async with TestServer(build_app(config(answer_limit_s=0.05))) as server, aiohttp.ClientSession() as http:
        standin = Outside(server, http)
        await standin.meet()
        delivery = await act(standin, "text", text="您好")
        assert {attempt["outcome"] for attempt in delivery["attempts"]} == {"unreachable"}
        assert bubbles(standin)[-1]["kind"] == "notice"


async def test_duplicated_pushes_show_one_reply_and_tell_whether_answers_agree(
    standin: Outside, account: Account
) -> None:
    await standin.post("/_standin/pushes", {"copies": 3, "spacing_seconds": 0.02})
    delivery = await act(standin, "text", text="您好")
    assert (len(delivery["attempts"]), delivery["replies_agree"]) == (3, True)
    assert len(set(account.bodies)) == 1
    assert len(await standin.ledger()) == 1
    account.answer = lambda _: f"answer {len(account.received)}"
    assert (await act(standin, "text", text="您好"))["replies_agree"] is False


async def test_writing_opens_the_window_for_customer_messages(standin: Outside) -> None:
    assert (await standin.say("您好"))["errcode"] == 45015
    await act(standin, "text", text="您好")
    assert (await standin.say("您好"))["errcode"] == 0


async def test_photo_can_be_fetched_through_the_api(standin: Outside, account: Account) -> None:
    await act(standin, "sample_photo", name="rubbish")
    (received,) = account.received
    assert received["MsgType"] == "image"
    await standin.api("getcallbackip")
    query = {"access_token": standin.access_token, "media_id": str(received["MediaId"])}
    async with standin.http.get(f"{standin.base}/cgi-bin/media/get", params=query) as response:
        assert (await response.read()).startswith(b"\xff\xd8\xff")
    async with standin.http.get(str(received["PicUrl"])) as response:
        assert response.content_type == "image/jpeg"


async def test_location_arrives_with_its_label(standin: Outside, account: Account) -> None:
    await act(
        standin, "location", label="中心菜市场", detail="建设巷 6 号", latitude=30.268412, longitude=120.16
    )
    (received,) = account.received
    assert (received["Location_X"], received["Location_Y"]) == ("30.268412", "120.160000")
    assert received["Label"] == "建设巷 6 号 (中心菜市场)"


async def test_menu_click_sends_its_key(standin: Outside, account: Account) -> None:
    await act(standin, "menu", path=[0, 0])
    (received,) = account.received
    assert (received["Event"], received["EventKey"], "MsgId" in received) == ("CLICK", "complaint", False)


async def test_choice_from_a_menu_message_carries_its_id(standin: Outside, account: Account) -> None:
    await act(standin, "text", text="满意", menu_id="r3")
    assert (account.received[0]["Content"], account.received[0]["bizmsgmenuid"]) == ("满意", "r3")


async def test_unfollowing_silences_the_account(standin: Outside, account: Account) -> None:
    await act(standin, "follow", followed=False)
    assert account.received[-1]["Event"] == "unsubscribe"
    assert await standin.ledger() == []
    await standin.post("/phone/send", {"action": "text", "openid": CITIZEN, "text": "您好"}, status=409)
    await act(standin, "follow", followed=True)
    assert account.received[-1]["Event"] == "subscribe"


async def test_scanning_tells_a_follower_from_a_stranger(standin: Outside, account: Account) -> None:
    await act(standin, "scan", scene="project_2041")
    assert (account.received[-1]["Event"], account.received[-1]["EventKey"]) == ("SCAN", "project_2041")
    await act(standin, "follow", followed=False)
    await act(standin, "scan", scene="project_2041")
    assert account.received[-1]["EventKey"] == "qrscene_project_2041"


async def test_consent_given_on_the_phone_is_reported_and_counts(standin: Outside, account: Account) -> None:
    template_id = "standin-case-progress-one-time-00000000002"
    await act(standin, "consent", template_id=template_id, accepted=True)
    popup = account.received[-1]["SubscribeMsgPopupEvent"]
    assert isinstance(popup, dict)
    assert popup["List"] == {
        "TemplateId": template_id,
        "SubscribeStatusString": "accept",
        "PopupScene": "2",
    }
    assert standin.platform.citizens.find(CITIZEN).consents[template_id].left == 1


def sealed_reply(account: Account, inside: str) -> bytes:
    return account.sealed(
        f"<xml><ToUserName><![CDATA[{CITIZEN}]]></ToUserName><FromUserName><![CDATA[{ACCOUNT}]]></FromUserName>"
        f"<CreateTime>1</CreateTime>{inside}</xml>".encode()
    )


ITEM = (
    "<item><Title>a</Title><Description>b</Description><PicUrl></PicUrl><Url>https://x.invalid</Url></item>"
)


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        (f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>{ITEM}</Articles>", "reply"),
        (f"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>{ITEM * 2}</Articles>", "invalid"),
        ("<MsgType>news</MsgType><ArticleCount>0</ArticleCount><Articles></Articles>", "invalid"),
        ("<MsgType>image</MsgType><Image><MediaId>unknown</MediaId></Image>", "invalid"),
        ("<MsgType>image</MsgType><Image></Image>", "invalid"),
        ("<MsgType>hologram</MsgType>", "invalid"),
        ("<MsgType>transfer_customer_service</MsgType>", "reply"),
    ],
)
async def test_each_kind_of_reply_is_checked(
    standin: Outside, account: Account, inside: str, outcome: str
) -> None:
    account.answer = lambda fields: sealed_reply(account, inside) if "Content" in fields else None
    await standin.post("/phone/send", {"action": "text", "openid": CITIZEN, "text": "您好"})
    await standin.courier.settle()
    delivery = (await standin.get("/_standin/deliveries"))["deliveries"][0]
    assert delivery["attempts"][0]["outcome"] == outcome


async def test_event_may_be_answered_with_several_articles(standin: Outside, account: Account) -> None:
    inside = f"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>{ITEM * 2}</Articles>"
    account.answer = lambda fields: sealed_reply(account, inside)
    assert (await act(standin, "menu", path=[0, 0]))["outcome"] == "reply"
