"""The law library: the shipped index and the texts this bureau imported, as one index."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from content.interpretations.law_digests import digest_of
from content.interpretations.laws import ArticleNote, Law, LawDigests, LawIndex, shipped_laws
from content.interpretations.models import LawArticle, LawText
from content.interpretations.views import Citation, EntryView

GIST_AT_MOST = 40  # characters of an imported article that stand in for a gist nobody wrote
_Cited = tuple[str, date, int]


async def laws_for(entries: Iterable[EntryView], base: LawIndex | None = None) -> LawIndex:
    """The index as these entries need it: every imported law with its dates, and of articles those they cite.

    An imported law can end what the shipped index holds to be in force, by its own dates or as a newer version.
    """
    return await laws_citing((one for entry in entries for one in entry.citations), base)


async def laws_citing(citations: Iterable[Citation], base: LawIndex | None = None) -> LawIndex:
    """The same for single citations. One query, and a second where an article is cited that only a text has."""
    index = base or shipped_laws()
    rows = await LawText.all().order_by("title", "version_on")
    if not rows:
        return index
    wanted = {
        (one.law, one.version_on, one.article)
        for one in citations
        if index.note(one.law, one.version_on, one.article) is None
    }
    notes, digests = await _articles(rows, wanted)
    laws = [_law(row, index, notes.get(row.id, {})) for row in rows]
    return index.with_laws(laws, digests)


async def known_laws(base: LawIndex | None = None) -> LawIndex:
    """Titles, versions and dates of everything known, without articles of imported texts."""
    return await laws_citing((), base)


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


async def _articles(
    rows: Iterable[LawText], wanted: set[_Cited]
) -> tuple[dict[UUID, dict[int, ArticleNote]], list[LawDigests]]:
    by_version = {(row.title, row.version_on): row for row in rows}
    ids = {by_version[title, day].id for title, day, _ in wanted if (title, day) in by_version}
    if not ids:
        return {}, []
    found = await LawArticle.filter(
        law_id__in=list(ids), number__in=sorted({number for _, _, number in wanted})
    )
    notes: dict[UUID, dict[int, ArticleNote]] = {}
    for article in found:
        digest = digest_of(article.text)
        notes.setdefault(article.law_id, {})[article.number] = ArticleNote(
            gist_of(article.text), digest.figures
        )
    digests = [
        LawDigests(
            row.title,
            row.version_on,
            {one.number: digest_of(one.text) for one in found if one.law_id == row.id},
        )
        for row in by_version.values()
        if row.id in notes
    ]
    return notes, digests


def gist_of(text: str) -> str:
    """The beginning of an article, where nobody has put it in other words."""
    plain = text.replace("\n", "")
    return plain if len(plain) <= GIST_AT_MOST else plain[: GIST_AT_MOST - 1] + "…"
