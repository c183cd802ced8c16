"""Reads the webhook's answer as the platform does: strictly, or not at all."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from wechat.codec import Codec, CodecError, SignedQuery
from wechat.parse import Fields, ParseError, parse_xml
from wechat.standin.inbound import InboundMessage

LONGEST_TEXT_BYTES = 2_048
MOST_ARTICLES = 8


class InvalidReplyError(ValueError):
    """An answer the platform cannot use; the text says why, for the engineer at the side panel."""


@dataclass(frozen=True)
class PassiveReply:
    """A reply that can be shown. `fields` are the kind's own elements."""

    kind: str
    text: str
    xml: bytes
    fields: Fields


def read_reply(
    codec: Codec, body: bytes, message: InboundMessage, account_id: str, now: datetime
) -> PassiveReply | None:
    """The reply in an answer's body; None for `success` and the empty answer, which mean "no reply"."""
    if body.strip() in (b"", b"success"):
        return None
    xml = _opened(codec, body, now)
    try:
        fields = parse_xml(xml)
    except ParseError as error:
        raise InvalidReplyError(f"the reply is not the platform's XML: {error}") from None
    if fields.get("ToUserName") != message.openid:
        raise InvalidReplyError("ToUserName is not the citizen who wrote")
    if fields.get("FromUserName") != account_id:
        raise InvalidReplyError("FromUserName is not this account")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise InvalidReplyError("CreateTime is not a number")
    kind = str(fields.get("MsgType", ""))
    text = _checked_text(kind, fields)
    if kind == "news" and message.msg_id is not None and len(articles(fields)) > 1:
        raise InvalidReplyError("a message is answered with one article; only events with up to 8")
    return PassiveReply(kind, text, xml, fields)


def _opened(codec: Codec, body: bytes, now: datetime) -> bytes:
    if not codec.is_safe_mode:
        return body
    try:
        envelope = parse_xml(body)
    except ParseError as error:
        raise InvalidReplyError(f"the envelope is not XML: {error}") from None
    query = SignedQuery(
        timestamp=str(envelope.get("TimeStamp", "")),
        nonce=str(envelope.get("Nonce", "")),
        msg_signature=str(envelope.get("MsgSignature", "")),
    )
    try:
        return codec.open(query, body, now)
    except CodecError as error:
        raise InvalidReplyError(f"the envelope is refused: {error.reason}") from None


def _checked_text(kind: str, fields: Fields) -> str:
    if kind == "text":
        content = fields.get("Content")
        if not isinstance(content, str) or not content:
            raise InvalidReplyError("Content is empty")
        if len(content.encode()) > LONGEST_TEXT_BYTES:
            raise InvalidReplyError(f"Content is longer than {LONGEST_TEXT_BYTES} bytes")
        return content
    if kind == "image":
        _wanted(fields, "Image", "MediaId")
    elif kind == "news":
        if not 1 <= len(articles(fields)) <= MOST_ARTICLES:
            raise InvalidReplyError(f"news needs 1 to {MOST_ARTICLES} articles")
    elif kind in ("voice", "video", "music"):
        if not isinstance(fields.get(kind.capitalize()), dict):
            raise InvalidReplyError(f"{kind.capitalize()} is missing")
    elif kind != "transfer_customer_service":
        raise InvalidReplyError(f"{kind or 'no MsgType'} is not a kind of reply")
    return ""


def _wanted(fields: Fields, outer: str, inner: str) -> str:
    holder = fields.get(outer)
    value = holder.get(inner) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise InvalidReplyError(f"{outer}/{inner} is missing")
    return value


def image_media_id(reply: PassiveReply) -> str:
    return _wanted(reply.fields, "Image", "MediaId")


def named_medium(reply: PassiveReply) -> tuple[str, str] | None:
    """The kind and id of the file a reply shows; None when it shows none."""
    if reply.kind not in ("image", "voice", "video"):
        return None
    return reply.kind, _wanted(reply.fields, reply.kind.capitalize(), "MediaId")


def articles(fields: Fields) -> list[dict[str, str]]:
    """Title, description, picture and address of each article of a news reply."""
    holder = fields.get("Articles")
    items = holder.get("item") if isinstance(holder, dict) else None
    found = items if isinstance(items, list) else [items]
    return [
        {name.lower(): str(item.get(name, "")) for name in ("Title", "Description", "PicUrl", "Url")}
        for item in found
        if isinstance(item, dict)
    ]


def wanted_desk(reply: PassiveReply) -> str:
    """The desk's account a transfer names; empty for any of them."""
    holder = reply.fields.get("TransInfo")
    wanted = holder.get("KfAccount") if isinstance(holder, dict) else None
    return wanted if isinstance(wanted, str) else ""


def check_miniapp_reply(codec: Codec, body: bytes) -> None:
    """A mini-program answers `success`, nothing, or a transfer to its customer service."""
    content = body.strip()
    if content in (b"", b"success"):
        return
    try:
        fields = msgspec.json.decode(content) if content.startswith(b"{") else parse_xml(content)
        encrypted = fields.get("Encrypt") if isinstance(fields, dict) else None
        if isinstance(encrypted, str):
            inside = codec.decrypt(encrypted)
            fields = msgspec.json.decode(inside) if inside.startswith(b"{") else parse_xml(inside)
    except (msgspec.DecodeError, UnicodeDecodeError, ParseError, CodecError, ValueError):
        raise InvalidReplyError("the answer is neither success nor a transfer") from None
    if not isinstance(fields, dict) or fields.get("MsgType") != "transfer_customer_service":
        raise InvalidReplyError("the answer is neither success nor a transfer")
