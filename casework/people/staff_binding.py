"""A member of staff's own WeChat: bound by a code that is shown in the console and scanned with their phone.

A code lives ten minutes, works once, and only its keyed hash is kept. What a scan would bind is said first and bound
on a yes: a code can be shown to somebody who knows nothing of it. One member of staff has one bound account; binding
another one ends what was before, and the WeChat that lost it is told. A person whose WeChat is somebody else's is
refused until that one is unbound. Each act is in the chain of the member of staff.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casework.actors import Actor, citizen
from casework.notifications.events import StaffUnbound
from casework.people import merging
from casework.people.models import Account, Staff, StaffBinding, StaffBindingCode
from casework.people.staff_rows import staff_by_id
from casework.people.views import StaffView
from casework.roles import Role
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, NotFound
from kit.secrets import KeyRing

PREFIX = "bind_"
LIVES = timedelta(minutes=10)
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 24
_CODE = re.compile(f"{PREFIX}[{_LETTERS}]{{{_LENGTH}}}", re.ASCII)


@dataclass(frozen=True)
class NewBindingCode:
    """A code just made: to be shown once, and stored nowhere. Fit for a QR code's scene."""

    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"NewBindingCode(expires_at={self.expires_at.isoformat()})"


async def new_code(db: Database, keys: KeyRing, actor: Actor, staff_id: UUID) -> NewBindingCode:
    """A code for one's own phone; codes made before end. Nobody makes one for somebody else."""
    if actor.kind != "staff" or actor.id != staff_id:
        raise Forbidden()
    code = PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))

    async def work(change: Change) -> datetime:
        row = await change.lock(Staff, staff_id)
        if row is None or row.left_at is not None:
            raise NotFound("problem.people.no_such_staff")
        earlier = StaffBindingCode.filter(staff_id=staff_id, used_at=None, expires_at__gt=change.now)
        await earlier.update(expires_at=change.now)
        expires_at = change.now + LIVES
        made = StaffBindingCode(
            id=change.ids.new(),
            staff_id=staff_id,
            code_hash=_hash(keys, code),
            created_at=change.now,
            expires_at=expires_at,
        )
        await made.save(force_create=True)
        await change.audit(staff_id, actor, "staff.binding_code", {})
        return expires_at

    return NewBindingCode(code, await db.change(work))


@dataclass(frozen=True)
class Offered:
    """What a scanned code would bind. `code_id` names the code without giving it away."""

    code_id: UUID
    staff: StaffView
    is_bound: bool


async def offered(db: Database, keys: KeyRing, code: str, account_id: UUID) -> Offered | None:
    """Whose code was scanned; None if it is unknown, used or over, whichever it is. Nothing is bound by it.

    `is_bound`: this account has used it already. Raises Conflict where the WeChat is somebody else's.
    """
    if not _CODE.fullmatch(code):
        return None
    made = await StaffBindingCode.get_or_none(code_hash=_hash(keys, code))
    if made is None or made.expires_at <= db.clock.now():
        return None
    person = await staff_by_id(db, made.staff_id)
    if person is None:
        return None
    if made.used_at is not None:
        bound = StaffBinding.filter(staff_id=person.id, account_id=account_id, bound_at=made.used_at)
        return Offered(made.id, person, True) if await bound.filter(unbound_at=None).exists() else None
    await _refuse_anothers(db, account_id, person.id)
    return Offered(made.id, person, False)


async def use_code(db: Database, keys: KeyRing, code: str, account_id: UUID) -> StaffView | None:
    """`offered` and `bind` in one, for whoever has been asked already."""
    found = await offered(db, keys, code, account_id)
    return await bind(db, found.code_id, account_id) if found is not None else None


