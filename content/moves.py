"""Moves that staff make at a desk: checked against the lifecycle, then written with their audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from casework.actors import Actor
from kit.db import Change
from kit.problems import Conflict
from kit.workflow import Lifecycle


class Movable(Protocol):
    """A row in a state of the lifecycle. `revision` counts its moves."""

    id: UUID
    state: str
    revision: int
    updated_at: datetime

    async def save(self) -> None: ...


@dataclass(frozen=True)
class Moves:
    """Those of one lifecycle. `moved_on` is the key of what is said to whoever saw an older revision.

    The audit entry is named `<lifecycle>.<move>`; `also` are columns of the row that it tells beside the usual facts.
    """

    lifecycle: Lifecycle
    moved_on: str
    also: tuple[str, ...] = ()

    def check(self, row: Movable, actor: Actor, move: str, seen: int | None, **given: object) -> None:
        """Raises the problem that says why the move may not be taken now. `seen` is the revision its sender saw.

        `given` is what was given with it, by the names the lifecycle has under `needs`.
        """
        may = not set(self.lifecycle.find(move).by).isdisjoint(actor.roles)
        if may and seen is not None and seen != row.revision:
            raise Conflict(self.moved_on)
        self.lifecycle.check(move, row.state, actor.roles, given)

    async def write(
        self,
        change: Change,
        row: Movable,
        actor: Actor,
        move: str,
        content: Mapping[str, object] | None = None,
    ) -> None:
        """Write the move and its audit entry. The caller has checked it and set whatever else it changes."""
        found = self.lifecycle.find(move)
        before, row.state = row.state, str(found.leads_to(row.state))
        row.revision += 1
        row.updated_at = change.now
        await row.save()
        facts: dict[str, object] = {
            "from": before,
            "to": row.state,
            "revision": row.revision,
            **{name: getattr(row, name) for name in self.also},
            "content": dict(content or {}),
        }
        principal = actor.principal_for(found.by, None)
        if principal is not None:
            facts["deputy_for"] = principal
        await change.audit(row.id, actor, f"{self.lifecycle.name}.{move}", facts)
