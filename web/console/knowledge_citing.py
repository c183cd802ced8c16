"""Articles to cite, as a clerk types them: the law's title and a number, in figures or as the law itself writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from content.interpretations.laws import Law, LawIndex, article_label
from content.interpretations.numerals import chinese_number
from content.interpretations.views import Citation
from web.console.knowledge_draft_screens import CiteRow
from web.console.words import Words

ROWS_AT_MOST, FREE_ROWS = 20, 2
FIELD = re.compile(r"cite\.(\d{1,2})\.(law|article)")
_LABEL = re.compile(r"\u300a([^\u300b]+)\u300b\s*(?:\u7b2c(.+?)\u6761)?\s*")
_NUMBER = re.compile(r"\s*\u7b2c?\s*(.+?)\s*\u6761?\s*")
Say = Callable[..., str]


def typed_citations(citations: Sequence[Citation]) -> dict[str, str]:
    """The fields of what is cited already."""
    typed: dict[str, str] = {}
    for number, one in enumerate(citations):
        typed[f"cite.{number}.law"] = one.law
        typed[f"cite.{number}.article"] = str(one.article)
    return typed


def cited(
    words: Words, typed: Mapping[str, str], laws: LawIndex, on: date
) -> tuple[tuple[Citation, ...], tuple[CiteRow, ...]]:
    """What can be cited, and every row with its gist or what is wrong with it; at the end some free ones."""
    numbers = sorted({int(found[1]) for found in map(FIELD.fullmatch, typed) if found})
    citations: list[Citation] = []
    rows: list[CiteRow] = []
    for number in numbers:
        law, article = typed.get(f"cite.{number}.law", ""), typed.get(f"cite.{number}.article", "")
        if not law.strip() and not article.strip():
            continue
        found, row = _row(words, len(rows), law, article, laws, on)
        rows.append(row)
        if found is not None and found not in citations:
            citations.append(found)
    free = min(FREE_ROWS, ROWS_AT_MOST - len(rows))
    rows += [CiteRow(number=len(rows) + more, law="", article="") for more in range(max(free, 0))]
    return tuple(citations), tuple(rows)


def _row(
    words: Words, number: int, law: str, article: str, laws: LawIndex, on: date
) -> tuple[Citation | None, CiteRow]:
    title, number_typed = _split(law, article)

    def wrong(name: str, **params: object) -> tuple[None, CiteRow]:
        said = words.text(f"console_knowledge.cite.{name}", law=title, **params)
        return None, CiteRow(number=number, law=law, article=article, wrong=said)

    known = laws.current(title, on)
    if known is None:
        replaced = laws.superseded.get(title)
        if replaced is not None and replaced.repealed_on <= on:
            return wrong("repealed", on=replaced.repealed_on, successor=replaced.successor)
        return wrong("not_in_force" if title in laws.versions else "unknown_law")
    found = _article(laws, known, number_typed)
    if found is None:
        return wrong("unknown_article", article=number_typed or "\u2026")
    label = article_label(title, found)
    note = known.articles.get(found)
    gist = f"{label} \u00b7 {note.gist}" if note is not None and note.gist else label
    row = CiteRow(number=number, law=title, article=str(found), gist=gist)
    return Citation(title, found, known.version_on, label), row


def _split(law: str, article: str) -> tuple[str, str]:
    """A whole citation in the first field is as good as both."""
    found = _LABEL.fullmatch(law.strip())
    if found is None:
        return law.strip(), article
    return found[1].strip(), article if article.strip() else found[2] or ""


def _article(laws: LawIndex, law: Law, typed: str) -> int | None:
    """The number of an article that the index has; None for any other."""
    found = _NUMBER.fullmatch(typed)
    if found is None:
        return None
    plain, digests = found[1], laws.digests.get((law.title, law.version_on))
    held = {*law.articles, *(digests.articles if digests is not None else ())}
    if plain.isascii() and plain.isdigit() and len(plain) < 5:
        return int(plain) if int(plain) in held else None
    return next((one for one in held if chinese_number(one) == plain), None)
