"""One message of every type and one event of every kind, written by us: (name, MsgType, what stands inside)."""

from __future__ import annotations

ACCOUNT, CITIZEN, CREATED_AT = "gh_bureau00", "oCitizen-1_aBcDeFgHiJkLmNoP", 1777881600

_ONE = "<List><TemplateId>tpl-a</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>{}</List>"
_OTHER = "<List><TemplateId>tpl-b</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>{}</List>"
_SENT = (
    "<List><TemplateId>tpl-{0}</TemplateId><MsgID>18643237264612{0}</MsgID>"
    "<ErrorCode>{1}</ErrorCode><ErrorStatus>{2}</ErrorStatus></List>"
)
_PICTURES = (
    "<EventKey>photo</EventKey><SendPicsInfo><Count>2</Count><PicList>"
    "<item><PicMd5Sum>0123456789abcdef</PicMd5Sum></item><item><PicMd5Sum>fedcba9876543210</PicMd5Sum></item>"
    "</PicList></SendPicsInfo>"
)
_CODE = (
    "<EventKey>scan</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType>"
    "<ScanResult><![CDATA[https://h/s/abc?d=1&e=2]]></ScanResult></ScanCodeInfo>"
)
_PUBLISHED = (
    "<PublishEventInfo><publish_id>2247483</publish_id><publish_status>0</publish_status>"
    "<article_id>art-1</article_id><article_detail><count>2</count>"
    "<item><idx>1</idx><article_url><![CDATA[https://m/1]]></article_url></item>"
    "<item><idx>2</idx><article_url><![CDATA[https://m/2]]></article_url></item></article_detail>"
    "</PublishEventInfo>"
)

MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("text", "text", "<Content><![CDATA[门口有人占道经营]]></Content><MsgId>6054768590064713728</MsgId>"),
    ("menu message", "text", "<Content>满意</Content><bizmsgmenuid>3</bizmsgmenuid><MsgId>1</MsgId>"),
    ("image", "image", "<PicUrl><![CDATA[http://p/1]]></PicUrl><MediaId>m1</MediaId><MsgId>2</MsgId>"),
    ("voice heard", "voice", "<MediaId>v</MediaId><Format>amr</Format><Recognition>占道</Recognition><MsgId>3</MsgId>"),
    ("voice", "voice", "<MediaId>v</MediaId><Format>speex</Format><MsgId>4</MsgId>"),
    ("video", "video", "<MediaId>f</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>5</MsgId>"),
    ("shortvideo", "shortvideo", "<MediaId>f</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>6</MsgId>"),
    (
        "location",
        "location",
        "<Location_X>30.25</Location_X><Location_Y>120.15</Location_Y><Scale>15</Scale>"
        "<Label><![CDATA[河边 8 号]]></Label><MsgId>7</MsgId>",
    ),
    ("link", "link", "<Title>t</Title><Description>d</Description><Url>http://u</Url><MsgId>8</MsgId>"),
    (
        "miniprogrampage",
        "miniprogrampage",
        "<Title>t</Title><AppId>wx0123456789abcdef</AppId><PagePath>pages/a</PagePath>"
        "<ThumbUrl>http://p/t</ThumbUrl><ThumbMediaId>t</ThumbMediaId><MsgId>9</MsgId>",
    ),
)  # fmt: skip

