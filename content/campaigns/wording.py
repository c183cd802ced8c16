"""What a campaign may say: length, and links that lead where they say. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from content.campaigns.platform import Group
from kit.problems import Invalid
from kit.workflow import is_blank

TITLE_AT_MOST, TEXT_AT_MOST, BYTES_AT_MOST = 64, 600, 2_048
GROUPS_AT_MOST = 20
_HEAVIEST = 4
"""Bytes of one character at most."""
Kind = Literal["text", "articles"]
KINDS: Final = ("text", "articles")

# What a text message of the platform may hold besides words.
_ANCHOR = re.compile(r'<a(?P<marks>(?:\s+[a-z-]+="[^"<>]*")+)\s*>(?P<words>[^<>]+)</a>')
_HREF = re.compile(r'\shref="([^"]*)"')
_ADDRESS = re.compile(r"https?://[^\s<>\"'\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", re.I)
_TAG = re.compile(r"</?[a-zA-Z]")
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""With halves of characters, which no other program can read."""


@dataclass(frozen=True)
class Words:
    """What an editor writes. No `groups`: to everybody. `titles` are those of the platform's draft `media_id`."""

    title: str
    kind: str
    text: str = ""
    media_id: str = ""
    titles: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A stretch of the message; `href` is set where followers can tap it."""

    words: str
    href: str = ""


def check_words(words: Words) -> None:
    """Raises Invalid for the first thing that cannot be sent."""
    if is_blank(words.title):
        raise Invalid("problem.campaign.title_blank", field="title")
    if len(words.title) > TITLE_AT_MOST:
        raise Invalid("problem.campaign.title_long", field="title", at_most=TITLE_AT_MOST)
    if words.kind not in KINDS:
        raise Invalid("problem.campaign.kind", field="kind")
    if len(words.groups) > GROUPS_AT_MOST:
        raise Invalid("problem.campaign.groups", field="groups", at_most=GROUPS_AT_MOST)
    if words.kind == "articles":
        if not words.media_id:
            raise Invalid("problem.campaign.no_draft", field="media_id")
        return
    _check_text(words.text)


def pieces(text: str) -> tuple[Piece, ...]:
    """The message as a phone shows it: words, and what can be tapped."""
    found: list[Piece] = []
    at = 0
    for anchor in _ANCHOR.finditer(text):
        found += _plain(text[at : anchor.start()])
        href = _HREF.search(anchor["marks"])
        found.append(Piece(anchor["words"], href[1] if href else ""))
        at = anchor.end()
    return tuple(found + _plain(text[at:]))


def _plain(text: str) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for address in _ADDRESS.finditer(text):
        found.append(Piece(text[at : address.start()]))
        found.append(Piece(address[0], address[0]))
        at = address.end()
    return [one for one in (*found, Piece(text[at:])) if one.words]


def _check_text(text: str) -> None:
    if is_blank(text):
        raise Invalid("problem.campaign.text_blank", field="text")
    # First: half a character cannot even be counted in bytes.
    if _CONTROL.search(text):
        raise Invalid("problem.campaign.text_control", field="text")
    if len(text) > TEXT_AT_MOST:
        raise Invalid("problem.campaign.text_long", field="text", at_most=TEXT_AT_MOST, length=len(text))
    over = len(text.encode()) - BYTES_AT_MOST
    if over > 0:
        raise Invalid("problem.campaign.text_heavy", field="text", over=-(-over // _HEAVIEST))
    if _TAG.search(_ANCHOR.sub("", text)):
        raise Invalid("problem.campaign.text_tag", field="text")
    for piece in pieces(text):
        if piece.href and not _leads_out(piece.href):
            raise Invalid("problem.campaign.text_link", field="text", address=piece.href[:80])
    for anchor in _ANCHOR.finditer(text):
        if not _HREF.search(anchor["marks"]):
            raise Invalid("problem.campaign.text_link", field="text", address=anchor["words"][:40])


def _leads_out(address: str) -> bool:
    """Whether it is a whole address of a named host on the open web."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    named = parts.hostname is not None and _HOST.fullmatch(parts.hostname) is not None
    return parts.scheme in ("http", "https") and named and parts.username is None and port in (None, 80, 443)
