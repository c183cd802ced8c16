"""What each event says beside who, when and which: one table, event -> how it is read.

Names are in lower case here; the platform writes CLICK and pic_weixin. An event that is not in the table is
unknown to this release: it is answered `success` and counted.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from wechat.fields import coordinate, entries, error_code, key, nested, text, texts, whole
from wechat.parse import Fields, ParseError

SCENE_PREFIX: Final = "qrscene_"
Facts = dict[str, Any]
"""Attributes of `wechat.messages.Inbound`."""


class Consent(msgspec.Struct, frozen=True):
    """One template of a subscribe popup or of the citizen's settings page."""

    template_id: str
    is_accepted: bool


class Delivered(msgspec.Struct, frozen=True):
    """What became of one subscribe message; `error_code` is 0 on success."""

    template_id: str
    platform_id: str
    error_code: int
    status: str


class MassCounts(msgspec.Struct, frozen=True):
    """How many followers a mass send was meant for, and what became of it."""

    total: int
    after_filter: int
    sent: int
    failed: int


def read_event(event: str, fields: Fields) -> Facts:
    """What `event` says of its own; ParseError when it is not said as the platform says it."""
    reader = _READERS.get(event)
    return reader(fields) if reader is not None else {}


def _nothing_more(_: Fields) -> Facts:
    return {}


def _followed(fields: Fields) -> Facts:
    name = key(fields, "EventKey")
    return {"scene": name.removeprefix(SCENE_PREFIX)} if name.startswith(SCENE_PREFIX) else {}


def _scanned(fields: Fields) -> Facts:
    return {"scene": key(fields, "EventKey")}


def _opened_page(fields: Fields) -> Facts:
    return {"menu_id": key(fields, "MenuId")}


def _scanned_code(fields: Fields) -> Facts:
    found = nested(fields, "ScanCodeInfo")
    return {"scan_type": key(found, "ScanType"), "scan_result": text(found, "ScanResult")}


def _sent_pictures(fields: Fields) -> Facts:
    return {"picture_count": whole(nested(fields, "SendPicsInfo"), "Count") or 0}


def _chose_place(fields: Fields) -> Facts:
    place = nested(fields, "SendLocationInfo")
    return {
        "latitude": coordinate(place, "Location_X", 90),
        "longitude": coordinate(place, "Location_Y", 180),
        "label": text(place, "Label"),
        "title": text(place, "Poiname"),
    }


def _reported_place(fields: Fields) -> Facts:
    return {
        "latitude": coordinate(fields, "Latitude", 90),
        "longitude": coordinate(fields, "Longitude", 180),
    }


def _template_sent(fields: Fields) -> Facts:
    return {"job_id": key(fields, "MsgID"), "status": text(fields, "Status")}


