"""wechatpy reads what we write and writes what we read."""

import warnings
from base64 import b64encode
from datetime import UTC, datetime

import pytest

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


def message(message_type: str, inner: str) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_bureau]]></ToUserName><FromUserName><![CDATA[oCitizen]]></FromUserName>"
        f"<CreateTime>1777881600</CreateTime><MsgType><![CDATA[{message_type}]]></MsgType>{inner}</xml>"
    )


MESSAGES = [
    message("text", "<Content><![CDATA[门口有人占道经营]]></Content><MsgId>6054768590064713728</MsgId>"),
    message("image", "<PicUrl><![CDATA[http://p]]></PicUrl><MediaId>m</MediaId><MsgId>2</MsgId>"),
    message(
        "voice", "<MediaId>m</MediaId><Format>amr</Format><Recognition>占道</Recognition><MsgId>3</MsgId>"
    ),
    message("video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>4</MsgId>"),
    message("shortvideo", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>5</MsgId>"),
    message(
        "location",
        "<Location_X>30.25</Location_X><Location_Y>120.15</Location_Y><Scale>15</Scale>"
        "<Label>河边</Label><MsgId>6</MsgId>",
    ),
    message("link", "<Title>t</Title><Description>d</Description><Url>http://u</Url><MsgId>7</MsgId>"),
    message("miniprogrampage", "<Title>t</Title><AppId>wx</AppId><PagePath>p</PagePath><MsgId>8</MsgId>"),
    message("event", "<Event>subscribe</Event><EventKey></EventKey>"),
    message("event", "<Event>subscribe</Event><EventKey>qrscene_7</EventKey><Ticket>T</Ticket>"),
    message("event", "<Event>unsubscribe</Event>"),
    message("event", "<Event>SCAN</Event><EventKey>7</EventKey><Ticket>T</Ticket>"),
    message("event", "<Event>CLICK</Event><EventKey>complain</EventKey>"),
    message("event", "<Event>VIEW</Event><EventKey>http://u</EventKey>"),
    message("event", "<Event>LOCATION</Event><Latitude>30.1</Latitude><Longitude>120.2</Longitude>"),
    message("event", "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>88</MsgID><Status>success</Status>"),
    message("event", "<Event>something_new</Event>"),
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


@pytest.mark.parametrize("xml", MESSAGES)
def test_our_fields_make_the_object_wechatpys_own_parser_makes(xml: str) -> None:
    expected, found = parse_message(xml), to_inbound(parse_xml(xml.encode())).typed()
    assert type(found) is type(expected)
    for name in expected._fields:
        assert getattr(found, name) == getattr(expected, name), name


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
