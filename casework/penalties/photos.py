"""Photos of a notice: what officers found, what the party has put right, what officers saw when they looked again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from casework.penalties.models import RectificationPhoto
from kit.db import Change
from kit.files.models import FileState, StoredFile
from kit.problems import Invalid

FOUND, AFTER, RECHECK = "found", "after", "recheck"
PHOTO_KIND = "rectification_photo"
"""What officers' photos are for (`StoredFile.kind`): no other photo can be hung onto a notice at the console."""
AT_MOST = 9


async def put_photos(change: Change, notice_id: UUID, stage: str, file_ids: Sequence[UUID]) -> None:
    """Add them behind those of the same stage. The notice is locked by the caller."""
    last = await RectificationPhoto.filter(notice_id=notice_id, stage=stage).order_by("-position").first()
    first = last.position + 1 if last is not None else 1
    await RectificationPhoto.bulk_create(
        RectificationPhoto(
            id=change.ids.new(), notice_id=notice_id, file_id=one, stage=stage, position=number
        )
        for number, one in enumerate(file_ids, start=first)
    )


async def put_officers(change: Change, notice_id: UUID, stage: str, file_ids: Sequence[UUID]) -> None:
    """The same for photos that came through the console. Raises Invalid for one that did not, or that something holds."""
    ids = list(dict.fromkeys(file_ids))
    if len(ids) > AT_MOST:
        raise Invalid("problem.penalty.too_many_photos", field="photos", at_most=AT_MOST)
    states = (FileState.RECEIVED.value, FileState.READY.value)
    sent = StoredFile.filter(id__in=ids, kind=PHOTO_KIND, account_id=None, state__in=states)
    if await sent.count() != len(ids) or await RectificationPhoto.filter(file_id__in=ids).exists():
        raise Invalid("problem.penalty.photo_unknown", field="photos")
    await put_photos(change, notice_id, stage, ids)
