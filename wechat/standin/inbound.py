"""The XML the platform sends for what a citizen does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Literal

Element = tuple[str, "str | int | Sequence[Element]"]


@dataclass(frozen=True)
class InboundMessage:
    """One message or event on its way to the webhook.

    `msg_id` is None for events. `told_on_failure`: the citizen waits for an answer, so a webhook that
    gives none is shown as an unavailable account. `app` decides which webhook gets it; `xml` is JSON where the
    mini-program pushes JSON.
    """

    openid: str
    kind: str
    summary: str
    xml: bytes
    msg_id: int | None = None
    told_on_failure: bool = True
    app: Literal["official", "miniprogram"] = "official"


def document(to: str, openid: str, created_at: int, elements: Sequence[Element]) -> bytes:
    """A whole `<xml>` body: the common head, then the elements in order. Strings go in CDATA, numbers bare."""
    head: list[Element] = [("ToUserName", to), ("FromUserName", openid), ("CreateTime", created_at)]
    return ("<xml>" + "".join(_element(*one) for one in (*head, *elements)) + "</xml>").encode()


def _element(name: str, value: "str | int | Sequence[Element]") -> str:
    if isinstance(value, int):
        inside = str(value)
    elif isinstance(value, str):
        inside = cdata(value)
    else:
        inside = "".join(_element(*one) for one in value)
    return f"<{name}>{inside}</{name}>"


def cdata(text: str) -> str:
    """CDATA that no text can close early, without the characters XML cannot hold."""
    allowed = "".join(char for char in text if char in "\t\n\r" or char >= " ")
    return "<![CDATA[" + allowed.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def text_elements(text: str, menu_id: str | None) -> list[Element]:
    chosen: list[Element] = [("bizmsgmenuid", menu_id)] if menu_id is not None else []
    return [("MsgType", "text"), ("Content", text), *chosen]


def image_elements(media_id: str, picture_url: str) -> list[Element]:
    return [("MsgType", "image"), ("PicUrl", picture_url), ("MediaId", media_id)]


def voice_elements(media_id: str, recognition: str | None) -> list[Element]:
    """`recognition` is what the platform heard; None where the account has not switched recognition on."""
    heard: list[Element] = [("Recognition", recognition)] if recognition is not None else []
    return [("MsgType", "voice"), ("MediaId", media_id), ("Format", "amr"), *heard]


def film_elements(media_id: str, thumb_media_id: str) -> list[Element]:
    """A film taken in the chat; since 2022 phones send them all as `video`."""
    return [("MsgType", "video"), ("MediaId", media_id), ("ThumbMediaId", thumb_media_id)]


def link_elements(title: str, description: str, url: str) -> list[Element]:
    return [("MsgType", "link"), ("Title", title), ("Description", description), ("Url", url)]


def location_elements(latitude: float, longitude: float, label: str) -> list[Element]:
    return [
        ("MsgType", "location"),
        ("Location_X", f"{latitude:.6f}"),
        ("Location_Y", f"{longitude:.6f}"),
        ("Scale", 16),
        ("Label", label),
    ]


def event_elements(event: str, key: str | None = None, *more: Element) -> list[Element]:
    keyed: list[Element] = [("EventKey", key)] if key is not None else []
    return [("MsgType", "event"), ("Event", event), *keyed, *more]


def menu_scan_elements(event: str, key: str, result: str) -> list[Element]:
    """A button that scans: `scancode_push` shows the result itself, `scancode_waitmsg` waits for the account."""
    info: list[Element] = [("ScanType", "qrcode"), ("ScanResult", result)]
    return event_elements(event, key, ("ScanCodeInfo", info))


def menu_photo_elements(event: str, key: str, photos: Sequence[bytes]) -> list[Element]:
    """A button that takes photos; they follow as messages of their own."""
    items: list[Element] = [
        ("item", [("PicMd5Sum", md5(photo, usedforsecurity=False).hexdigest())]) for photo in photos
    ]
    return event_elements(event, key, ("SendPicsInfo", [("Count", len(photos)), ("PicList", items)]))


def menu_place_elements(key: str, latitude: float, longitude: float, label: str, name: str) -> list[Element]:
    """A button that picks a place; the place follows as a message of its own."""
    info: list[Element] = [
        ("Location_X", f"{latitude:.6f}"),
        ("Location_Y", f"{longitude:.6f}"),
        ("Scale", "16"),
        ("Label", label),
        ("Poiname", name),
    ]
    return event_elements("location_select", key, ("SendLocationInfo", info))


def consent_elements(answers: Mapping[str, bool]) -> list[Element]:
    """The event after the subscription sheet was answered on an H5 page (scene 2): template -> allowed."""
    entries: list[Element] = [
        ("List", [("TemplateId", template_id), ("SubscribeStatusString", _status(yes)), ("PopupScene", "2")])
        for template_id, yes in answers.items()
    ]
    return event_elements("subscribe_msg_popup_event", None, ("SubscribeMsgPopupEvent", entries))


def consent_changed_elements(answers: Mapping[str, bool]) -> list[Element]:
    """The event after a subscription was changed in the account's settings: template -> allowed."""
    entries: list[Element] = [
        ("List", [("TemplateId", template_id), ("SubscribeStatusString", _status(yes))])
        for template_id, yes in answers.items()
    ]
    return event_elements("subscribe_msg_change_event", None, ("SubscribeMsgChangeEvent", entries))


def _status(yes: bool) -> str:
    return "accept" if yes else "reject"


def subscription_sent_elements(template_id: str, msg_id: int) -> list[Element]:
    entry: list[Element] = [
        ("TemplateId", template_id),
        ("MsgID", str(msg_id)),
        ("ErrorCode", "0"),
        ("ErrorStatus", "success"),
    ]
    return event_elements("subscribe_msg_sent_event", None, ("SubscribeMsgSentEvent", [("List", entry)]))


def template_finished_elements(msg_id: int, status: str = "success") -> list[Element]:
    return event_elements("TEMPLATESENDJOBFINISH", None, ("MsgID", msg_id), ("Status", status))