def _mass_sent(fields: Fields) -> Facts:
    counts = (whole(fields, name) or 0 for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount"))
    urls = entries(nested(nested(fields, "ArticleUrlResult"), "ResultList"), "item")
    return {
        "job_id": key(fields, "MsgID"),
        "status": key(fields, "Status"),
        "mass": MassCounts(*counts),
        "article_urls": tuple(key(one, "ArticleUrl") for one in urls),
    }


def _published(fields: Fields) -> Facts:
    found = nested(fields, "PublishEventInfo")
    articles = entries(nested(found, "article_detail"), "item")
    return {
        "job_id": key(found, "publish_id"),
        "status": key(found, "publish_status"),
        "article_id": key(found, "article_id"),
        "article_urls": tuple(key(one, "article_url") for one in articles),
        "failed_articles": texts(found, "fail_idx"),
    }


def _consented(holder: str) -> Callable[[Fields], Facts]:
    def read(fields: Fields) -> Facts:
        return {
            "consents": tuple(
                Consent(key(one, "TemplateId"), key(one, "SubscribeStatusString") == "accept")
                for one in _listed(fields, holder)
            )
        }

    return read


def _subscribe_sent(fields: Fields) -> Facts:
    return {
        "delivered": tuple(
            Delivered(
                key(one, "TemplateId"),
                key(one, "MsgID"),
                error_code(one, "ErrorCode"),
                text(one, "ErrorStatus"),
            )
            for one in _listed(fields, "SubscribeMsgSentEvent")
        )
    }


def _listed(fields: Fields, holder: str) -> list[Fields]:
    """The list of a subscribe event: under an element of its own in XML, at the top in JSON."""
    if holder in fields and "List" in fields:
        raise ParseError("the list is given in two places")
    return entries(fields if "List" in fields else nested(fields, holder), "List")


def _media_checked(fields: Fields) -> Facts:
    verdict = nested(fields, "result")
    status = key(verdict, "suggest")
    if not verdict and "isrisky" in fields:
        # The first version of the interface, which some accounts still get.
        status = "risky" if key(fields, "isrisky") == "1" else "pass"
    return {
        "job_id": key(fields, "trace_id"),
        "status": status,
        "finding": key(verdict, "label"),
        "error_code": error_code(fields, "errcode") or error_code(fields, "status_code"),
    }


def _session(fields: Fields) -> Facts:
    return {"kf_account": key(fields, "KfAccount"), "status": key(fields, "CloseType")}


def _session_switched(fields: Fields) -> Facts:
    return {"kf_account": key(fields, "ToKfAccount"), "kf_account_before": key(fields, "FromKfAccount")}


def _session_entered(fields: Fields) -> Facts:
    return {"session_from": text(fields, "SessionFrom")}


def _verified(fields: Fields) -> Facts:
    return {"expires_at": whole(fields, "ExpiredTime")}


def _not_verified(fields: Fields) -> Facts:
    return {"failed_at": whole(fields, "FailTime"), "reason": text(fields, "FailReason")}


def _person_changed(fields: Fields) -> Facts:
    return {
        "subject_openid": key(fields, "OpenID") or key(fields, "openid"),
        "status": key(fields, "RevokeInfo"),
    }


_READERS: Mapping[str, Callable[[Fields], Facts]] = {
    "subscribe": _followed,
    "unsubscribe": _nothing_more,
    "scan": _scanned,
    "location": _reported_place,
    # the menu
    "click": _nothing_more,
    "view": _opened_page,
    "view_miniprogram": _opened_page,
    "scancode_push": _scanned_code,
    "scancode_waitmsg": _scanned_code,
    "pic_sysphoto": _sent_pictures,
    "pic_photo_or_album": _sent_pictures,
    "pic_weixin": _sent_pictures,
    "location_select": _chose_place,
    # what became of our sends and publications
    "templatesendjobfinish": _template_sent,
    "masssendjobfinish": _mass_sent,
    "publishjobfinish": _published,
    "freepublishjobfinish": _published,
    "subscribe_msg_popup_event": _consented("SubscribeMsgPopupEvent"),
    "subscribe_msg_change_event": _consented("SubscribeMsgChangeEvent"),
    "subscribe_msg_sent_event": _subscribe_sent,
    "wxa_media_check": _media_checked,
    # customer service
    "kf_create_session": _session,
    "kf_close_session": _session,
    "kf_switch_session": _session_switched,
    "user_enter_tempsession": _session_entered,
    # the account's certification
    "qualification_verify_success": _verified,
    "qualification_verify_fail": _not_verified,
    "naming_verify_success": _verified,
    "naming_verify_fail": _not_verified,
    "annual_renew": _verified,
    "verify_expired": _verified,
    # what a person changed about what the account may know
    "user_info_modified": _person_changed,
    "user_authorization_revoke": _person_changed,
}
KNOWN_EVENTS: Final = frozenset(_READERS)
MENU_EVENTS: Final = frozenset(
    {
        "click",
        "view",
        "view_miniprogram",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
