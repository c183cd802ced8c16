"""Files that go with a complaint: one's own, and of the kind they are said to be."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from casework.complaints.media import AddedMedium, Medium
from casework.people.merging import members
from kit.files.uploads import account_holder
from kit.problems import Invalid
from miniapp_api.operations import Call
from miniapp_api.speaking import Refused

Photos = Annotated[tuple[UUID, ...], msgspec.Meta(max_length=9)]
Files = Annotated[tuple[UUID, ...], msgspec.Meta(max_length=6)]
_NOT_YOURS = "problem.upload.not_yours"


async def media_of(
    call: Call[Any, Any], photos: tuple[UUID, ...], recordings: tuple[UUID, ...]
) -> tuple[AddedMedium, ...]:
    """What was uploaded before, in the order given. Raises 409 naming the field for what is not there or not theirs."""
    ids = tuple(dict.fromkeys((*photos, *recordings)))
    if not ids:
        return ()
    own = await members(call.who.account_id)
    try:
        rows = await call.door.uploads.own_files(
            ids, holders=[account_holder(id) for id in sorted(own)], account_ids=own
        )
    except Invalid as unusable:
        raise Refused(unusable.key, 409, field=unusable.field) from None
    found = [AddedMedium(id, _medium(rows[id].sniffed_type)) for id in ids]
    for one in found:
        if (one.medium == "photo") != (one.file_id in photos):
            raise Refused(_NOT_YOURS, 409, field="photos" if one.file_id in photos else "recordings")
    return tuple(found)


def _medium(sniffed_type: str) -> Medium:
    media: dict[str, Medium] = {"audio": "voice", "video": "video"}
    return media.get(sniffed_type.partition("/")[0], "photo")
