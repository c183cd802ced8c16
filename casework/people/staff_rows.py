"""What all acts on members of staff share: who may, the locked row, and the view with the grants of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.notifications.events import StaffGranted
from casework.people.models import Grant, Staff, StaffDeputy
from casework.people.views import GrantView, StaffView, StandInView
from casework.permissions import Operation, require
from casework.roles import STAFF_ROLES, Role
from kit.clock import local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound


def require_keeper(actor: Actor, staff_id: UUID | None = None) -> None:
    """Let an administrator and the command line pass. Nobody is their own keeper, nor of whom they stand in for."""
    if actor.kind == "system":
        return
    require(actor, Operation.KEEP_PEOPLE)
    # What is given to somebody is held by who stands in for them, too.
    if staff_id is not None and actor.is_for(staff_id):
        raise Forbidden("problem.people.not_oneself")


def grantable(role: Role) -> None:
    if role not in STAFF_ROLES:
        raise Invalid("problem.people.role", field="role")


async def locked(change: Change, staff_id: UUID) -> Staff:
    """The row of somebody, here or gone. Raises NotFound."""
    row = await change.lock(Staff, staff_id)
    if row is None:
        raise NotFound("problem.people.no_such_staff")
    return row


async def locked_here(change: Change, staff_id: UUID) -> Staff:
    """The row of somebody who still works here. Raises NotFound, Conflict for one who has left."""
    row = await locked(change, staff_id)
    if row.left_at is not None:
        raise Conflict("problem.people.has_left", name=row.name)
    return row


def tell_keepers(change: Change, actor: Actor, row: Staff) -> None:
    """Let the others who keep people or watch over them know that somebody among the staff gave this one a role."""
    if actor.kind == "staff" and actor.id is not None:
        change.emit(
            StaffGranted(
                at=change.now,
                staff_id=row.id,
                by_id=actor.id,
                login=row.login,
                staff_name=row.name,
                by_name=actor.name,
            )
        )


def holds_on(day: date) -> Q:
    """Grants that hold on a day."""
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def stands_in_on(day: date) -> Q:
    """Arrangements by which somebody stands in on a day."""
    return Q(ended_at__isnull=True, from_on__lte=day, until_on__gte=day)


async def view(row: Staff, on: date) -> StaffView:
    """Somebody with the grants of a day. One who has left holds none."""
    return (await views([row], on, only={row.id}))[0]


async def views(
    rows: Iterable[Staff], on: date, *, only: Collection[UUID] | None = None
) -> tuple[StaffView, ...]:
    """The same for many, with the same few questions to the database however many they are."""
    standing = StaffDeputy.filter(stands_in_on(on))
    if only is not None:
        standing = standing.filter(deputy_id__in=list(only))
    by_deputy: defaultdict[UUID, list[StaffDeputy]] = defaultdict(list)
    for one in await standing.order_by("id"):
        by_deputy[one.deputy_id].append(one)
    principal_ids = {one.principal_id for ones in by_deputy.values() for one in ones}
    held = Grant.filter(holds_on(on))
    if only is not None:
        held = held.filter(staff_id__in=[*only, *principal_ids])
    grants: defaultdict[UUID, list[GrantView]] = defaultdict(list)
    for grant in await held.order_by("id"):
        grants[grant.staff_id].append(grant_view(grant))
    names: dict[UUID, str] = {}
    if principal_ids:
        here = Staff.filter(id__in=list(principal_ids), left_at=None)
        names = dict(await here.values_list("id", "name"))
    return tuple(_view(row, by_deputy.get(row.id, []), grants, names) for row in rows)


def _view(
    row: Staff,
    standing: list[StaffDeputy],
    grants: defaultdict[UUID, list[GrantView]],
    names: dict[UUID, str],
) -> StaffView:
    held: list[GrantView] = []
    stands_in: list[StandInView] = []
    if row.left_at is None:
        held += grants.get(row.id, [])
        for one in standing:
            if one.principal_id in names:
                held += [_borrowed(grant, one) for grant in grants.get(one.principal_id, [])]
                stands_in.append(
                    StandInView(id=one.principal_id, name=names[one.principal_id], until_on=one.until_on)
                )
    return StaffView(
        id=row.id,
        login=row.login,
        name=row.name,
        grants=tuple(held),
        password_changed_at=row.password_changed_at,
        left_at=row.left_at,
        password_is_given=row.password_set_by_id is not None,
        second_factor_since=row.totp_confirmed_at,
        stands_in_for=tuple(stands_in),
    )


def _borrowed(grant: GrantView, standing: StaffDeputy) -> GrantView:
    return GrantView(
        role=grant.role,
        unit=grant.unit,
        from_on=max(grant.from_on, standing.from_on),
        until_on=min(grant.until_on or standing.until_on, standing.until_on),
        for_id=standing.principal_id,
    )


def grant_view(row: Grant) -> GrantView:
    return GrantView(role=Role(row.role), unit=row.unit, from_on=row.from_on, until_on=row.until_on)


async def staff_by_id(db: Database, staff_id: UUID) -> StaffView | None:
    """Somebody who works here now, with the grants of today. None for one who has left."""
    row = await Staff.get_or_none(id=staff_id, left_at=None)
    return await view(row, local(db.clock.now()).date()) if row is not None else None


async def keep_an_administrator(change: Change, without: UUID, on: date) -> None:
    """Refuse (Conflict) what would leave the bureau without an administrator.

    Called before `without` stops being one. The rows of all administrators are held meanwhile, so that two of them
    cannot take it from each other in the same moment.
    """
    held = Grant.filter(holds_on(on), role=Role.ADMINISTRATOR.value)
    ids = sorted({one.staff_id for one in await held})
    if without not in ids:
        return
    here = [row for id in ids if (row := await change.lock(Staff, id)) is not None and row.left_at is None]
    # Asked again under the locks: what was read before them may have been taken away meanwhile.
    still = {one.staff_id for one in await Grant.filter(holds_on(on), role=Role.ADMINISTRATOR.value)}
    if not any(row.id != without and row.id in still for row in here):
        raise Conflict("problem.people.last_administrator")
