"""Which findings of the check forbid publishing, and the law index where nobody brings another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from content.interpretations.check import Finding
from content.interpretations.laws import LawIndex

WARNINGS = frozenset({"few_phrasings"})


@cache
def shipped_laws() -> LawIndex:
    """The index that comes with the program, read once."""
    return LawIndex.load()


def refusing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid approval by law and publishing."""
    return tuple(one for one in findings if one.kind not in WARNINGS)
