"""Which applications somebody sees, and on which they act, from the roles held at this moment.

Applicants see their own, whichever of their accounts they were filed with. Members of staff see those of the units in
which they hold a role with permits, those given to them by name, and those they entered at the window; co-signers only
those on which their unit is asked. Nobody acts for the bureau on an application of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import acts_on, held_by
from casework.people.merging import members
from casework.people.models import Account, Staff, StaffBinding, VerifiedIdentity
from casework.permissions import PERMISSIONS, Operation, may
from casework.permits.models import CoSignature, PermitApplication
from casework.roles import Role

BY_UNIT = PERMISSIONS[Operation.SEE_PERMITS] - {Role.CO_SIGNER}


async def may_see(actor: Actor, row: PermitApplication) -> bool:
    """Whether the application is this one's to see."""
    if actor.kind == "citizen":
        return actor.id is not None and await is_theirs(row, actor.id)
    if actor.kind != "staff":
        return actor.kind == "clock"
    if not may(actor, Operation.SEE_PERMITS):
        return False
    if actor.is_for(row.assignee_id) or (row.filed_by_id is not None and row.filed_by_id == actor.id):
        return True
    if any(one.role in BY_UNIT and one.holds_in(row.unit) for one in held_by(actor)):
        return True
    units = _units(actor, (Role.CO_SIGNER,))
    if not units:
        return False
    asked = CoSignature.filter(application_id=row.id)
    return await (asked if EVERY_UNIT in units else asked.filter(unit__in=sorted(units))).exists()


def narrowed(actor: Actor) -> Q | None:
    """What a member of staff sees in lists, as a condition on rows of `permit_application`; None for every one."""
    units = _units(actor, BY_UNIT)
    if EVERY_UNIT in units:
        return None
    own = sorted(frozenset({actor.id} if actor.id is not None else ()) | actor.for_ids)
    seen = Q(assignee_id__in=own) | Q(filed_by_id__in=own)
    return seen | Q(unit__in=sorted(units)) if units else seen


def acts_here(actor: Actor, by: Iterable[str], row: PermitApplication) -> bool:
    """Whether one of the roles `by` is held where the application is handled, or it is theirs by name."""
    if actor.kind != "staff":
        return True
    return acts_on(actor, frozenset(by), row.unit, row.assignee_id)


async def is_theirs(row: PermitApplication, account_id: UUID) -> bool:
    """Whether an applicant filed it, with this account or another one of the same person."""
    if row.account_id is None:
        return False
    return row.account_id == account_id or row.account_id in await members(account_id)


async def is_own(actor: Actor, row: PermitApplication) -> bool:
    """Whether a member of staff is the applicant: by their own numbers, by the WeChat bound to them, or by the phone or
    the identity verified for it.
    """
    if actor.kind != "staff" or actor.id is None:
        return False
    person = await Staff.filter(id=actor.id).only("id", "phone_index", "identity_index").first()
    if person is not None and _same(row, person.phone_index, person.identity_index):
        return True
    for bound in await StaffBinding.filter(staff_id=actor.id, unbound_at=None):
        ids = await members(bound.account_id)
        if row.account_id is not None and row.account_id in ids:
            return True
        if row.phone_index is not None:
            same = Account.filter(id__in=list(ids), phone_index=row.phone_index)
            if await same.exists():
                return True
        if row.holder_index is not None:
            vouched = VerifiedIdentity.filter(account_id__in=list(ids), ended_at=None)
            if await vouched.filter(number_index=row.holder_index).exists():
                return True
    return False


def _same(row: PermitApplication, phone_index: str | None, identity_index: str | None) -> bool:
    if phone_index is not None and phone_index == row.phone_index:
        return True
    return identity_index is not None and identity_index == row.holder_index


def _units(actor: Actor, roles: Iterable[Role]) -> frozenset[str]:
    wanted = frozenset(roles)
    return frozenset(one.unit for one in held_by(actor) if one.role in wanted)
