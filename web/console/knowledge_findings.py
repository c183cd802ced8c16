"""Beside which field a finding of the knowledge check is said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from content.interpretations.answering import Answerer
from content.interpretations.check import CITATION_KINDS, Finding

ABOUT_CITATIONS = frozenset({*CITATION_KINDS, "no_citation", "no_gist", "no_digest", "law_ends_on"})
FIELDS: Mapping[str, str] = {
    **dict.fromkeys(ABOUT_CITATIONS, "citations"),
    **dict.fromkeys(("few_phrasings", "empty_phrasing", "duplicate_phrasing", "near_duplicate"), "phrasings"),
    **dict.fromkeys(("no_fallback", "unused_local"), "local"),
    **dict.fromkeys(("expired", "ends_on"), "valid_until_on"),
    "too_long": "answer",
    "figure_not_cited": "answer",
    "not_sensitive": "sensitive",
    "unknown_place": "link",
}
"""Where each kind is said; others are said at the head."""
NAMING = frozenset({"duplicate_phrasing", "near_duplicate"})
"""Kinds whose sentence names another entry."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def by_field(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by the field they are said beside, "" for the head."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        found[FIELDS.get(one.kind, "")].append(one)
    return found


def sentences(found: Iterable[Finding], serving: Answerer) -> tuple[str, ...]:
    """What is found, each once; another entry is called by its question."""

    def named(match: re.Match[str]) -> str:
        entry = serving.entry(match.group())
        return f"\u201c{entry.question}\u201d" if entry is not None else match.group()

    said = (_SLUG.sub(named, one.text) if one.kind in NAMING else one.text for one in found)
    return tuple(dict.fromkeys(said))
