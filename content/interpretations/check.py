"""Finding what is wrong with a knowledge base before a citizen does."""

from collections.abc import Sequence
from datetime import date

import msgspec

from content.interpretations.figures import figures
from content.interpretations.laws import LawIndex, article_label
from content.interpretations.views import Citation, EntryView
from nlp.normalise import normalise

LONGEST_ANSWER = 180
LONGEST_MORE = 300  # answer, more and citations together must fit one chat message
FEWEST_PHRASINGS = 3


class Finding(msgspec.Struct, frozen=True):
    """One mistake: the entry, its kind (a constant word) and a sentence for the editor."""

    slug: str
    kind: str
    text: str


def check_entries(entries: Sequence[EntryView], laws: LawIndex, on: date) -> list[Finding]:
    """Every finding, in the order of the entries; `on` is the local date the answers are given on."""
    findings: list[Finding] = []
    asked: dict[str, str] = {}
    for entry in entries:
        if not entry.citations:
            findings.append(Finding(entry.slug, "no_citation", "没有引用法条"))
        for citation in entry.citations:
            findings += _citation_findings(entry.slug, citation, laws, on)
        findings += _figure_findings(entry, laws)
        if len(entry.answer) > LONGEST_ANSWER:
            findings.append(
                Finding(entry.slug, "too_long", f"答复 {len(entry.answer)} 字，超过 {LONGEST_ANSWER} 字")
            )
        if len(entry.more) > LONGEST_MORE:
            findings.append(
                Finding(entry.slug, "too_long", f"补充 {len(entry.more)} 字，超过 {LONGEST_MORE} 字")
            )
        if len(entry.phrasings) < FEWEST_PHRASINGS:
            findings.append(Finding(entry.slug, "few_phrasings", f"问法不足 {FEWEST_PHRASINGS} 种"))
        for phrasing in (entry.question, *entry.phrasings):
            plain = normalise(phrasing)
            if not plain:
                findings.append(Finding(entry.slug, "empty_phrasing", f"问法“{phrasing}”没有可比较的字"))
            elif plain in asked:
                findings.append(
                    Finding(entry.slug, "duplicate_phrasing", f"问法“{phrasing}”已在 {asked[plain]} 里")
                )
            else:
                asked[plain] = entry.slug
    return findings


def _citation_findings(slug: str, citation: Citation, laws: LawIndex, on: date) -> list[Finding]:
    replaced = laws.superseded.get(citation.law)
    if replaced is not None and replaced.repealed_on <= on:
        text = f"《{citation.law}》已于 {replaced.repealed_on} 废止，应引《{replaced.successor}》"
        return [Finding(slug, "repealed_law", text)]
    law = laws.laws.get(citation.law)
    if law is None:
        return [Finding(slug, "dead_citation", f"《{citation.law}》不在法条索引里")]
    if law.status != "in_force":
        return [Finding(slug, "repealed_law", f"《{citation.law}》已不再有效")]
    if law.in_force_on > on:
        return [Finding(slug, "not_yet_in_force", f"《{citation.law}》{law.in_force_on} 才施行")]
    if law.version_on != citation.version_on:
        text = f"《{citation.law}》引的是 {citation.version_on} 的版本，现行为 {law.version_on}"
        return [Finding(slug, "old_version", text)]
    if citation.article not in law.articles:
        return [Finding(slug, "dead_citation", f"{citation.label} 不在法条索引里")]
    if citation.label != article_label(citation.law, citation.article):
        return [Finding(slug, "wrong_label", f"{citation.label} 与法名、条号不一致")]
    return []


def _figure_findings(entry: EntryView, laws: LawIndex) -> list[Finding]:
    """Figures in the answer that no cited article contains."""
    backed: set[str] = set()
    for citation in entry.citations:
        law = laws.laws.get(citation.law)
        note = law.articles.get(citation.article) if law else None
        if note is not None:
            backed.update(note.figures)
    strangers = sorted(figures(f"{entry.answer}\n{entry.more}") - backed)
    return [Finding(entry.slug, "figure_not_cited", f"{figure} 不在所引条文里") for figure in strangers]
