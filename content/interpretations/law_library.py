"""The law library: the shipped index and the texts this bureau imported, as one index."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from tortoise.functions import Count, Max, Min

from content.interpretations.law_digests import digest_of
from content.interpretations.law_reading import ended_by
from content.interpretations.laws import (
    ArticleDigest,
    ArticleNote,
    Law,
    LawDigests,
    LawIndex,
    SupersededLaw,
    shipped_laws,
)
from content.interpretations.models import LawArticle, LawText
from content.interpretations.views import EntryView

BARE = ArticleNote("")
"""An article whose text is held and was not looked at."""

GIST_AT_MOST = 40  # characters of an imported article that stand in for a gist nobody wrote
_Cited = tuple[str, date, int]


async def known_laws(base: LawIndex | None = None) -> LawIndex:
    """The index with every imported law: titles, versions, dates, and which articles there are (`BARE`).

    An imported law can end what the shipped index holds to be in force, by its own dates or as a newer version.
    """
    index = base or shipped_laws()
    rows = await LawText.all().order_by("title", "version_on")
    if not rows:
        return index
    numbers = await _numbers(rows)
    laws = [_law(row, index, dict.fromkeys(numbers[row.id], BARE)) for row in rows]
    return index.with_laws(laws, superseded=await _ended(rows, index.with_laws(laws)))


async def laws_for(entries: Iterable[EntryView], base: LawIndex | None = None) -> LawIndex:
    """The same as these entries need it to be checked: of what they cite, gists and figures too.

    `base` is an index of `known_laws`, where the caller holds one.
    """
    index = base or await known_laws()
    wanted = {
        (one.law, one.version_on, one.article)
        for entry in entries
        for one in entry.citations
        if index.note(one.law, one.version_on, one.article) == BARE
    }
    return await _filled(index, wanted) if wanted else index


def _law(row: LawText, index: LawIndex, notes: dict[int, ArticleNote]) -> Law:
    """An imported version: what the shipped index says of its articles and of its beginning comes first."""
    known = index.version(row.title, row.version_on)
    ends = [
        (day, successor or "")
        for day, successor in (
            (row.repealed_on, row.successor),
            (known.repealed_on, known.successor) if known else (None, ""),
        )
        if day is not None
    ]
    repealed_on, successor = min(ends, default=(None, known.successor if known else ""))
    return Law(
        title=row.title,
        version_on=row.version_on,
        in_force_on=known.in_force_on if known else row.in_force_on,
        status=known.status if known else "in_force",
        repealed_on=repealed_on,
        successor=successor,
        replaces=known.replaces if known else (),
        articles={**notes, **(known.articles if known else {})},
    )


async def _ended(rows: Iterable[LawText], index: LawIndex) -> list[SupersededLaw]:
    """What imported texts end by their own words (《……》同时废止), from the day the earliest such text took effect.

    A law of the same name is a matter of versions, and one that was passed again later was not meant.
    """
    by_id = {row.id: row for row in rows}
    found: dict[str, SupersededLaw] = {}
    ending = LawArticle.filter(text__contains="同时废止", law_id__in=list(by_id))
    for law_id, text in await ending.values_list("law_id", "text"):
        row = by_id[law_id]
        for title in ended_by(text):
            law, again = index.version(row.title, row.version_on), index.laws.get(title)
            if (
                law is None
                or title == row.title
                or (again is not None and again.version_on > law.in_force_on)
            ):
                continue
            before = found.get(title)
            if before is None or law.in_force_on < before.repealed_on:
                found[title] = SupersededLaw(title, law.in_force_on, row.title)
    return list(found.values())


async def _numbers(rows: Iterable[LawText]) -> dict[UUID, Iterable[int]]:
    """Which articles each text has. An unbroken row of them is told by its ends."""
    spans = await (
        LawArticle.all()
        .annotate(first=Min("number"), last=Max("number"), held=Count("id"))
        .group_by("law_id")
        .values_list("law_id", "first", "last", "held")
    )
    numbers: dict[UUID, Iterable[int]] = {row.id: () for row in rows}
    for law_id, first, last, held in spans:
        if held == last - first + 1:
            numbers[law_id] = range(first, last + 1)
        else:
            numbers[law_id] = await LawArticle.filter(law_id=law_id).values_list("number", flat=True)  # type: ignore[assignment]
    return numbers


async def _filled(index: LawIndex, wanted: set[_Cited]) -> LawIndex:
    """The index with what the texts of these articles say."""
    rows = await LawText.filter(title__in=sorted({title for title, _, _ in wanted}))
    held = {row.id: row for row in rows}
    numbers = sorted({number for _, _, number in wanted})
    found = await LawArticle.filter(law_id__in=list(held), number__in=numbers)
    notes: dict[tuple[str, date], dict[int, ArticleNote]] = {}
    digests: dict[tuple[str, date], dict[int, ArticleDigest]] = {}
    for article in found:
        key = (held[article.law_id].title, held[article.law_id].version_on)
        if (*key, article.number) in wanted:
            digest = digest_of(article.text)
            digests.setdefault(key, {})[article.number] = digest
            notes.setdefault(key, {})[article.number] = ArticleNote(gist_of(article.text), digest.figures)
    laws = [
        msgspec.structs.replace(law, articles={**law.articles, **notes[law.title, law.version_on]})
        for versions in index.versions.values()
        for law in versions
        if (law.title, law.version_on) in notes
    ]
    return index.with_laws(laws, [LawDigests(*key, articles) for key, articles in digests.items()])


def gist_of(text: str) -> str:
    """The beginning of an article, where nobody has put it in other words."""
    plain = text.replace("\n", "")
    return plain if len(plain) <= GIST_AT_MOST else plain[: GIST_AT_MOST - 1] + "…"
