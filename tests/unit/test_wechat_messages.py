from typing import Any

import pytest

from wechat.messages import Consent, Delivered, Inbound, Kind, to_inbound
from wechat.parse import ParseError, parse_xml


def inbound(inner: str, message_type: str = "event", created_at: str = "1777881600") -> Inbound:
    return to_inbound(
        parse_xml(
            f"<xml><ToUserName><![CDATA[gh_bureau]]></ToUserName>"
            f"<FromUserName><![CDATA[oCitizen-1_a]]></FromUserName><CreateTime>{created_at}</CreateTime>"
            f"<MsgType><![CDATA[{message_type}]]></MsgType>{inner}</xml>".encode()
        )
    )


def event(name: str, inner: str = "") -> Inbound:
    return inbound(f"<Event><![CDATA[{name}]]></Event>{inner}")


def test_a_text_tells_who_when_and_what() -> None:
    found = inbound("<Content><![CDATA[ 门口占道 ]]></Content><MsgId>23</MsgId>", "text")
    assert (found.kind, found.openid, found.to) == (Kind.TEXT, "oCitizen-1_a", "gh_bureau")
    assert (found.created_at, found.msg_id, found.text) == (1777881600, 23, " 门口占道 ")
    assert found.is_known


def test_a_choice_from_a_menu_message_carries_its_id() -> None:
    found = inbound("<Content>满意</Content><bizmsgmenuid>3</bizmsgmenuid><MsgId>1</MsgId>", "text")
    assert (found.text, found.menu_id) == ("满意", "3")


@pytest.mark.parametrize(
    ("message_type", "inner", "expected"),
    [
        (
            "image",
            "<PicUrl>http://p/1</PicUrl><MediaId>m1</MediaId>",
            {"pic_url": "http://p/1", "media_id": "m1"},
        ),
        (
            "voice",
            "<MediaId>v</MediaId><Recognition>占道</Recognition>",
            {"media_id": "v", "recognition": "占道"},
        ),
        (
            "video",
            "<MediaId>v</MediaId><ThumbMediaId>t</ThumbMediaId>",
            {"media_id": "v", "thumb_media_id": "t"},
        ),
        ("shortvideo", "<MediaId>v</MediaId><ThumbMediaId>t</ThumbMediaId>", {"thumb_media_id": "t"}),
        (
            "location",
            "<Location_X>30.25</Location_X><Location_Y>120.15</Location_Y><Scale>15</Scale><Label>河边</Label>",
            {"latitude": 30.25, "longitude": 120.15, "label": "河边"},
        ),
        (
            "link",
            "<Title>t</Title><Description>d</Description><Url>http://u</Url>",
            {"title": "t", "url": "http://u"},
        ),
        ("miniprogrampage", "<Title>t</Title><PagePath>pages/a</PagePath>", {"page_path": "pages/a"}),
    ],
)
def test_each_message_type_fills_its_fields(message_type: str, inner: str, expected: dict[str, Any]) -> None:
    found = inbound(f"{inner}<MsgId>1</MsgId>", message_type)
    assert str(found.kind) == message_type
    assert {name: getattr(found, name) for name in expected} == expected


def test_following_by_a_scene_code_gives_the_scene() -> None:
    found = event("subscribe", "<EventKey>qrscene_street-7</EventKey><Ticket>T</Ticket>")
    assert (found.event, found.scene, found.ticket) == ("subscribe", "street-7", "T")
    assert event("subscribe", "<EventKey></EventKey>").scene == ""
    assert event("SCAN", "<EventKey>street-7</EventKey>").scene == "street-7"


@pytest.mark.parametrize("name", ["CLICK", "VIEW", "view_miniprogram", "pic_weixin", "unsubscribe"])
def test_menu_and_follow_events_keep_name_and_key(name: str) -> None:
    found = event(name, "<EventKey>complain</EventKey>")
    assert (found.event, found.event_key, found.is_known) == (name.lower(), "complain", True)


def test_reported_and_chosen_places_are_coordinates() -> None:
    reported = event(
        "LOCATION", "<Latitude>30.1</Latitude><Longitude>120.2</Longitude><Precision>9</Precision>"
    )
    assert (reported.latitude, reported.longitude) == (30.1, 120.2)
    chosen = event(
        "location_select",
        "<EventKey>here</EventKey><SendLocationInfo><Location_X>30.1</Location_X>"
        "<Location_Y>120.2</Location_Y><Label>河边</Label></SendLocationInfo>",
    )
    assert (chosen.latitude, chosen.longitude, chosen.label) == (30.1, 120.2, "河边")


def test_a_scanned_code_gives_its_content() -> None:
    found = event("scancode_waitmsg", "<ScanCodeInfo><ScanResult>QS-TS</ScanResult></ScanCodeInfo>")
    assert found.scan_result == "QS-TS"


def test_consents_come_one_or_many() -> None:
    entry = "<List><TemplateId>{}</TemplateId><SubscribeStatusString>{}</SubscribeStatusString></List>"
    one = event(
        "subscribe_msg_popup_event",
        f"<SubscribeMsgPopupEvent>{entry.format('a', 'accept')}</SubscribeMsgPopupEvent>",
    )
    assert one.consents == (Consent("a", True),)
    many = event(
        "subscribe_msg_change_event",
        f"<SubscribeMsgChangeEvent>{entry.format('a', 'reject')}{entry.format('b', 'accept')}"
        "</SubscribeMsgChangeEvent>",
    )
    assert many.consents == (Consent("a", False), Consent("b", True))
    assert event("subscribe_msg_popup_event").consents == ()


