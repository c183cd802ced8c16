"""Digests of official texts: written once from the texts, shipped without them, checked by whoever has the texts.

The SHA-256 is of the article's text without its number, after Unicode NFKC and with every space, line break and
invisible mark taken out: neither how paragraphs are broken nor the width of letters and punctuation matters.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import msgspec

from content.interpretations.figures import figures, ranges
from content.interpretations.laws import (
    DIGESTS_NAME,
    LAWS_FILE,
    ArticleDigest,
    Law,
    LawDigests,
    LawIndex,
    article_label,
)

DIGESTS_FILE = LAWS_FILE.with_name(DIGESTS_NAME)

_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_HEAD = (
    "# 由 chengguan laws digest 生成，不要手改：所引各条官方文本的 SHA-256 和其中的数额、期限。\n"
    "# 摘要前先做 NFKC、去掉空白：分段和全角半角不影响。没有法律原文也能据此核对引用。\n"
)


def article_digest(text: str) -> str:
    """64 hexadecimal digits."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return hashlib.sha256(plain.encode()).hexdigest()


def text_digest(articles: Mapping[int, str]) -> str:
    """The digest of a whole text, from the digests of its articles by number."""
    lines = (f"{number} {digest}\n" for number, digest in sorted(articles.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def digest_of(text: str) -> ArticleDigest:
    """What is kept of an article's text."""
    return ArticleDigest(article_digest(text), tuple(sorted(figures(text))), tuple(sorted(ranges(text))))


class DigestReport(msgspec.Struct, frozen=True):
    """What was found while digesting: digests by law, what has no text, what the index says wrongly."""

    digests: tuple[LawDigests, ...]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]


def digested(index: LawIndex, texts: Mapping[tuple[str, date], Mapping[int, str]]) -> DigestReport:
    """Digest every article of the index from `texts`: articles by number, by title and version.

    Where a text is missing, the digest there already is kept.
    """
    missing: list[str] = []
    wrong: list[str] = []
    laws = []
    for law in sorted(index.laws.values(), key=lambda one: one.title):
        articles = texts.get((law.title, law.version_on), {})
        kept: dict[int, ArticleDigest] = {}
        for number in sorted(law.articles):
            text, known = articles.get(number), index.digest(law.title, law.version_on, number)
            if text is not None:
                kept[number] = digest_of(text)
                wrong += wrong_figures(law, number, kept[number])
            elif known is not None:
                kept[number] = known
            else:
                missing.append(f"{article_label(law.title, number)}（{law.version_on}）没有官方文本")
        if kept:
            laws.append(LawDigests(law.title, law.version_on, kept))
    return DigestReport(tuple(laws), tuple(missing), tuple(wrong))


def wrong_figures(law: Law, number: int, digest: ArticleDigest) -> Iterable[str]:
    """Figures the index gives an article that its official text does not contain."""
    for figure in law.articles[number].figures:
        if figure not in digest.figures:
            yield f"{article_label(law.title, number)}：索引里的 {figure} 官方文本里没有"


def _listed(key: str, spellings: Iterable[str]) -> str:
    named = ", ".join(f'"{one}"' for one in spellings)
    return f", {key}: [{named}]" if named else ""


def write_digests(digests: Iterable[LawDigests], path: Path = DIGESTS_FILE) -> bool:
    """Write the file beside the index; returns whether anything changed. The same digests give the same bytes."""
    lines = [_HEAD, "laws:\n"]
    for law in digests:
        lines.append(f"  - title: {law.title}\n    version_on: {law.version_on}\n    articles:\n")
        for number, one in law.articles.items():
            tail = _listed("figures", one.figures) + _listed("ranges", one.ranges)
            lines.append(f"      {number}: {{sha256: {one.sha256}{tail}}}\n")
    text = "".join(lines)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True
