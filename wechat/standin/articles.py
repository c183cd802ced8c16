"""What an article may be: the platform's limits, and what it takes out of the content without saying so."""

import re
from collections.abc import Callable, Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

import msgspec

from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal

LONGEST_TITLE = 32
LONGEST_AUTHOR = 16
LONGEST_DIGEST = 128
CONTENT_CHARACTERS = 20_000
CONTENT_BYTES = 2**20
LONGEST_URL_BYTES = 1_024
DIGEST_FROM_CONTENT = 54
MOST_ARTICLES = 8

VIDEOS = frozenset({"video", "audio", "iframe", "object", "embed", "mpvoice", "mp-common-videosnap"})
DROPPED_WHOLE = frozenset({"script", "style", "noscript", "template", "form", "textarea", "select"})
DROPPED_TAGS = frozenset({"html", "head", "body", "meta", "link", "base", "input", "button", "title"})
VOID = frozenset({"br", "hr", "img", "wbr", "source", "col"})
LINK_ATTRIBUTES = frozenset({"href", "src", "data-src", "srcset", "background", "poster"})


class Article(msgspec.Struct):
    """One article as kept. `thumb_media_id` is a permanent picture."""

    title: str
    author: str
    digest: str
    content: str
    content_source_url: str
    thumb_media_id: str
    show_cover_pic: int
    need_open_comment: int
    only_fans_can_comment: int
    url: str = ""
    is_deleted: bool = False


def checked_article(
    given: object, place: str, is_cover: Callable[[str], bool], is_own_picture: Callable[[str], bool]
) -> Article:
    """The article at `place` (`articles[0]`) of a request, or the platform's refusal."""
    if not isinstance(given, dict):
        raise Refusal(47003, f"argument invalid! {place} is not an object")
    title, content = text_of(given, "title"), text_of(given, "content")
    if not title.strip():
        raise Refusal(47003, f"argument invalid! {place}.title is empty")
    if len(title) > LONGEST_TITLE:
        raise Refusal(45003, "title size out of limit")
    if len(text_of(given, "author")) > LONGEST_AUTHOR:
        raise Refusal(45110, "author size out of limit")
    if len(text_of(given, "digest")) > LONGEST_DIGEST:
        raise Refusal(45004, "description size out of limit")
    if not content:
        raise Refusal(44004, "empty content")
    if len(content) >= CONTENT_CHARACTERS or len(content.encode()) >= CONTENT_BYTES:
        raise Refusal(45002, "content size out of limit")
    source = text_of(given, "content_source_url")
    if len(source.encode()) > LONGEST_URL_BYTES:
        raise Refusal(45005, "url size out of limit")
    cover = text_of(given, "thumb_media_id")
    if not is_cover(cover):
        raise Refusal(40007, "invalid media_id")
    kept, words = cleaned(content, is_own_picture)
    return Article(
        title=title,
        author=text_of(given, "author"),
        digest=text_of(given, "digest") or words[:DIGEST_FROM_CONTENT],
        content=kept,
        content_source_url=source,
        thumb_media_id=cover,
        show_cover_pic=_flag(given, place, "show_cover_pic"),
        need_open_comment=_flag(given, place, "need_open_comment"),
        only_fans_can_comment=_flag(given, place, "only_fans_can_comment"),
    )


def _flag(given: Mapping[str, Any], place: str, name: str) -> int:
    value = given.get(name, 0)
    if isinstance(value, bool) or value not in (0, 1):
        raise Refusal(47003, f"argument invalid! {place}.{name} invalid")
    return int(value)


def cleaned(content: str, is_own_picture: Callable[[str], bool]) -> tuple[str, str]:
    """The content without scripts and foreign pictures, and its words alone. A film is refused."""
    cleaner = _Cleaner(is_own_picture)
    cleaner.feed(content)
    cleaner.close()
    return "".join(cleaner.kept), " ".join("".join(cleaner.words).split())


class _Cleaner(HTMLParser):
    def __init__(self, is_own_picture: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self._is_own_picture = is_own_picture
        self._inside: str | None = None
        self.kept: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside is not None:
            return
        if tag in VIDEOS:
            raise Refusal(45166, "invalid content")
        if tag in DROPPED_WHOLE:
            self._inside = tag
        elif _is_kept(tag) and not (tag == "img" and not self._shows_own(attrs)):
            self.kept.append(f"<{tag}{self._attributes(attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if self._inside is not None:
            if tag == self._inside:
                self._inside = None
        elif _is_kept(tag) and tag not in VOID:
            self.kept.append(f"</{tag}>")

    def handle_data(self, text: str) -> None:
        if self._inside is None:
            self.kept.append(escape(text, quote=False))
            self.words.append(text)

    def _shows_own(self, attrs: list[tuple[str, str | None]]) -> bool:
        shown = [value or "" for name, value in attrs if name in ("src", "data-src")]
        return bool(shown) and all(self._is_own_picture(address) for address in shown)

    def _attributes(self, attrs: list[tuple[str, str | None]]) -> str:
        return "".join(
            f' {name}="{escape(value or "")}"' for name, value in attrs if _is_harmless(name, value or "")
        )


def _is_kept(tag: str) -> bool:
    return tag not in DROPPED_TAGS | DROPPED_WHOLE and re.fullmatch(r"[a-z][a-z0-9-]*", tag) is not None


def _is_harmless(name: str, value: str) -> bool:
    if name.startswith("on") or name in ("id", "srcdoc") or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        return False
    scheme = re.sub(r"[\x00-\x20]", "", value).lower()
    return name not in LINK_ATTRIBUTES or not scheme.startswith(("javascript:", "data:", "vbscript:"))