def test_results_of_sends_are_reported_with_their_ids() -> None:
    sent = event(
        "subscribe_msg_sent_event",
        "<SubscribeMsgSentEvent><List><TemplateId>a</TemplateId><MsgID>9</MsgID><ErrorCode>43101</ErrorCode>"
        "<ErrorStatus>refused</ErrorStatus></List></SubscribeMsgSentEvent>",
    )
    assert sent.delivered == (Delivered("a", "9", 43101, "refused"),)
    finished = event("TEMPLATESENDJOBFINISH", "<MsgID>88</MsgID><Status>success</Status>")
    assert (finished.job_id, finished.status) == ("88", "success")
    published = event("PUBLISHJOBFINISH", "<PublishEventInfo><publish_id>5</publish_id></PublishEventInfo>")
    assert published.job_id == "5"


def test_unknown_types_and_events_are_kept_by_name() -> None:
    odd = inbound("<MsgId>1</MsgId>", "hologram")
    assert (odd.kind, odd.is_known) == (Kind.UNKNOWN, False)
    new = event("brand_new_event")
    assert (new.kind, new.event, new.is_known) == (Kind.EVENT, "brand_new_event", False)


def test_repeats_of_a_message_share_their_key_and_different_messages_do_not() -> None:
    text = "<Content>a</Content><MsgId>1</MsgId>"
    assert inbound(text, "text").dedupe_key == inbound(text, "text", "1777881605").dedupe_key
    keys = [
        inbound(text, "text"),
        inbound("<Content>a</Content><MsgId>2</MsgId>", "text"),
        event("CLICK", "<EventKey>a</EventKey>"),
        event("CLICK", "<EventKey>b</EventKey>"),
        event("VIEW", "<EventKey>a</EventKey>"),
        inbound("<Event>CLICK</Event><EventKey>a</EventKey>", created_at="1777881601"),
        event("TEMPLATESENDJOBFINISH", "<MsgID>88</MsgID>"),
        event("TEMPLATESENDJOBFINISH", "<MsgID>89</MsgID>"),
    ]
    assert len({one.dedupe_key for one in keys}) == len(keys)


@pytest.mark.parametrize(
    ("message_type", "inner"),
    [
        ("text", "<Content>a</Content><MsgId>abc</MsgId>"),
        ("text", "<Content>a</Content><MsgId>-1</MsgId>"),
        ("text", "<Content>a</Content><MsgId>１２</MsgId>"),
        ("text", "<Content>a</Content><MsgId></MsgId>"),
        ("text", "<Content>a</Content><MsgId>" + "9" * 21 + "</MsgId>"),
        ("text", "<Content><b>a</b></Content><MsgId>1</MsgId>"),
        ("location", "<MsgId>1</MsgId>"),
        ("location", "<Location_X>nan</Location_X><Location_Y>1</Location_Y>"),
        ("location", "<Location_X>90.1</Location_X><Location_Y>1</Location_Y>"),
        ("location", "<Location_X>1</Location_X><Location_Y>1e2</Location_Y>"),
        ("event", ""),
        ("event", "<Event>CLICK</Event><EventKey><a>1</a></EventKey>"),
        (
            "event",
            "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>x</SubscribeMsgPopupEvent>",
        ),
        (
            "event",
            "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List>x</List></SubscribeMsgPopupEvent>",
        ),
        (
            "event",
            "<Event>location_select</Event><SendLocationInfo><Location_X>1</Location_X>"
            "<Location_X>2</Location_X></SendLocationInfo>",
        ),
    ],
)
def test_text_where_a_number_belongs_and_elements_where_text_belongs_are_refused(
    message_type: str, inner: str
) -> None:
    with pytest.raises(ParseError):
        inbound(inner, message_type)


@pytest.mark.parametrize("missing", ["ToUserName", "FromUserName", "CreateTime", "MsgType"])
def test_a_message_without_sender_receiver_time_or_type_is_refused(missing: str) -> None:
    fields: dict[str, Any] = {"ToUserName": "g", "FromUserName": "o", "CreateTime": "1", "MsgType": "text"}
    del fields[missing]
    with pytest.raises(ParseError, match=missing):
        to_inbound(fields)


def test_the_typed_object_is_built_anew_and_leaves_our_fields_alone() -> None:
    found = event("subscribe", "<EventKey>qrscene_7</EventKey><Ticket>T</Ticket>")
    typed = found.typed()
    assert (type(typed).__name__, typed.scene_id, typed.source) == ("SubscribeScanEvent", "7", found.openid)
    assert found.fields["EventKey"] == "qrscene_7"
    assert found.typed() is not typed


def test_nothing_personal_shows_in_a_representation() -> None:
    found = inbound("<Content>我的电话13800138000</Content><MsgId>1</MsgId>", "text")
    assert repr(found) == "Inbound(kind=text, event='')"
