"""What a citizen's phone or the platform told us, as one frozen record.

Numbers are checked here: text where a number belongs, a list or a nested element where text belongs, all
are `ParseError`, so that a body is either understood as a whole or refused as a whole.
"""

import re
from copy import deepcopy
from enum import StrEnum
from typing import Any, Final

import msgspec

from wechat.parse import Field, Fields, ParseError


class Kind(StrEnum):
    """Message types; every event is `EVENT`, a type we do not know is `UNKNOWN`."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    SHORT_VIDEO = "shortvideo"
    LOCATION = "location"
    LINK = "link"
    MINI_PROGRAM_PAGE = "miniprogrampage"
    EVENT = "event"
    UNKNOWN = "unknown"


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
KNOWN_EVENTS: Final = MENU_EVENTS | {
    "subscribe",
    "unsubscribe",
    "scan",
    "location",
    "templatesendjobfinish",
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
    "publishjobfinish",
    "freepublishjobfinish",
    "masssendjobfinish",
    "wxa_media_check",
}
_KINDS: Final = {str(kind): kind for kind in Kind}
_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,64}")
_WHOLE = re.compile(r"[0-9]{1,20}")
_DECIMAL = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,20})?")
_BLANKS = " \t\n"
_SCENE_PREFIX = "qrscene_"


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


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One message or event. Absent text is "", absent numbers are None; times are epoch seconds."""

    kind: Kind
    openid: str
    to: str  # the account's original id, gh_...
    created_at: int
    fields: Fields
    msg_id: int | None = None
    text: str = ""
    media_id: str = ""
    pic_url: str = ""
    thumb_media_id: str = ""
    recognition: str = ""  # what the platform heard in a voice message
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    page_path: str = ""
    menu_id: str = ""  # the choice tapped in a customer-service menu message
    event: str = ""  # lower case, whichever way the platform spells it
    event_key: str = ""
    scene: str = ""  # of a QR code with a scene, scanned or followed by
    ticket: str = ""
    job_id: str = ""  # of the finished send, publication or check the event reports
    status: str = ""
    scan_result: str = ""
    consents: tuple[Consent, ...] = ()
    delivered: tuple[Delivered, ...] = ()

    @property
    def dedupe_key(self) -> str:
        """The same for every delivery of one message, different for any other.

        Events carry no message id; a finished job's own id is added, because two jobs for one citizen may
        finish within the same second.
        """
        if self.msg_id is not None and self.kind is not Kind.EVENT:
            return f"wx:{self.to}:{self.msg_id}"
        jobs = ",".join((self.job_id, *(one.platform_id for one in self.delivered)))
        return (
            f"wx:{self.to}:{self.created_at}:{self.openid}:{self.event or self.kind}:{self.event_key}:{jobs}"
        )

    @property
    def is_known(self) -> bool:
        """False for types and events this release has no meaning for: answer `success` and count them."""
        if self.kind is Kind.EVENT:
            return self.event in KNOWN_EVENTS
        return self.kind is not Kind.UNKNOWN

    def typed(self) -> Any:
        """The wechatpy message or event fed with our fields; each call builds a new one."""
        return _wechatpy_object(deepcopy(self.fields))

    def __repr__(self) -> str:
        return f"Inbound(kind={self.kind!s}, event={self.event!r})"  # nothing personal reaches a log


def to_inbound(fields: Fields) -> Inbound:
    """The record for parsed fields; ParseError when a required one is missing or malformed."""
    message_type = _name(fields, "MsgType")
    openid = _identifier(fields, "FromUserName")
    to = _identifier(fields, "ToUserName")
    created_at = _whole(fields, "CreateTime")
    if created_at is None:
        raise ParseError("CreateTime is missing")
    kind = _KINDS.get(message_type, Kind.UNKNOWN)
    if kind is Kind.EVENT:
        return _event(fields, openid, to, created_at)
    msg_id = _whole(fields, "MsgId")
    if kind is Kind.TEXT:
        return Inbound(
            kind=kind,
            openid=openid,
            to=to,
            created_at=created_at,
            fields=fields,
            msg_id=msg_id,
            text=_text(fields, "Content"),
            menu_id=_text(fields, "bizmsgmenuid") if "bizmsgmenuid" in fields else "",
        )
    is_location = kind is Kind.LOCATION
    if is_location and ("Location_X" not in fields or "Location_Y" not in fields):
        raise ParseError("a location without coordinates")
    return Inbound(
        kind=kind,
        openid=openid,
        to=to,
        created_at=created_at,
        fields=fields,
        msg_id=msg_id,
        media_id=_key(fields, "MediaId"),
        pic_url=_key(fields, "PicUrl"),
        thumb_media_id=_key(fields, "ThumbMediaId"),
        recognition=_text(fields, "Recognition"),
        latitude=_coordinate(fields, "Location_X", 90) if is_location else None,
        longitude=_coordinate(fields, "Location_Y", 180) if is_location else None,
        label=_text(fields, "Label"),
        title=_text(fields, "Title"),
        description=_text(fields, "Description"),
        url=_key(fields, "Url"),
        page_path=_key(fields, "PagePath"),
    )


