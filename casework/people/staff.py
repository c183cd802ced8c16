"""Members of staff: taking on, passwords, logging in, and who holds what today.

Roles are read anew for every request (`staff_by_id`), so a change of grants and a departure hold at once.
Each act is audited in a chain of the person's own. Grants are in `staff_grants`, departures in `staff_leaving`.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from casework.actors import Actor
from casework.people.models import Grant, Staff, StaffDeputy
from casework.people.passwords import Passwords
from casework.people.staff_grants import STAFF
from casework.people.staff_grants import grant as grant
from casework.people.staff_grants import revoke as revoke
from casework.people.staff_leaving import leave as leave
from casework.people.staff_rows import (
    grantable,
    holds_on,
    locked_here,
    require_keeper,
    stands_in_on,
    tell_keepers,
    view,
    views,
)
from casework.people.staff_rows import staff_by_id as staff_by_id
from casework.people.views import StaffView
from casework.roles import Role
from kit.clock import local
from kit.db import Change, Database
from kit.http.sessions import end_all_for
from kit.problems import Busy, Conflict, Forbidden, Invalid, NotFound

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

    A password that an administrator gives serves for one login, after which the person chooses one. Raises Invalid
    for a login, name, password or role that cannot be, Conflict for a login that is taken.
    """
    require_keeper(actor)
    login, name = normalised_login(login), _name(name)
    wanted = tuple(grants)
    for role, _ in wanted:
        grantable(role)
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
            password_set_by_id=actor.id,
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
        if wanted:
            tell_keepers(change, actor, row)
        return await view(row, today)

    return await db.change(work)


async def rename(db: Database, actor: Actor, staff_id: UUID, name: str) -> StaffView:
    """Write somebody's name another way. Their login stays."""
    require_keeper(actor)
    name = _name(name)

    async def work(change: Change) -> StaffView:
        row = await locked_here(change, staff_id)
        if row.name != name:
            facts = {"name": name, "before": row.name}
            row.name = name
            await row.save(update_fields=["name"])
            await change.audit(row.id, actor, "staff.rename", facts)
        return await view(row, local(change.now).date())

    return await db.change(work)


async def set_password(
    db: Database, passwords: Passwords, actor: Actor, login: str, password: str
) -> StaffView:
    """Give somebody a new password and end their sessions. An administrator's serves for one login."""
    login = normalised_login(login)
    found = await Staff.get_or_none(login=login)
    if found is None:
        raise NotFound("problem.people.no_such_login", login=login)
    require_keeper(actor, found.id)
    stored = await passwords.hash(password)

    async def work(change: Change) -> StaffView:
        row = await locked_here(change, found.id)
        await _new_password(change, row, stored, actor.id)
        await change.audit(row.id, actor, "staff.set_password", {})
        return await view(row, local(change.now).date())

    return await db.change(work)


async def change_password(
    db: Database, passwords: Passwords, actor: Actor, *, present: str, new: str
) -> StaffView:
    """Choose one's own password, given the present one; all sessions end, the door begins another.

    Raises Invalid where the present one is wrong (field `present`) or the new one will not do (field `password`).
    """
    row = await Staff.get_or_none(id=actor.id, left_at=None) if actor.kind == "staff" else None
    if row is None:
        raise Forbidden()
    if not await passwords.matches(present, row.password_hash):
        raise Invalid("problem.people.present_password", field="present")
    if present == new:
        raise Invalid("problem.people.same_password", field="password")
    if _is_easy(new, row.login):
        raise Invalid("problem.people.easy_password", field="password")
    before, stored = row.password_hash, await passwords.hash(new)

    async def work(change: Change) -> StaffView:
        row_now = await locked_here(change, row.id)
        if row_now.password_hash != before:
            raise Conflict("problem.conflict")
        await _new_password(change, row_now, stored, None)
        await change.audit(row_now.id, actor, "staff.change_password", {})
        return await view(row_now, local(change.now).date())

    return await db.change(work)


