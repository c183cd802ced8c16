"""A case made nobody's, because the person whose case it was asked for it: what is left tells what was done, not to whom.

Only a case that is over: while it is handled, whoever handles it needs the words. The audit chain stays whole; it
never had the words, only their digests.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto, ComplaintReceipt
from casework.complaints.releasing import withdraw_within
from casework.dangers.models import DangerAlert
from casework.roles import Role
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.http.sessions import end_all_for
from kit.problems import Conflict, Forbidden, NotFound

CITIZENS_STAGES = ("before", "added")


async def forget_case(db: Database, actor: Actor, complaint_id: UUID, *, instead: str) -> tuple[UUID, ...]:
    """Delete who it was and what they said, showed and where they stood; `instead` stands in place of their words.

    An administrator and the command line may. Returns the ids of the deleted files, whose bytes the caller removes
    afterwards. Raises NotFound, Conflict for an open case or one with an open danger. Twice is as good as once.
    """
    if actor.kind != "system" and Role.ADMINISTRATOR not in actor.roles:
        raise Forbidden()

    async def work(change: Change) -> tuple[UUID, ...]:
        row = await change.lock(Complaint, complaint_id)
        if row is None:
            raise NotFound("problem.complaint.not_found")
        if row.state in OPEN_STATES or await DangerAlert.filter(complaint_id=row.id, ended_at=None).exists():
            raise Conflict("problem.complaint.still_open")
        row.story, row.place_text = instead, ""
        row.latitude = row.longitude = row.place_original = None
        row.phone_sealed = row.phone_index = row.account_id = None
        row.rating_comment = None
        row.dispute_reason = instead if row.dispute_reason else None
        row.updated_at = change.now
        await row.save()
        await ComplaintAddition.filter(complaint_id=row.id).update(text=instead)
        await DangerAlert.filter(complaint_id=row.id).update(words=instead, place_text=None, account_id=None)
        photos = ComplaintPhoto.filter(complaint_id=row.id, stage__in=CITIZENS_STAGES)
        files = tuple([one.file_id for one in await photos])
        await photos.delete()
        await StoredFile.filter(id__in=list(files)).delete()
        receipts = ComplaintReceipt.filter(complaint_id=row.id, revoked_at=None)
        await receipts.update(revoked_at=change.now)
        await end_all_for(change, "receipt", row.id)
        await withdraw_within(change, actor, row.id)
        await change.audit(row.id, actor, "complaint.forget", {"files": len(files)})
        return files

    return await db.change(work)
