"""Cases that may be about the same matter: near in place, time, category and words.

For staff they are a suggestion with its grounds; a person merges. What somebody who is about to file may know of them
is in `me_too`.

Words are compared by the pairs of neighbouring characters they share (Dice's coefficient), which needs no index and
puts up with all ways of cutting Chinese into words.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any
from uuid import UUID

import msgspec

from casework.areas.cells import around
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.place import distance_m
from casework.complaints.sight import Sight
from kit.db.raw import Statement, as_uuid, moment
from nlp.normalise import normalise

WITHIN = timedelta(days=30)
WITHIN_M = 300.0
NAMED_PLACE_WITHIN = timedelta(days=14)
CANDIDATES_AT_MOST = 200
SUGGESTED_AT_MOST = 5
AT_LEAST = 0.45
WORDS_AT_MOST = 400
"""Characters of a story that are compared: what it is about stands at its beginning."""
_NEVER = (State.WITHDRAWN.value, State.REFUSED.value, State.MERGED.value, State.SPLIT.value)
_WORDS_WEIGH = 0.3
_OTHERS = (
    "SELECT id, reference, state, category, suggested_category, "  # noqa: S608 - nothing of it is from outside
    f"substr(story, 1, {WORDS_AT_MOST}) AS story, "
    "place_text, latitude, longitude, submitted_at, unit, assignee_id FROM complaint "
    "WHERE {} AND submitted_at >= $2 AND submitted_at <= $3 AND anonymised_at IS NULL AND restricted_at IS NULL "
    f"AND state NOT IN ({', '.join(repr(one) for one in _NEVER)}) "
    f"ORDER BY submitted_at DESC LIMIT {CANDIDATES_AT_MOST}"
)
_BY_CELL = Statement(_OTHERS.format("place_cell IN (@1)"))
_BY_CATEGORY = Statement(_OTHERS.format("category = $1"))


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A case that may be about the same matter, and why it is thought so.

    `likeness` is between 0 and 1; `distance_m` is None where one of the two has no coordinates; `words` is the share of
    their words, `days` how far apart they were filed.
    """

    id: UUID
    reference: str
    state: State
    category: str | None
    opening: str
    distance_m: float | None
    days: int
    words: float
    same_category: bool
    likeness: float


class _Other(msgspec.Struct, frozen=True, kw_only=True):
    """A case that another is compared with: what is read of it, and how far from there it is."""

    id: UUID
    reference: str
    state: State
    category: str | None
    story: str
    place_text: str
    apart_m: float | None
    submitted_at: datetime
    unit: str | None
    assignee_id: UUID | None


class _Compared(msgspec.Struct, frozen=True):
    """How like it is in all but its words."""

    other: _Other
    days: int
    same_category: bool
    without_words: float


async def near_cases(desk: Desk, row: Complaint, sight: Sight | None = None) -> tuple[Near, ...]:
    """The likeliest first, of those in sight. Nothing for a case without any place."""
    compared = [
        compared
        for other in await _candidates(desk, row)
        if other.id != row.id and (sight is None or sight.covers(other.unit, other.assignee_id))
        if (compared := _before_words(row, other)) is not None
    ]
    # Whoever could not reach what is suggested already, were their words the same, is not read.
    compared.sort(key=lambda one: -one.without_words)
    told, found = _pairs(row.story), list[Near]()
    for one in compared:
        if len(found) == SUGGESTED_AT_MOST and one.without_words + _WORDS_WEIGH <= found[-1].likeness:
            break
        near = _with_words(one, told)
        if near is not None:
            found = sorted([*found, near], key=lambda near: -near.likeness)[:SUGGESTED_AT_MOST]
    return tuple(found)


async def near_by_id(desk: Desk, complaint_id: UUID, sight: Sight | None = None) -> tuple[Near, ...]:
    """The same for a case by its id; nothing for one that is over or hangs on another already."""
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None or row.state in (*_NEVER, State.CLOSED, State.ARCHIVED):
        return ()
    return await near_cases(desk, row, sight)


async def _candidates(desk: Desk, row: Complaint) -> list[_Other]:
    """The newest of those filed in the same days, next to it or of its category."""
    since, until = row.submitted_at - WITHIN, row.submitted_at + WITHIN
    if row.place_cell is not None:
        near: tuple[Statement, object] = (_BY_CELL, around(row.place_cell))
    elif row.place_text and (about := row.category or row.suggested_category) is not None:
        near = (_BY_CATEGORY, about)
        since, until = row.submitted_at - NAMED_PLACE_WITHIN, row.submitted_at + NAMED_PLACE_WITHIN
    else:
        return []
    bounds = (since, until) if desk.db.is_postgres else (_kept(since), _kept(until))
    rows = await near[0].rows(desk.db.reading, near[1], *bounds)
    here = _point(row)
    return [_other(one, here) for one in rows]


def _kept(at: datetime) -> str:
    """A moment as SQLite keeps it."""
    return at.astimezone(UTC).isoformat(" ")


def _other(one: dict[str, Any], here: tuple[float, float] | None) -> _Other:
    there = (one["latitude"], one["longitude"])
    return _Other(
        id=as_uuid(one["id"]),
        reference=one["reference"],
        state=State(one["state"]),
        category=one["category"] or one["suggested_category"],
        story=one["story"],
        place_text=one["place_text"],
        apart_m=distance_m(here, there) if here is not None and None not in there else None,
        submitted_at=moment(one["submitted_at"]),
        unit=one["unit"],
        assignee_id=as_uuid(one["assignee_id"]) if one["assignee_id"] is not None else None,
    )


def _before_words(row: Complaint, other: _Other) -> _Compared | None:
    """Place, time and category compared; None where the places are not near each other."""
    if other.apart_m is None:
        place = likeness(row.place_text, other.place_text)
        if place < 0.6:
            return None
    elif other.apart_m > WITHIN_M:
        return None
    else:
        place = exp(-other.apart_m / 150.0)
    days = abs(row.submitted_at - other.submitted_at).days
    mine = row.category or row.suggested_category
    same = mine is not None and mine == other.category
    return _Compared(other, days, same, 0.4 * place + 0.15 * exp(-days / 10.0) + 0.15 * same)


def _with_words(one: _Compared, told: frozenset[str]) -> Near | None:
    """The same with what was said, as pairs of characters; None where that is too little together."""
    other = one.other
    words = _share(told, _pairs(other.story))
    total = one.without_words + _WORDS_WEIGH * words
    if total < AT_LEAST or (not one.same_category and words < 0.5):
        return None
    return Near(
        id=other.id,
        reference=other.reference,
        state=other.state,
        category=other.category,
        opening=" ".join(other.story[:80].split())[:40],
        distance_m=other.apart_m,
        days=one.days,
        words=words,
        same_category=one.same_category,
        likeness=total,
    )


def likeness(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share, between 0 and 1."""
    return _share(_pairs(one), _pairs(other))


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    if not mine or not theirs:
        return 0.0
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _pairs(text: str) -> frozenset[str]:
    said = normalise(text[:WORDS_AT_MOST])
    return frozenset(map("".join, itertools.pairwise(said)))


def _point(row: Complaint) -> tuple[float, float] | None:
    return (row.latitude, row.longitude) if row.latitude is not None and row.longitude is not None else None


def _apart_m(here: tuple[float, float] | None, other: Complaint) -> float | None:
    there = _point(other)
    return distance_m(here, there) if here is not None and there is not None else None
