"""Who acts: a citizen, a member of staff, the clock, or the system itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import msgspec

from casework.roles import Role

EVERY_UNIT = "*"
"""Stands in `Actor.units` for a role granted in the whole bureau."""


class Held(msgspec.Struct, frozen=True):
    """A role held in a unit (or in `EVERY_UNIT`); `for_id` is the colleague it is held for, None for one's own."""

    role: Role
    unit: str
    for_id: UUID | None = None

    def holds_in(self, unit: str | None) -> bool:
        return self.unit == EVERY_UNIT or (unit is not None and self.unit == unit)


class Actor(msgspec.Struct, frozen=True):
    """Somebody at the door of an action, with the roles held at this moment.

    `held` says which role goes with which unit and on whose behalf. Where it is not given, every role is held in
    every one of `units`.
    """

    kind: Literal["citizen", "staff", "clock", "system"]
    id: UUID | None
    roles: frozenset[Role]
    name: str = ""
    units: frozenset[str] = frozenset()
    held: tuple[Held, ...] = ()

    @property
    def for_ids(self) -> frozenset[UUID]:
        """The colleagues this one stands in for today: what is theirs is this one's to handle as well."""
        return frozenset(one.for_id for one in self.held if one.for_id is not None)

    def works_for(self, unit: str | None) -> bool:
        """Whether this member of staff holds a role in `unit`, or in every unit."""
        return EVERY_UNIT in self.units or (unit is not None and unit in self.units)

    def holds(self, role: Role, unit: str | None) -> bool:
        """Whether this very role is held in `unit`, or in every unit."""
        if not self.held:
            return role in self.roles and self.works_for(unit)
        return any(one.role is role and one.holds_in(unit) for one in self.held)

    def is_for(self, staff_id: UUID | None) -> bool:
        """Whether what belongs to this member of staff is the actor's: their own, or that of whom they stand in for."""
        return staff_id is not None and (staff_id == self.id or staff_id in self.for_ids)

    def principal_for(
        self, by: Collection[str], unit: str | None, owner_id: UUID | None = None
    ) -> UUID | None:
        """On whose behalf an act is taken that needs one of the roles `by` in `unit`; None if it is their own.

        `owner_id` is the member of staff whose work it is: acting on that of somebody one stands in for is done for
        them, also where one's own role would have been enough.
        """
        if owner_id is not None and owner_id in self.for_ids:
            return owner_id
        held = [one for one in self.held if one.role in by]
        fitting = [one for one in held if one.holds_in(unit)] or held
        if not fitting or any(one.for_id is None for one in fitting):
            return None
        return min((one.for_id for one in fitting if one.for_id is not None), default=None)


def citizen(account_id: UUID) -> Actor:
    """The owner of an account."""
    return Actor(kind="citizen", id=account_id, roles=frozenset({Role.CITIZEN}))


def clock() -> Actor:
    """The passing of time: what it does is shown and audited like what people do."""
    return Actor(kind="clock", id=None, roles=frozenset({Role.CLOCK}))


def system() -> Actor:
    """The installation itself, for set-up on the command line. It has no role in any lifecycle."""
    return Actor(kind="system", id=None, roles=frozenset())
