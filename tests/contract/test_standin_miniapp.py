"""The mini-program's server: logins, phone numbers, what may be shown, codes and links."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.clock import FixedClock
from tests.standin_setting import (
    APP_ID,
    CITIZEN,
    MINI_APP_ID,
    MINI_SECRET,
    ONE_TIME,
    Outside,
    running,
)
from wechat.standin.citizens import derived_id

MINI_CITIZEN = derived_id("miniapp", CITIZEN)
RESULT = {
    "character_string1": {"value": "QS-TS-261122-0051-K"},
    "thing2": {"value": "已清理完毕"},
    "time3": {"value": "2026年11月23日 09:30"},
    "thing4": {"value": "感谢监督"},
}


@pytest.fixture
def standin_clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
async def standin(standin_clock: FixedClock) -> AsyncIterator[Outside]:
    async with running(clock=standin_clock, tries=1) as outside:
        await outside.meet(phone_number="19900001234")
        yield outside


async def login_code(standin: Outside) -> str:
    code: str = (await standin.post("/_standin/login_code", {"openid": CITIZEN}))["code"]
    return code


async def session(standin: Outside, code: str, **changed: str) -> dict[str, Any]:
    query = {
        "appid": MINI_APP_ID,
        "secret": MINI_SECRET,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    return await standin.api("/sns/jscode2session", **(query | changed))


async def check(standin: Outside, content: object, **changed: object) -> dict[str, Any]:
    asked = {"openid": MINI_CITIZEN, "scene": 2, "version": 2, "content": content}
    return await standin.mini("/wxa/msg_sec_check", asked | changed)


async def test_login_answers_the_other_openid_and_no_errcode(standin: Outside) -> None:
    answer = await session(standin, await login_code(standin))
    assert set(answer) == {"openid", "session_key", "unionid"}
    assert (answer["openid"], answer["unionid"]) == (MINI_CITIZEN, derived_id("union", CITIZEN))
    await standin.post("/_standin/account", {"is_union_bound": False})
    assert "unionid" not in await session(standin, await login_code(standin))


async def test_login_code_is_used_once_within_five_minutes(
    standin: Outside, standin_clock: FixedClock
) -> None:
    code = await login_code(standin)
    assert "openid" in await session(standin, code)
    assert (await session(standin, code))["errcode"] == 40163
    late = await login_code(standin)
    standin_clock.advance(timedelta(minutes=5))
    assert (await session(standin, late))["errcode"] == 40029


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"appid": APP_ID}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "hope"}, 40002),
        ({"js_code": ""}, 41008),
        ({"js_code": "invented"}, 40029),
    ],
)
async def test_wrong_login_is_refused(standin: Outside, changed: dict[str, str], code: int) -> None:
    assert (await session(standin, await login_code(standin), **changed))["errcode"] == code


async def test_phone_number_is_told_once_for_a_code(standin: Outside) -> None:
    code = (await standin.post("/_standin/phone_code", {"openid": CITIZEN}))["code"]
    answer = await standin.mini("/wxa/business/getuserphonenumber", {"code": code})
    assert answer["phone_info"]["purePhoneNumber"] == "19900001234"
    assert answer["phone_info"]["watermark"]["appid"] == MINI_APP_ID
    assert (await standin.mini("/wxa/business/getuserphonenumber", {"code": code}))["errcode"] == 40163
    for wrong, expected in ((await login_code(standin), 40029), ("", 41008), (7, 41008)):
        answer = await standin.mini("/wxa/business/getuserphonenumber", {"code": wrong})
        assert answer["errcode"] == expected


@pytest.mark.parametrize(
    ("content", "suggest"),
    [
        ("路灯坏了三天", "pass"),
        ("摊主骂我傻子", "review"),
        ("有人在这里赌博", "risky"),
        ("字" * 2_500, "pass"),
    ],
)
async def test_words_decide_what_may_be_shown(standin: Outside, content: str, suggest: str) -> None:
    await login_code(standin)
    answer = await check(standin, content)
    assert answer["result"]["suggest"] == suggest
    assert answer["detail"][0]["suggest"] == suggest


async def test_escaped_words_pass_unseen_as_on_the_platform(standin: Outside) -> None:
    await login_code(standin)
    body = rb'{"openid":"%s","scene":2,"version":2,"content":"\u8d4c\u535a"}' % MINI_CITIZEN.encode()
    assert (await standin.mini("/wxa/msg_sec_check", body))["result"]["suggest"] == "pass"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"content": "字" * 2_501}, 45002),
        ({"content": ""}, 44004),
        ({"scene": 5}, 47003),
        ({"scene": True}, 47003),
        ({"version": 1}, 47003),
        ({"openid": CITIZEN}, 43104),
        ({"openid": "oNobody"}, 40003),
    ],
)
async def test_check_wants_its_arguments_right(
    standin: Outside, changed: dict[str, object], code: int
) -> None:
    await login_code(standin)
    assert (await check(standin, **({"content": "您好"} | changed)))["errcode"] == code


async def test_check_wants_somebody_active_within_two_hours(
    standin: Outside, standin_clock: FixedClock
) -> None:
    assert (await check(standin, "您好"))["errcode"] == 61010
    await login_code(standin)
    assert (await check(standin, "您好"))["errcode"] == 0
    standin_clock.advance(timedelta(hours=2))
    standin.miniapp_token = ""
    assert (await check(standin, "您好"))["errcode"] == 61010


async def test_subscription_of_the_mini_program_uses_up_its_consent(standin: Outside) -> None:
    await standin.meet(consents={ONE_TIME: 1})
    send = {"touser": MINI_CITIZEN, "template_id": ONE_TIME, "data": RESULT, "page": "pages/case/one"}
    wrong = [
        ({"touser": CITIZEN}, 43104),
        ({"template_id": "x"}, 40037),
        ({"page": "/pages/case"}, 41030),
        ({"miniprogram_state": "draft"}, 47003),
    ]
    for changed, code in wrong:
        assert (await standin.mini("message/subscribe/send", send | changed))["errcode"] == code
    codes = [(await standin.mini("message/subscribe/send", send))["errcode"] for _ in range(2)]
    assert codes == [0, 43101]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"scene": "a" * 32, "page": "pages/scene/index"}, None),
        ({"scene": "id=7&k=%" + "x"}, 40169),
        ({"scene": "a" * 33}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "街道"}, 40169),
        ({"scene": "a", "page": "/pages/index"}, 41030),
        ({"scene": "a", "page": "pages/index?x=1"}, 41030),
        ({"scene": "a", "width": 279}, 47003),
    ],
)
async def test_page_code_is_a_picture_or_a_refusal(
    standin: Outside, asked: dict[str, object], code: int | None
) -> None:
    query = {"access_token": (await standin.token(appid=MINI_APP_ID, secret=MINI_SECRET))["access_token"]}
    address = f"{standin.base}/wxa/getwxacodeunlimit"
    async with standin.http.post(address, params=query, json=asked) as response:
        body = await response.read()
        if code is None:
            assert (response.content_type, body[:2]) == ("image/jpeg", b"\xff\xd8")
        else:
            assert (await response.json(content_type=None))["errcode"] == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"path": "pages/case/one", "query": "reference=QS"}, 0),
        ({"path": "/pages/case/one", "expire_type": 1, "expire_interval": 30}, 0),
        ({"path": "https://x.invalid/"}, 41030),
        ({"query": "x" * 1_025}, 40212),
        ({"expire_type": 1, "expire_interval": 31}, 47003),
    ],
)
async def test_link_into_the_mini_program_is_checked(
    standin: Outside, asked: dict[str, object], code: int
) -> None:
    answer = await standin.mini("/wxa/generate_urllink", asked)
    assert answer["errcode"] == code
    assert (code != 0) or answer["url_link"].startswith("https://wxaurl.cn/")


@pytest.mark.parametrize("path", ["/_standin/login_code", "/_standin/phone_code", "/_standin/miniapp"])
async def test_strangers_do_nothing_in_the_mini_program(standin: Outside, path: str) -> None:
    asked = {"openid": "oNobody"} | ({"action": "enter"} if path.endswith("miniapp") else {})
    await standin.post(path, asked, status=400)
