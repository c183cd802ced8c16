"""Why a case went where it did: what was looked at, every rule that was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from casework.complaints.urgency import Urgency


class Why(StrEnum):
    """What became of a rule. One letter, because every case keeps that of every rule."""

    TAKEN = "+"
    OFF = "x"
    CATEGORY = "c"
    AREA = "a"
    URGENCY = "u"
    SOURCE = "s"
    HOURS = "h"
    DAYS = "d"
    NOWHERE = "w"
    """The rule leads to who looks after the area, and nobody knows in which area it is."""
    NOBODY = "n"
    """Nobody is posted there, or on duty, at that moment."""
    GONE = "g"
    """Whoever is has left or may not handle cases, and nobody stands in."""


Recipient = Literal["unit", "street_chief", "grid_officer", "on_duty", "officer", "category", "dispatch"]
"""In what capacity: by the rule that was taken, as the category's unit, or left with those who dispatch."""


class Tried(msgspec.Struct, frozen=True):
    """One rule and what became of it."""

    code: str
    why: Why


class Explained(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision. Stored as JSON on the case, so that it is explained by what was known then.

    `tried` is "code=letter" for each rule in the order of trying, joined by spaces. `name` is that of the rule taken,
    `for_id` whom the person stands in for, `places` the polygons from the smallest to the largest, codes and names.
    """

    at: datetime
    category: str | None = None
    urgency: Urgency
    source: str
    places: tuple[str, ...] = ()
    tried: str = ""
    rule: str | None = None
    name: str = ""
    to: Recipient
    unit: str | None = None
    assignee_id: UUID | None = None
    for_id: UUID | None = None

    @property
    def rules(self) -> tuple[Tried, ...]:
        """The rules tried, in order."""
        parts = (one.partition("=") for one in self.tried.split())
        return tuple(Tried(code, Why(why)) for code, _, why in parts)

    def as_json(self) -> str:
        return _ENCODER.encode(self).decode()


def joined(tried: Iterable[tuple[str, Why]]) -> str:
    """Rules tried, as `Explained.tried` keeps them."""
    return " ".join([code + "=" + why for code, why in tried])


def explained(stored: str | None) -> Explained | None:
    """What a case keeps; None where it keeps nothing, or nothing that this release can read."""
    if not stored:
        return None
    try:
        found = _DECODER.decode(stored)
        _ = found.rules
    except (msgspec.DecodeError, ValueError):
        return None
    return found


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Explained)
