"""Which cases a member of staff may see, from the roles held at this moment.

A role held in the whole bureau shows every case, one held in a unit that unit's. Who distributes or takes in cases
also sees those that no unit has yet. A volunteer sees those they filed. Patrols and window clerks see what they filed
wherever it went. A contractor sees no case at all: what is to be done is in their orders (`casework.work_orders`).
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor, Held
from casework.permissions import PERMISSIONS, Operation, require
from casework.roles import Role
from kit.problems import Forbidden

BY_UNIT = PERMISSIONS[Operation.SEE_CASES] - {Role.VOLUNTEER}
SEE_NEW = frozenset({Role.DISPATCHER, Role.DUTY_OFFICER, Role.WINDOW_CLERK})
SEE_FILED = frozenset({Role.GRID_OFFICER, Role.VOLUNTEER, Role.WINDOW_CLERK})


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """`units` is None for every case; `new`: also cases without a unit; `own_ids`: whoever's by name they are.

    `filed_by_id`: whose filings are seen wherever they are; None for nobody's.
    """

    units: frozenset[str] | None
    new: bool
    own_ids: frozenset[UUID]
    filed_by_id: UUID | None = None

    def covers(self, unit: str | None, assignee_id: UUID | None, filed_by_id: UUID | None = None) -> bool:
        """Whether a case of this unit, this officer and this filer may be seen."""
        if self.units is None or (assignee_id is not None and assignee_id in self.own_ids):
            return True
        if filed_by_id is not None and filed_by_id == self.filed_by_id:
            return True
        return self.new if unit is None else unit in self.units

    def narrowed(self) -> Q:
        """The same as a condition on rows of `complaint`."""
        if self.units is None:
            return Q()
        seen = Q(assignee_id__in=sorted(self.own_ids))
        if self.filed_by_id is not None:
            seen |= Q(filed_by_id=self.filed_by_id)
        if self.units:
            seen |= Q(unit__in=sorted(self.units))
        return seen | Q(unit__isnull=True) if self.new else seen


def sight_of(actor: Actor) -> Sight:
    """What this member of staff may see; nothing but their own by name for who holds no role with cases."""
    held = [one for one in held_by(actor) if one.role in BY_UNIT]
    units = frozenset(one.unit for one in held)
    own_ids = frozenset({actor.id} if actor.id is not None else ()) | actor.for_ids
    if actor.kind == "staff" and actor.roles.isdisjoint(PERMISSIONS[Operation.SEE_CASES]):
        # Also where a case was given to a contractor by name, as it could be before there were orders.
        own_ids = frozenset()
    return Sight(
        units=None if EVERY_UNIT in units else units,
        new=any(one.role in SEE_NEW for one in held),
        own_ids=own_ids,
        filed_by_id=None if actor.roles.isdisjoint(SEE_FILED) else actor.id,
    )


def acts_on(actor: Actor, by: Collection[str], unit: str | None, assignee_id: UUID | None) -> bool:
    """Whether a member of staff holds one of the roles `by` where the case is: in its unit, or the case is theirs by name.

    To see a case by one role and to act by another that is held elsewhere is not enough. A case without a unit is
    outside of nobody's.
    """
    if unit is None or actor.is_for(assignee_id):
        return True
    return any(one.role in by and one.holds_in(unit) for one in held_by(actor))


def require_on(actor: Actor, operation: Operation, unit: str | None, assignee_id: UUID | None) -> None:
    """Raise Forbidden unless one of the roles of an operation is held where the case is."""
    require(actor, operation)
    if not acts_on(actor, PERMISSIONS[operation], unit, assignee_id):
        raise Forbidden("problem.complaint.not_your_case")


def held_by(actor: Actor) -> tuple[Held, ...]:
    """The actor's roles with their units; every role in every unit where it is not said which goes with which."""
    return actor.held or tuple(Held(role, unit) for role in actor.roles for unit in actor.units)
