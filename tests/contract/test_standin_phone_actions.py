"""What each thing done on the demo phone becomes: the platform's XML, decrypted by a real webhook."""

from collections.abc import AsyncIterator
from hashlib import md5
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.standin_setting import CITIZEN, LONG_TERM, ONE_TIME, TEMPLATE, Account, Outside, config
from wechat.messages import Inbound, to_inbound
from wechat.parse import Fields
from wechat.standin.photos import sample_photo
from wechat.standin.server import build_app
from wechat.standin.voices import MAGIC, QUIET_FRAME, silent_amr

PLACE = {"label": "人民路口", "detail": "清水市人民路", "latitude": 30.5, "longitude": 120.25}
MENU = [
    {"type": "scancode_push", "name": "扫码看", "key": "look"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "scancode_waitmsg", "name": "扫码问", "key": "ask"},
            {"type": "pic_sysphoto", "name": "拍照", "key": "shoot"},
            {"type": "pic_weixin", "name": "相册", "key": "album"},
            {"type": "location_select", "name": "选位置", "key": "where"},
            {"type": "view", "name": "网页", "url": "https://x.invalid/h5"},
        ],
    },
    {
        "type": "miniprogram",
        "name": "小程序",
        "url": "https://x.invalid/old",
        "appid": "wxaaaaaaaaaaaaaaaa",
        "pagepath": "pages/index",
    },
]


@pytest.fixture
def account() -> Account:
    return Account(answer=lambda _: None)


@pytest.fixture
async def standin(account: Account) -> AsyncIterator[Outside]:
    async with TestServer(account.app()) as webhook:
        app = build_app(config(str(webhook.make_url("/wechat"))))
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            outside = Outside(server, http)
            await outside.meet()
            yield outside


async def act(standin: Outside, action: str, status: int = 200, **details: Any) -> None:
    content = {"action": action, "openid": CITIZEN} | details
    await standin.post("/phone/send", content, status=status)
    await standin.courier.settle()


def heard(account: Account) -> tuple[Fields, Inbound]:
    """The last thing that came to the webhook, raw and as the account understands it."""
    return account.received[-1], to_inbound(account.received[-1])


async def medium(standin: Outside, media_id: str) -> bytes:
    async with standin.http.get(f"{standin.base}/phone/media/{media_id}") as response:
        assert response.status == 200
        return await response.read()


def bubbles(standin: Outside) -> list[dict[str, Any]]:
    items = standin.platform.feed.of_phone(CITIZEN)
    return [one.content for one in items if one.topic == "bubble" and isinstance(one.content, dict)]


async def test_voice_comes_with_what_the_platform_heard(standin: Outside, account: Account) -> None:
    await act(standin, "sample_voice", name="gas")
    fields, inbound = heard(account)
    assert (fields["MsgType"], fields["Format"]) == ("voice", "amr")
    assert "煤气漏了" in inbound.recognition
    assert (await medium(standin, inbound.media_id)).startswith(MAGIC)
    assert bubbles(standin)[-1]["fields"]["seconds"] == "4"


async def test_voice_that_was_not_recognised_has_no_words(standin: Outside, account: Account) -> None:
    await act(standin, "sample_voice", name="dialect")
    fields, _ = heard(account)
    assert "Recognition" not in fields


@pytest.mark.parametrize(("heard_as", "expected"), [("门口有人摆摊", "门口有人摆摊"), ("  ", ""), (None, "")])
async def test_own_recording_is_as_long_as_it_was_and_says_what_was_typed(
    standin: Outside, account: Account, heard_as: str | None, expected: str
) -> None:
    await act(standin, "recording", seconds=2.4, recognition=heard_as)
    _, inbound = heard(account)
    assert inbound.recognition == expected
    assert await medium(standin, inbound.media_id) == silent_amr(2.4)


def test_silent_recording_has_fifty_frames_a_second_and_stays_within_a_minute() -> None:
    assert len(silent_amr(3)) == len(MAGIC) + 150 * len(QUIET_FRAME)
    assert len(silent_amr(900)) == len(silent_amr(60))


