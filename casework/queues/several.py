"""One move for several cases: each in a change of its own, so that one that cannot be taken holds up no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec

from kit.db.database import DATABASE_AWAY
from kit.problems import Problem

AT_MOST = 100


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A case and the revision its chooser saw."""

    id: UUID
    reference: str
    revision: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case: `problem` is why it was not done, None where it was. `away`: the database was not there."""

    chosen: Chosen
    problem: Problem | None = None
    away: bool = False

    @property
    def done(self) -> bool:
        return self.problem is None and not self.away


async def take_each(
    chosen: Sequence[Chosen], take: Callable[[Chosen], Awaitable[object]]
) -> tuple[Outcome, ...]:
    """Take it with each case in turn, `AT_MOST` of them. What the same person did a moment ago counts as done."""
    outcomes = []
    for one in chosen[:AT_MOST]:
        try:
            await take(one)
        except Problem as problem:
            outcomes.append(Outcome(chosen=one, problem=problem))
        except DATABASE_AWAY:
            outcomes.append(Outcome(chosen=one, away=True))
        else:
            outcomes.append(Outcome(chosen=one))
    return tuple(outcomes)
