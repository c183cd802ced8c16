"""Section `consents` of the bureau profile: what people are told about their data, and what they are asked.

Each wording has a version; it is kept with every consent, so that a later reader knows what was agreed to. Whoever
changes a wording changes its version.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec

Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Collected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is kept of a person: what, why, and for how long."""

    what: Sentence
    why: Sentence
    kept: Sentence


class CollectionNotice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told before anything is collected. `ask` says whom to ask and where to complain.

    `short` is the whole of it in one sentence, for where there is no room: a message in chat.
    """

    version: Version
    title: Title
    short: Sentence
    opening: Sentence
    items: Annotated[tuple[Collected, ...], msgspec.Meta(min_length=1, max_length=20)]
    rights: Sentence
    ask: Sentence


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One consent of its own: what is asked, and what follows from taking it back."""

    version: Version
    title: Title
    text: Sentence
    revoking: Sentence


class GuardianWording(Wording, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The consent of a guardian, for children under an age (in years)."""

    under_years: Annotated[int, msgspec.Meta(ge=1, le=18)] = 14


class PhoneLinking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days a verified number may join accounts, and why so long.

    An operator gives a number to somebody else after a pause only; a number verified within that pause is still
    the same person's.
    """

    days: Annotated[int, msgspec.Meta(ge=1, le=365)]
    basis: Sentence

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


class ConsentsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `consents`. `phone` is a number the platform vouches for, `contact_phone` one typed for a case."""

    collection_notice: CollectionNotice
    location: Wording
    phone: Wording
    contact_phone: Wording
    public_display: Wording
    guardian: GuardianWording
    phone_linking: PhoneLinking

    def version_of(self, purpose: str) -> str:
        """The version in force of a purpose's wording. Raises AttributeError for a purpose there is not."""
        return str(getattr(self, purpose).version)
