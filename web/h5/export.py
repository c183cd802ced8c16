"""Everything we hold of a person, in one JSON document: what each door keeps, and nobody else's."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.people import merging
from casework.people.export import holdings, note_export
from kit.files.uploads import account_holder
from web.h5.door import H5Door
from web.h5.drafts import held_by


async def export_of(door: H5Door, actor: Actor, account_id: UUID) -> bytes:
    """The document, noted as handed out; keys are in English and stable, so that a program can read it too."""
    ids = await merging.members(account_id)
    document: dict[str, object] = {
        "format": "chengguan-personal-export/1",
        "made_at": door.clock.now(),
        "bureau": door.bureau.name,
    }
    document |= await holdings(door.sealer, account_id, ids)
    document |= await door.also_held(ids)
    document["forms_not_sent"] = await held_by(door, [account_holder(one) for one in ids])
    content = msgspec.json.format(msgspec.json.encode(document), indent=2)
    await note_export(door.db, actor, account_id)
    return content
