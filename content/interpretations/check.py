"""Finding what is wrong with a knowledge base before a citizen does."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from content.interpretations.check_citations import (
    CITATION_KINDS,
    citation_findings,
    coming_ends,
    is_dead,
)
from content.interpretations.check_words import (
    FEWEST_PHRASINGS,
    LONGEST_ANSWER,
    LONGEST_MORE,
    phrasing_findings,
    word_findings,
)
from content.interpretations.figures import figures, ranges
from content.interpretations.findings import WARNINGS, Finding
from content.interpretations.laws import LawIndex
from content.interpretations.views import Citation, EntryView

__all__ = [
    "CITATION_KINDS",
    "FEWEST_PHRASINGS",
    "LONGEST_ANSWER",
    "LONGEST_MORE",
    "WARNINGS",
    "Finding",
    "all_citable",
    "check_entries",
    "citable",
    "dead_citations",
    "refusing",
]


def check_entries(
    entries: Sequence[EntryView], laws: LawIndex, on: date, places: Iterable[str] | None = None
) -> list[Finding]:
    """Every finding, in the order of the entries; `on` is the local date the answers are given on.

    `places` are the links there are ("permit:stall", "complaint:street"); None: only their spelling is checked.
    """
    findings: list[Finding] = []
    known = None if places is None else frozenset(places)
    asked = phrasing_findings(entries)
    for entry in entries:
        findings += citation_findings(entry, laws, on)
        findings += _figure_findings(entry, laws)
        findings += word_findings(entry, known)
        findings += asked.get(entry.slug, ())
        findings += coming_ends(entry, laws, on)
    return findings


def refusing(
    entry: EntryView, laws: LawIndex, on: date, others: Sequence[EntryView] = ()
) -> tuple[Finding, ...]:
    """The findings that forbid publishing this entry, beside the others that are published."""
    beside = [other for other in others if other.slug != entry.slug]
    found = check_entries([*beside, entry], laws, on)
    return tuple(one for one in found if one.slug == entry.slug and one.forbids)


def citable(entry: EntryView, laws: LawIndex, on: date) -> bool:
    """Whether every article the entry cites is in force on the local day `on`: only then may it answer anybody."""
    return not any(is_dead(one, laws, on) for one in entry.citations)


def all_citable(entries: Iterable[EntryView], laws: LawIndex, on: date) -> list[EntryView]:
    """Those of many entries that may answer; an article that several cite is looked up once."""
    known: dict[Citation, bool] = {}

    def dead(citation: Citation) -> bool:
        if citation not in known:
            known[citation] = is_dead(citation, laws, on)
        return known[citation]

    return [entry for entry in entries if not any(map(dead, entry.citations))]


def dead_citations(entries: Iterable[EntryView], laws: LawIndex, on: date) -> int:
    """How many citations do not lead to an article in force."""
    return sum(is_dead(one, laws, on) for entry in entries for one in entry.citations)


def _figure_findings(entry: EntryView, laws: LawIndex) -> list[Finding]:
    """Figures of the answer that no cited article contains, nor the dates of a cited law; spans put together wrongly."""
    text = f"{entry.answer}\n{entry.more}"
    named = figures(text)
    if not named:
        return []
    backed: set[str] = set()
    spans: set[str] = set()
    is_whole = bool(entry.citations)
    for citation in entry.citations:
        law = laws.version(citation.law, citation.version_on)
        if law is not None:
            backed |= {law.version_on.isoformat(), law.in_force_on.isoformat()}
        digest = laws.digest(citation.law, citation.version_on, citation.article)
        note = laws.note(citation.law, citation.version_on, citation.article)
        backed.update(digest.figures if digest is not None else note.figures if note is not None else ())
        spans.update(digest.ranges if digest is not None else ())
        is_whole = is_whole and digest is not None
    strangers = sorted(named - backed)
    found = [Finding(entry.slug, "figure_not_cited", f"{figure} 不在所引条文里") for figure in strangers]
    for span in sorted(ranges(text) - spans) if is_whole else ():
        if not set(span.split("–")) & set(strangers):
            found.append(Finding(entry.slug, "figure_not_cited", f"所引条文里没有 {span} 这一档"))
    return found


def counted(findings: Sequence[Finding]) -> Mapping[str, int]:
    """How many forbid publishing and how many only warn."""
    faults = sum(one.forbids for one in findings)
    return {"faults": faults, "warnings": len(findings) - faults}