async def bind(db: Database, code_id: UUID, account_id: UUID) -> StaffView | None:
    """Bind the account whose owner said yes; None if the code was used by somebody else meanwhile, or is over.

    The same account using the same code again within its time is told the same. Raises Conflict where the WeChat
    is somebody else's.
    """
    other = await staff_behind(db, account_id)

    async def work(change: Change) -> UUID | None:
        found = await StaffBindingCode.get_or_none(id=code_id)
        if found is None:
            return None
        person = await change.lock(Staff, found.staff_id)
        made = await change.lock(StaffBindingCode, found.id)
        if person is None or person.left_at is not None or made is None or made.expires_at <= change.now:
            return None
        if made.used_at is not None:
            bound = StaffBinding.filter(staff_id=person.id, account_id=account_id, bound_at=made.used_at)
            return person.id if await bound.filter(unbound_at=None).exists() else None
        if await Account.get_or_none(id=account_id) is None:
            return None
        # Two codes used by one person at once would bind them twice.
        own = (await merging.lock_trees(change, (account_id,)))[account_id].member_ids
        theirs = StaffBinding.filter(account_id__in=list(own), unbound_at=None).exclude(staff_id=person.id)
        if await theirs.exists():
            raise _anothers(other)
        for ended in await end_bindings(change, citizen(account_id), person.id):
            if ended not in own:
                change.emit(StaffUnbound(account_id=ended, at=change.now, staff_name=person.name))
        row = StaffBinding(
            id=change.ids.new(), staff_id=person.id, account_id=account_id, bound_at=change.now
        )
        await row.save(force_create=True)
        made.used_at = change.now
        await made.save(update_fields=["used_at"])
        facts = {"account": str(account_id)}
        await change.audit(person.id, citizen(account_id), "staff.bind", facts)
        return person.id

    staff_id = await db.change(work)
    return await staff_by_id(db, staff_id) if staff_id is not None else None


async def account_of(staff_id: UUID) -> UUID | None:
    """The account to page a member of staff at; None if there is none or the person has left."""
    if not await Staff.filter(id=staff_id, left_at=None).exists():
        return None
    row = await StaffBinding.filter(staff_id=staff_id, unbound_at=None).order_by("-bound_at").first()
    return row.account_id if row is not None else None


async def bound_since(staff_id: UUID) -> datetime | None:
    """When the member of staff's own WeChat was bound; None where none is."""
    row = await StaffBinding.filter(staff_id=staff_id, unbound_at=None).order_by("-bound_at").first()
    return row.bound_at if row is not None else None


async def staff_behind(db: Database, account_id: UUID) -> StaffView | None:
    """The member of staff whose own WeChat this account, or another of the same person, is."""
    ids = list(await merging.members(account_id))
    row = await StaffBinding.filter(account_id__in=ids, unbound_at=None).order_by("-bound_at").first()
    return await staff_by_id(db, row.staff_id) if row is not None else None


async def unbind(db: Database, actor: Actor, staff_id: UUID) -> bool:
    """End a binding: one's own, or as administrator; whether there was one."""
    is_own = actor.kind == "staff" and actor.id == staff_id
    if not is_own and actor.kind != "system" and Role.ADMINISTRATOR not in actor.roles:
        raise Forbidden()

    async def work(change: Change) -> bool:
        if await change.lock(Staff, staff_id) is None:
            raise NotFound("problem.people.no_such_staff")
        return bool(await end_bindings(change, actor, staff_id))

    return await db.change(work)


async def _refuse_anothers(db: Database, account_id: UUID, staff_id: UUID) -> None:
    other = await staff_behind(db, account_id)
    if other is not None and other.id != staff_id:
        raise _anothers(other)


def _anothers(other: StaffView | None) -> Conflict:
    name, login = (other.name, other.login) if other is not None else ("", "")
    return Conflict("problem.people.wechat_of_another", name=name, login=login)


async def end_bindings(change: Change, actor: Actor, staff_id: UUID) -> list[UUID]:
    """End what is bound to this member of staff, whose row is locked. Returns the accounts that were."""
    rows = await StaffBinding.filter(unbound_at=None, staff_id=staff_id).order_by("id")
    for row in rows:
        row.unbound_at = change.now
        await row.save(update_fields=["unbound_at"])
        await change.audit(row.staff_id, actor, "staff.unbind", {"account": str(row.account_id)})
    return [row.account_id for row in rows]


def _hash(keys: KeyRing, code: str) -> str:
    return hmac.digest(keys.derive("sessions", "staff-binding/1", 32), code.encode(), "sha256").hex()
