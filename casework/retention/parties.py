"""What else goes when its time is over: parties of notices and penalty cases, holders of signs, contacts on boards, words about visits.

Each feature says what is due and how it becomes nobody's; here stands which time of the profile is whose.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from casework.actors import Actor, clock
from casework.penalties import forgetting as penalties
from casework.projects import forgetting as projects
from casework.retention.profile import RetentionSection
from casework.sign_filings import own_data as signs
from kit.db import Change, Database

Due = Callable[[datetime, int], Awaitable[list[UUID]]]
"""Ids of what ended before then, oldest first, so many at most."""


class Forget(Protocol):
    """Make one nobody's within a change; the ids of its files, None where it is so already."""

    async def __call__(
        self, change: Change, actor: Actor, id: UUID, /, *, instead: str, content: dict[str, object]
    ) -> tuple[UUID, ...] | None: ...


@dataclass(frozen=True)
class Register:
    """One kind of rows; `kind` names the time in the profile's section."""

    kind: str
    due: Due
    forget: Forget


REGISTERS = (
    Register("penalties", penalties.notices_due, penalties.anonymise_notice),
    Register("penalties", penalties.cases_due, penalties.anonymise_case),
    Register("signs", signs.signs_due, signs.anonymise_sign),
    Register("boards", projects.boards_due, projects.forget_board),
    Register("visit_words", projects.visit_words_due, projects.forget_visit_words),
)


async def forget_parties(
    db: Database,
    retention: RetentionSection,
    remove: Callable[[UUID], Awaitable[object]],
    *,
    instead: str,
    at_most: int,
) -> int:
    """One portion of each kind. Returns how many became nobody's."""
    times, now, done = retention.by_kind(), db.clock.now(), 0
    for one in REGISTERS:
        kept = times[one.kind]
        content: dict[str, object] = {"basis": kept.basis, "years": kept.years}
        for id in await one.due(kept.before(now), at_most):

            async def work(
                change: Change, one: Register = one, id: UUID = id, content: dict[str, object] = content
            ) -> tuple[UUID, ...] | None:
                return await one.forget(change, clock(), id, instead=instead, content=content)

            gone = await db.change(work)
            for file_id in gone or ():
                await remove(file_id)
            done += int(gone is not None)
    return done


async def count_due(kind: str, before: datetime, at_most: int) -> int:
    """How many of a kind are past their time."""
    found = [len(await one.due(before, at_most)) for one in REGISTERS if one.kind == kind]
    return min(sum(found), at_most)
