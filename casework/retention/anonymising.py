"""What is done when a time is over: cases become nobody's, recordings and message threads are deleted.

A little at a time, each in a transaction of its own, oldest first. Of a case a tombstone stays: reference, category,
area, dates, the unit and what was reached, when it was anonymised and by what rule. Safe to repeat, and to run while
others work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, clock
from casework.complaints.desk import Desk
from casework.complaints.erasing import EVERY_STAGE, drop_files, erase_within, names_of
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.moving import ACTION
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry, InquiryMessage
from casework.permits.forgetting import (
    anonymise_within,
    applications_due,
    forget_papers_within,
    papers_due,
)
from casework.permits.models import PermitApplication
from casework.retention.due import cases_due, recordings_due, threads_due
from casework.retention.parties import forget_parties
from casework.retention.profile import RetentionSection
from kit.db import Change, Database

AT_ONCE = 20

Remove = Callable[[UUID], Awaitable[object]]
"""Deletes the bytes of a file whose row is gone."""


async def keep_no_longer(
    desk: Desk, retention: RetentionSection, remove: Remove, *, instead: str, at_most: int = AT_ONCE
) -> int:
    """One portion of everything whose time is over. Returns how much was done; call again until it is 0."""
    db = desk.db
    now, done = db.clock.now(), 0
    for id in await cases_due(retention, now, at_most):
        done += await anonymise_case(desk, clock(), id, retention, remove, instead=instead)
    for id in await recordings_due(retention, now, at_most):
        done += await _delete_recording(db, clock(), id, retention, remove)
    times = retention.permits.before(now), retention.not_taken_on.before(now)
    for id in await applications_due(*times, at_most):
        done += await _anonymise_application(db, clock(), id, retention, remove, instead=instead)
    for id in await papers_due(*times, at_most):
        done += await _forget_papers(db, clock(), id, retention)
    done += await forget_parties(db, retention, remove, instead=instead, at_most=at_most)
    for id in await threads_due(retention, now, at_most):
        done += await _delete_thread(db, clock(), id, retention)
    return done


async def anonymise_case(
    desk: Desk,
    actor: Actor,
    complaint_id: UUID,
    retention: RetentionSection,
    remove: Remove,
    *,
    instead: str,
) -> int:
    """Make a case nobody's if its time is over; 1, or 0 where it is not (any more)."""

    async def work(change: Change) -> tuple[UUID, ...] | None:
        row = await change.lock(Complaint, complaint_id)
        if row is None or not await _is_due(row, retention, change.now):
            return None
        kept = retention.of_case(row.state)
        files = await erase_within(
            change,
            actor,
            row,
            instead=instead,
            stages=EVERY_STAGE,
            names=names_of(desk.sealer, row),
            is_roughly_placed=True,
        )
        content = {"basis": kept.basis, "years": kept.years, "files": len(files)}
        await change.audit(row.id, actor, ACTION + "anonymise", {"content": content})
        return files

    gone = await desk.db.change(work)
    for one in gone or ():
        await remove(one)
    return int(gone is not None)


async def _anonymise_application(
    db: Database, actor: Actor, id: UUID, retention: RetentionSection, remove: Remove, *, instead: str
) -> int:
    async def work(change: Change) -> tuple[UUID, ...] | None:
        row = await PermitApplication.get_or_none(id=id)
        if row is None:
            return None
        kept = retention.of_application(row.state)
        content: dict[str, object] = {"basis": kept.basis, "years": kept.years}
        return await anonymise_within(change, actor, id, instead=instead, content=content)

    gone = await db.change(work)
    for one in gone or ():
        await remove(one)
    return int(gone is not None)


async def _forget_papers(db: Database, actor: Actor, id: UUID, retention: RetentionSection) -> int:
    """The papers of an application that its applicant had forgotten."""

    async def work(change: Change) -> int | None:
        row = await PermitApplication.get_or_none(id=id)
        if row is None:
            return None
        kept = retention.of_application(row.state)
        content: dict[str, object] = {"basis": kept.basis, "years": kept.years}
        return await forget_papers_within(change, actor, id, content=content)

    return int(await db.change(work) is not None)


async def _is_due(row: Complaint, retention: RetentionSection, now: datetime) -> bool:
    if row.anonymised_at is not None or row.closed_at is None or row.state in OPEN_STATES:
        return False
    if row.closed_at >= retention.of_case(row.state).before(now):
        return False
    return not await DangerAlert.filter(complaint_id=row.id, ended_at=None).exists()


async def _delete_recording(
    db: Database, actor: Actor, photo_id: UUID, retention: RetentionSection, remove: Remove
) -> int:
    async def work(change: Change) -> tuple[UUID, ...] | None:
        photo = await ComplaintPhoto.get_or_none(id=photo_id)
        row = await change.lock(Complaint, photo.complaint_id) if photo is not None else None
        if photo is None or row is None or row.closed_at is None:
            return None
        if row.closed_at >= retention.recordings.before(change.now):
            return None
        await ComplaintPhoto.filter(id=photo.id).delete()
        files = await drop_files([photo.file_id])
        content = {"basis": retention.recordings.basis, "years": retention.recordings.years}
        await change.audit(row.id, actor, ACTION + "delete_recording", {"content": content})
        return files

    gone = await db.change(work)
    for one in gone or ():
        await remove(one)
    return int(gone is not None)


async def _delete_thread(db: Database, actor: Actor, inquiry_id: UUID, retention: RetentionSection) -> int:
    async def work(change: Change) -> int:
        row = await change.lock(Inquiry, inquiry_id)
        if row is None or row.closed_at is None or row.closed_at >= retention.inquiries.before(change.now):
            return 0
        # Its chain stays: that there was one, when, and that it was answered.
        content = {"basis": retention.inquiries.basis, "years": retention.inquiries.years}
        await change.audit(row.id, actor, "inquiry.delete", {"reference": row.reference, "content": content})
        await InquiryMessage.filter(inquiry_id=row.id).delete()
        await Inquiry.filter(id=row.id).delete()
        return 1

    return await db.change(work)
