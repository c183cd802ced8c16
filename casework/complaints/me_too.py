"""What somebody who is about to file may know of cases nearby, and how they say "that one": me too.

Category, rough distance and state, of open cases of one kind that name nobody; no reference, no words, no day, nor how
many say the same. Distances are measured to the middle of the square of some 100 m that a case lies in, and whether it
is shown at all depends on that too: whoever asks from many places learns the square and no more.

"That one" is a keyed token. It becomes `said_same_as_id` of a case of their own, which a clerk merges: so they have a
reference, hear the same news and the same answer, rate it for themselves, and leave by taking their case back. ADR 0043.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from math import floor
from uuid import UUID

import msgspec

from casework.areas.cells import around, cell_of
from casework.complaints.desk import Desk
from casework.complaints.filing import suggested
from casework.complaints.lifecycle import ENDED_STATES, State
from casework.complaints.place import Position, checked, distance_m
from casework.dangers.finding import find_danger
from kit.db.raw import Statement, as_uuid
from kit.secrets import KeyRing
from nlp.personal import may_name_somebody

AT_MOST = 3
WITHIN = timedelta(days=14)
ROUGH_M = (100, 200)
"""The distances there are words for; what lies further is not shown."""
SQUARE = 0.001
"""Degrees to which a case's place is rounded before anything is measured: 111 m from south to north."""
_LOOKED_THROUGH_AT_MOST = 12
"""The nearest cases, whose words are looked through."""
_NOT_SHOWN = (*ENDED_STATES, State.MERGED, State.SPLIT)
_LATELY = Statement(
    "SELECT id, account_id, state, category, suggested_category, latitude, longitude, merged_into_id FROM complaint "
    "WHERE place_cell IN (@1) AND submitted_at >= $2 "
    "AND (category IN (@3) OR (category IS NULL AND suggested_category IN (@3))) "
    "AND latitude IS NOT NULL AND longitude IS NOT NULL AND restricted_at IS NULL AND anonymised_at IS NULL "
    "ORDER BY submitted_at DESC LIMIT 200"
)
_SAID = Statement(
    "SELECT id, story, particulars, place_text FROM complaint WHERE id IN (@1) UNION ALL "
    "SELECT complaint_id, text, NULL, '' FROM complaint_addition WHERE complaint_id IN (@1)"
)
_HOME = re.compile("\u5355\u5143|[0-9\u4e00-\u5341]\\s*(?:\u5ba4|\u6237|\u53f7\u95e8)")
"""A place as exact as somebody's own door."""


class NearShown(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told of one: what kind, within how many metres, where it stands. `token` says "that one"."""

    token: str
    category_name: str
    within_m: int
    state: State


def key_of(keys: KeyRing) -> bytes:
    """What tokens are made with."""
    return keys.derive("sessions", "me-too/1", 32)


def kinds_about(
    desk: Desk, story: str, *, category: str | None = None, group: str | None = None
) -> tuple[str, ...]:
    """The categories to look among: all that citizens know by the plain words they chose, or their words suggest.

    None where there is danger: whoever tells of it is not held up.
    """
    policy = desk.policy
    if find_danger(policy.danger, story):
        return ()
    if not group:
        guess = suggested(desk, story) if category is None and story else None
        code = category or (guess.category if guess is not None else None)
        found = policy.categories.get(code or "")
        group = found.group if found is not None else None
    return tuple(code for code, one in policy.categories.items() if one.group == group)


async def near_shown(
    desk: Desk,
    key: bytes,
    *,
    position: Position,
    categories: Collection[str],
    at: datetime,
    own: Collection[UUID] = (),
) -> tuple[NearShown, ...]:
    """What was filed lately of these categories next to a place and is not over, the nearest first; one of those that
    read the same. `own` are the accounts of who asks: their own cases are no news to them.

    Never a complaint that may name a person, a number, a plate or a house: that somebody complained of them is nobody's
    business.
    """
    here = _point(position)
    near = sorted(
        (within_m, apart_m, one)
        for one in await _lately(desk, here, categories, at - WITHIN)
        if one.state not in _NOT_SHOWN
        and one.account_id not in own
        and (apart_m := one.apart_m(here)) <= ROUGH_M[-1]
        and (within_m := next(rough for rough in ROUGH_M if apart_m <= rough))
    )[:_LOOKED_THROUGH_AT_MOST]
    unnamed = await _naming_nobody(desk, [one.id for _, _, one in near])
    shown: dict[tuple[str, int, State], NearShown] = {}
    for within_m, _, one in near:
        # That it waits for somebody else's word is not for whoever reads this.
        state = State.ASSIGNED if one.state == State.WAITING else State(one.state)
        name = desk.policy.category_name(one.category)
        if one.id in unnamed and len(shown) < AT_MOST:
            told = NearShown(token=_token(key, one.id), category_name=name, within_m=within_m, state=state)
            shown.setdefault((name, within_m, state), told)
    return tuple(shown.values())


async def said_same(
    desk: Desk, key: bytes, token: str, *, position: Position, categories: Collection[str], at: datetime
) -> UUID | None:
    """The case that a token of `near_shown` stands for, or the one it was merged into since.

    None for anything else, a case that is over included. What was shown may lie open for as long again.
    """
    if not token:
        return None
    for one in await _lately(desk, _point(position), categories, at - 2 * WITHIN):
        if hmac.compare_digest(_token(key, one.id).encode(), token.encode()):
            if one.state == State.MERGED:
                return one.merged_into_id
            return one.id if one.state not in _NOT_SHOWN else None
    return None


class _Lately(msgspec.Struct, frozen=True, order=True):
    id: UUID
    account_id: UUID | None
    state: str
    category: str
    latitude: float
    longitude: float
    merged_into_id: UUID | None

    def apart_m(self, here: tuple[float, float]) -> float:
        """Metres to the middle of the square it lies in."""
        return distance_m(here, (_middle(self.latitude), _middle(self.longitude)))


async def _lately(
    desk: Desk, here: tuple[float, float], categories: Collection[str], since: datetime
) -> tuple[_Lately, ...]:
    if not categories:
        return ()
    # As each engine keeps a moment.
    bound = since if desk.db.is_postgres else since.astimezone(UTC).isoformat(" ")
    rows = await _LATELY.rows(desk.db.reading, around(cell_of(*here)), bound, list(categories))
    return tuple(
        _Lately(
            id=as_uuid(one["id"]),
            account_id=as_uuid(one["account_id"]) if one["account_id"] is not None else None,
            state=one["state"],
            category=one["category"] or one["suggested_category"],
            latitude=one["latitude"],
            longitude=one["longitude"],
            merged_into_id=as_uuid(one["merged_into_id"]) if one["merged_into_id"] is not None else None,
        )
        for one in rows
    )


async def _naming_nobody(desk: Desk, ids: list[UUID]) -> frozenset[UUID]:
    """Those of the cases that name nobody in anything that was said of them."""
    if not ids:
        return frozenset()
    naming = {
        as_uuid(one["id"])
        for one in await _SAID.rows(desk.db.reading, ids)
        if _HOME.search(one["place_text"])
        or may_name_somebody(one["story"])
        or may_name_somebody(one["particulars"] or "")
    }
    return frozenset(ids) - naming


def _point(position: Position) -> tuple[float, float]:
    point = checked(position).as_wgs84()
    return point.latitude, point.longitude


def _middle(degrees: float) -> float:
    return (floor(degrees / SQUARE) + 0.5) * SQUARE


def _token(key: bytes, complaint_id: UUID) -> str:
    return hmac.digest(key, complaint_id.bytes, "sha256").hex()[:32]
