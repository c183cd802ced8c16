"""How a visit was, said by the enterprise; read back only as sums of five and more.

Sums are of one unit and one calendar year, never of both or of part of one, and they grow five ratings at a time in the
order in which these came: between two looks at a sum no single rating can be told. What was written goes to those who
supervise, without its score.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, optional
from casework.people.merging import members
from casework.people.models import StaffBinding
from casework.permissions import Operation, require
from casework.projects.desk import ProjectDesk
from casework.projects.lifecycle import INSPECTORS, VisitState
from casework.projects.models import EnterpriseVisit
from casework.projects.rating_codes import code_hash, is_over
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound

SCORES = range(1, 6)
AT_LEAST = 5
"""So few ratings are shown of nobody."""
WORDS_AT_MOST = 200
_HOLDER = Actor(kind="citizen", id=None, roles=frozenset({Role.CITIZEN}))


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's year. `count` and `mean` are None while fewer than five have said something."""

    unit: str | None
    year: int
    count: int | None = None
    mean: float | None = None


class VisitWords(msgspec.Struct, frozen=True, kw_only=True):
    """What an enterprise wrote about a visit; no score."""

    on: date
    unit: str | None
    enterprise: str
    words: str


class RateableVisit(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever holds the code sees of the visit."""

    enterprise: str
    on: date
    purpose: str
    is_rated: bool


async def rateable(desk: ProjectDesk, code: str) -> RateableVisit:
    """The visit behind a code. Raises NotFound for one nobody gave out, Gone after its time."""
    row = await EnterpriseVisit.get_or_none(rating_hash=code_hash(code))
    row = _open(desk, row)
    return RateableVisit(
        enterprise=row.enterprise,
        on=local(row.ended_at or row.updated_at).date(),
        purpose=row.purpose,
        is_rated=row.rated_at is not None,
    )


async def rate(
    desk: ProjectDesk,
    code: str,
    score: int,
    words: str = "",
    *,
    account_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> None:
    """Say it, once, from 1 to 5. The same again changes nothing. Raises NotFound, Gone, Invalid, Conflict.

    `account_id` is who is signed in at the door, `staff_id` who at the console of the same browser: the bureau's own people
    rate nothing, and that they tried stands in the chain. Raises Forbidden for them.
    """
    if score not in SCORES:
        raise Invalid("problem.visit.score", field="score")
    kept = optional(words, field="words", at_most=REASON_AT_MOST)
    found = await EnterpriseVisit.get_or_none(rating_hash=code_hash(code))
    visit_id = _open(desk, found).id

    is_staffs = staff_id is not None or await _is_staffs(account_id)

    async def work(change: Change) -> None:
        row = await change.lock(EnterpriseVisit, visit_id)
        if row is None:
            raise NotFound("problem.visit.no_such_link")
        if is_staffs:
            who = str(staff_id or account_id)
            await change.audit(row.id, _HOLDER, "enterprise_visit.refuse_rating", {"by": who})
            return
        if row.rated_at is not None:
            if (row.rating, row.rating_words) == (score, kept):
                return
            raise Conflict("problem.visit.rated_already")
        row.rating, row.rating_words, row.rated_at = score, kept, change.now
        await row.save(update_fields=["rating", "rating_words", "rated_at"])
        # The chain says that it was rated; how, nobody reads there either.
        await change.audit(row.id, _HOLDER, "enterprise_visit.rate", {})

    await desk.db.change(work)
    if is_staffs:
        raise Forbidden("problem.visit.staff_rates")


async def sums(actor: Actor, year: int) -> tuple[Rated, ...]:
    """Of each unit the actor works for what enterprises said about its visits of a year. Raises Forbidden."""
    require(actor, Operation.SEE_VISIT_RATINGS)
    rows = (
        await EnterpriseVisit.filter(year=year, state=VisitState.ENDED.value)
        .order_by("rated_at", "id")
        .values_list("unit", "rating")
    )
    scores: dict[str | None, list[int]] = defaultdict(list)
    for unit, rating in rows:
        if actor.works_for(unit):
            found = scores[unit]
            if rating is not None:
                found.append(rating)
    return tuple(_sum(unit, year, scores[unit]) for unit in sorted(scores, key=lambda one: one or ""))


async def words_of(actor: Actor, year: int) -> tuple[VisitWords, ...]:
    """What was written in a year, the latest visits first: for who supervises and makes no visits. Raises Forbidden."""
    require(actor, Operation.READ_VISIT_WORDS)
    if not actor.roles.isdisjoint(INSPECTORS):
        raise Forbidden("problem.visit.own_words")
    rows = (
        await EnterpriseVisit.filter(year=year, rating_words__isnull=False)
        .order_by("-ended_at", "-id")
        .limit(WORDS_AT_MOST)
    )
    return tuple(
        VisitWords(
            on=local(row.ended_at or row.updated_at).date(),
            unit=row.unit,
            enterprise=row.enterprise,
            words=row.rating_words or "",
        )
        for row in rows
        if actor.works_for(row.unit)
    )


def _sum(unit: str | None, year: int, scores: list[int]) -> Rated:
    shown = scores[: len(scores) // AT_LEAST * AT_LEAST]
    if not shown:
        return Rated(unit=unit, year=year)
    return Rated(unit=unit, year=year, count=len(shown), mean=round(sum(shown) / len(shown), 1))


def _open(desk: ProjectDesk, row: EnterpriseVisit | None) -> EnterpriseVisit:
    if row is None or row.ended_at is None:
        raise NotFound("problem.visit.no_such_link")
    if is_over(desk, row):
        raise Gone("problem.visit.link_over")
    return row


async def _is_staffs(account_id: UUID | None) -> bool:
    """Whether the person is one of the bureau's: their own WeChat is bound to a login."""
    if account_id is None:
        return False
    ids = sorted(await members(account_id))
    return await StaffBinding.filter(account_id__in=ids, unbound_at=None).exists()
