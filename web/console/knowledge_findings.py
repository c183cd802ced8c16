"""Beside which field a finding of the knowledge check is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

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


def by_field(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by the field they are said beside, "" for the head."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        found[FIELDS.get(one.kind, "")].append(one)
    return found
