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


def _units(actor: Actor, roles: Iterable[Role]) -> frozenset[str]:
    wanted = frozenset(roles)
    return frozenset(one.unit for one in held_by(actor) if one.role in wanted)
