"""The applicant takes an application back, before there is a decision."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.permits import co_signing, facts, visits
from casework.permits.clocks import put_clocks, reckoned
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationWithdrawn
from casework.permits.hearing_calls import call_off_within
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, take
from casework.permits.pauses import end_open_pause
from kit.db import Change
from kit.problems import Forbidden


async def withdraw(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    ground: str,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Take it back; of what was entered at the window a clerk does it on the applicant's word, and `ground` says so. What
    somebody filed with an account only they take back: else a filing could be got rid of that may not be denied.
    """
    why = required(ground, field="ground", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        if actor.kind == "staff" and row.account_id is not None:
            raise Forbidden("problem.permit.withdraw_theirs")
        row.ground = why
        if await end_open_pause(desk, change, row) is not None:
            # Whether it was late is published, and the time that stood still does not count.
            put_clocks(row, await reckoned(desk, row))
        await co_signing.close_within(change, row)
        await visits.call_off(change, row.id)
        await call_off_within(desk, change, row, why)

    async def follow(change: Change, row: PermitApplication) -> None:
        await facts.keep(desk, change, row, "withdrawn")

    # The reason may say anything about anybody: it stands in the row, not in the chain.
    step = PermitStep(
        move="withdraw", tell=ApplicationWithdrawn, given={"ground": why}, fill=fill, follow=follow
    )
    return await take(desk, actor, application_id, step, expected_revision)
