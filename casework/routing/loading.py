"""What routing reads of rows: the polygons round a place, who holds which post, who stands in for whom.

Read for each decision, inside the transaction that moves the case: a posting that was revoked a moment ago leads
nobody astray. Nothing is read that no rule asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from casework.areas.models import Area
from casework.people.models import Grant, Staff, StaffDeputy
from casework.people.staff_rows import holds_on
from casework.roles import Role
from casework.routing.models import Posting
from casework.routing.roster import Person, Post, Roster, StandIn, Turn
from casework.routing.router import Wanted
from kit.clock import local

HANDLING = (Role.HANDLER,)
"""Roles by which rules give a case to somebody: who can answer it. A grid officer who is to get any is a handler, too."""
NESTED_AT_MOST = 4


class Nested(NamedTuple):
    """A polygon's name, and the code of the one round it."""

    name: str
    parent: str | None


def nesting(codes: Iterable[str | None], known: Mapping[str, Nested]) -> tuple[str, ...]:
    """Codes and names of these polygons and of those round them, the smallest first."""
    found: list[str] = []
    level = [code for code in codes if code]
    for _ in range(NESTED_AT_MOST):
        for code in level:
            both = (code, known[code].name) if code in known else (code,)
            found += [one for one in both if one not in found]
        round_them = (known[code].parent for code in level if code in known)
        level = [code for code in dict.fromkeys(round_them) if code and code not in found]
    return tuple(found)


async def places_of(*codes: str | None) -> tuple[str, ...]:
    """The same, read level by level: a grid, its street, its district."""
    known: dict[str, Nested] = {}
    seeking = {code for code in codes if code}
    for _ in range(NESTED_AT_MOST):
        if not seeking:
            break
        known |= await _areas(Q(code__in=sorted(seeking)))
        seeking = {one.parent for one in known.values() if one.parent} - known.keys() - seeking
    return nesting(codes, known)


async def all_places() -> dict[str, Nested]:
    """Every polygon by code."""
    return await _areas(Q())


async def roster_for(wanted: Wanted, places: Collection[str], at: datetime) -> Roster:
    """What these rules ask for, at this moment."""
    if wanted.is_nothing:
        return Roster()
    turns: list[Turn] = []
    if wanted.posts:
        now = Q(revoked_at__isnull=True, begins_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
        local_posts = [post.value for post in wanted.posts if post is not Post.ON_DUTY]
        posts = Q(post__in=local_posts, area__in=list(places)) if local_posts and places else None
        if wanted.units:
            duty = Q(post=Post.ON_DUTY.value, unit__in=list(wanted.units))
            posts = duty if posts is None else posts | duty
        if posts is not None:
            turns = [turn_of(row) for row in await Posting.filter(now & posts).order_by("id")]
    people = Q(id__in=[turn.staff_id for turn in turns])
    if wanted.logins:
        people |= Q(login__in=list(wanted.logins))
    return await _with_people(turns, await Staff.filter(people), at, at)


async def whole_roster(since: datetime, until: datetime) -> Roster:
    """Everything that held at some moment between two; for trying rules on cases of the past."""
    rows = Posting.filter(
        Q(revoked_at__isnull=True, begins_at__lte=until) & (Q(ends_at__isnull=True) | Q(ends_at__gt=since))
    )
    turns = [turn_of(row) for row in await rows.order_by("id")]
    return await _with_people(turns, await Staff.all(), since, until)


async def _with_people(
    turns: Iterable[Turn], staff: Iterable[Staff], since: datetime, until: datetime
) -> Roster:
    rows = {row.id: row for row in staff}
    if not rows:
        return Roster(turns)
    meanwhile = Q(ended_at__isnull=True, from_on__lte=local(until).date(), until_on__gte=local(since).date())
    standing = await StaffDeputy.filter(meanwhile, principal_id__in=list(rows)).order_by("id")
    missing = {one.deputy_id for one in standing} - set(rows)
    if missing:
        rows |= {row.id: row for row in await Staff.filter(id__in=list(missing))}
    handling = await _handling(rows, until)
    handling |= {one.deputy_id for one in standing if one.principal_id in handling}
    people = (
        Person(id=row.id, login=row.login, name=row.name, left_at=row.left_at, handles=row.id in handling)
        for row in rows.values()
    )
    stand_ins = (
        StandIn(
            principal_id=one.principal_id,
            deputy_id=one.deputy_id,
            from_on=one.from_on,
            until_on=one.until_on,
        )
        for one in standing
    )
    return Roster(turns, people, stand_ins)


async def _handling(ids: Collection[UUID], at: datetime) -> set[UUID]:
    held = Grant.filter(
        holds_on(local(at).date()), staff_id__in=list(ids), role__in=[role.value for role in HANDLING]
    )
    return {UUID(str(id)) for id in await held.values_list("staff_id", flat=True)}


async def _areas(which: Q) -> dict[str, Nested]:
    # Not the geometry, which may be hundreds of kilobytes.
    rows: Any = await Area.filter(which).values_list("code", "name", "parent_code")
    return {code: Nested(name, parent) for code, name, parent in rows}


def turn_of(row: Posting) -> Turn:
    """The row as the roster looks it up."""
    post = Post(row.post)
    return Turn(
        post=post,
        place=(row.unit if post is Post.ON_DUTY else row.area) or "",
        unit=row.unit,
        staff_id=row.staff_id,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
    )
