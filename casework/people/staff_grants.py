"""Roles as data: given in a unit for some time, extended, taken away. Nobody gives any to themselves."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from casework.actors import Actor
from casework.people.deputies import end_beyond
from casework.people.models import Grant
from casework.people.staff_rows import (
    grant_view,
    grantable,
    holds_on,
    keep_an_administrator,
    locked,
    locked_here,
    require_keeper,
    tell_keepers,
    view,
)
from casework.people.views import GrantView, StaffView
from casework.roles import Role
from kit.clock import local
from kit.db import Change, Database
from kit.http.sessions import end_all_for
from kit.problems import Invalid

STAFF = "staff"
LONGEST_DAYS = 3_660


async def grant(
    db: Database,
    actor: Actor,
    staff_id: UUID,
    role: Role,
    unit: str | None = None,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
) -> StaffView:
    """Give a role from a day (today) on, until another (included) or until further notice.

    Where it is held in that unit already, what is held is extended to the wanted days; days already covered change
    nothing. Raises Invalid for days that cannot be, Forbidden for a grant to oneself, Conflict for one who has left.
    """
    grantable(role)
    require_keeper(actor, staff_id)

    async def work(change: Change) -> StaffView:
        row = await locked_here(change, staff_id)
        today = local(change.now).date()
        begins = from_on or today
        _check_days(begins, until_on, today)
        if await _cover(change, row.id, role, unit, begins, until_on):
            await end_beyond(change, actor, row.id, role, unit)
            facts = {"role": role.value, "unit": unit, "from_on": begins, "until_on": until_on}
            await change.audit(row.id, actor, "staff.grant", facts)
            tell_keepers(change, actor, row)
        return await view(row, today)

    return await db.change(work)


async def revoke(
    db: Database, actor: Actor, staff_id: UUID, role: Role, unit: str | None = None
) -> StaffView:
    """Take a role away at once, days to come included. Ends the sessions of whoever held it.

    Raises Conflict rather than take the last administrator.
    """
    require_keeper(actor)

    async def work(change: Change) -> StaffView:
        row = await locked(change, staff_id)
        today = local(change.now).date()
        held = await _not_over(row.id, role, unit, today)
        if held:
            if role is Role.ADMINISTRATOR and not await _administers_elsewhere(row.id, unit, today):
                await keep_an_administrator(change, row.id, today)
            for one in held:
                await _end(one, today)
            await end_all_for(change, STAFF, row.id)
            await change.audit(row.id, actor, "staff.revoke", {"role": role.value, "unit": unit})
        return await view(row, today)

    return await db.change(work)


async def grants_of(staff_id: UUID) -> tuple[GrantView, ...]:
    """All grants somebody ever had that are still rows: of today, of days to come, and ended ones; newest first."""
    return tuple(grant_view(one) for one in await Grant.filter(staff_id=staff_id).order_by("-from_on", "-id"))


async def units_in_use(on: date) -> frozenset[str]:
    """The units in which somebody holds a role on a day: a unit that is in use cannot vanish."""
    held = Grant.filter(holds_on(on), unit__isnull=False)
    return frozenset([str(unit) for unit in await held.distinct().values_list("unit", flat=True)])


def _check_days(begins: date, until_on: date | None, today: date) -> None:
    latest = today + timedelta(days=LONGEST_DAYS)
    if not today - timedelta(days=LONGEST_DAYS) <= begins <= latest:
        raise Invalid("problem.people.grant_days", field="from_on")
    if until_on is not None and not max(begins, today) <= until_on <= latest:
        raise Invalid("problem.people.grant_days", field="until_on")


async def _cover(
    change: Change, staff_id: UUID, role: Role, unit: str | None, begins: date, until_on: date | None
) -> bool:
    """Make the role be held on all these days; whether anything had to change."""
    touching = [
        one
        for one in await _rows(staff_id, role, unit)
        if (one.until_on is None or one.until_on >= begins) and (until_on is None or one.from_on <= until_on)
    ]
    for one in touching:
        reaches = one.until_on is None or (until_on is not None and one.until_on >= until_on)
        if one.from_on <= begins and reaches:
            return False
    first = min([begins, *(one.from_on for one in touching)])
    ends = [until_on, *(one.until_on for one in touching)]
    last = None if None in ends else max(end for end in ends if end is not None)
    for one in touching:
        await one.delete()
    made = Grant(
        id=change.ids.new(), staff_id=staff_id, role=role.value, unit=unit, from_on=first, until_on=last
    )
    await made.save(force_create=True)
    return True


async def _rows(staff_id: UUID, role: Role, unit: str | None) -> list[Grant]:
    held = Grant.filter(staff_id=staff_id, role=role.value)
    return await (held.filter(unit=unit) if unit is not None else held.filter(unit__isnull=True))


async def _not_over(staff_id: UUID, role: Role, unit: str | None, today: date) -> list[Grant]:
    rows = await _rows(staff_id, role, unit)
    return [one for one in rows if one.until_on is None or one.until_on >= today]


async def _administers_elsewhere(staff_id: UUID, unit: str | None, today: date) -> bool:
    held = await Grant.filter(holds_on(today), staff_id=staff_id, role=Role.ADMINISTRATOR.value)
    return any(one.unit != unit for one in held)


async def _end(one: Grant, today: date) -> None:
    if one.from_on >= today:
        await one.delete()
    else:
        # Ends yesterday: `until_on` is included.
        one.until_on = today - timedelta(days=1)
        await one.save(update_fields=["until_on"])
