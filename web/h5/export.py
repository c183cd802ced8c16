"""Everything we hold of a person, in one JSON document: what each door keeps, and nobody else's."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.people import merging
from casework.people.export import holdings
from web.h5.door import H5Door


async def export_of(door: H5Door, account_id: UUID) -> bytes:
    """The document; keys are in English and stable, so that a program can read it too."""
    ids = await merging.members(account_id)
    document: dict[str, object] = {
        "format": "chengguan-personal-export/1",
        "made_at": door.clock.now(),
        "bureau": door.bureau.name,
    }
    document |= await holdings(door.sealer, account_id, ids)
    document |= await door.also_held(ids)
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
