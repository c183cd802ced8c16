"""What people send beside words: photos, voice messages, films."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal
from uuid import UUID

import msgspec

from casework.complaints.models import ComplaintPhoto
from kit.ids import Ids
from kit.problems import Invalid

Medium = Literal["photo", "voice", "video"]
PHOTO: Medium = "photo"
MEDIA: tuple[Medium, ...] = ("photo", "voice", "video")
AT_MOST = 15
"""With one addition, and beside the photos of a story."""
IN_ALL_AT_MOST = 40


class AddedMedium(msgspec.Struct, frozen=True):
    """A stored file and what it is."""

    file_id: UUID
    medium: Medium = PHOTO


async def files_of_cases(ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that go with a case."""
    found = ComplaintPhoto.filter(file_id__in=list(ids)).values_list("file_id", flat=True)
    return set(await found)  # type: ignore[arg-type]


def media_rows(
    ids: Ids, complaint_id: UUID, stage: str, media: Iterable[AddedMedium], first: int = 1
) -> list[ComplaintPhoto]:
    """Unsaved rows in the order given, numbered from `first` on. Raises Invalid for a medium we do not know."""
    given = tuple(media)
    if any(one.medium not in MEDIA for one in given):
        raise Invalid("problem.complaint.medium", field="media")
    return [
        ComplaintPhoto(
            id=ids.new(),
            complaint_id=complaint_id,
            file_id=one.file_id,
            position=number,
            stage=stage,
            medium=None if one.medium == PHOTO else one.medium,
        )
        for number, one in enumerate(given, start=first)
    ]
