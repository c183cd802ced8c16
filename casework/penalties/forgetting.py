"""Notices to put something right, and penalty cases, become nobody's when their time is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.documents.forgetting import forget_papers
from casework.penalties.access import ABOUT_NOTICE
from casework.penalties.case_own_data import forget_case
from casework.penalties.delivery_consents import forget_consents
from casework.penalties.models import (
    PartyRequest,
    PartyRequestFile,
    PenaltyAccess,
    PenaltyCase,
    RectificationNotice,
    RectificationPhoto,
)
from casework.penalties.papers import ABOUT
from kit.db import Change
from kit.files.models import StoredFile


async def notices_due(before: datetime, at_most: int) -> list[UUID]:
    """Notices that ended before then and still name their party, oldest first."""
    query = RectificationNotice.filter(ended_at__lt=before, anonymised_at=None).order_by("ended_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def anonymise_notice(
    change: Change, actor: Actor, notice_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """Make a notice that is over nobody's; the ids of its files, whose bytes the caller removes.

    It is no earlier record of anybody any more: number, ground, outcome and dates stay.
    """
    row = await change.lock(RectificationNotice, notice_id)
    if row is None or row.ended_at is None or row.anonymised_at is not None:
        return None
    index = row.party_index
    row.account_id = row.party_number_sealed = row.earlier = row.judgement = None
    row.party_sealed, row.party_index, row.facts, row.demand = b"", "", instead, instead
    row.report = row.checked_words = row.place_text = row.latitude = row.longitude = None
    row.anonymised_at = row.updated_at = change.now
    await row.save()
    codes = PenaltyAccess.filter(about_kind=ABOUT_NOTICE, about_id=row.id, revoked_at=None)
    await codes.update(revoked_at=change.now)
    await forget_papers(change, ABOUT, [row.id])
    files = tuple([one.file_id for one in await RectificationPhoto.filter(notice_id=row.id)])
    await RectificationPhoto.filter(notice_id=row.id).delete()
    await StoredFile.filter(id__in=list(files)).delete()
    files += await forget_consents(index)
    await change.audit(row.id, actor, "rectification.anonymise", {**content, "files": len(files)})
    return files


async def cases_due(before: datetime, at_most: int) -> list[UUID]:
    """Penalty cases that ended before then and still name their party, oldest first."""
    query = PenaltyCase.filter(ended_at__lt=before, anonymised_at=None).order_by("ended_at", "id")
    return [row.id for row in await query.limit(at_most).only("id")]


async def anonymise_case(
    change: Change, actor: Actor, case_id: UUID, *, instead: str, content: dict[str, object]
) -> tuple[UUID, ...] | None:
    """The same with a penalty case. What was found and said is gone, so that nothing has to stand `instead` of it."""
    row = await change.lock(PenaltyCase, case_id)
    if row is None or row.ended_at is None or row.anonymised_at is not None:
        return None
    asked = [one.id for one in await PartyRequest.filter(case_id=row.id).only("id")]
    held = PartyRequestFile.filter(request_id__in=asked)
    files = tuple([one.file_id for one in await held]) if asked else ()
    await held.delete()
    await StoredFile.filter(id__in=list(files)).delete()
    index = row.party_index
    await forget_case(change, actor, row, {**content, "files": len(files)})
    files += await forget_consents(index)
    return files
