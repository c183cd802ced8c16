"""Cases that may be about the same matter: near in place, time, category and words.

For staff they are a suggestion with its grounds; a person merges. To somebody who is about to file, one that names
nobody is shown by category, rough distance and state alone, so that they can say "me too": that is a case of their own
with what they said beside it.

Words are compared by the pairs of neighbouring characters they share (Dice's coefficient), which needs no index and
puts up with all ways of cutting Chinese into words.
"""

from __future__ import annotations

import hmac
import itertools
from datetime import datetime, timedelta
from math import exp
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.areas.cells import around, cell_of
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.place import Position, checked, distance_m
from casework.complaints.sight import Sight
from nlp.normalise import normalise
from nlp.personal import may_name_somebody

WITHIN = timedelta(days=30)
WITHIN_M = 300.0
NAMED_PLACE_WITHIN = timedelta(days=14)
CANDIDATES_AT_MOST = 200
SUGGESTED_AT_MOST = 5
AT_LEAST = 0.45
WORDS_AT_MOST = 400
"""Characters of a story that are compared: what it is about stands at its beginning."""
_NEVER = (State.WITHDRAWN.value, State.REFUSED.value, State.MERGED.value, State.SPLIT.value)
_COLUMNS = (
    "id",
    "reference",
    "state",
    "category",
    "suggested_category",
    "story",
    "place_text",
    "latitude",
    "longitude",
    "submitted_at",
    "unit",
    "assignee_id",
    "closed_at",
)

SHOWN_AT_MOST = 3
SHOWN_WITHIN = timedelta(days=14)
SHOWN_WITHIN_M = 150.0
_ROUGH_M = (50, 100, 150)


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


class NearShown(msgspec.Struct, frozen=True, kw_only=True):
    """All that somebody who is about to file may know of one: what kind, how far, where it stands. `token` says "that one"."""

    token: str
    category_name: str
    within_m: int
    state: State
    submitted_at: datetime


async def near_cases(desk: Desk, row: Complaint, sight: Sight | None = None) -> tuple[Near, ...]:
    """The likeliest first, of those in sight. Nothing for a case without any place."""
    found = [
        near
        for other in await _candidates(row)
        if other.id != row.id and (sight is None or sight.covers(other.unit, other.assignee_id))
        if (near := _compared(row, other)) is not None
    ]
    return tuple(sorted(found, key=lambda near: -near.likeness)[:SUGGESTED_AT_MOST])


async def near_by_id(desk: Desk, complaint_id: UUID, sight: Sight | None = None) -> tuple[Near, ...]:
    """The same for a case by its id; nothing for one that is over or hangs on another already."""
    row = await Complaint.get_or_none(id=complaint_id)
    if row is None or row.state in (*_NEVER, State.CLOSED, State.ARCHIVED):
        return ()
    return await near_cases(desk, row, sight)


async def near_shown(
    desk: Desk, key: bytes, *, position: Position, category: str, at: datetime
) -> tuple[NearShown, ...]:
    """What was filed lately of this category next to a place, by `key` of the ring; nearest first.

    Never a complaint that names a person, a number, a plate or a house: that somebody complained of them is nobody's
    business.
    """
    point = checked(position).as_wgs84()
    here = (point.latitude, point.longitude)
    rows = (
        await Complaint.filter(
            place_cell__in=around(cell_of(*here)),
            submitted_at__gte=at - SHOWN_WITHIN,
            category=category,
            restricted_at__isnull=True,
            anonymised_at__isnull=True,
        )
        .exclude(state__in=_NEVER)
        .order_by("-submitted_at")
        .limit(CANDIDATES_AT_MOST)
        .only(*_COLUMNS)
    )
    found = []
    for row in rows:
        apart_m = _apart_m(here, row)
        if apart_m is None or apart_m > SHOWN_WITHIN_M or may_name_somebody(row.story):
            continue
        found.append((apart_m, row))
    return tuple(
        NearShown(
            token=_token(key, row.id),
            category_name=desk.policy.category_name(row.category),
            within_m=next(rough for rough in _ROUGH_M if apart_m <= rough),
            state=State(row.state),
            submitted_at=row.submitted_at,
        )
        for apart_m, row in sorted(found, key=lambda one: one[0])[:SHOWN_AT_MOST]
    )


async def said_same(
    key: bytes, token: str, *, position: Position, category: str, at: datetime
) -> UUID | None:
    """The case that a token of `near_shown` stands for; None for anything else, a case that is over included."""
    point = checked(position).as_wgs84()
    cells = around(cell_of(point.latitude, point.longitude))
    rows = Complaint.filter(
        place_cell__in=cells, submitted_at__gte=at - 2 * SHOWN_WITHIN, category=category
    ).order_by("-submitted_at")
    for row in await rows.limit(CANDIDATES_AT_MOST).only("id"):
        if hmac.compare_digest(_token(key, row.id), token):
            return row.id
    return None


async def _candidates(row: Complaint) -> list[Complaint]:
    between = Q(
        submitted_at__gte=row.submitted_at - WITHIN,
        submitted_at__lte=row.submitted_at + WITHIN,
        anonymised_at__isnull=True,
        restricted_at__isnull=True,
    )
    if row.place_cell is not None:
        query = Complaint.filter(between, place_cell__in=around(row.place_cell))
    elif row.place_text:
        about = row.category or row.suggested_category
        if about is None:
            return []
        query = Complaint.filter(
            between,
            category=about,
            submitted_at__gte=row.submitted_at - NAMED_PLACE_WITHIN,
            submitted_at__lte=row.submitted_at + NAMED_PLACE_WITHIN,
        )
    else:
        return []
    query = query.exclude(state__in=_NEVER).order_by("-submitted_at")
    return await query.limit(CANDIDATES_AT_MOST).only(*_COLUMNS)


def _compared(row: Complaint, other: Complaint) -> Near | None:
    apart_m = _apart_m(_point(row), other)
    if apart_m is None:
        place = likeness(row.place_text, other.place_text)
        if place < 0.6:
            return None
    elif apart_m > WITHIN_M:
        return None
    else:
        place = exp(-apart_m / 150.0)
    days = abs((row.submitted_at - other.submitted_at).days)
    words = likeness(row.story, other.story)
    mine, theirs = row.category or row.suggested_category, other.category or other.suggested_category
    same = mine is not None and mine == theirs
    if not same and words < 0.5:
        return None
    total = 0.4 * place + 0.15 * exp(-days / 10.0) + 0.3 * words + 0.15 * same
    if total < AT_LEAST:
        return None
    return Near(
        id=other.id,
        reference=other.reference,
        state=State(other.state),
        category=theirs,
        opening=" ".join(other.story[:80].split())[:40],
        distance_m=apart_m,
        days=days,
        words=words,
        same_category=same,
        likeness=total,
    )


def likeness(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share, between 0 and 1."""
    mine, theirs = _pairs(one), _pairs(other)
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


def _token(key: bytes, complaint_id: UUID) -> str:
    return hmac.digest(key, complaint_id.bytes, "sha256").hex()[:32]
