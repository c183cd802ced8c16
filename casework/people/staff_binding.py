"""A member of staff's own WeChat: bound by a code that is shown in the console and scanned with their phone.

A code lives ten minutes, works once, and only its keyed hash is kept. One member of staff has one bound account and
one account one member of staff; binding anew ends what was before. Each act is in the chain of the member of staff.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casework.actors import Actor, citizen
from casework.people import merging
from casework.people.models import Account, Staff, StaffBinding, StaffBindingCode
from casework.people.staff import staff_by_id
from casework.people.views import StaffView
from casework.roles import Role
from kit.db import Change, Database
from kit.problems import Forbidden, NotFound
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


async def use_code(db: Database, keys: KeyRing, code: str, account_id: UUID) -> StaffView | None:
    """Bind the account that scanned; None if the code is unknown, used or over, whichever it is.

    The same account scanning the same code again within its time is told the same.
    """
    if not _CODE.fullmatch(code):
        return None

    async def work(change: Change) -> UUID | None:
        found = await StaffBindingCode.get_or_none(code_hash=_hash(keys, code))
        if found is None:
            return None
        person = await change.lock(Staff, found.staff_id)
        made = await change.lock(StaffBindingCode, found.id)
        if person is None or person.left_at is not None or made is None or made.expires_at <= change.now:
            return None
        if made.used_at is not None:
            bound = StaffBinding.filter(staff_id=person.id, account_id=account_id, bound_at=made.used_at)
            return person.id if await bound.filter(unbound_at=None).exists() else None
        # Two codes used by one account at once would bind it twice.
        if await change.lock(Account, account_id) is None:
            return None
        await _end(change, citizen(account_id), staff_id=person.id)
        await _end(change, citizen(account_id), account_id=account_id)
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
        return await _end(change, actor, staff_id=staff_id)

    return await db.change(work)


async def _end(
    change: Change, actor: Actor, *, staff_id: UUID | None = None, account_id: UUID | None = None
) -> bool:
    """End what is bound to this member of staff, or to this account, each in its own person's chain."""
    query = StaffBinding.filter(unbound_at=None)
    query = query.filter(staff_id=staff_id) if staff_id is not None else query.filter(account_id=account_id)
    rows = await query.order_by("staff_id", "id")
    for row in rows:
        await change.lock(Staff, row.staff_id)
        row.unbound_at = change.now
        await row.save(update_fields=["unbound_at"])
        await change.audit(row.staff_id, actor, "staff.unbind", {"account": str(row.account_id)})
    return bool(rows)


def _hash(keys: KeyRing, code: str) -> str:
    return hmac.digest(keys.derive("sessions", "staff-binding/1", 32), code.encode(), "sha256").hex()
