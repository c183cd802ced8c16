"""A case made nobody's, because the person whose case it was asked for it: what is left tells what was done, not to whom.

Only a case that is over: while it is handled, whoever handles it needs the words. Where the law says that it must be
kept it is restricted instead (`restricting.py`). The audit chain stays whole; it never had the words, only their
digests.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.erasing import CITIZENS_STAGES, erase_within, names_of
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.permissions import Operation, may
from casework.retention.profile import ArchiveDuty
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, NotFound
from kit.sealing import FieldSealer

THREADS_ENDED = ("closed",)


def require_keeper(actor: Actor) -> None:
    """Raise Forbidden unless the actor may delete and restrict: the command line, or who keeps personal data."""
    if actor.kind != "system" and not may(actor, Operation.KEEP_PERSONAL_DATA):
        raise Forbidden()


async def forget_case(
    db: Database,
    actor: Actor,
    complaint_id: UUID,
    *,
    instead: str,
    duty: ArchiveDuty | None = None,
    sealer: FieldSealer | None = None,
) -> tuple[UUID, ...]:
    """Delete who it was and what they said, showed and where they stood; `instead` stands in place of their words.

    Message threads that are over and speak of the case by its reference are emptied with it. With a `sealer` the name
    is taken out of what staff wrote as well. Returns the ids of the
    deleted files, whose bytes the caller removes afterwards. Raises NotFound, Conflict for an open case, for one with
    an open danger, and for one that `duty` says must be kept. Twice is as good as once.
    """
    require_keeper(actor)

    async def work(change: Change) -> tuple[UUID, ...]:
        row = await locked_ended(change, complaint_id)
        if duty is not None and duty.covers(row.state, row.category, row.closed_at, change.now):
            raise Conflict("problem.own_data.must_be_kept", basis=duty.basis)
        account_id = row.account_id
        names = names_of(sealer, row) if sealer is not None else ()
        files = await erase_within(change, actor, row, instead=instead, stages=CITIZENS_STAGES, names=names)
        threads = await _threads_about(change, actor, row.reference, account_id, instead)
        facts = {"files": len(files), **({"threads": threads} if threads else {})}
        await change.audit(row.id, actor, "complaint.forget", facts)
        return files

    return await db.change(work)


async def forget_thread(db: Database, actor: Actor, inquiry_id: UUID, *, instead: str) -> None:
    """Empty a message thread that is over: nothing of it stays but when it was and that it was answered.

    Raises NotFound, Conflict for one still open.
    """
    require_keeper(actor)

    async def work(change: Change) -> None:
        row = await change.lock(Inquiry, inquiry_id)
        if row is None:
            raise NotFound("problem.inquiry.not_found")
        if row.state not in THREADS_ENDED:
            raise Conflict("problem.own_data.thread_open")
        await empty_thread(change, actor, row, instead, "inquiry.forget")

    await db.change(work)


async def empty_thread(change: Change, actor: Actor, row: Inquiry, instead: str, action: str) -> None:
    """Replace everything said in a locked thread, both sides: answers quote what was asked."""
    await InquiryMessage.filter(inquiry_id=row.id).update(text=instead)
    await change.audit(row.id, actor, action, {})


async def locked_ended(change: Change, complaint_id: UUID) -> Complaint:
    """The row of a case that is over, locked. Raises NotFound, Conflict."""
    row = await change.lock(Complaint, complaint_id)
    if row is None:
        raise NotFound("problem.complaint.not_found")
    if row.state in OPEN_STATES or await DangerAlert.filter(complaint_id=row.id, ended_at=None).exists():
        raise Conflict("problem.complaint.still_open")
    return row


async def _threads_about(
    change: Change, actor: Actor, reference: str, account_id: UUID | None, instead: str
) -> int:
    """Empty the person's threads that name the case, but for those still open; how many."""
    if account_id is None:
        return 0
    own = await Inquiry.filter(account_id=account_id, state__in=THREADS_ENDED).values_list("id", flat=True)
    said = InquiryMessage.filter(inquiry_id__in=list(own), text__contains=reference)
    emptied = 0
    for id in sorted(set(await said.values_list("inquiry_id", flat=True))):
        row = await change.lock(Inquiry, UUID(str(id)))
        if row is not None:
            await empty_thread(change, actor, row, instead, "inquiry.forget")
            emptied += 1
    return emptied
