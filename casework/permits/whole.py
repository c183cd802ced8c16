"""An application that comes whole, in one message: at most once per act, and of one that is refused nothing is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permits.delivering import Delivery
from casework.permits.desk import PermitDesk
from casework.permits.drafts import new_row, offered, written
from casework.permits.forms import Filled, clean, visible_materials
from casework.permits.kinds import Act
from casework.permits.materials import attach_within
from casework.permits.models import PermitApplication
from casework.permits.moving import NOT_FOUND
from casework.permits.submitting import Source, Submitted, insert_within, new_reference, submitted_as
from kit.db import Change
from kit.problems import Invalid, NotFound


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """All of an application. `files` are uploaded files by code of the material they are handed in under."""

    kind: str
    act: Act = "new"
    concerns_id: UUID | None = None
    filled: Filled = Filled()
    files: Mapping[str, Sequence[UUID]] = {}
    delivery: Delivery | None = None


async def submit_whole(
    desk: PermitDesk, actor: Actor, whole: Whole, *, source: Source, key: str, body: bytes
) -> Submitted:
    """Submit it at most once per `key`, made unique by who sent it; `body` is what the message said.

    Raises NotFound, Invalid naming the field, TooLarge, Conflict (409) for the same key with another body.
    """
    kind = offered(desk, whole.kind, whole.act)
    filled = clean(kind, whole.filled)
    words = written(kind, filled)
    reference = await new_reference(desk, kind)

    async def work(change: Change) -> bytes:
        draft = new_row(desk, change, actor, kind, whole.act, words, concerns_id=whole.concerns_id)
        await draft.save(force_create=True)
        asked = {one.code: one for one in visible_materials(kind, filled)}
        for code, file_ids in whole.files.items():
            if code not in asked:
                raise Invalid("problem.permit.form.material_unknown", field=code)
            for file_id in dict.fromkeys(file_ids):
                await attach_within(change, actor, draft, asked[code], file_id, ())
        made = await insert_within(desk, change, actor, draft, kind, reference, source, whole.delivery)
        return made.application_id.bytes

    guard = f"permit:{hashlib.sha256(key.encode()).hexdigest()}"
    once = await desk.db.once(guard, hashlib.sha256(body).digest(), work)
    row = await PermitApplication.get_or_none(id=UUID(bytes=once.result))
    if row is None:
        raise NotFound(NOT_FOUND)
    return submitted_as(desk, row, is_repeat=not once.fresh)
