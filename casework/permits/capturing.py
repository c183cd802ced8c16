"""Photos of a visit, and what is known of when they were taken.

The page on which officers take photos gets a nonce from the server, of this visit alone. A photo that comes with it while
the visit is open was taken there and then: the server's time is its time. Any other one, from the album or by another
way, is kept too; its time is not known, and every page and paper says so. Only a keyed hash of the nonce is stored: the
nonce itself is reckoned again for the second officer, whose page must not close the first one's.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.place import Position, checked
from casework.permits import visits
from casework.permits.desk import PermitDesk
from casework.permits.moving import note
from casework.permits.survey_models import PermitSurvey, PermitSurveyPhoto
from kit.db import Change
from kit.files.models import FileState, StoredFile
from kit.problems import Conflict, Invalid

PHOTOS_AT_MOST = 30
EVERY = ("application", "restoration", "check")


class SurveyPhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of a visit. `taken_at` is None where it was not taken on the visit's page. Degrees, WGS-84."""

    id: UUID
    file_id: UUID
    position: int
    is_bound: bool
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


async def open_capture(desk: PermitDesk, actor: Actor, survey_id: UUID) -> str:
    """The nonce for the page on which photos are taken, the same for both officers while the visit is open.

    Raises NotFound, Forbidden for whoever does not go there, Conflict once it is recorded or called off.
    """

    async def work(change: Change) -> str:
        row, _, survey = await visits.locked(change, actor, survey_id, EVERY)
        visits.require_officer(actor, survey)
        visits.require_open(survey)
        if survey.nonce_from_at is None:
            survey.nonce_from_at = change.now
            survey.nonce_hash = _hash(desk, _nonce(desk, survey))
            await survey.save(update_fields=["nonce_from_at", "nonce_hash"])
            await note(change, actor, row, "open_capture", {"survey": survey.id})
        return _nonce(desk, survey)

    return await desk.db.change(work)


async def add_photo(
    desk: PermitDesk,
    actor: Actor,
    survey_id: UUID,
    file_id: UUID,
    *,
    nonce: str | None = None,
    position: Position | None = None,
) -> SurveyPhotoView:
    """Put a stored photo on a visit; the same file or the same bytes twice is one photo. Raises NotFound, Forbidden, Conflict, Invalid.

    `position` is the phone's; it is kept only of a photo taken on the page.
    """
    point = checked(position).as_wgs84() if position is not None else None

    async def work(change: Change) -> SurveyPhotoView:
        row, _, survey = await visits.locked(change, actor, survey_id, EVERY)
        visits.require_officer(actor, survey)
        if survey.cancelled_at is not None:
            raise Conflict("problem.permit.survey_called_off")
        if survey.confirmed_by_id is not None:
            raise Conflict("problem.permit.survey_confirmed")
        # The visit is locked: of two posts at the same moment the second finds the photo of the first.
        held = await _held(survey.id, await _file(file_id))
        if held is not None:
            return _view(held)
        count = await PermitSurveyPhoto.filter(survey_id=survey.id).count()
        if count >= PHOTOS_AT_MOST:
            raise Invalid("problem.permit.survey_photos", field="photos", at_most=PHOTOS_AT_MOST)
        is_bound = survey.recorded_at is None and _is_of(desk, survey, nonce)
        photo = PermitSurveyPhoto(
            id=change.ids.new(),
            survey_id=survey.id,
            file_id=file_id,
            position=count + 1,
            is_bound=is_bound,
            taken_at=change.now if is_bound else None,
            latitude=point.latitude if point is not None and is_bound else None,
            longitude=point.longitude if point is not None and is_bound else None,
            added_at=change.now,
        )
        await photo.save(force_create=True)
        if is_bound and survey.arrived_at is None:
            survey.arrived_at = change.now
            await survey.save(update_fields=["arrived_at"])
        content = {"survey": survey.id, "photo": photo.position, "is_bound": is_bound}
        await note(change, actor, row, "survey_photo", content)
        return _view(photo)

    return await desk.db.change(work)


async def file_kept(survey_id: UUID, content: bytes) -> UUID | None:
    """The stored file of a photo of this visit with the same bytes: one that is sent again because the answer got lost."""
    of_visit = await PermitSurveyPhoto.filter(survey_id=survey_id).values_list("file_id", flat=True)
    digest = hashlib.sha256(content).hexdigest()
    same = await StoredFile.filter(id__in=list(of_visit), sha256=digest).order_by("id").first()
    return same.id if same is not None else None


async def has_proof(survey_id: UUID) -> bool:
    """Whether a photo was taken on the visit's page, and it is known where."""
    return await PermitSurveyPhoto.filter(
        survey_id=survey_id, is_bound=True, latitude__isnull=False, longitude__isnull=False
    ).exists()


async def photos_of(survey_id: UUID) -> tuple[SurveyPhotoView, ...]:
    """The photos of a visit in their order."""
    rows = await PermitSurveyPhoto.filter(survey_id=survey_id).order_by("position")
    return tuple(_view(row) for row in rows)


async def _held(survey_id: UUID, file: StoredFile) -> PermitSurveyPhoto | None:
    of_visit = await PermitSurveyPhoto.filter(survey_id=survey_id).order_by("position")
    ids = [one.file_id for one in of_visit]
    same = await StoredFile.filter(id__in=ids, sha256=file.sha256).values_list("id", flat=True)
    return next((one for one in of_visit if one.file_id in {file.id, *same}), None)


async def _file(file_id: UUID) -> StoredFile:
    stored = await StoredFile.get_or_none(id=file_id)
    if stored is None or stored.state == FileState.REFUSED:
        raise Invalid("problem.permit.photo_file", field="photos")
    return stored


def _nonce(desk: PermitDesk, survey: PermitSurvey) -> str:
    opened_at = survey.nonce_from_at or survey.scheduled_at
    said = f"{survey.id} {opened_at.astimezone(UTC).isoformat()}"
    return desk.sealer.blind_index(said, purpose="permit survey nonce").hex()


def _hash(desk: PermitDesk, nonce: str) -> str:
    return desk.sealer.blind_index(nonce, purpose="permit survey nonce hash").hex()


def _is_of(desk: PermitDesk, survey: PermitSurvey, nonce: str | None) -> bool:
    if not nonce or survey.nonce_hash is None or len(nonce) > 200:
        return False
    return hmac.compare_digest(survey.nonce_hash, _hash(desk, nonce))


def _view(row: PermitSurveyPhoto) -> SurveyPhotoView:
    return SurveyPhotoView(
        id=row.id,
        file_id=row.file_id,
        position=row.position,
        is_bound=row.is_bound,
        taken_at=row.taken_at,
        latitude=row.latitude,
        longitude=row.longitude,
    )
