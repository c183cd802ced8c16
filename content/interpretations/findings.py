"""What a check of the knowledge says."""

import msgspec

WARNINGS = frozenset(
    {
        "few_phrasings",
        "near_duplicate",
        "no_digest",
        "ends_on",
        "law_ends_on",
        "expired",
        "unused_local",
        "first_day_unconfirmed",
    }
)
"""Kinds that do not forbid publishing. Every other does."""


class Finding(msgspec.Struct, frozen=True):
    """One mistake: the entry, its kind (a constant word) and a sentence for the editor."""

    slug: str
    kind: str
    text: str

    @property
    def forbids(self) -> bool:
        """Whether nothing with it may be published."""
        return self.kind not in WARNINGS
