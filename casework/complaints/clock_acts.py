"""What the clock does with cases whose limit has passed, beside closing answered ones (`actions`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import clock
from casework.closing import close_each
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintArchived
from casework.complaints.handling import resume
from casework.complaints.lifecycle import State
from casework.complaints.moving import Step, take
from casework.complaints.past_limit import past_limit
from casework.complaints.telling import common


async def resume_waiting_past_limit(desk: Desk, now: datetime, limit: int = 100) -> int:
    """Go on with cases whose citizens did not reply in time. Returns how many."""

    async def one(id: UUID) -> None:
        await resume(desk, clock(), id)

    return await close_each(await past_limit(State.WAITING, now), one, at_most=limit)


async def archive_closed_past_limit(desk: Desk, now: datetime, limit: int = 100) -> int:
    """Archive closed cases that can no longer be handled once more. Returns how many."""
    step = Step(
        move="archive",
        given={},
        content={},
        tell=lambda row: ComplaintArchived(**common(desk, row)),
    )

    async def one(id: UUID) -> None:
        await take(desk, clock(), id, step)

    return await close_each(await past_limit(State.CLOSED, now), one, at_most=limit)
