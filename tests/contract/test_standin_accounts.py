"""What each kind of account may do, what a tester may take from it, and how often it may ask."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import aiohttp
import pytest

from kit.clock import FixedClock
from tests.standin_setting import (
    APP_ID,
    CITIZEN,
    MINI_APP_ID,
    MINI_SECRET,
    SECRET,
    TEMPLATE,
    Outside,
    running,
)
from wechat import endpoints as ours
from wechat.standin.endpoints import BY_PATH, ENDPOINTS
from wechat.standin.rights import KINDS

NINE_IN_SHANGHAI = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLICK = {"type": "click", "name": "投诉", "key": "complaint"}
SERVICE, LOST_SERVICE, SUBSCRIPTION, LOST_SUBSCRIPTION = KINDS
PROGRESS = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "占道经营"},
    "phrase3": {"value": "已受理"},
    "time4": {"value": "2026-11-23 09:30"},
}
ASKED_BY_KIND = [
    ("menu/get", None, {SERVICE, LOST_SERVICE, SUBSCRIPTION}),
    ("message/custom/send", {}, {SERVICE, SUBSCRIPTION}),
    ("message/template/send", {}, {SERVICE}),
    ("message/subscribe/bizsend", {}, {SERVICE}),
    ("qrcode/create", {}, {SERVICE}),
    ("user/info", None, {SERVICE, SUBSCRIPTION}),
    ("tags/get", None, {SERVICE, SUBSCRIPTION}),
    ("message/mass/get", {}, {SERVICE, SUBSCRIPTION}),
    ("customservice/getkflist", None, {SERVICE, SUBSCRIPTION}),
    ("media/get", None, {SERVICE, SUBSCRIPTION}),
    ("freepublish/submit", {}, {SERVICE, SUBSCRIPTION}),
    ("draft/count", None, set(KINDS)),
    ("material/get_materialcount", None, set(KINDS)),
    ("ticket/getticket", None, set(KINDS)),
    ("get_current_selfmenu_info", None, set(KINDS)),
]


@pytest.fixture
def standin_clock() -> FixedClock:
    return FixedClock(NINE_IN_SHANGHAI)


@pytest.fixture
async def standin(standin_clock: FixedClock) -> AsyncIterator[Outside]:
    async with running(clock=standin_clock, tries=1) as outside:
        yield outside


@pytest.mark.parametrize("endpoint", ours.ENDPOINTS, ids=lambda one: one.path)
def test_every_endpoint_we_call_is_played_with_its_method(endpoint: ours.Endpoint) -> None:
    played = BY_PATH[endpoint.path]
    assert (played.method, played.needs_token) == (endpoint.method, endpoint.needs_token)
    assert played.app in (endpoint.app, "either")


@pytest.mark.parametrize("kind", KINDS)
async def test_kind_of_account_decides_what_it_may_call(kind: str) -> None:
    async with running(kind=kind, tries=1) as standin:
        for path, content, allowed in ASKED_BY_KIND:
            answer = await standin.api(path, content)
            assert (answer.get("errcode") != 48001) == (kind in allowed), path


async def test_kind_can_be_changed_while_it_runs(standin: Outside) -> None:
    assert (await standin.api("qrcode/create", {}))["errcode"] == 40052
    await standin.post("/_standin/account", {"kind": "certified_subscription"})
    assert (await standin.api("qrcode/create", {}))["errcode"] == 48001
    await standin.post("/_standin/reset", {})
    assert (await standin.api("qrcode/create", {}))["errcode"] == 40052


async def test_neither_app_may_use_the_others_endpoints(standin: Outside) -> None:
    assert (await standin.api("/wxa/msg_sec_check", {}))["errcode"] == 48001
    assert (await standin.api("message/subscribe/send", {}))["errcode"] == 48001
    assert (await standin.mini("message/template/send", {}))["errcode"] == 48001
    assert (await standin.mini("menu/get"))["errcode"] == 48001


async def test_limited_account_may_ask_but_not_act(standin: Outside) -> None:
    await standin.meet(wrote=True)
    await standin.post("/_standin/account", {"is_limited": True})
    assert (await standin.say("您好"))["errcode"] == 50002
    assert (await standin.api("menu/create", {"button": [CLICK]}))["errcode"] == 50002
    assert "errcode" not in await standin.api("user/info", openid=CITIZEN)
    assert await standin.ledger() == []


async def test_caller_outside_the_allow_list_gets_no_token(standin: Outside) -> None:
    await standin.post("/_standin/account", {"is_allow_listed": False})
    answer = await standin.token()
    assert answer["errcode"] == 40164
    assert answer["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")


async def test_banned_template_is_refused_by_name(standin: Outside) -> None:
    await standin.meet()
    await standin.post("/_standin/account", {"banned_templates": [TEMPLATE]})
    answer = await standin.api("message/template/send", {"touser": CITIZEN, "template_id": TEMPLATE})
    assert answer["errcode"] == 43116


@pytest.mark.parametrize("asked", [{"kind": "prophet"}, {"publish_result": 7}, {"unknown": 1}, []])
async def test_impossible_accounts_are_refused_and_nothing_changes(standin: Outside, asked: object) -> None:
    before = await standin.get("/_standin/account")
    await standin.post("/_standin/account", asked, status=400)
    assert await standin.get("/_standin/account") == before


async def test_expired_token_is_refused_and_the_next_one_is_new(standin: Outside) -> None:
    first = (await standin.token())["access_token"]
    await standin.post("/_standin/tokens/expire", {})
    assert (await standin.api("getcallbackip", access_token=first))["errcode"] == 42001
    second = (await standin.token())["access_token"]
    assert second != first
    assert "errcode" not in await standin.api("getcallbackip", access_token=second)


async def test_old_token_lives_five_minutes_beside_the_new_one(
    standin: Outside, standin_clock: FixedClock
) -> None:
    old = (await standin.token())["access_token"]
    standin_clock.advance(timedelta(seconds=31))
    assert (await standin.token(force_refresh=True))["access_token"] != old
    assert "errcode" not in await standin.api("getcallbackip", access_token=old)
    standin_clock.advance(timedelta(minutes=5))
    assert (await standin.api("getcallbackip", access_token=old))["errcode"] == 42001


@pytest.mark.parametrize(
    ("path", "a_day"),
    [
        ("/cgi-bin/token", 2_000),
        ("/cgi-bin/menu/create", 1_000),
        ("/cgi-bin/media/upload", 100_000),
        ("/cgi-bin/message/custom/send", 500_000),
        ("/cgi-bin/message/mass/sendall", 100),
        ("/cgi-bin/message/template/send", 100_000),
        ("/cgi-bin/qrcode/create", 100_000),
        ("/cgi-bin/user/info", 5_000_000),
        ("/cgi-bin/draft/add", 1_000),
        ("/cgi-bin/freepublish/submit", 100),
        ("/cgi-bin/freepublish/get", 100),
    ],
)
async def test_day_quota_ends_at_the_platforms_number_and_at_midnight(
    standin: Outside, standin_clock: FixedClock, path: str, a_day: int
) -> None:
    app_id = APP_ID if BY_PATH[path].needs_token else ""
    standin.platform.quotas.set_used(path, app_id, a_day - 1)
    answers = [await _call(standin, path) for _ in range(2)]
    assert [answer.get("errcode") == 45009 for answer in answers] == [False, True]
    standin_clock.advance(timedelta(hours=15))  # midnight in Shanghai
    standin.access_token = ""
    assert (await _call(standin, path)).get("errcode") != 45009


async def _call(standin: Outside, path: str) -> dict[str, object]:
    endpoint = BY_PATH[path]
    if endpoint.body == "file":
        form = aiohttp.FormData()
        form.add_field("media", b"x", filename="x")
        return await standin.api(path, form, type="image")
    return await standin.api(path, {} if endpoint.body == "json" else None)


async def test_minute_quota_is_over_in_a_minute(standin: Outside, standin_clock: FixedClock) -> None:
    await standin.post("/_standin/quotas", {"endpoint": "getcallbackip", "a_minute": 1})
    codes = [(await standin.api("getcallbackip")).get("errcode") for _ in range(2)]
    standin_clock.advance(timedelta(minutes=1))
    assert [*codes, (await standin.api("getcallbackip")).get("errcode")] == [None, 45011, None]


async def test_quota_is_told_and_cleared_ten_times_a_month(standin: Outside) -> None:
    await standin.post("/_standin/quotas", {"endpoint": "draft/add", "used": 1_000})
    asked = {"cgi_path": "/cgi-bin/draft/add"}
    assert (await standin.api("openapi/quota/get", asked))["quota"] == {
        "daily_limit": 1_000,
        "used": 1_000,
        "remain": 0,
    }
    assert (await standin.api("draft/add", {}))["errcode"] == 45009
    cleared = [(await standin.api("clear_quota", {"appid": APP_ID}))["errcode"] for _ in range(11)]
    assert cleared == [0] * 10 + [48006]
    assert (await standin.api("draft/add", {}))["errcode"] == 47003
    assert (await standin.api("clear_quota", {"appid": MINI_APP_ID}))["errcode"] == 40013


async def test_quotas_of_the_two_apps_are_apart(standin: Outside) -> None:
    await standin.post("/_standin/quotas", {"endpoint": "media/get", "used": 10**6})
    assert (await standin.api("media/get"))["errcode"] == 45009
    assert (await standin.mini("media/get"))["errcode"] == 40007


async def test_request_is_found_again_by_its_rid(standin: Outside) -> None:
    rid = (await standin.api("menu/get"))["errmsg"].rpartition(" ")[2]
    found = await standin.api("openapi/rid/get", {"rid": rid})
    assert found["request"]["request_url"] == "/cgi-bin/menu/get"
    assert (await standin.api("openapi/rid/get", {"rid": "x"}))["errcode"] == 76022


async def test_page_signed_with_the_ticket_is_accepted_and_any_other_is_not(
    standin: Outside, standin_clock: FixedClock
) -> None:
    ticket = (await standin.api("ticket/getticket", type="jsapi"))["ticket"]
    page = "http://127.0.0.1:8000/h5/notices?from=menu"
    line = f"jsapi_ticket={ticket}&noncestr=Wm3WZYTPz0&timestamp=1414587457&url={page}"
    signed = {
        "noncestr": "Wm3WZYTPz0",
        "timestamp": "1414587457",
        "url": page,
        "signature": sha1(line.encode()).hexdigest(),
    }
    assert await _signature_holds(standin, signed)
    for changed in ({"url": f"{page}&x=1"}, {"url": f"{page}#top"}, {"timestamp": "1"}, {"noncestr": ""}):
        assert not await _signature_holds(standin, signed | changed)
    standin_clock.advance(timedelta(hours=2))
    assert not await _signature_holds(standin, signed)
    standin.access_token = ""
    assert (await standin.api("ticket/getticket", type="agent"))["errcode"] == 40097


async def _signature_holds(standin: Outside, signed: dict[str, str]) -> bool:
    async with standin.http.get(f"{standin.base}/_standin/js_signature", params=signed) as response:
        answer: dict[str, bool] = await response.json()
    return answer["ok"]


async def test_secrets_of_one_app_open_nothing_of_the_other(standin: Outside) -> None:
    assert (await standin.token(appid=MINI_APP_ID, secret=SECRET))["errcode"] == 40125
    assert (await standin.token(appid="wx-of-nobody"))["errcode"] == 40013
    assert "access_token" in await standin.token(appid=MINI_APP_ID, secret=MINI_SECRET)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"action": "all", "check_operator": "DEFAULT"}, None),
        ({"action": "dns", "check_operator": "UNICOM"}, None),
        ({"action": "guess", "check_operator": "DEFAULT"}, 40201),
        ({"action": "all", "check_operator": "PIGEON"}, 40202),
    ],
)
async def test_callback_check_tells_what_the_platform_sees(
    standin: Outside, asked: dict[str, str], code: int | None
) -> None:
    answer = await standin.api("callback/check", asked)
    assert answer.get("errcode") == code
    assert (code is not None) or answer["dns"][0]["ip"] == "127.0.0.1"


def test_no_path_is_played_twice() -> None:
    assert len(BY_PATH) == len(ENDPOINTS)


async def test_endpoint_that_does_not_exist_is_refused_in_json(standin: Outside) -> None:
    assert (await standin.api("message/pigeon/send", {}))["errcode"] == 40066
    assert (await standin.api("/wxa/invented"))["errcode"] == 40066


async def test_template_message_may_fail_after_it_was_taken(standin: Outside) -> None:
    await standin.meet()
    await standin.post("/_standin/account", {"template_status": "failed:user block"})
    send = {"touser": CITIZEN, "template_id": TEMPLATE, "data": PROGRESS}
    assert (await standin.api("message/template/send", send))["errcode"] == 0
    await standin.courier.settle()
    assert await standin.ledger() == []
    (delivery,) = (await standin.get("/_standin/deliveries"))["deliveries"]
    assert "failed:user block" in delivery["sent"]
