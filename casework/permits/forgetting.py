"""Applications whose time is over become nobody's: what was filled in and handed in goes, what was decided stays.

Not while a permit that came of one is in force or still to be cleaned up after. The reference, kind, dates, outcome and the
published facts stay; the papers keep their numbers and lose what is printed on them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.forgetting import require_keeper
from casework.documents.forgetting import forget_papers
from casework.permits.hearing_models import PermitParty
from casework.permits.lifecycle import State
from casework.permits.materials import forget_of_drafts
from casework.permits.models import (
    CoSignature,
    Permit,
    PermitApplication,
    PermitCorrection,
    PermitDraft,
    PermitMaterial,
    PermitPause,
)
from casework.permits.moving import note
from casework.permits.party_rows import ABOUT_PARTY, forget_heard
from casework.permits.survey_models import PermitSurvey, PermitSurveyPhoto
from casework.retention.profile import NEVER_TAKEN_ON, ArchiveDuty
from kit.db import Change, Database
from kit.files.models import StoredFile
from kit.problems import Conflict, NotFound

LOOKED_AT = 200
EXPIRY = "anonymise"
"""The act of the clock, as against `forget`, that of the applicant's wish."""
_NAMED = Q(ended_at__isnull=False, anonymised_at__isnull=True)
_PAPERS_LEFT = Q(anonymised_at__isnull=False, papers_forgotten_at__isnull=True)
"""In the words of the indexes that hold only these."""


async def applications_due(taken_on: datetime, not_taken_on: datetime, at_most: int) -> list[UUID]:
    """Applications that ended before then (refused and withdrawn ones: before `not_taken_on`), oldest first of each."""
    return await _over(_NAMED, taken_on, not_taken_on, at_most)


async def papers_due(taken_on: datetime, not_taken_on: datetime, at_most: int) -> list[UUID]:
    """Applications that became nobody's because somebody asked, whose papers have been kept as long as anybody's."""
    return await _over(_PAPERS_LEFT, taken_on, not_taken_on, at_most)


async def _over(which: Q, taken_on: datetime, not_taken_on: datetime, at_most: int) -> list[UUID]:
    never = Q(state__in=sorted(NEVER_TAKEN_ON))
    found = await _due(which & never, not_taken_on, at_most)
    if len(found) < at_most:
        found += await _due(which & ~never, taken_on, at_most - len(found))
    return found


async def _due(which: Q, before: datetime, at_most: int) -> list[UUID]:
    """Page after page, since a permit may be in force long after its application was over."""
    found: list[UUID] = []
    ended = PermitApplication.filter(which, ended_at__lt=before).order_by("ended_at", "id")
    last: PermitApplication | None = None
    while len(found) < at_most:
        query = ended
        if last is not None:
            query = ended.filter(
                Q(ended_at__gte=last.ended_at) & (Q(ended_at__gt=last.ended_at) | Q(id__gt=last.id))
            )
        rows = await query.limit(LOOKED_AT).only("id", "ended_at")
        if not rows:
            break
        last = rows[-1]
        permits = Permit.filter(application_id__in=[row.id for row in rows])
        kept = {one.application_id for one in await permits if not _is_over(one, before)}
        found += [row.id for row in rows if row.id not in kept]
    return found[:at_most]


async def forget_application(
    db: Database,
    actor: Actor,
    application_id: UUID,
    *,
    instead: str,
    duty: ArchiveDuty | None = None,
) -> tuple[UUID, ...]:
    """Because the applicant asks: make it nobody's before its time. The ids of its files; twice is as good as once.

    Raises NotFound; Conflict while it is open, while its permit lives, and where `duty` says that what was taken on must
    be kept (whatever categories of complaints it is narrowed to).
    """
    require_keeper(actor)

    async def work(change: Change) -> tuple[UUID, ...]:
        row = await change.lock(PermitApplication, application_id)
        if row is None:
            raise NotFound("problem.permit.not_found")
        permits = await Permit.filter(application_id=row.id)
        if row.ended_at is None or not all(_is_over(one, change.now) for one in permits):
            raise Conflict("problem.permit.still_open")
        if duty is not None and msgspec.structs.replace(duty, categories=()).covers(
            row.state, None, row.ended_at, change.now
        ):
            raise Conflict("problem.permit.must_be_kept", basis=duty.basis)
        return await anonymise_within(change, actor, row.id, instead=instead, content={}, act="forget") or ()

    return await db.change(work)


