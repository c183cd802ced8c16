"""The pages on which citizens say who they are, and what their codes are good for."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kit.clock import FixedClock
from tests.standin_setting import APP_ID, CITIZEN, SECRET, Outside, running
from wechat.standin.citizens import derived_id

BACK = "http://127.0.0.1:9/h5/oauth?next=%2Fh5%2Fme"
ASKED = {
    "appid": APP_ID,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "abc123",
}
COOKIE = {"Cookie": f"standin_phone={CITIZEN}"}


@pytest.fixture
def standin_clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture
async def standin(standin_clock: FixedClock) -> AsyncIterator[Outside]:
    async with running(clock=standin_clock, tries=1) as outside:
        await outside.meet(name="梅")
        yield outside


async def visit(standin: Outside, path: str, who: bool = True, **query: str) -> tuple[int, str, str]:
    """Status, where to, and the page."""
    headers = COOKIE if who else {}
    async with standin.http.get(
        f"{standin.base}{path}", params=query or None, headers=headers, allow_redirects=False
    ) as response:
        return response.status, response.headers.get("Location", ""), await response.text()


async def authorize(standin: Outside, **changed: str) -> tuple[int, str, str]:
    return await visit(standin, "/connect/oauth2/authorize", **(ASKED | changed))


async def code_from(standin: Outside, **changed: str) -> str:
    status, address, page = await authorize(standin, **changed)
    if status == 200:
        path = page.partition('data-testid="oauth-allow" href="')[2].partition('"')[0].replace("&amp;", "&")
        status, address, _ = await visit(standin, path)
    assert status == 302
    return parse_qs(urlsplit(address).query)["code"][0]


async def exchange(standin: Outside, code: str, **changed: str) -> dict[str, Any]:
    query = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"} | changed
    return await standin.api("/sns/oauth2/access_token", **query)


async def test_silent_scope_leads_straight_back_with_code_and_state(standin: Outside) -> None:
    status, address, _ = await authorize(standin)
    assert (status, address.partition("?")[0]) == (302, "http://127.0.0.1:9/h5/oauth")
    query = parse_qs(urlsplit(address).query)
    assert (query["next"], query["state"]) == (["/h5/me"], ["abc123"])
    answer = await exchange(standin, query["code"][0])
    assert (answer["openid"], answer["scope"]) == (CITIZEN, "snsapi_base")
    assert "unionid" not in answer
    assert "errcode" not in answer


async def test_code_buys_one_token_within_five_minutes(standin: Outside, standin_clock: FixedClock) -> None:
    code = await code_from(standin)
    assert "access_token" in await exchange(standin, code)
    assert (await exchange(standin, code))["errcode"] == 40163
    late = await code_from(standin)
    standin_clock.advance(timedelta(minutes=5))
    assert (await exchange(standin, late))["errcode"] == 40029
    assert (await exchange(standin, "invented"))["errcode"] == 40029


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"appid": "wx-of-nobody"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "hope"}, 40002),
        ({"code": ""}, 41008),
    ],
)
async def test_wrong_exchange_is_refused_and_the_code_stays_good(
    standin: Outside, changed: dict[str, str], code: int
) -> None:
    good = await code_from(standin)
    assert (await exchange(standin, **({"code": good} | changed)))["errcode"] == code
    assert "access_token" in await exchange(standin, good)


async def test_answers_of_signing_in_say_text_plain(standin: Outside) -> None:
    async with standin.http.get(f"{standin.base}/sns/oauth2/access_token") as response:
        assert response.content_type == "text/plain"


async def test_asking_scope_shows_a_question_first(standin: Outside) -> None:
    status, _, page = await authorize(standin, scope="snsapi_userinfo")
    assert (status, "清水城管" in page) == (200, True)
    answer = await exchange(standin, await code_from(standin, scope="snsapi_userinfo"))
    assert answer["unionid"] == derived_id("union", CITIZEN)
    query = {"access_token": answer["access_token"], "openid": CITIZEN}
    assert (await standin.api("/sns/userinfo", **query))["nickname"] == "梅"
    assert (await standin.api("/sns/auth", **query))["errcode"] == 0
    assert (await standin.api("/sns/auth", **(query | {"openid": "other"})))["errcode"] == 40003


async def test_refusing_citizen_comes_back_without_a_code(standin: Outside) -> None:
    _, _, page = await authorize(standin, scope="snsapi_userinfo")
    path = page.partition('data-testid="oauth-refuse" href="')[2].partition('"')[0]
    status, address, _ = await visit(standin, path)
    assert (status, "code" in parse_qs(urlsplit(address).query)) == (302, False)
    assert (await visit(standin, path))[0] == 200  # the question was answered once


async def test_silent_token_tells_no_name(standin: Outside) -> None:
    answer = await exchange(standin, await code_from(standin))
    query = {"access_token": answer["access_token"], "openid": CITIZEN}
    assert (await standin.api("/sns/userinfo", **query))["errcode"] == 48001


async def test_unionid_is_told_only_while_both_apps_are_bound(standin: Outside) -> None:
    await standin.post("/_standin/account", {"is_union_bound": False})
    answer = await exchange(standin, await code_from(standin, scope="snsapi_userinfo"))
    assert "unionid" not in answer


async def test_token_ends_and_is_refreshed(standin: Outside, standin_clock: FixedClock) -> None:
    answer = await exchange(standin, await code_from(standin))
    standin_clock.advance(timedelta(hours=2))
    query = {"access_token": answer["access_token"], "openid": CITIZEN}
    assert (await standin.api("/sns/auth", **query))["errcode"] == 42001
    renew = {"appid": APP_ID, "grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    renewed = await standin.api("/sns/oauth2/refresh_token", **renew)
    query["access_token"] = renewed["access_token"]
    assert (await standin.api("/sns/auth", **query))["errcode"] == 0
    assert (await standin.api("/sns/oauth2/refresh_token", **(renew | {"refresh_token": "x"})))[
        "errcode"
    ] == 40030
    standin_clock.advance(timedelta(days=30))
    assert (await standin.api("/sns/oauth2/refresh_token", **renew))["errcode"] == 42002


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"appid": "wx-of-nobody"}, 10013),
        ({"scope": "snsapi_everything"}, 10005),
        ({"redirect_uri": "https://evil.example/"}, 10003),
        ({"redirect_uri": "javascript:alert(1)"}, 10003),
        ({"redirect_uri": "http://[x"}, 10003),
        ({"redirect_uri": ""}, 10009),
        ({"response_type": "token"}, 10009),
        ({"state": "<script>"}, 10009),
    ],
)
async def test_page_that_cannot_be_opened_says_why(
    standin: Outside, changed: dict[str, str], number: int
) -> None:
    status, address, page = await authorize(standin, **changed)
    assert (status, address, str(number) in page) == (200, "", True)


@pytest.mark.parametrize(
    "kind", ["uncertified_service", "certified_subscription", "uncertified_subscription"]
)
async def test_only_certified_service_accounts_may_ask_who_is_looking(standin: Outside, kind: str) -> None:
    await standin.post("/_standin/account", {"kind": kind})
    assert "10005" in (await authorize(standin))[2]
    assert (await exchange(standin, "any"))["errcode"] == 48001


async def test_browser_without_a_phone_lets_the_tester_choose(standin: Outside) -> None:
    await standin.meet(openid="oSecond_0002", name='<b>"雨"</b>')
    status, _, page = await visit(standin, "/connect/oauth2/authorize", who=False, **ASKED)
    assert (status, page.count('data-testid="oauth-citizen"')) == (200, 2)
    assert "&lt;b&gt;" in page
    path = page.partition('href="/phone/browser?openid=oSecond_0002&amp;')[2].partition('"')[0]
    chosen, address, _ = await visit(standin, f"/phone/browser?openid=oSecond_0002&{path}", who=False)
    assert (chosen, address.partition("?")[0]) == (302, f"{standin.base}/connect/oauth2/authorize")


async def test_faults_strike_the_authorize_page_too(standin: Outside) -> None:
    await standin.post("/_standin/faults", {"endpoint": "/connect/oauth2/authorize", "kind": "html_502"})
    assert (await authorize(standin))[0] == 502
