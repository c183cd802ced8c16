"""Followers, tags, QR codes, the menu as it stands, and the desk where people answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.clock import FixedClock
from tests.standin_setting import (
    ACCOUNT,
    CITIZEN,
    LONG_TERM,
    ONE_TIME,
    TEMPLATE,
    Account,
    Outside,
    running,
)
from wechat.parse import Fields
from wechat.standin.citizens import derived_id
from wechat.standin.endpoints import ENDPOINTS

DESK = f"desk1@{ACCOUNT}"
SECOND_DESK = f"desk2@{ACCOUNT}"


@pytest.fixture
def standin_clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
async def standin(standin_clock: FixedClock) -> AsyncIterator[Outside]:
    async with running(clock=standin_clock, tries=1) as outside:
        await outside.meet()
        yield outside


async def test_follower_is_shown_without_name_but_with_unionid(standin: Outside) -> None:
    shown = await standin.api("user/info", openid=CITIZEN)
    assert (shown["subscribe"], shown["nickname"], shown["unionid"]) == (1, "", derived_id("union", CITIZEN))
    await standin.meet(openid="oAway_0002", followed=False)
    asked = {"user_list": [{"openid": CITIZEN}, {"openid": "oAway_0002"}]}
    _, away = (await standin.api("user/info/batchget", asked))["user_info_list"]
    assert away == {"subscribe": 0, "openid": "oAway_0002"}
    listed = await standin.api("user/get")
    assert (listed["total"], listed["data"]["openid"]) == (1, [CITIZEN])
    assert "data" not in await standin.api("user/get", next_openid=CITIZEN)


@pytest.mark.parametrize("asked", [[], [{"openid": CITIZEN}] * 101, "all"])
async def test_batches_of_users_are_small(standin: Outside, asked: object) -> None:
    assert (await standin.api("user/info/batchget", {"user_list": asked}))["errcode"] == 40032


async def test_openid_of_the_other_app_is_told_from_an_invented_one(standin: Outside) -> None:
    assert (await standin.api("user/info", openid=derived_id("miniapp", CITIZEN)))["errcode"] == 43104
    assert (await standin.api("user/info", openid="oInvented"))["errcode"] == 40003


async def test_tag_is_put_on_and_taken_off(standin: Outside) -> None:
    tag = (await standin.api("tags/create", {"tag": {"name": "经营户"}}))["tag"]["id"]
    marked = {"openid_list": [CITIZEN], "tagid": tag}
    assert (await standin.api("tags/members/batchtagging", marked))["errcode"] == 0
    assert (await standin.api("tags/getidlist", {"openid": CITIZEN}))["tagid_list"] == [tag]
    assert (await standin.api("user/tag/get", {"tagid": tag}))["data"]["openid"] == [CITIZEN]
    assert (await standin.api("user/info", openid=CITIZEN))["tagid_list"] == [tag]
    assert (await standin.api("tags/members/batchuntagging", marked))["errcode"] == 0
    assert (await standin.api("tags/getidlist", {"openid": CITIZEN}))["tagid_list"] == []
    assert (await standin.api("tags/update", {"tag": {"id": tag, "name": "沿街商户"}}))["errcode"] == 0
    names = [one["name"] for one in (await standin.api("tags/get"))["tags"]]
    assert "沿街商户" in names
    assert (await standin.api("tags/delete", {"tag": {"id": tag}}))["errcode"] == 0


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        ("tags/create", {"tag": {"name": ""}}, 45157),
        ("tags/create", {"tag": {"name": "字" * 11}}, 45158),
        ("tags/create", {"tag": {"name": "star"}}, 45157),
        ("tags/update", {"tag": {"id": 2, "name": "x"}}, 45058),
        ("tags/delete", {"tag": {"id": 7}}, 45159),
        ("tags/members/batchtagging", {"openid_list": [CITIZEN] * 51, "tagid": 2}, 40032),
        ("tags/members/batchtagging", {"openid_list": [CITIZEN, "oNobody"], "tagid": 2}, 40003),
        ("tags/members/batchtagging", {"openid_list": [CITIZEN], "tagid": True}, 45159),
    ],
)
async def test_wrong_tags_are_refused_and_change_nothing(
    standin: Outside, path: str, asked: dict[str, object], code: int
) -> None:
    assert (await standin.api(path, asked))["errcode"] == code
    assert (await standin.api("tags/getidlist", {"openid": CITIZEN}))["tagid_list"] == []


def scene(action: str, seconds: int | None = None, **named: object) -> dict[str, object]:
    asked: dict[str, object] = {"action_name": action, "action_info": {"scene": named}}
    return asked if seconds is None else asked | {"expire_seconds": seconds}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (scene("QR_SCENE", 604_800, scene_id=2**32 - 1), None),
        (scene("QR_SCENE", scene_id=0), 40053),
        (scene("QR_SCENE", scene_id=2**32), 40053),
        (scene("QR_SCENE", scene_id="7"), 40053),
        (scene("QR_STR_SCENE", 2_592_000, scene_str="project_" + "a" * 56), None),
        (scene("QR_STR_SCENE", 2_592_001, scene_str="project_2041"), 47003),
        (scene("QR_LIMIT_SCENE", scene_id=100_000), None),
        (scene("QR_LIMIT_SCENE", scene_id=100_001), 40053),
        (scene("QR_LIMIT_STR_SCENE", scene_str="a" * 64), None),
        (scene("QR_LIMIT_STR_SCENE", scene_str="a" * 65), 40053),
        (scene("QR_LIMIT_STR_SCENE", scene_str=""), 40053),
        (scene("QR_ETERNAL", scene_str="a"), 40052),
        ({"action_name": "QR_SCENE"}, 40053),
    ],
)
async def test_codes_keep_the_platforms_bounds(
    standin: Outside, asked: dict[str, object], code: int | None
) -> None:
    answer = await standin.api("qrcode/create", asked)
    assert answer.get("errcode") == code
    if code is None:
        found = standin.platform.codes.find(answer["ticket"])
        assert found is not None
        assert found.url == answer["url"]
        assert ("expire_seconds" in answer) == ("LIMIT" not in str(asked["action_name"]))
        address = f"{standin.base}/cgi-bin/showqrcode"
        async with standin.http.get(address, params={"ticket": answer["ticket"]}) as response:
            assert response.content_type == "image/jpeg"


async def test_permanent_scene_has_one_code_and_a_temporary_one_ends(
    standin: Outside, standin_clock: FixedClock
) -> None:
    lasting = scene("QR_LIMIT_STR_SCENE", scene_str="sign_1")
    first, second = [await standin.api("qrcode/create", lasting) for _ in range(2)]
    assert first == second
    passing = await standin.api("qrcode/create", scene("QR_STR_SCENE", scene_str="bind_x"))
    assert passing["expire_seconds"] == 60
    standin_clock.advance(timedelta(seconds=60))
    assert standin.platform.codes.find(passing["ticket"]) is None
    assert standin.platform.codes.find(first["url"]) is not None


async def test_menu_is_told_as_it_stands_whoever_made_it(standin: Outside) -> None:
    told = await standin.api("get_current_selfmenu_info")
    assert told["is_menu_open"] == 1
    assert told["selfmenu_info"]["button"][0]["sub_button"]["list"]


async def test_automatic_replies_are_what_the_tester_says(standin: Outside) -> None:
    assert (await standin.api("get_current_autoreply_info"))["is_autoreply_open"] == 0
    replies = {"is_autoreply_open": 1, "keyword_autoreply_info": {"list": []}}
    await standin.post("/_standin/account", {"auto_replies": replies})
    assert await standin.api("get_current_autoreply_info") == replies


async def test_templates_are_listed_by_their_sort(standin: Outside) -> None:
    private = (await standin.api("template/get_all_private_template"))["template_list"]
    assert [one["template_id"] for one in private] == [TEMPLATE]
    assert "{{thing2.DATA}}" in private[0]["content"]
    listed = (await standin.api("/wxaapi/newtmpl/gettemplate"))["data"]
    assert {one["priTmplId"]: one["type"] for one in listed}.items() >= {LONG_TERM: 3, ONE_TIME: 2}.items()


async def at_desk(standin: Outside, action: str, **more: str) -> dict[str, Any]:
    return await standin.post("/_standin/kf", {"action": action, "openid": CITIZEN} | more)


def transfer(fields: Fields) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{CITIZEN}]]></ToUserName><FromUserName><![CDATA[{ACCOUNT}]]></FromUserName>"
        "<CreateTime>1</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>"
    ).encode()


async def write(standin: Outside, text: str) -> None:
    await standin.post("/phone/send", {"action": "text", "openid": CITIZEN, "text": text})
    await standin.courier.settle()


async def test_transfer_opens_a_session_that_takes_the_messages_until_it_is_closed() -> None:
    account = Account()
    account.answer = lambda fields: account.sealed(transfer(fields)) if "Content" in fields else None
    async with running(account) as standin:
        await standin.meet()
        await write(standin, "人工")
        assert account.received[-1]["KfAccount"] == DESK
        await write(standin, "有人吗")
        assert [fields.get("Event") for fields in account.received] == [None, "kf_create_session"]
        (session,) = (await at_desk(standin, "answer", text="您好，请讲"))["sessions"]
        assert [one["text"] for one in session["messages"]] == ["有人吗", "您好，请讲"]
        assert (await standin.ledger())[-1]["api"] == "kf"
        assert (await standin.api("/customservice/kfsession/getsession", openid=CITIZEN))[
            "kf_account"
        ] == DESK
        await at_desk(standin, "close")
        await standin.courier.settle()
        assert account.received[-1]["Event"] == "kf_close_session"
        await write(standin, "还有一事")
        assert account.received[-2]["Content"] == "还有一事"


async def test_citizen_waits_while_nobody_is_at_the_desk() -> None:
    account = Account()
    account.answer = lambda fields: account.sealed(transfer(fields)) if "Content" in fields else None
    async with running(account) as standin:
        await standin.meet()
        await at_desk(standin, "leave")
        assert (await standin.api("customservice/getonlinekflist"))["kf_online_list"] == []
        await write(standin, "人工")
        assert (await standin.api("/customservice/kfsession/getwaitcase"))["count"] == 1
        await write(standin, "还在吗")
        assert account.received[-1]["Content"] == "还在吗"
        await at_desk(standin, "take", account=SECOND_DESK)
        await standin.courier.settle()
        assert account.received[-1]["KfAccount"] == SECOND_DESK


async def test_session_ends_by_itself_after_half_an_hour(standin: Outside, standin_clock: FixedClock) -> None:
    asked = {"openid": CITIZEN, "kf_account": DESK}
    assert (await standin.api("/customservice/kfsession/create", asked))["errcode"] == 0
    other = asked | {"kf_account": SECOND_DESK}
    assert (await standin.api("/customservice/kfsession/create", other))["errcode"] == 65414
    standin_clock.advance(timedelta(minutes=30))
    assert (await standin.get("/_standin/kf"))["sessions"] == []
    assert (await standin.api("/customservice/kfsession/close", asked))["errcode"] == 65413
    assert (await standin.api("/customservice/kfsession/create", asked | {"kf_account": "x"}))[
        "errcode"
    ] == 65401


async def test_every_endpoint_has_its_fault_knobs(standin: Outside) -> None:
    standin.access_token = (await standin.token())["access_token"]
    await standin.post("/_standin/faults", {"endpoint": "*", "kind": "busy"})
    for endpoint in ENDPOINTS:
        content = None if endpoint.method == "GET" else {}
        assert (await standin.api(endpoint.path, content))["errcode"] == -1, endpoint.path
    await standin.post("/_standin/reset", {})
    for endpoint in ENDPOINTS:
        await standin.post("/_standin/faults", {"endpoint": endpoint.path, "kind": "html_502", "times": 1})
        address = standin.base + endpoint.path
        async with standin.http.request(endpoint.method, address) as response:
            assert (response.status, response.content_type) == (502, "text/html"), endpoint.path
        assert (await standin.get("/_standin/faults"))["faults"] == []
