"""Who acts: a citizen, a member of staff, the clock, or the system itself."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.roles import Role

EVERY_UNIT = "*"
"""Stands in `Actor.units` for a role granted in the whole bureau."""


class Actor(msgspec.Struct, frozen=True):
    """Somebody at the door of an action, with the roles held at this moment."""

    kind: Literal["citizen", "staff", "clock", "system"]
    id: UUID | None
    roles: frozenset[Role]
    name: str = ""
    units: frozenset[str] = frozenset()

    def works_for(self, unit: str | None) -> bool:
        """Whether this member of staff holds a role in `unit`, or in every unit."""
        return EVERY_UNIT in self.units or (unit is not None and unit in self.units)


def citizen(account_id: UUID) -> Actor:
    """The owner of an account."""
    return Actor(kind="citizen", id=account_id, roles=frozenset({Role.CITIZEN}))


def clock() -> Actor:
    """The passing of time: what it does is shown and audited like what people do."""
    return Actor(kind="clock", id=None, roles=frozenset({Role.CLOCK}))


def system() -> Actor:
    """The installation itself, for set-up on the command line. It has no role in any lifecycle."""
    return Actor(kind="system", id=None, roles=frozenset())
