"""The XML the platform sends for what a citizen does."""

from collections.abc import Sequence
from dataclasses import dataclass

Element = tuple[str, "str | int | Sequence[Element]"]


@dataclass(frozen=True)
class InboundMessage:
    """One message or event on its way to the webhook.

    `msg_id` is None for events. `told_on_failure`: the citizen waits for an answer, so a webhook that
    gives none is shown as an unavailable account.
    """

    openid: str
    kind: str
    summary: str
    xml: bytes
    msg_id: int | None = None
    told_on_failure: bool = True


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


def consent_elements(template_id: str, *, accepted: bool) -> list[Element]:
    """The event after the subscription sheet was answered on an H5 page (scene 2)."""
    entry: list[Element] = [
        ("TemplateId", template_id),
        ("SubscribeStatusString", "accept" if accepted else "reject"),
        ("PopupScene", "2"),
    ]
    return event_elements("subscribe_msg_popup_event", None, ("SubscribeMsgPopupEvent", [("List", entry)]))


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
