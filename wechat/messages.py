"""What a citizen's phone or the platform told us, as one frozen record.

Numbers are checked here: text where a number belongs, a list or a nested element where text belongs, all
are `ParseError`, so that a body is either understood as a whole or refused as a whole.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

from wechat.events import KNOWN_EVENTS, MENU_EVENTS, Consent, Delivered, MassCounts, read_event
from wechat.fields import coordinate, identifier, key, lower_name, text, whole
from wechat.parse import Fields, ParseError
from wechat.typed import wechatpy_object

__all__ = [
    "KNOWN_EVENTS",
    "MENU_EVENTS",
    "Consent",
    "Delivered",
    "Inbound",
    "Kind",
    "MassCounts",
    "to_inbound",
]


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


_KINDS: Final = {str(kind): kind for kind in Kind}


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
    media_format: str = ""  # of a voice message: amr, speex
    pic_url: str = ""
    thumb_media_id: str = ""
    recognition: str = ""  # what the platform heard in a voice message
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    app_id: str = ""  # of the mini-program whose page was shared
    page_path: str = ""
    menu_id: str = ""  # the choice tapped in a customer-service menu message, or the menu an entry stands in
    event: str = ""  # lower case, whichever way the platform spells it
    event_key: str = ""
    scene: str = ""  # of a QR code with a scene, scanned or followed by
    ticket: str = ""
    scan_type: str = ""
    scan_result: str = ""
    picture_count: int = 0  # announced by a menu entry; the pictures come as messages of their own
    job_id: str = ""  # of the finished send, publication or check the event reports
    status: str = ""  # of that job in the platform's own words; of a media check: pass, review, risky
    error_code: int = 0
    finding: str = ""  # the label a media check gave
    mass: MassCounts | None = None
    article_id: str = ""
    article_urls: tuple[str, ...] = ()
    failed_articles: tuple[str, ...] = ()  # their positions in the publication
    consents: tuple[Consent, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    kf_account: str = ""  # the member of staff whose session was opened, closed or taken over
    kf_account_before: str = ""
    session_from: str = ""  # where in the mini-program the customer-service chat was entered
    expires_at: int | None = None  # end of the account's certification
    failed_at: int | None = None
    reason: str = ""  # why certification failed
    subject_openid: str = ""  # whose profile or authorisation changed

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
        return wechatpy_object(self.fields)

    def __repr__(self) -> str:
        return f"Inbound(kind={self.kind!s}, event={self.event!r})"  # nothing personal reaches a log


def to_inbound(fields: Fields) -> Inbound:
    """The record for parsed fields; ParseError when a required one is missing or malformed."""
    message_type = fields.get("MsgType")
    # Nearly always spelt as the platform documents it.
    kind = _KINDS.get(message_type) if isinstance(message_type, str) else None
    if kind is None:
        kind = _KINDS.get(lower_name(fields, "MsgType"), Kind.UNKNOWN)
    openid = identifier(fields, "FromUserName")
    to = identifier(fields, "ToUserName")
    created_at = whole(fields, "CreateTime")
    if created_at is None:
        raise ParseError("CreateTime is missing")
    if kind is Kind.EVENT:
        event = lower_name(fields, "Event")
        return Inbound(
            kind=kind,
            openid=openid,
            to=to,
            created_at=created_at,
            fields=fields,
            event=event,
            event_key=key(fields, "EventKey"),
            ticket=key(fields, "Ticket"),
            **read_event(event, fields),
        )
    msg_id = whole(fields, "MsgId")
    if kind is Kind.TEXT:
        return Inbound(
            kind=kind,
            openid=openid,
            to=to,
            created_at=created_at,
            fields=fields,
            msg_id=msg_id,
            text=text(fields, "Content"),
            menu_id=text(fields, "bizmsgmenuid") if "bizmsgmenuid" in fields else "",
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
        media_id=key(fields, "MediaId"),
        media_format=key(fields, "Format"),
        pic_url=key(fields, "PicUrl"),
        thumb_media_id=key(fields, "ThumbMediaId"),
        recognition=text(fields, "Recognition"),
        latitude=coordinate(fields, "Location_X", 90) if is_location else None,
        longitude=coordinate(fields, "Location_Y", 180) if is_location else None,
        label=text(fields, "Label"),
        title=text(fields, "Title"),
        description=text(fields, "Description"),
        url=key(fields, "Url"),
        app_id=key(fields, "AppId"),
        page_path=key(fields, "PagePath"),
    )
