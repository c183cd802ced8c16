"""What nobody should send to /wechat gets one clear answer, changes nothing and leaves no trace of itself."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from secrets import token_bytes, token_hex

import pytest

from tests.e2e.system import System
from tests.e2e.weixin import ACCOUNT, Sealed, Weixin, new_openid
from wechat.codec import Codec, sign

TABLES = (
    "account",
    "complaint",
    "conversation_turn",
    "guard_key",
    "outbox_event",
    "audit_entry",
    "late_reply",
)


@pytest.fixture
async def weixin(shared_system: System) -> AsyncIterator[Weixin]:
    async with Weixin(shared_system) as platform:
        yield platform


def counts(system: System) -> list[int]:
    return [system.rows(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


async def refused(weixin: Weixin, status: int, *requests: tuple[object, bytes]) -> None:
    """Each is refused with the one sentence that belongs to its status, and nothing is written.

    Duties of the shared system write when their time comes; what a request writes, it writes every time.
    """
    for _ in range(3):
        before = counts(weixin.system)
        await refuse(weixin, status, *requests)
        after = counts(weixin.system)
        if after == before:
            break
    assert after == before
    assert "Traceback" not in weixin.system.log("serve")


async def refuse(weixin: Weixin, status: int, *requests: tuple[object, bytes]) -> None:
    answers = set()
    for query, body in requests:
        given, answer = await weixin.raw(query, body)  # type: ignore[arg-type]
        assert given == status, (given, query, body[:200])
        answers.add(answer.decode())
    assert len(answers) == 1, answers
    (sentence,) = answers
    assert "没有处理" in sentence
    assert sentence.count("。") == 1


def filing(weixin: Weixin) -> dict[str, str]:
    return weixin.text(new_openid(), "我要投诉楼下烧烤油烟太大")


def at(weixin: Weixin, seconds: int) -> Sealed:
    return weixin.seal(filing(weixin), timestamp=str(int(time.time()) + seconds))


async def test_forged_stale_and_unsigned_requests_are_forbidden(weixin: Weixin) -> None:
    good = weixin.seal(filing(weixin))
    other = weixin.seal(filing(weixin))
    without = {name: value for name, value in good.query.items() if name != "msg_signature"}
    stale, early = at(weixin, -301), at(weixin, 330)
    foreign_codec = Codec(
        "another-token", weixin.system.env["WECHAT_AES_KEY"], weixin.system.env["WECHAT_APP_ID"]
    )
    encrypted = foreign_codec.encrypt(b"<xml><Content>x</Content></xml>")
    forged = {
        **good.query,
        "msg_signature": sign("another-token", good.query["timestamp"], good.query["nonce"], encrypted),
    }
    await refused(
        weixin,
        403,
        ({**good.query, "msg_signature": "0" * 40}, good.body),
        ({**good.query, "msg_signature": "é" * 40}, good.body),
        ({**good.query, "nonce": good.query["nonce"] + "1"}, good.body),
        ({**good.query, "nonce": "]" * 20}, good.body),
        ({**good.query, "timestamp": "yesterday"}, good.body),
        ({**good.query, "timestamp": "9" * 4000}, good.body),
        (good.query, other.body),
        (without, good.body),
        ({}, good.body),
        (stale.query, stale.body),
        (early.query, early.body),
        (forged, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()),
    )


async def test_a_parameter_given_twice_is_forbidden_whichever_it_is(weixin: Weixin) -> None:
    good = weixin.seal(filing(weixin))
    pairs = list(good.query.items())
    await refused(
        weixin,
        403,
        *(([*pairs, pair], good.body) for pair in pairs),
        *(([(name, "x"), *pairs], good.body) for name in good.query),
        ([*pairs, ("unheard-of", "1"), ("unheard-of", "2")], good.body),
    )


async def test_more_than_64_kb_is_too_large_signed_or_not(weixin: Weixin) -> None:
    good = weixin.seal(filing(weixin))
    await refused(
        weixin,
        413,
        (good.query, b"x" * (64 * 1024 + 1)),
        ({}, b"x" * (64 * 1024 + 1)),
        (good.query, good.body + b" " * (64 * 1024)),
        (good.query, b"x" * (3 * 1024 * 1024)),
    )


ENVELOPES = {
    "nothing": b"",
    "no xml": b"hello",
    "json": b'{"Encrypt": "a"}',
    "doctype": b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
    "deep": b"<xml>" + b"<a>" * 4_000 + b"</a>" * 4_000 + b"</xml>",
    "wide": b"<xml>" + b"".join(b"<a%d>1</a%d>" % (n, n) for n in range(4_000)) + b"</xml>",
    "doubled": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "attribute": b'<xml><Encrypt a="1">a</Encrypt></xml>',
    "unclosed": b"<xml><Encrypt>a",
    "not utf-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    "utf-16": "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
    "zero byte": b"<xml><Encrypt>a\0</Encrypt></xml>",
    "plain mode": b"<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType></xml>",
}


async def test_envelopes_that_are_none_are_unreadable(weixin: Weixin) -> None:
    good = weixin.seal(filing(weixin))
    begun = time.perf_counter()
    await refused(weixin, 400, *((good.query, body) for body in ENVELOPES.values()))
    assert time.perf_counter() - begun < 5


def xml(fields: dict[str, str], **changes: str) -> bytes:
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in (fields | changes).items())
    return f"<xml>{elements}</xml>".encode()


async def test_signed_messages_that_are_malformed_inside_get_the_same_answer_as_any_other(
    weixin: Weixin,
) -> None:
    fields = filing(weixin)
    plain = xml(fields)
    place = weixin.fields(
        new_openid(), "location", Location_X="30.2", Location_Y="120.1", Scale="16", Label="某处"
    )
    inside = [
        xml(fields, CreateTime="tomorrow"),
        xml(fields, CreateTime="-1"),
        xml(fields, MsgId="seventeen"),
        xml(fields, MsgId="1" * 30),
        xml(fields, FromUserName=""),
        xml(fields, FromUserName="o" * 65),
        xml(fields, FromUserName="市民"),
        xml(fields, Content="<a>b</a>"),
        xml(fields, MsgType="<a>text</a>"),
        xml(place, Location_X="north"),
        xml(place, Location_X="91"),
        xml(place, Location_Y="NaN"),
        xml(place, Location_Y="1e3"),
        plain.replace(b"</xml>", b"<Content>again</Content></xml>"),
        b"<!DOCTYPE xml>" + plain,
        b"<?xml version='1.0'?>" + plain,
        plain.replace(b"<Content>", b"<Content>" + b"<a>" * 2_000),
        plain + plain,
        plain[:-3],
        plain.replace("投诉".encode(), "投诉".encode("gbk")),
        b"",
        b"[]",
    ]
    await refused(weixin, 400, *((sealed.query, sealed.body) for sealed in map(weixin.seal_xml, inside)))


async def test_nothing_tells_a_wrong_key_from_a_broken_text(weixin: Weixin) -> None:
    """The signature is right each time; what fails inside must not show (no decryption oracle)."""
    env = weixin.system.env
    wrong_key = Codec(
        weixin.token, base64.b64encode(token_bytes(32)).decode().rstrip("="), env["WECHAT_APP_ID"]
    )
    wrong_app = Codec(weixin.token, env["WECHAT_AES_KEY"], "wx" + token_hex(8))
    plain = xml(filing(weixin))
    requests = [weixin.seal_xml(plain, wrong_key), weixin.seal_xml(plain, wrong_app)]
    good = weixin.codec.encrypt(plain)
    for encrypted in (good[:-4], good[:-64], "!" * 64, "QUJD"):
        timestamp, nonce = str(int(time.time())), token_hex(5)
        query = {"timestamp": timestamp, "nonce": nonce}
        query["msg_signature"] = sign(weixin.token, timestamp, nonce, encrypted)
        body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
        requests.append(Sealed(query, body))
    await refused(weixin, 400, *((one.query, one.body) for one in requests))


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "hologram", "Content": "x"},
        {"MsgType": "link", "Title": "x", "Description": "y", "Url": "https://example.org/"},
        {"MsgType": "event", "Event": "brand_new_event"},
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://example.org/"},
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "30.1", "Longitude": "120.1", "Precision": "5"},
    ],
    ids=lambda fields: fields.get("Event", fields["MsgType"]),
)
async def test_types_and_events_we_do_not_know_are_accepted_without_a_word_or_answered_politely(
    weixin: Weixin, fields: dict[str, str]
) -> None:
    content = {name: value for name, value in fields.items() if name != "MsgType"}
    message = weixin.seal(weixin.fields(new_openid(), fields["MsgType"], **content))
    status, body = await weixin.post(message)
    assert status == 200
    if fields["MsgType"] == "link":
        assert "链接收到了，但我打不开" in weixin.read(body)
    else:
        assert body == b"success"


async def test_a_replayed_message_gets_the_reply_it_got_and_does_nothing(weixin: Weixin) -> None:
    last = await weixin.filed_up_to_the_end(new_openid(), "楼下烧烤油烟太大，重放")
    reply = await weixin.deliver(last)
    before = counts(weixin.system)
    assert [await weixin.deliver(last) for _ in range(3)] == [reply] * 3
    assert counts(weixin.system)[:3] == before[:3]


async def test_the_same_message_number_with_other_words_is_not_a_second_act(weixin: Weixin) -> None:
    openid = new_openid()
    fields = weixin.text(openid, "我要投诉楼下烧烤油烟太大")
    first = await weixin.deliver(weixin.seal(fields))
    for _ in range(3):  # a duty of the shared system may write meanwhile: see `refused`
        before = counts(weixin.system)
        other = await weixin.deliver(weixin.seal({**fields, "Content": "取消"}))
        assert other == first
        after = counts(weixin.system)
        if after == before:
            break
    assert after == before
    assert "在什么地方" in await weixin.say(openid, "跳过"), "the draft was cancelled"


async def test_other_methods_and_paths_are_answered_in_a_sentence(weixin: Weixin) -> None:
    for method, path in (
        ("PUT", "/wechat"),
        ("DELETE", "/wechat"),
        ("GET", "/wechat/"),
        ("GET", "/etc/passwd"),
    ):
        async with weixin._http.request(method, weixin.system.url + path) as answer:
            text = await answer.text()
            assert answer.status in (403, 404, 405), (method, path, answer.status)
            assert "Traceback" not in text
            assert "sanic" not in text.lower()
            assert "File " not in text


async def test_hostile_requests_do_not_keep_others_waiting(weixin: Weixin) -> None:
    good = weixin.seal(filing(weixin))
    flood = [weixin.raw(good.query, body) for body in ENVELOPES.values() for _ in range(10)]
    questions = [weixin.say(new_openid(), "门口能不能摆摊") for _ in range(10)]
    answers = await asyncio.gather(*questions, *flood)
    assert all("依据" in answer for answer in answers[:10] if isinstance(answer, str))
    assert weixin.slowest_s < 4.5
