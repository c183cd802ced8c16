"""Dated deputies (AB roles): between two dates one colleague holds what another holds, and handles what is theirs.

A deputy borrows the principal's own grants, never what the principal has borrowed: there are no chains. Nobody is
made deputy by themselves. A head arranges it for people of their own units who keep no watch over others; the rest
is an administrator's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.people.models import Grant, Staff, StaffDeputy
from casework.people.staff_rows import locked_here, stands_in_on, tell_keepers, view
from casework.people.views import DeputyView
from casework.permissions import Operation, require
from casework.roles import Role
from kit.clock import local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound

LONGEST_DAYS = 366
WATCHFUL = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.DISCIPLINE_INSPECTOR})
"""Roles for which an administrator alone names a deputy."""


async def name_deputy(
    db: Database, actor: Actor, *, principal_id: UUID, deputy_id: UUID, from_on: date, until_on: date
) -> DeputyView:
    """Have one stand in for the other from one day to another, both included.

    Raises Invalid for days that cannot be and for somebody standing in for themselves, Forbidden for who may not
    arrange it, Conflict for arrangements that overlap or would make a chain, NotFound for people who are not here.
    """
    if principal_id == deputy_id:
        raise Invalid("problem.people.own_deputy", field="deputy")
    if actor.kind != "system":
        require(actor, Operation.NAME_DEPUTY)
        if actor.id == deputy_id:
            raise Forbidden("problem.people.not_oneself")

    async def work(change: Change) -> UUID:
        # In one order, or two arrangements made at once would wait for each other.
        rows = {id: await locked_here(change, id) for id in sorted((principal_id, deputy_id))}
        today = local(change.now).date()
        if from_on > until_on or until_on < today or until_on - from_on >= timedelta(days=LONGEST_DAYS):
            raise Invalid("problem.people.deputy_days", field="until_on", at_most=LONGEST_DAYS)
        await _may_arrange(actor, principal_id, max(from_on, today), until_on)
        await _refuse_overlap(rows[principal_id], rows[deputy_id], from_on, until_on)
        row = StaffDeputy(
            id=change.ids.new(),
            principal_id=principal_id,
            deputy_id=deputy_id,
            from_on=from_on,
            until_on=until_on,
            made_by_id=actor.id,
            created_at=change.now,
        )
        await row.save(force_create=True)
        facts = {"from_on": from_on, "until_on": until_on}
        await change.audit(principal_id, actor, "staff.name_deputy", {"deputy": deputy_id, **facts})
        await change.audit(deputy_id, actor, "staff.stand_in", {"principal": principal_id, **facts})
        if Role.ADMINISTRATOR in actor.roles:
            # Whoever stands in holds what the other holds: no way round being noticed.
            tell_keepers(change, actor, rows[deputy_id])
        return row.id

    made = await db.change(work)
    return (await _views([await StaffDeputy.get(id=made)]))[0]


async def end_deputy(db: Database, actor: Actor, arrangement_id: UUID) -> DeputyView:
    """End it early, by whoever may arrange it or by either of the two. Ending twice is ending once."""

    async def work(change: Change) -> None:
        found = await StaffDeputy.get_or_none(id=arrangement_id)
        if found is None:
            raise NotFound("problem.people.no_such_deputy")
        pair = (found.principal_id, found.deputy_id)
        people = {id: await change.lock(Staff, id) for id in sorted(pair)}
        principal = people[found.principal_id]
        if actor.kind != "system" and actor.id not in pair and principal is not None:
            require(actor, Operation.NAME_DEPUTY)
            await _may_arrange(actor, principal.id, local(change.now).date(), found.until_on)
        row = await change.lock(StaffDeputy, arrangement_id)
        if row is not None and row.ended_at is None and row.until_on >= local(change.now).date():
            await _end(change, actor, row)

    await db.change(work)
    return (await _views([await StaffDeputy.get(id=arrangement_id)]))[0]


async def end_all_of(change: Change, actor: Actor, staff_id: UUID) -> None:
    """End every arrangement of somebody who leaves, on either side of it."""
    mine = Q(principal_id=staff_id) | Q(deputy_id=staff_id)
    today = local(change.now).date()
    for row in await StaffDeputy.filter(mine, ended_at=None, until_on__gte=today).order_by("id"):
        other = row.deputy_id if row.principal_id == staff_id else row.principal_id
        if await change.lock(Staff, other) is not None:
            await _end(change, actor, row)


async def end_beyond(change: Change, actor: Actor, staff_id: UUID, role: Role, unit: str | None) -> None:
    """Somebody is given a role: end the standing in for them that a head arranged who could not arrange it with that."""
    today = local(change.now).date()
    standing = StaffDeputy.filter(principal_id=staff_id, ended_at=None, until_on__gte=today)
    for row in await standing.exclude(made_by_id=None).order_by("id"):
        maker = await Staff.get_or_none(id=row.made_by_id)
        made_by = (await view(maker, today)).actor() if maker is not None else None
        if made_by is not None and (Role.ADMINISTRATOR in made_by.roles or _is_a_heads(made_by, role, unit)):
            continue
        if await change.lock(Staff, row.deputy_id) is not None:
            await _end(change, actor, row)


async def arrangements(
    on: date, *, staff_id: UUID | None = None, over: bool = False, at_most: int = 200
) -> tuple[DeputyView, ...]:
    """Arrangements of today and of days to come, the nearest first; with `over`, those that are past instead.

    `staff_id` narrows to those in which this person is on either side.
    """
    wanted = Q(ended_at__isnull=True, until_on__gte=on)
    found = StaffDeputy.filter(~wanted if over else wanted)
    if staff_id is not None:
        found = found.filter(Q(principal_id=staff_id) | Q(deputy_id=staff_id))
    order = ("-from_on", "-id") if over else ("from_on", "id")
    return await _views(await found.order_by(*order).limit(at_most))


async def deputy_ids_of(staff_id: UUID, on: date) -> tuple[UUID, ...]:
    """Who stands in for somebody on a day, to be told what that one would be told."""
    rows = await StaffDeputy.filter(stands_in_on(on), principal_id=staff_id).order_by("id")
    return tuple(row.deputy_id for row in rows)


async def _may_arrange(actor: Actor, principal_id: UUID, from_on: date, until_on: date) -> None:
    """For a head it counts what the principal holds on any of the days."""
    if actor.kind == "system" or Role.ADMINISTRATOR in actor.roles:
        return
    meanwhile = Q(from_on__lte=until_on) & (Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    own = [(Role(one.role), one.unit) for one in await Grant.filter(meanwhile, staff_id=principal_id)]
    if any(role in WATCHFUL for role, _ in own):
        raise Forbidden("problem.people.deputy_of_watchful")
    if not own or not all(_is_a_heads(actor, role, unit) for role, unit in own):
        raise Forbidden("problem.people.not_your_unit")


def _is_a_heads(actor: Actor, role: Role, unit: str | None) -> bool:
    """Whether it is a head's own to arrange who holds this meanwhile."""
    return role not in WATCHFUL and actor.holds(Role.HEAD, unit if unit is not None else EVERY_UNIT)