async def test_film_comes_with_its_first_picture(standin: Outside, account: Account) -> None:
    await act(standin, "sample_film", name="street-stall")
    fields, inbound = heard(account)
    assert fields["MsgType"] == "video"
    assert (await medium(standin, inbound.media_id))[4:8] == b"ftyp"
    assert (await medium(standin, inbound.thumb_media_id)).startswith(b"\xff\xd8\xff")


async def test_own_film_must_be_an_mp4(standin: Outside, account: Account) -> None:
    address = f"{standin.base}/phone/film?openid={CITIZEN}"
    async with standin.http.post(address, data=b"not a film") as response:
        assert response.status == 400
    async with standin.http.post(address, data=b"\0\0\0\x18ftypisom") as response:
        assert response.status == 200
    await standin.courier.settle()
    assert [fields["MsgType"] for fields in account.received] == ["video"]


async def test_link_and_place_carry_all_their_parts(standin: Outside, account: Account) -> None:
    await act(standin, "link", title="条例", description="看第九条", url="https://x.invalid/a?b=1&c=2")
    _, inbound = heard(account)
    assert (inbound.title, inbound.description, inbound.url) == (
        "条例",
        "看第九条",
        "https://x.invalid/a?b=1&c=2",
    )
    await act(standin, "location", **PLACE)
    _, inbound = heard(account)
    assert (inbound.latitude, inbound.longitude) == (30.5, 120.25)
    assert inbound.label == "清水市人民路 (人民路口)"


async def test_every_kind_of_menu_button_sends_its_own_event(standin: Outside, account: Account) -> None:
    assert (await standin.api("menu/create", {"button": MENU}))["errcode"] == 0
    await act(standin, "menu", path=[0], scanned="https://x.invalid/p/1")
    fields, inbound = heard(account)
    assert (inbound.event, inbound.event_key, inbound.scan_result) == (
        "scancode_push",
        "look",
        "https://x.invalid/p/1",
    )
    await act(standin, "menu", path=[1, 0], scanned="QS-17")
    assert heard(account)[1].event == "scancode_waitmsg"
    await act(standin, "menu", path=[1, 4])
    assert (heard(account)[1].event, heard(account)[1].event_key) == ("view", "https://x.invalid/h5")
    await act(standin, "menu", path=[2])
    assert (heard(account)[1].event, heard(account)[1].event_key) == ("view_miniprogram", "pages/index")
    assert fields["MsgType"] == "event"


async def test_photo_buttons_report_the_photos_that_follow(standin: Outside, account: Account) -> None:
    await standin.api("menu/create", {"button": MENU})
    await act(standin, "menu", path=[1, 1], photos=["rubbish"])
    event, message = sorted(account.received, key=lambda one: one["MsgType"] != "event")
    info: Any = event["SendPicsInfo"]
    digest = md5(sample_photo("rubbish"), usedforsecurity=False).hexdigest()
    assert (event["Event"], info["Count"]) == ("pic_sysphoto", "1")
    assert info["PicList"]["item"]["PicMd5Sum"] == digest
    assert message["MsgType"] == "image"


async def test_place_button_reports_the_place_that_follows(standin: Outside, account: Account) -> None:
    await standin.api("menu/create", {"button": MENU})
    await act(standin, "menu", path=[1, 3], place={"action": "location", "openid": CITIZEN} | PLACE)
    event, message = sorted(account.received, key=lambda one: one["MsgType"] != "event")
    told = to_inbound(event)
    assert (told.event, told.event_key, told.latitude, told.longitude) == (
        "location_select",
        "where",
        30.5,
        120.25,
    )
    assert message["MsgType"] == "location"


@pytest.mark.parametrize("path", [[0], [1, 0], [1, 1], [1, 2], [1, 3]])
async def test_button_without_what_it_asks_for_sends_nothing(
    standin: Outside, account: Account, path: list[int]
) -> None:
    await standin.api("menu/create", {"button": MENU})
    await act(standin, "menu", 400, path=path)
    assert account.received == []


