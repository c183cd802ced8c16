"""Voice messages and films of a case: whoever takes one out leaves a trace."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.sight import require_on
from casework.permissions import Operation, require
from kit.db import Change
from kit.problems import NotFound


async def note_opening(desk: Desk, actor: Actor, complaint_id: UUID, file_id: UUID) -> None:
    """A member of staff is about to be given a recording of this case; that it was opened is audited."""
    require(actor, Operation.SEE_RECORDINGS)

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, complaint_id)
        belongs = ComplaintPhoto.filter(complaint_id=complaint_id, file_id=file_id, medium__isnull=False)
        if row is None or not await belongs.exists():
            raise NotFound("problem.complaint.not_found")
        require_on(actor, Operation.SEE_RECORDINGS, row.unit, row.assignee_id)
        await change.audit(row.id, actor, "complaint.open_recording", {"file": str(file_id)})

    await desk.db.change(work)
