"""The bureau profile's section `danger`: how danger to life is recognised, and who is paged how often."""

from __future__ import annotations

from typing import Annotated

import msgspec

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]


class DangerPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A thing and what happens to it, close together in one clause: 招牌 … 要掉."""

    things: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1)]
    happenings: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1)]


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The duty officers are paged at once, then every so many minutes until somebody takes it.

    From the page after `heads_after` on the heads are paged too; after `at_most` pages there is one a day.
    """

    every_minutes: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    at_most: Annotated[int, msgspec.Meta(ge=1, le=500)] = 24
    heads_after: Annotated[int, msgspec.Meta(ge=1, le=100)] = 2
    end_within_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class DangerSection(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """Section `danger`: `keywords` and `pairs` say danger.

    `harmless` is overlooked wherever it stands. `calm` is how people ask afterwards, or at leisure: with it the
    pairs count no more, the keywords do.
    """

    keywords: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1)]
    pairs: tuple[DangerPair, ...] = ()
    harmless: tuple[Word, ...] = ()
    calm: tuple[Word, ...] = ()
    sentence_key: str
    paging: Paging
