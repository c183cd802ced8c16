import json
from typing import Any

import pytest

from tests.wechat_samples import BODIES
from wechat.json_bodies import read_json
from wechat.messages import Consent, Delivered, Inbound, Kind, MassCounts, to_inbound
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


def sample(name: str) -> Inbound:
    return to_inbound(parse_xml(BODIES[name].encode()))


@pytest.mark.parametrize("name", BODIES)
def test_every_kind_the_platform_sends_is_known(name: str) -> None:
    assert sample(name).is_known


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("voice", {"media_id": "v", "media_format": "speex", "recognition": ""}),
        ("miniprogrampage", {"app_id": "wx0123456789abcdef", "page_path": "pages/a"}),
        ("view_miniprogram", {"event_key": "pages/a", "menu_id": "51"}),
        ("pic_sysphoto", {"event_key": "photo", "picture_count": 2}),
        ("pic_weixin", {"event_key": "photo", "picture_count": 2}),
        ("scancode_push", {"scan_type": "qrcode", "scan_result": "https://h/s/abc?d=1&e=2"}),
        ("location_select", {"label": "河边", "title": "桥头", "latitude": 30.1}),
        ("TEMPLATESENDJOBFINISH", {"job_id": "200163836", "status": "failed:user block"}),
        (
            "MASSSENDJOBFINISH",
            {
                "job_id": "1000001625",
                "status": "sendsuccess",
                "mass": MassCounts(100, 80, 75, 5),
                "article_urls": ("https://m/1",),
            },
        ),
        (
            "FREEPUBLISHJOBFINISH",
            {
                "job_id": "2247483",
                "status": "0",
                "article_id": "art-1",
                "article_urls": ("https://m/1", "https://m/2"),
                "failed_articles": (),
            },
        ),
        ("PUBLISHJOBFINISH failed", {"status": "2", "article_urls": (), "failed_articles": ("1", "2")}),
        (
            "subscribe_msg_sent_event many",
            {
                "delivered": (
                    Delivered("tpl-1", "186432372646121", 0, "success"),
                    Delivered("tpl-2", "186432372646122", 43101, "refused"),
                )
            },
        ),
        ("wxa_media_check", {"job_id": "60f9-1", "status": "risky", "finding": "20006", "error_code": 0}),
        ("wxa_media_check first-version", {"job_id": "60f9-2", "status": "risky"}),
        ("kf_create_session", {"kf_account": "kf2001@bureau"}),
        ("kf_close_session", {"kf_account": "kf2001@bureau", "status": "KF"}),
        ("kf_switch_session", {"kf_account": "kf2002@bureau", "kf_account_before": "kf2001@bureau"}),
        ("user_enter_tempsession", {"session_from": "case-page"}),
        ("qualification_verify_success", {"expires_at": 1809417600}),
        ("qualification_verify_fail", {"failed_at": 1777881500, "reason": "材料不全"}),
        ("naming_verify_fail", {"reason": "名称已被使用"}),
        ("annual_renew", {"expires_at": 1780473600}),
        ("verify_expired", {"expires_at": 1777881600}),
        ("user_info_modified", {"subject_openid": "oOther-1"}),
        ("user_authorization_revoke", {"subject_openid": "oOther-1", "status": "201"}),
    ],
)
def test_each_event_says_its_own(name: str, expected: dict[str, Any]) -> None:
    found = sample(name)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize("name", BODIES)
def test_a_push_in_json_is_read_as_the_same_push_in_xml(name: str) -> None:
    fields = parse_xml(BODIES[name].encode())
    from_json = to_inbound(read_json(json.dumps(fields).encode()))
    assert from_json == to_inbound(fields)


def test_the_list_of_a_subscribe_event_stands_at_the_top_in_json() -> None:
    head = '"ToUserName": "gh", "FromUserName": "o", "CreateTime": 1, "MsgType": "event"'
    one = f'{{{head}, "Event": "subscribe_msg_popup_event", "List": {{"TemplateId": "a", "SubscribeStatusString": "accept"}}}}'
    assert to_inbound(read_json(one.encode())).consents == (Consent("a", True),)
    many = (
        f'{{{head}, "Event": "subscribe_msg_sent_event", "List": '
        '[{"TemplateId": "a", "MsgID": 1, "ErrorCode": "0"}, {"TemplateId": "b", "MsgID": 2, "ErrorCode": -1}]}'
    )
    assert to_inbound(read_json(many.encode())).delivered == (
        Delivered("a", "1", 0, ""),
        Delivered("b", "2", -1, ""),
    )
    twice = one.replace('"List"', '"SubscribeMsgPopupEvent": {}, "List"')
    with pytest.raises(ParseError, match="two places"):
        to_inbound(read_json(twice.encode()))


def test_elements_repeated_at_the_top_are_a_list_and_repeated_texts_are_refused() -> None:
    found = sample("wxa_media_check").fields["detail"]
    assert isinstance(found, list)
    assert len(found) == 2
    with pytest.raises(ParseError, match="twice"):
        event("add_express_path", "<Version>1</Version><Version>1</Version>")
    with pytest.raises(ParseError):
        event("CLICK", "<EventKey><a>1</a></EventKey><EventKey><a>2</a></EventKey>")
    path = "<Actions><ActionType>1</ActionType></Actions>"
    assert not event("add_express_path", path + path).is_known


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