async def _refuse_overlap(principal: Staff, deputy: Staff, from_on: date, until_on: date) -> None:
    at_once = StaffDeputy.filter(ended_at=None, from_on__lte=until_on, until_on__gte=from_on)
    if await at_once.filter(principal_id=principal.id).exists():
        raise Conflict("problem.people.deputy_overlaps", name=principal.name)
    if await at_once.filter(principal_id=deputy.id).exists():
        raise Conflict("problem.people.deputy_is_away", name=deputy.name)
    if await at_once.filter(deputy_id=principal.id).exists():
        raise Conflict("problem.people.principal_stands_in", name=principal.name)


async def _end(change: Change, actor: Actor, row: StaffDeputy) -> None:
    row.ended_at = change.now
    await row.save(update_fields=["ended_at"])
    await change.audit(row.principal_id, actor, "staff.end_deputy", {"deputy": row.deputy_id})
    await change.audit(row.deputy_id, actor, "staff.end_standing_in", {"principal": row.principal_id})


async def _views(rows: Iterable[StaffDeputy]) -> tuple[DeputyView, ...]:
    rows = list(rows)
    ids = {id for row in rows for id in (row.principal_id, row.deputy_id, row.made_by_id) if id is not None}
    names = dict(await Staff.filter(id__in=list(ids)).values_list("id", "name")) if ids else {}
    return tuple(
        DeputyView(
            id=row.id,
            principal_id=row.principal_id,
            principal_name=names.get(row.principal_id, ""),
            deputy_id=row.deputy_id,
            deputy_name=names.get(row.deputy_id, ""),
            from_on=row.from_on,
            until_on=row.until_on,
            made_by_name=names.get(row.made_by_id, "") if row.made_by_id is not None else "",
            ended_at=row.ended_at,
        )
        for row in rows
    )
