"""The built-in browser's door, and the page that shows two phones."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.standin_setting import CITIZEN, Outside, config
from wechat.standin.phone_browser import origin_of
from wechat.standin.server import build_app


@pytest.fixture
async def standin() -> AsyncIterator[Outside]:
    app = build_app(config("http://127.0.0.1:9/wechat"))
    jar = aiohttp.DummyCookieJar()
    async with TestServer(app) as server, aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Outside(server, http)


async def opened(standin: Outside, url: str, openid: str = CITIZEN) -> aiohttp.ClientResponse:
    query = {"openid": openid, "url": url}
    address = f"{standin.base}/phone/browser"
    async with standin.http.get(address, params=query, allow_redirects=False) as response:
        return response


async def test_page_of_the_service_is_opened_for_whoever_holds_the_phone(standin: Outside) -> None:
    await standin.meet()
    answer = await opened(standin, "http://127.0.0.1:9/h5/me?a=1#b")
    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:9/h5/me?a=1#b")
    cookie = answer.cookies["standin_phone"]
    assert cookie.value == CITIZEN
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == ("/", True, "Lax")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.invalid/",
        "http://127.0.0.1:9@evil.invalid/",
        "http://evil.invalid\\@127.0.0.1:9/",
        "//127.0.0.1:9/h5",
        "javascript:alert(1)",
        "/h5/me",
        "http://127.0.0.1:99999/",
        "",
    ],
)
async def test_any_other_page_is_refused_and_nobody_is_named(standin: Outside, url: str) -> None:
    await standin.meet()
    answer = await opened(standin, url)
    assert answer.status == 400
    assert "standin_phone" not in answer.cookies


async def test_unknown_phone_opens_nothing(standin: Outside) -> None:
    assert (await opened(standin, "http://127.0.0.1:9/h5/me", "oNobody_1")).status == 400


def test_origin_is_scheme_host_and_port() -> None:
    assert origin_of("http://127.0.0.1:8000/h5?x#y") == "http://127.0.0.1:8000"
    assert origin_of("https://www.gov.cn/a") == "https://www.gov.cn"
    assert origin_of("http://[::1]:8000/") == "http://[::1]:8000"


async def test_page_may_frame_the_service_and_itself_only(standin: Outside) -> None:
    for address in ("/phone", "/phone?two"):
        async with standin.http.get(standin.base + address) as response:
            policy = response.headers["Content-Security-Policy"]
            assert response.status == 200
            assert "http://127.0.0.1:9" in policy.partition("frame-src")[2]
            assert "unsafe" not in policy
            assert "<script>" not in await response.text()


async def test_page_asked_for_by_another_name_of_this_machine_moves_to_the_services(standin: Outside) -> None:
    port = standin.base.rpartition(":")[2]
    headers = {"Host": f"localhost:{port}"}
    address = f"{standin.base}/phone?openid={CITIZEN}"
    async with standin.http.get(address, headers=headers, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"] == f"{standin.base}/phone?openid={CITIZEN}"


async def test_staff_phone_has_a_name_and_phrases_of_its_own(standin: Outside) -> None:
    demo = standin.platform.config.demo
    setup = await standin.get("/phone/setup?openid=oPhone_staff1&role=staff")
    assert setup["citizen"]["name"] in demo.staff_names
    assert [one["text"] for one in setup["phrases"]] == [one.text for one in demo.staff_phrases]
    assert "http://127.0.0.1:9" in setup["own_origins"]