async def anonymise_within(
    change: Change,
    actor: Actor,
    application_id: UUID,
    *,
    instead: str,
    content: dict[str, object],
    act: str = EXPIRY,
) -> tuple[UUID, ...] | None:
    """Make an application nobody's; the ids of its files, whose bytes the caller removes. None where it is so already
    or is not over. `instead` stands in place of words, `content` says in the chain by which rule.
    """
    row = await change.lock(PermitApplication, application_id)
    if row is None or row.ended_at is None or row.anonymised_at is not None:
        return None
    row.form_sealed = row.holder_sealed = b""
    row.holder_number_sealed = row.holder_index = row.phone_sealed = row.phone_index = row.agent_sealed = None
    row.identity_number_sealed = None
    row.account_id = row.place_original = row.outline = row.latitude = row.longitude = row.place_cell = None
    row.facts, row.place_text = "{}", instead
    row.rating_comment = None
    if row.state == State.WITHDRAWN:
        # Why somebody took it back are their own words; why the bureau decided as it did stays.
        row.ground = None
    row.anonymised_at = row.updated_at = change.now
    await row.save()
    await PermitCorrection.filter(application_id=row.id).update(items="[]", words=None, head_reason=None)
    await CoSignature.filter(application_id=row.id).update(words=None, by_name=None)
    await PermitPause.filter(application_id=row.id).update(reason=instead)
    drafts = [one.id for one in await PermitDraft.filter(application_id=row.id).only("id")]
    await forget_of_drafts(drafts)
    await PermitDraft.filter(id__in=drafts).delete()
    permits = await _permits_of(row.id)
    await Permit.filter(id__in=permits).update(
        holder_sealed=b"", holder_shown=instead[:100], holder_index=None, account_id=None, place_text=instead,
        latitude=None, longitude=None, outline=None, place_cell=None, terms="[]", end_reason=None, compensation=None,
    )  # fmt: skip
    if act == EXPIRY:
        # Papers are kept as long as the law says, whoever asks.
        await _forget_papers(change, row, permits)
    await PermitSurvey.filter(about_id__in=[row.id, *permits]).update(
        latitude=None, longitude=None, accuracy_m=None, outline=None, findings=None, late_reason=None,
        no_photo_reason=None, cancel_reason=None, nonce_hash=None,
    )  # fmt: skip
    await forget_heard(row.id)
    row.reasons_sealed = None
    await row.save(update_fields=["reasons_sealed", "papers_forgotten_at"])
    files = await _drop_files([row.id, *permits], row.id)
    await note(change, actor, row, act, {**content, "files": len(files)})
    return files


async def forget_papers_within(
    change: Change, actor: Actor, application_id: UUID, *, content: dict[str, object]
) -> int | None:
    """Empty the papers of an application that became nobody's before their time; how many, None where that is done."""
    row = await change.lock(PermitApplication, application_id)
    if row is None or row.anonymised_at is None or row.papers_forgotten_at is not None:
        return None
    papers = await _forget_papers(change, row, await _permits_of(row.id))
    row.updated_at = change.now
    await row.save(update_fields=["papers_forgotten_at", "updated_at"])
    if papers:
        await note(change, actor, row, "forget_papers", {**content, "papers": papers})
    return papers


async def _forget_papers(change: Change, row: PermitApplication, permits: list[UUID]) -> int:
    """Those about it, its permits, and whoever was heard about either."""
    heard = PermitParty.filter(application_id__in=[row.id, *permits])
    row.papers_forgotten_at = change.now
    return (
        await forget_papers(change, "permit_application", [row.id])
        + await forget_papers(change, "permit", permits)
        + await forget_papers(change, ABOUT_PARTY, [one.id for one in await heard.only("id")])
    )


async def _permits_of(application_id: UUID) -> list[UUID]:
    return [one.id for one in await Permit.filter(application_id=application_id).only("id")]


async def _drop_files(about_ids: list[UUID], application_id: UUID) -> tuple[UUID, ...]:
    handed_in = PermitMaterial.filter(application_id=application_id)
    surveys = [one.id for one in await PermitSurvey.filter(about_id__in=about_ids).only("id")]
    photos = PermitSurveyPhoto.filter(survey_id__in=surveys)
    ids = [one.file_id for one in await handed_in if one.file_id is not None]
    ids += [one.file_id for one in await photos]
    await handed_in.delete()
    await photos.delete()
    await StoredFile.filter(id__in=ids).delete()
    return tuple(ids)


def _is_over(permit: Permit, before: datetime) -> bool:
    """Whether the permit ended before then and nothing is left to be cleaned up."""
    if permit.ended_at is None or permit.ended_at >= before:
        return False
    return permit.restore_by_at is None or permit.restored_at is not None