def _event(fields: Fields, openid: str, to: str, created_at: int) -> Inbound:
    event = _name(fields, "Event")
    key = _key(fields, "EventKey")
    scene = ""
    if event == "scan":
        scene = key
    elif event == "subscribe" and key.startswith(_SCENE_PREFIX):
        scene = key.removeprefix(_SCENE_PREFIX)
    place: Fields = fields if event == "location" else {}
    names = ("Latitude", "Longitude")
    if event == "location_select":
        place, names = _nested(fields, "SendLocationInfo"), ("Location_X", "Location_Y")
    return Inbound(
        kind=Kind.EVENT,
        openid=openid,
        to=to,
        created_at=created_at,
        fields=fields,
        event=event,
        event_key=key,
        scene=scene,
        ticket=_key(fields, "Ticket"),
        latitude=_coordinate(place, names[0], 90),
        longitude=_coordinate(place, names[1], 180),
        label=_text(place, "Label"),
        job_id=_job_id(fields, event),
        status=_text(fields, "Status") if event == "templatesendjobfinish" else "",
        scan_result=_text(_nested(fields, "ScanCodeInfo"), "ScanResult") if event in MENU_EVENTS else "",
        consents=_consents(fields, event),
        delivered=_delivered(fields, event),
    )


def _job_id(fields: Fields, event: str) -> str:
    """Our handle on what the event reports the end of."""
    if event in ("templatesendjobfinish", "masssendjobfinish"):
        return _key(fields, "MsgID")
    if event in ("publishjobfinish", "freepublishjobfinish"):
        return _key(_nested(fields, "PublishEventInfo"), "publish_id")
    return _key(fields, "trace_id") if event == "wxa_media_check" else ""


def _consents(fields: Fields, event: str) -> tuple[Consent, ...]:
    if event == "subscribe_msg_popup_event":
        entries = _entries(_nested(fields, "SubscribeMsgPopupEvent"))
    elif event == "subscribe_msg_change_event":
        entries = _entries(_nested(fields, "SubscribeMsgChangeEvent"))
    else:
        return ()
    return tuple(
        Consent(_key(entry, "TemplateId"), _key(entry, "SubscribeStatusString") == "accept")
        for entry in entries
    )


def _delivered(fields: Fields, event: str) -> tuple[Delivered, ...]:
    if event != "subscribe_msg_sent_event":
        return ()
    return tuple(
        Delivered(
            _key(entry, "TemplateId"),
            _key(entry, "MsgID"),
            _whole(entry, "ErrorCode") or 0,
            _text(entry, "ErrorStatus"),
        )
        for entry in _entries(_nested(fields, "SubscribeMsgSentEvent"))
    )


def _entries(parent: Fields) -> list[Fields]:
    """The `List` elements of a parent: one is an element, several are a list, none is an empty list."""
    found = parent.get("List", [])
    entries: list[Fields] = []
    for entry in found if isinstance(found, list) else [found]:
        if not isinstance(entry, dict):
            raise ParseError("an entry of List is text")
        entries.append(entry)
    return entries


def _nested(fields: Fields, name: str) -> Fields:
    value = fields.get(name, "")
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and not value.strip(_BLANKS):
        return {}
    raise ParseError(f"{name} is not one element with elements")


def _text(fields: Fields, name: str) -> str:
    value: Field = fields.get(name, "")
    if isinstance(value, str):
        return value
    raise ParseError(f"{name} is not text")


def _key(fields: Fields, name: str) -> str:
    """Text that names something, without the blanks pretty-printing leaves around it."""
    return _text(fields, name).strip(_BLANKS)


def _name(fields: Fields, name: str) -> str:
    value = _key(fields, name).lower()
    if not _IDENTIFIER.fullmatch(value):
        raise ParseError(f"{name} is missing or not a name")
    return value


def _identifier(fields: Fields, name: str) -> str:
    value = _key(fields, name)
    if not _IDENTIFIER.fullmatch(value):
        raise ParseError(f"{name} is missing or not an identifier")
    return value


def _whole(fields: Fields, name: str) -> int | None:
    if name not in fields:
        return None
    value = _key(fields, name)
    if not _WHOLE.fullmatch(value):
        raise ParseError(f"{name} is not a whole number")
    return int(value)


def _coordinate(fields: Fields, name: str, at_most: int) -> float | None:
    if name not in fields:
        return None
    value = _key(fields, name)
    if not _DECIMAL.fullmatch(value) or abs(degrees := float(value)) > at_most:
        raise ParseError(f"{name} is not a coordinate")
    return degrees


def _wechatpy_object(fields: Fields) -> Any:
    # Imported here: wechatpy pulls in requests, which the message path does not need.
    from wechatpy.events import EVENT_TYPES
    from wechatpy.messages import MESSAGE_TYPES, UnknownMessage

    message_type = _name(fields, "MsgType")
    if message_type != "event":
        return MESSAGE_TYPES.get(message_type, UnknownMessage)(fields)
    event, key = _name(fields, "Event"), _key(fields, "EventKey")
    if event == "subscribe" and key.startswith(_SCENE_PREFIX):
        event = "subscribe_scan"
        fields["EventKey"] = key.removeprefix(_SCENE_PREFIX)
    elif event == "subscribe" and key.startswith(("scanbarcode|", "scanimage|")):
        event = "subscribe_scan_product"
    if event.startswith("subscribe_scan"):
        fields["Event"] = event
    return EVENT_TYPES.get(event, UnknownMessage)(fields)
