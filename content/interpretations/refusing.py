"""Which findings of the check forbid approval by law and publishing."""

from __future__ import annotations

from collections.abc import Iterable

from content.interpretations.findings import Finding


def refusing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid it; the others are for the editor to judge."""
    return tuple(one for one in findings if one.forbids)
