"""The receipt of what was entered at the window, given out again: whoever reads its secret can act for the applicant."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.permissions import Operation
from casework.permits.desk import PermitDesk
from casework.permits.moving import NOT_FOUND, locked, note
from casework.permits.submitting import WINDOW, receipt_secret
from kit.db import Change
from kit.problems import NotFound


async def receipt_for(desk: PermitDesk, actor: Actor, application_id: UUID) -> str:
    """The secret, for the clerk who entered it or a colleague at the same window; that it was shown stands in the chain.

    Raises NotFound for what was not entered at the window, Forbidden.
    """

    async def work(change: Change) -> str:
        row = await locked(change, actor, application_id)
        if row.source != WINDOW or row.account_id is not None or row.anonymised_at is not None:
            raise NotFound(NOT_FOUND)
        if row.filed_by_id != actor.id:
            require_on(actor, Operation.ENTER_PERMITS, row.unit, row.assignee_id)
        await note(change, actor, row, "show_receipt", {})
        return receipt_secret(desk, row.id)

    return await desk.db.change(work)
