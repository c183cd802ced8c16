"""Why the promise was not kept: written down before there can be a decision, told to the applicant, and published."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.permits.desk import PermitDesk
from casework.permits.events import DelayExplained
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take
from casework.permits.wording import require_public
from kit.db import Change
from kit.problems import Conflict


async def explain_delay(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    reason: str,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Write down why; a later explanation takes the place of an earlier one, and both stand in the chain.

    The words are published: they name nobody. Raises Conflict where nothing is late.
    """
    why = required(reason, field="late_reason", at_most=REASON_AT_MOST)
    require_public(why)

    async def fill(change: Change, row: PermitApplication) -> None:
        if not is_late(row, change):
            raise Conflict("problem.permit.not_late")
        row.late_reason, row.late_reason_at = why, change.now

    step = PermitStep(
        move="explain_delay",
        tell=DelayExplained,
        given={"late_reason": why},
        content={"late_reason": why},
        telling={"reason": why},
        fill=fill,
    )
    return await take(desk, actor, application_id, step, expected_revision)


def is_late(row: PermitApplication, change: Change) -> bool:
    """Whether the promised time (where nothing is promised, the law's) is over without a decision.

    It is not while the clocks stand still: `due_at` is null then.
    """
    due_at = row.promise_due_at or row.statutory_due_at
    return row.due_at is not None and due_at is not None and due_at <= change.now
