"""Passive replies: the XML the platform shows the citizen, and fitting a text into one."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import msgspec

from wechat.messages import Inbound

SUCCESS: Final = b"success"  # tells the platform to stop repeating; the citizen sees nothing
MAX_TEXT_BYTES: Final = 2_048
MAX_ARTICLES: Final = 8
_ELLIPSIS: Final = "…"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_JOINER = "\u200d"
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Where a long text is best parted, best first.
_BREAKS = ("\n\n", "\n", "。", "；", "！", "？", "，", " ")


class Article(msgspec.Struct, frozen=True):
    """One card of a news reply."""

    title: str
    description: str
    picture_url: str
    url: str


def text_reply(to: Inbound, text: str, created_at: int) -> bytes:
    """A text for whoever sent `to`, shortened to what the platform shows."""
    return _reply(to, "text", created_at, f"<Content>{_section(shorten(text))}</Content>")


def news_reply(to: Inbound, articles: Sequence[Article], created_at: int) -> bytes:
    """Cards with a picture; the platform takes 1 to 8 of them."""
    if not 1 <= len(articles) <= MAX_ARTICLES:
        raise ValueError(f"a news reply has 1 to {MAX_ARTICLES} articles, not {len(articles)}")
    items = "".join(
        f"<item><Title>{_cdata(one.title)}</Title><Description>{_cdata(one.description)}</Description>"
        f"<PicUrl>{_cdata(one.picture_url)}</PicUrl><Url>{_cdata(one.url)}</Url></item>"
        for one in articles
    )
    return _reply(
        to, "news", created_at, f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
    )


def transfer_reply(to: Inbound, created_at: int) -> bytes:
    """Hands this message to the account's human customer service."""
    return _reply(to, "transfer_customer_service", created_at, "")


def transfer_reply_json(to: Inbound, created_at: int) -> bytes:
    """The same for a mini-program that is pushed JSON."""
    return msgspec.json.encode(
        {
            "ToUserName": to.openid,
            "FromUserName": to.to,
            "CreateTime": created_at,
            "MsgType": "transfer_customer_service",
        }
    )


def shorten(text: str, at_most_bytes: int = MAX_TEXT_BYTES) -> str:
    """`text`, or its beginning with an ellipsis, in at most so many UTF-8 bytes; no link is cut in two."""
    text = _clean(text)
    if len(text.encode()) <= at_most_bytes:
        return text
    room = at_most_bytes - len(_ELLIPSIS.encode())
    return text[: _cut(text, room)].rstrip() + _ELLIPSIS if room >= 0 else ""


def split_text(text: str, at_most_bytes: int = MAX_TEXT_BYTES) -> list[str]:
    """`text` in parts of at most so many UTF-8 bytes, parted at paragraphs or sentences where possible."""
    rest = _clean(text).strip()
    parts: list[str] = []
    while len(rest.encode()) > at_most_bytes:
        end = _cut(rest, at_most_bytes)
        for mark in _BREAKS:
            # A part shorter than half of the room would only make more messages.
            found = rest.rfind(mark, end // 2, end)
            if found >= 0 and _outside_link(rest, found + len(mark)) == found + len(mark):
                end = found + len(mark)
                break
        if end == 0:
            raise ValueError(f"{at_most_bytes} bytes do not hold one character")
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [part for part in (*parts, rest) if part]


def _cut(text: str, at_most_bytes: int) -> int:
    """The greatest index that leaves so many bytes before it, splits no character and no link."""
    end = len(text.encode()[:at_most_bytes].decode(errors="ignore"))
    whole = end
    while 0 < whole < len(text) and _continues(text, whole):
        whole -= 1
    return _outside_link(text, whole or end)


def _continues(text: str, index: int) -> bool:
    """Whether the character at `index` belongs to the sign before it, as accents and emoji parts do."""
    character = text[index]
    code = ord(character)
    return (
        character == _JOINER
        or text[index - 1] == _JOINER
        or code in _VARIATION_SELECTORS
        or code in _SKIN_TONES
        or unicodedata.combining(character) != 0
    )


def _outside_link(text: str, index: int) -> int:
    opened = text.rfind("<a ", 0, index)
    if opened <= 0 or text.find("</a>", opened, index) >= 0:
        return index
    return opened


def _reply(to: Inbound, kind: str, created_at: int, content: str) -> bytes:
    return (
        f"<xml><ToUserName>{_section(to.openid)}</ToUserName><FromUserName>{_section(to.to)}</FromUserName>"
        f"<CreateTime>{created_at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{content}</xml>"
    ).encode()


def _clean(text: str) -> str:
    """`text` without the characters XML does not allow."""
    return _UNPRINTABLE.sub("", text) if _UNPRINTABLE.search(text) else text


def _cdata(text: str) -> str:
    return _section(_clean(text))


def _section(text: str) -> str:
    """A CDATA section that no text can leave: `]]>` is spread over two sections."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
