"""Whatever a proxy or the platform answers is one JSON object or one error that says what may be repeated."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wechat.endpoints import CUSTOM_SEND, ENDPOINTS, USER, Endpoint
from wechat.errors import WeChatError, from_code
from wechat.exchange import is_own_address, read_object

ROWS = st.sampled_from([CUSTOM_SEND, USER])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CODES = st.one_of(VALUES, st.sampled_from([0, -1, 40001, 45009, 10**30, "0", True]))


def read(row: Endpoint, content: bytes) -> dict[str, Any] | WeChatError:
    try:
        return read_object(row, content)
    except WeChatError as error:
        told = error
    assert not (told.uncertain and row.is_repeatable)
    msgspec.json.encode([str(told), told.message, told.rid, told.reason_key])  # fit for a log
    return told


@given(ROWS, st.binary())
def test_any_bytes_are_an_object_or_an_error(row: Endpoint, content: bytes) -> None:
    found = read(row, content)
    if isinstance(found, WeChatError) and found.code is None:
        assert found.uncertain is not row.is_repeatable


@given(ROWS, CODES, VALUES, st.booleans(), st.booleans())
def test_any_document_is_an_object_or_an_error(
    row: Endpoint, code: object, message: object, is_escaped: bool, is_marked: bool
) -> None:
    document = {"errcode": code, "errmsg": message, "ticket": message}
    text = json.dumps(document, ensure_ascii=is_escaped).encode("utf-8", "surrogatepass")
    found = read(row, (b"\xef\xbb\xbf" if is_marked else b"") + text)
    if isinstance(found, dict):
        assert found["errcode"] == 0
        msgspec.json.encode(found)  # every text in it can be stored


@given(st.integers(), st.text(), st.from_regex(r"o[0-9A-Za-z_-]{27}", fullmatch=True))
def test_no_openid_stays_in_what_an_error_says(code: int, words: str, openid: str) -> None:
    error = from_code(code, f"{words} {openid} hint: [{openid}] rid: 1-2-3")
    assert openid not in f"{error} {error!r} {error.message} {error.rid}"


@given(st.text())
def test_any_address_is_judged(address: str) -> None:
    assert is_own_address("https://api.weixin.qq.com", address) in (True, False)


def test_no_endpoint_stands_twice_in_the_table() -> None:
    assert len({(row.method, row.path) for row in ENDPOINTS}) == len(ENDPOINTS)
