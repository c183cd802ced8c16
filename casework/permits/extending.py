"""The law's limit put off once, by the head, for a reason that is told to the applicant before it ends (行政许可法 42).

What the bureau promised stays promised: a decision after one working day has missed it, and says why, with or without this.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.documents.papers import Paper
from casework.permits.clocks import extension_for, put_clocks, reckoned
from casework.permits.desk import PermitDesk
from casework.permits.events import LimitExtended
from casework.permits.models import PermitApplication, PermitPause
from casework.permits.moving import PermitStep, take
from casework.permits.papers import issue_about, particulars
from casework.permits.wording import require_public
from kit.db import Change
from kit.problems import Conflict


async def extend(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    reason: str,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Put it off, with the paper that says so. Raises Conflict for a second time, or once the limit is over.

    The words are published: they name nobody.
    """
    why = required(reason, field="reason", at_most=REASON_AT_MOST)
    require_public(why, field="reason")
    telling: dict[str, object] = {"reason": why}

    async def fill(change: Change, row: PermitApplication) -> None:
        if row.extended_at is not None:
            raise Conflict("problem.permit.extended_already")
        if extension_for(desk.section, row.kind) is None:
            raise Conflict("problem.permit.no_extension")
        # What was over before the clocks stopped stays over.
        lasting = await PermitPause.get_or_none(application_id=row.id, ended_at=None)
        at = lasting.started_at if lasting is not None else change.now
        if row.statutory_due_at is None or row.statutory_due_at <= at:
            raise Conflict("problem.permit.extended_too_late")
        row.extended_at, row.extended_by_id, row.extension_reason = change.now, actor.id, why
        put_clocks(row, await reckoned(desk, row))
        telling["until_at"] = row.statutory_due_at

    async def follow(change: Change, row: PermitApplication) -> None:
        limit = extension_for(desk.section, row.kind)
        data = msgspec.structs.replace(
            particulars(desk, row),
            reasons=(why,),
            basis=(extension_basis(desk, row),),
            due_at=row.statutory_due_at,
            expected_days=limit.amount if limit is not None else None,
        )
        await issue_about(desk, change, actor, row, Paper.EXTENSION, data)

    # The reason is published, so it stands in the chain as it is.
    step = PermitStep(
        "extend", LimitExtended, {"reason": why}, {"reason": why}, telling, fill=fill, follow=follow
    )
    return await take(desk, actor, application_id, step, expected_revision)


def extension_basis(desk: PermitDesk, row: PermitApplication) -> str:
    """On what it rests: the kind's own law, else the section's."""
    kind = desk.section.kind(row.kind)
    own = kind.limits.extend if kind is not None else None
    return (own or desk.section.limits.extend).basis
