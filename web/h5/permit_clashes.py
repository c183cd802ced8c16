"""What else is permitted or asked for at the place and time of a draft, said without whose it is."""

from __future__ import annotations

from casework.permits.clashes import Clash, clashes
from casework.permits.drafts import DraftView
from casework.permits.forms import faults, read
from web.h5.door import H5Door

SHOWN_AT_MOST = 5


async def clash_lines(door: H5Door, draft: DraftView) -> tuple[str, ...]:
    """A sentence for each, the nearest first. None before place and time are known, or where sharing is no harm."""
    kind = draft.kind
    roles = {one.role: one.code for one in kind.fields if one.role is not None}
    if not kind.clashes or "place" not in roles or "when" not in roles:
        return ()
    wrong = faults(kind, draft.filled, now=draft.updated_at)
    if any(roles.get(role) in wrong for role in ("place", "when", "area")):
        return ()
    found = read(kind, draft.filled)
    if found.place is None or found.wanted_from_at is None or found.wanted_until_at is None:
        return ()
    own = {draft.id} | {one for one in (draft.application_id, draft.concerns_id) if one is not None}
    others = await clashes(
        door.permits.desk,
        found.outline or found.place,
        found.area_m2,
        found.wanted_from_at,
        found.wanted_until_at,
        leaving_out=own,
    )
    return tuple(_line(door, one) for one in others[:SHOWN_AT_MOST])


def _line(door: H5Door, one: Clash) -> str:
    text = door.words.text
    return text(
        f"h5_permits.clash.{one.about}_{one.extent}",
        kind=one.kind_name,
        place=one.place_text,
        begin=door.words.moment(one.from_at),
        until=door.words.end(one.until_at),
        metres=f"{one.distance_m:.0f}",
    )
