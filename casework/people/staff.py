"""Members of staff: taking on, granting, passwords, logging in, leaving.

Roles are read anew for every request (`staff_by_id`), so a change of grants and a departure hold at once.
Each act is audited in a chain of the person's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from casework.actors import Actor
from casework.people.models import Grant, Staff
from casework.people.passwords import Passwords
from casework.people.views import GrantView, StaffView
from casework.roles import STAFF_ROLES, Role
from kit.clock import local
from kit.db import Change, Database
from kit.problems import Conflict, Invalid, NotFound

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}", re.ASCII)
NAME_AT_MOST = 40


async def add_staff(
    db: Database,
    passwords: Passwords,
    actor: Actor,
    *,
    login: str,
    name: str,
    password: str,
    grants: Iterable[tuple[Role, str | None]] = (),
) -> StaffView:
    """Take somebody on with grants (role, unit or None for the whole bureau) from today on.

    Raises Invalid for a login, name, password or role that cannot be, Conflict for a login that is taken.
    """
    login = normalised_login(login)
    name = " ".join(name.split())
    if (
        not name
        or len(name) > NAME_AT_MOST
        or any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    ):
        raise Invalid("problem.people.name", field="name", at_most=NAME_AT_MOST)
    wanted = tuple(grants)
    for role, _ in wanted:
        _grantable(role)
    stored = await passwords.hash(password)

    async def work(change: Change) -> StaffView:
        if await Staff.filter(login=login).exists():
            raise Conflict("problem.people.login_taken", login=login)
        row = Staff(
            id=change.ids.new(),
            login=login,
            name=name,
            password_hash=stored,
            created_at=change.now,
            password_changed_at=change.now,
        )
        try:
            await row.save(force_create=True)
        except IntegrityError:
            # Somebody else took the login between the question and the answer.
            raise Conflict("problem.people.login_taken", login=login) from None
        today = local(change.now).date()
        await Grant.bulk_create(
            [
                Grant(id=change.ids.new(), staff_id=row.id, role=role.value, unit=unit, from_on=today)
                for role, unit in wanted
            ]
        )
        facts = {"login": login, "grants": [[role.value, unit] for role, unit in wanted]}
        await change.audit(row.id, actor, "staff.add", facts)
        return _view(row, await _grants(row.id, today))

    return await db.change(work)


async def grant(db: Database, actor: Actor, staff_id: UUID, role: Role, unit: str | None = None) -> StaffView:
    """Give a role from today on. A role already held there is left as it is."""
    _grantable(role)

    async def work(change: Change) -> StaffView:
        row = await _locked(change, staff_id)
        today = local(change.now).date()
        held = await _grants(row.id, today)
        if not any(one.role == role and one.unit == unit for one in held):
            await Grant.bulk_create(
                [Grant(id=change.ids.new(), staff_id=row.id, role=role.value, unit=unit, from_on=today)]
            )
            await change.audit(row.id, actor, "staff.grant", {"role": role.value, "unit": unit})
        return _view(row, await _grants(row.id, today))

    return await db.change(work)


async def revoke(
    db: Database, actor: Actor, staff_id: UUID, role: Role, unit: str | None = None
) -> StaffView:
    """Take a role away at once."""

    async def work(change: Change) -> StaffView:
        row = await _locked(change, staff_id)
        today = local(change.now).date()
        held = Grant.filter(_holds_on(today), staff_id=row.id, role=role.value)
        held = held.filter(unit=unit) if unit is not None else held.filter(unit__isnull=True)
        for one in await held:
            if one.from_on >= today:
                await one.delete()
            else:
                # Ends yesterday: `until_on` is included.
                one.until_on = date.fromordinal(today.toordinal() - 1)
                await one.save(update_fields=["until_on"])
        await change.audit(row.id, actor, "staff.revoke", {"role": role.value, "unit": unit})
        return _view(row, await _grants(row.id, today))

    return await db.change(work)


async def set_password(
    db: Database, passwords: Passwords, actor: Actor, login: str, password: str
) -> StaffView:
    """Give a new password. Sessions begun before `password_changed_at` are to be refused."""
    login = normalised_login(login)
    stored = await passwords.hash(password)

    async def work(change: Change) -> StaffView:
        found = await Staff.get_or_none(login=login)
        if found is None:
            raise NotFound("problem.people.no_such_login", login=login)
        row = await _locked(change, found.id)
        row.password_hash, row.password_changed_at = stored, change.now
        await row.save(update_fields=["password_hash", "password_changed_at"])
        await change.audit(row.id, actor, "staff.set_password", {})
        return _view(row, await _grants(row.id, local(change.now).date()))

    return await db.change(work)


async def leave(db: Database, actor: Actor, staff_id: UUID) -> StaffView:
    """Somebody leaves: no more logging in, from this moment on."""

    async def work(change: Change) -> StaffView:
        row = await _locked(change, staff_id)
        if row.left_at is None:
            row.left_at = change.now
            await row.save(update_fields=["left_at"])
            await change.audit(row.id, actor, "staff.leave", {})
        return _view(row, ())

    return await db.change(work)


async def authenticate(db: Database, passwords: Passwords, login: str, password: str) -> StaffView | None:
    """The person whose login and password these are. None otherwise, after the same time whatever was wrong."""
    name = login.strip().lower()
    row = await Staff.get_or_none(login=name) if _LOGIN.fullmatch(name) else None
    usable = row is not None and row.left_at is None
    right = await passwords.matches(password, row.password_hash if row is not None and usable else None)
    if row is None or not right:
        return None
    return _view(row, await _grants(row.id, local(db.clock.now()).date()))


async def staff_by_id(db: Database, staff_id: UUID) -> StaffView | None:
    """Somebody who works here now, with the grants of today. None for one who has left."""
    row = await Staff.get_or_none(id=staff_id, left_at=None)
    return _view(row, await _grants(row.id, local(db.clock.now()).date())) if row is not None else None


async def list_staff(db: Database) -> tuple[StaffView, ...]:
    """Everybody, in order of login, those who have left included."""
    today = local(db.clock.now()).date()
    by_staff: dict[UUID, list[GrantView]] = {}
    for one in await Grant.filter(_holds_on(today)).order_by("id"):
        by_staff.setdefault(one.staff_id, []).append(_grant_view(one))
    return tuple(_view(row, tuple(by_staff.get(row.id, ()))) for row in await Staff.all().order_by("login"))


async def staff_with_role(db: Database, role: Role, unit: str | None = None) -> tuple[StaffView, ...]:
    """Who holds a role today, in `unit` or in the whole bureau; without `unit`, anywhere."""
    ids = await staff_ids_with_role(role, unit, local(db.clock.now()).date())
    return tuple(person for person in await list_staff(db) if person.id in ids and person.left_at is None)


async def staff_ids_with_role(role: Role, unit: str | None, on: date) -> frozenset[UUID]:
    """The ids of those who hold a role on a day and have not left; for use inside a change too."""
    held = Grant.filter(_holds_on(on), role=role.value)
    if unit is not None:
        held = held.filter(Q(unit=unit) | Q(unit__isnull=True))
    ids = {one.staff_id for one in await held}
    return (
        frozenset(row.id for row in await Staff.filter(id__in=list(ids), left_at=None))
        if ids
        else frozenset()
    )


def normalised_login(login: str) -> str:
    """The one written form of a login. Raises Invalid."""
    name = login.strip().lower()
    if not _LOGIN.fullmatch(name):
        raise Invalid("problem.people.login", field="login")
    return name


def _grantable(role: Role) -> None:
    if role not in STAFF_ROLES:
        raise Invalid("problem.people.role", field="role")


async def _locked(change: Change, staff_id: UUID) -> Staff:
    row = await change.lock(Staff, staff_id)
    if row is None:
        raise NotFound("problem.people.no_such_staff")
    return row


def _holds_on(day: date) -> Q:
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


async def _grants(staff_id: UUID, on: date) -> tuple[GrantView, ...]:
    return tuple(
        _grant_view(one) for one in await Grant.filter(_holds_on(on), staff_id=staff_id).order_by("id")
    )


def _grant_view(row: Grant) -> GrantView:
    return GrantView(role=Role(row.role), unit=row.unit, from_on=row.from_on, until_on=row.until_on)


def _view(row: Staff, grants: tuple[GrantView, ...]) -> StaffView:
    return StaffView(
        id=row.id,
        login=row.login,
        name=row.name,
        grants=grants,
        password_changed_at=row.password_changed_at,
        left_at=row.left_at,
    )