async def test_code_the_account_created_is_found_by_scene_and_by_address(
    standin: Outside, account: Account
) -> None:
    asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "sg_k7Qm"}}}
    before = await standin.get("/phone/scenes")
    assert "project_2041" in {one["key"] for one in before["scenes"]}
    code = await standin.api("qrcode/create", asked)
    shown = await standin.get("/phone/scenes")
    assert shown["scenes"] == [{"key": "sg_k7Qm", "label": "招牌上的码"}]
    for typed in ("sg_k7Qm", code["url"]):
        await act(standin, "scan", scene=typed)
        _, inbound = heard(account)
        assert (inbound.event, inbound.scene, inbound.ticket) == ("scan", "sg_k7Qm", code["ticket"])


async def test_any_scene_can_be_typed_and_an_unfollowed_phone_follows_by_it(
    standin: Outside, account: Account
) -> None:
    await act(standin, "follow", followed=False)
    await act(standin, "scan", scene="bind_AbCdEfGhIjKlMnOpQrStUvWx")
    _, inbound = heard(account)
    assert (inbound.event, inbound.scene) == ("subscribe", "bind_AbCdEfGhIjKlMnOpQrStUvWx")
    await act(standin, "scan", 400, scene="http://weixin.qq.com/q/unknown")


async def test_one_subscription_sheet_answers_for_several_templates_at_once(
    standin: Outside, account: Account
) -> None:
    second = {"id": "one-more", "title": "又一条", "consent": "one_time", "fields": {"thing1": "事项"}}
    await standin.post("/_standin/templates", second)
    await act(standin, "consent", answers={ONE_TIME: True, "one-more": False})
    _, inbound = heard(account)
    assert inbound.event == "subscribe_msg_popup_event"
    assert {one.template_id: one.is_accepted for one in inbound.consents} == {
        ONE_TIME: True,
        "one-more": False,
    }
    citizen = standin.platform.citizens.find(CITIZEN)
    assert citizen.consents[ONE_TIME].left == 1


async def test_long_term_and_one_time_are_not_asked_for_together(standin: Outside, account: Account) -> None:
    await act(standin, "consent", 400, answers={ONE_TIME: True, LONG_TERM: True})
    await act(standin, "consent", 400, answers={TEMPLATE: True})
    assert account.received == []


async def test_switching_a_subscription_off_in_the_settings_takes_it_away(
    standin: Outside, account: Account
) -> None:
    await act(standin, "consent", template_id=LONG_TERM, accepted=True)
    await act(standin, "consent_change", template_id=LONG_TERM, accepted=False)
    _, inbound = heard(account)
    assert inbound.event == "subscribe_msg_change_event"
    assert [(one.template_id, one.is_accepted) for one in inbound.consents] == [(LONG_TERM, False)]
    assert LONG_TERM not in standin.platform.citizens.find(CITIZEN).consents


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("recording", {"seconds": 0}),
        ("recording", {"seconds": 61}),
        ("recording", {"seconds": 3, "recognition": "字" * 601}),
        ("link", {"title": "x", "url": "javascript:alert(1)"}),
        ("link", {"title": " ", "url": "https://x.invalid/"}),
        ("scan", {"scene": "x" * 65}),
        ("scan", {"scene": "two words"}),
        ("consent", {"answers": {"unknown": True}}),
        ("consent_change", {"template_id": "unknown", "accepted": False}),
    ],
)
async def test_what_no_phone_could_send_is_refused(
    standin: Outside, account: Account, action: str, details: dict[str, Any]
) -> None:
    await act(standin, action, 400, **details)
    assert account.received == []


async def test_unknown_samples_are_not_found(standin: Outside, account: Account) -> None:
    for action in ("sample_voice", "sample_film", "sample_photo"):
        body = {"action": action, "openid": CITIZEN, "name": "../secret"}
        async with standin.http.post(f"{standin.base}/phone/send", json=body) as response:
            assert response.status == 404
    assert account.received == []