async def authenticate(db: Database, passwords: Passwords, login: str, password: str) -> StaffView | None:
    """The person whose login and password these are. None otherwise, after the same time whatever was wrong.

    A hash of weaker parameters than today's is replaced while the password is at hand.
    """
    name = login.strip().lower()
    row = await Staff.get_or_none(login=name) if _LOGIN.fullmatch(name) else None
    usable = row is not None and row.left_at is None
    right = await passwords.matches(password, row.password_hash if row is not None and usable else None)
    if row is None or not right:
        return None
    if passwords.is_outdated(row.password_hash):
        await _rehash(db, row, await passwords.hash(password))
    return await view(row, local(db.clock.now()).date())


async def note_login(db: Database, staff: StaffView, by: str) -> None:
    """Put a login into the person's chain; `by` is "password", "code" or "recovery"."""

    async def work(change: Change) -> None:
        row = await locked_here(change, staff.id)
        await change.audit(row.id, staff.actor(), "staff.log_in", {"by": by})

    await db.change(work)


async def staff_by_login(db: Database, login: str) -> StaffView | None:
    """Somebody by login, also one who has left."""
    name = login.strip().lower()
    row = await Staff.get_or_none(login=name) if _LOGIN.fullmatch(name) else None
    return await view(row, local(db.clock.now()).date()) if row is not None else None


async def list_staff(db: Database) -> tuple[StaffView, ...]:
    """Everybody, in order of login, those who have left included."""
    return await views(await Staff.all().order_by("login"), local(db.clock.now()).date())


async def staff_with_role(db: Database, role: Role, unit: str | None = None) -> tuple[StaffView, ...]:
    """Who holds a role today, in `unit` or in the whole bureau; without `unit`, anywhere."""
    ids = await staff_ids_with_role(role, unit, local(db.clock.now()).date())
    return tuple(person for person in await list_staff(db) if person.id in ids and person.left_at is None)


async def staff_ids_with_role(role: Role, unit: str | None, on: date) -> frozenset[UUID]:
    """The ids of those who hold a role on a day and have not left; for use inside a change too.

    Whoever stands in for one of them is among them.
    """
    held = Grant.filter(holds_on(on), role=role.value)
    if unit is not None:
        held = held.filter(Q(unit=unit) | Q(unit__isnull=True))
    ids = await _here({one.staff_id for one in await held})
    if not ids:
        return ids
    standing = await StaffDeputy.filter(stands_in_on(on), principal_id__in=list(ids))
    return ids | await _here({one.deputy_id for one in standing})


def normalised_login(login: str) -> str:
    """The one written form of a login. Raises Invalid."""
    name = login.strip().lower()
    if not _LOGIN.fullmatch(name):
        raise Invalid("problem.people.login", field="login")
    return name


async def _here(ids: set[UUID]) -> frozenset[UUID]:
    return (
        frozenset(row.id for row in await Staff.filter(id__in=list(ids), left_at=None))
        if ids
        else frozenset()
    )


async def _new_password(change: Change, row: Staff, stored: str, set_by_id: UUID | None) -> None:
    row.password_hash, row.password_changed_at, row.password_set_by_id = stored, change.now, set_by_id
    await row.save(update_fields=["password_hash", "password_changed_at", "password_set_by_id"])
    await end_all_for(change, STAFF, row.id)


async def _rehash(db: Database, row: Staff, stored: str) -> None:
    async def work(change: Change) -> None:
        await Staff.filter(id=row.id, password_hash=row.password_hash).update(password_hash=stored)

    # The login need not fail because writers are busy; the next one does it.
    with contextlib.suppress(Busy):
        await db.change(work, timeout_s=1.0)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if (
        not name
        or len(name) > NAME_AT_MOST
        or any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    ):
        raise Invalid("problem.people.name", field="name", at_most=NAME_AT_MOST)
    return name


def _is_easy(password: str, login: str) -> bool:
    """Whether it is among the first a stranger would try: the login, one sign again and again, a run of digits."""
    plain = password.casefold()
    runs = ("01234567890123456789", "98765432109876543210", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz")
    return len(set(plain)) < 4 or plain.startswith(login) or any(plain in run for run in runs)