EVENTS: tuple[tuple[str, str, str], ...] = tuple(
    (name, "event", f"<Event><![CDATA[{name.partition(' ')[0]}]]></Event>{inner}")
    for name, inner in (
        ("subscribe", "<EventKey></EventKey>"),
        ("subscribe by-scene", "<EventKey>qrscene_street-7</EventKey><Ticket>T</Ticket>"),
        ("unsubscribe", "<EventKey></EventKey>"),
        ("SCAN", "<EventKey>street-7</EventKey><Ticket>T</Ticket>"),
        (
            "LOCATION",
            "<Latitude>30.1</Latitude><Longitude>120.2</Longitude><Precision>9.5</Precision>",
        ),
        ("CLICK", "<EventKey>complain</EventKey>"),
        ("VIEW", "<EventKey>http://u</EventKey><MenuId>51</MenuId>"),
        ("view_miniprogram", "<EventKey>pages/a</EventKey><MenuId>51</MenuId>"),
        ("scancode_push", _CODE),
        ("scancode_waitmsg", _CODE),
        ("pic_sysphoto", _PICTURES),
        ("pic_photo_or_album", _PICTURES),
        ("pic_weixin", _PICTURES),
        (
            "location_select",
            "<EventKey>here</EventKey><SendLocationInfo><Location_X>30.1</Location_X>"
            "<Location_Y>120.2</Location_Y><Scale>15</Scale><Label>河边</Label><Poiname>桥头</Poiname></SendLocationInfo>",
        ),
        ("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>failed:user block</Status>"),
        (
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID><Status>sendsuccess</Status><TotalCount>100</TotalCount>"
            "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
            "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>2</CheckState>"
            "</CopyrightCheckResult><ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>"
            "<ArticleUrl><![CDATA[https://m/1]]></ArticleUrl></item></ResultList></ArticleUrlResult>",
        ),
        ("PUBLISHJOBFINISH", _PUBLISHED),
        ("FREEPUBLISHJOBFINISH", _PUBLISHED),
        (
            "PUBLISHJOBFINISH failed",
            "<PublishEventInfo><publish_id>2247484</publish_id><publish_status>2</publish_status>"
            "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>",
        ),
        (
            "subscribe_msg_popup_event",
            f"<SubscribeMsgPopupEvent>{_ONE.format('<PopupScene>2</PopupScene>')}</SubscribeMsgPopupEvent>",
        ),
        (
            "subscribe_msg_popup_event many",
            f"<SubscribeMsgPopupEvent>{_ONE.format('')}{_OTHER.format('')}</SubscribeMsgPopupEvent>",
        ),
        (
            "subscribe_msg_change_event",
            f"<SubscribeMsgChangeEvent>{_OTHER.format('')}</SubscribeMsgChangeEvent>",
        ),
        (
            "subscribe_msg_change_event many",
            f"<SubscribeMsgChangeEvent>{_OTHER.format('')}{_ONE.format('')}</SubscribeMsgChangeEvent>",
        ),
        (
            "subscribe_msg_sent_event",
            f"<SubscribeMsgSentEvent>{_SENT.format(1, 0, 'success')}</SubscribeMsgSentEvent>",
        ),
        (
            "subscribe_msg_sent_event many",
            f"<SubscribeMsgSentEvent>{_SENT.format(1, 0, 'success')}{_SENT.format(2, 43101, 'refused')}"
            "</SubscribeMsgSentEvent>",
        ),
        (
            "wxa_media_check",
            "<appid>wx1</appid><trace_id>60f9-1</trace_id><version>2</version>"
            "<detail><strategy>content_model</strategy><errcode>0</errcode><suggest>risky</suggest></detail>"
            "<detail><strategy>keyword</strategy><errcode>0</errcode><suggest>pass</suggest></detail>"
            "<errcode>0</errcode><errmsg>ok</errmsg><result><suggest>risky</suggest><label>20006</label></result>",
        ),
        (
            "wxa_media_check first-version",
            "<isrisky>1</isrisky><extra_info_json></extra_info_json><appid>wx1</appid>"
            "<trace_id>60f9-2</trace_id><status_code>0</status_code>",
        ),
        ("kf_create_session", "<KfAccount>kf2001@bureau</KfAccount>"),
        ("kf_close_session", "<KfAccount>kf2001@bureau</KfAccount><CloseType>KF</CloseType>"),
        (
            "kf_switch_session",
            "<FromKfAccount>kf2001@bureau</FromKfAccount><ToKfAccount>kf2002@bureau</ToKfAccount>",
        ),
        ("user_enter_tempsession", "<SessionFrom>case-page</SessionFrom>"),
        ("qualification_verify_success", "<ExpiredTime>1809417600</ExpiredTime>"),
        ("qualification_verify_fail", "<FailTime>1777881500</FailTime><FailReason>材料不全</FailReason>"),
        ("naming_verify_success", "<ExpiredTime>1809417600</ExpiredTime>"),
        ("naming_verify_fail", "<FailTime>1777881500</FailTime><FailReason>名称已被使用</FailReason>"),
        ("annual_renew", "<ExpiredTime>1780473600</ExpiredTime>"),
        ("verify_expired", "<ExpiredTime>1777881600</ExpiredTime>"),
        ("user_info_modified", "<openid>oOther-1</openid><appid>wx1</appid>"),
        (
            "user_authorization_revoke",
            "<OpenID>oOther-1</OpenID><AppID>wx1</AppID><RevokeInfo>201</RevokeInfo><PluginID></PluginID>",
        ),
    )
)


def message(message_type: str, inner: str, created_at: int | str = CREATED_AT) -> str:
    """The whole body as the platform words it."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{CITIZEN}]]></FromUserName>"
        f"<CreateTime>{created_at}</CreateTime><MsgType><![CDATA[{message_type}]]></MsgType>{inner}</xml>"
    )


BODIES: dict[str, str] = {name: message(kind, inner) for name, kind, inner in (*MESSAGES, *EVENTS)}
