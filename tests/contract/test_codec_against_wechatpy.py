"""wechatpy reads what we write and writes what we read."""

import warnings
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.wechat_samples import BODIES, message
from wechat.codec import Codec, SignedQuery, sign
from wechat.messages import to_inbound
from wechat.parse import parse_xml
from wechat.replies import Article, news_reply, text_reply, transfer_reply

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import xmltodict
    from wechatpy import parse_message
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.replies import TextReply

TOKEN, APP_ID = "a-token-of-ours", "wx0123456789abcdef"
AES_KEY = b64encode(bytes(range(100, 132))).decode()[:43]
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))

ours = Codec(TOKEN, AES_KEY, APP_ID)
theirs = WeChatCrypto(TOKEN, AES_KEY, APP_ID)


MESSAGES = [
    *BODIES.values(),
    message("event", "<Event>subscribe</Event><EventKey>scanbarcode|ean13|1</EventKey>"),
    message("event", "<Event>something_new</Event>"),
    message("device_text", "<DeviceID>d</DeviceID><Content>MTIz</Content><MsgId>1</MsgId>"),
    message("device_event", "<Event>bind</Event><DeviceID>d</DeviceID><Content></Content>"),
    message("hologram", "<MsgId>1</MsgId>"),
]


@pytest.mark.parametrize("xml", MESSAGES)
def test_what_wechatpy_encrypts_we_open(xml: str) -> None:
    envelope = theirs.encrypt_message(xml, "271828", STAMP)
    read = xmltodict.parse(envelope)["xml"]
    query = SignedQuery(timestamp=STAMP, nonce="271828", msg_signature=read["MsgSignature"])
    assert ours.open(query, envelope.encode(), NOW) == xml.encode()


@pytest.mark.parametrize("xml", MESSAGES)
def test_what_we_seal_wechatpy_decrypts(xml: str) -> None:
    envelope = ours.seal(xml.encode(), "271828", int(STAMP))
    encrypted = xmltodict.parse(envelope.decode())["xml"]["Encrypt"]
    signature = sign(TOKEN, STAMP, "271828", encrypted)
    assert theirs.decrypt_message(envelope.decode(), signature, STAMP, "271828") == xml


def without_none(value: Any) -> Any:
    """xmltodict says None for an empty element, where we say empty text."""
    if isinstance(value, dict):
        return {name: without_none(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_none(one) for one in value]
    return "" if value is None else value


def attributes(found: Any) -> dict[str, Any]:
    """All that wechatpy's own class makes of a message."""
    names = [name for name in dir(type(found)) if not name.startswith("__")]
    return {name: getattr(found, name) for name in names if not callable(getattr(found, name, None))}


@pytest.mark.parametrize("xml", MESSAGES)
def test_our_fields_are_those_of_wechatpys_own_parser(xml: str) -> None:
    assert parse_xml(xml.encode()) == without_none(xmltodict.parse(xml)["xml"])


@pytest.mark.parametrize("xml", MESSAGES)
def test_our_fields_make_the_object_wechatpys_own_parser_makes(xml: str) -> None:
    expected, found = parse_message(xml), to_inbound(parse_xml(xml.encode())).typed()
    assert type(found) is type(expected)
    ours, theirs = attributes(found), attributes(expected)
    ours.pop("_fields"), theirs.pop("_fields")
    assert without_none(ours) == without_none(theirs)


def test_our_text_reply_is_read_as_wechatpy_renders_its_own() -> None:
    asked = to_inbound(parse_xml(MESSAGES[0].encode()))
    rendered = TextReply(message=parse_message(MESSAGES[0]), content="请发图片", time=1777881601).render()
    found = xmltodict.parse(text_reply(asked, "请发图片", 1777881601).decode())["xml"]
    expected = xmltodict.parse(rendered)["xml"]
    assert {name: found[name] for name in found} == {name: expected[name] for name in found}


def test_no_reply_text_can_inject_an_element() -> None:
    asked = to_inbound(parse_xml(MESSAGES[0].encode()))
    hostile = "]]></Content><MsgType>news</MsgType><Content><![CDATA[]]]]>x"
    read = xmltodict.parse(text_reply(asked, hostile, 1).decode())["xml"]
    assert (read["Content"], read["MsgType"]) == (hostile, "text")
    card = Article(hostile, hostile, "http://p", "http://u")
    read = xmltodict.parse(news_reply(asked, [card], 1).decode())["xml"]
    assert read["Articles"]["item"]["Title"] == hostile
    read = xmltodict.parse(transfer_reply(asked, 1).decode())["xml"]
    assert read["MsgType"] == "transfer_customer_service"
