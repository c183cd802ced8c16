"""What our pages inside WeChat need: the way to sign in, and the signature for its scripts."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from wechat.exchange import is_own_address
from wechat.jssdk import js_signature
from wechat.miniprogram import MiniSession, PhoneNumber
from wechat.oauth import OAuthProfile, OAuthUser, authorize_url


def test_the_signature_is_the_one_the_platform_documents() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = "http://mp.weixin.qq.com?params=value"
    expected = "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert js_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url) == expected
    assert js_signature(ticket, "Wm3WZYTPz0wzccnW", "1414587457", url + "#part") == expected
    assert js_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url + "&more=1") != expected


def test_a_citizen_signs_in_at_the_platforms_own_page() -> None:
    url = urlsplit(
        authorize_url("https://api.weixin.qq.com", "wx1", "https://a.gov.cn/h5/oauth?n=1&m=2", "s t")
    )
    assert (url.scheme, url.netloc, url.path) == ("https", "open.weixin.qq.com", "/connect/oauth2/authorize")
    assert url.fragment == "wechat_redirect"
    assert parse_qsl(url.query) == [
        ("appid", "wx1"),
        ("redirect_uri", "https://a.gov.cn/h5/oauth?n=1&m=2"),
        ("response_type", "code"),
        ("scope", "snsapi_base"),
        ("state", "s t"),
    ]


def test_another_api_has_a_page_of_its_own() -> None:
    url = authorize_url("http://127.0.0.1:8001/", "wx1", "http://127.0.0.1:8000/h5", "s", "snsapi_userinfo")
    assert url.startswith("http://127.0.0.1:8001/connect/oauth2/authorize?appid=wx1&")
    assert "scope=snsapi_userinfo" in url


@pytest.mark.parametrize(
    "address",
    [
        "https://mpvideo.qpic.cn/a?b=1",
        "http://api.weixin.qq.com/x",
        "https://v.qq.com:443/x",
        "http://127.0.0.1:8001/x",
    ],
)
def test_files_are_fetched_from_the_platforms_hosts(address: str) -> None:
    assert is_own_address("http://127.0.0.1:8001", address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8002/x",
        "http://169.254.169.254/x",
        "https://evilqq.com/x",
        "https://qq.com.evil.cn/x",
        "https://a@v.qq.com/x",
        "https://v.qq.com:8443/x",
        "file:///etc/passwd",
        "//v.qq.com/x",
        "https://[v.qq.com/x",
        "https://v.qq.com:port/x",
        "",
    ],
)
def test_files_are_fetched_from_nowhere_else(address: str) -> None:
    assert not is_own_address("http://127.0.0.1:8001", address)


def test_persons_and_their_keys_are_not_printed() -> None:
    kept = [
        OAuthUser("oSecret", "uSecret", "snsapi_base", access_token="tSecret"),
        OAuthProfile("oSecret", "nSecret"),
        MiniSession("oSecret", "uSecret", "kSecret"),
        PhoneNumber("1380Secret"),
    ]
    assert "Secret" not in repr(kept) + str(kept)
