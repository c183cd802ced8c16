"""Me too, on the form: what was reported next to its place, of the kind it tells of, and which of it is meant.

With scripts it comes with the answer to a draft. Without them the form comes back once before it is taken, where its
place is known. Nobody has to answer, and whoever asks too often is shown nothing new for a while.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sanic import Request

from casework.complaints import me_too
from casework.complaints.place import Position
from casework.people.merging import members
from casework.scene_codes.queries import position_at
from kit.http.rate_limit import by_address
from kit.problems import TooMany
from web.h5.door import H5Door
from web.h5.drafts import holder_of
from web.h5.filing_form import FilingForm
from web.h5.screens import Option
from web.h5.visitor import Visitor

NONE_OF_THEM = "none"
_A_MINUTE, _OF_ALL = 12, 60


async def near_options(
    request: Request, door: H5Door, visitor: Visitor | None, form: FilingForm
) -> tuple[Option, ...] | None:
    """What to choose from, "none of them" last; empty where nothing is near. None: asked too often, nothing is known."""
    position, kinds = await _position(form), _kinds(door, form)
    if position is None or not kinds:
        return ()
    try:
        await door.limits.take("h5-near", by_address(door.addresses.of(request)), per_minute=_OF_ALL)
        await door.limits.take("h5-near", holder_of(request, visitor), per_minute=_A_MINUTE)
    except TooMany:
        return None
    own: Collection[UUID] = await members(visitor.account_id) if visitor is not None else ()
    found = await me_too.near_shown(
        door.desk,
        me_too.key_of(door.keys),
        position=position,
        categories=kinds,
        at=door.clock.now(),
        own=own,
    )
    if not found:
        return ()
    text = door.words.text
    shown = (
        Option(
            value=one.token,
            words=text(
                "h5_file.near.one",
                category=one.category_name,
                metres=one.within_m,
                state=text(f"complaint.state.{one.state}"),
            ),
        )
        for one in found
    )
    return (*shown, Option(value=NONE_OF_THEM, words=text("h5_file.near.none")))


async def case_meant(door: H5Door, form: FilingForm) -> UUID | None:
    """The case that was chosen; None for none of them, and for one that is over by now: then it is filed like others."""
    position = await _position(form) if form.same and form.same != NONE_OF_THEM else None
    if position is None:
        return None
    return await me_too.said_same(
        door.desk,
        me_too.key_of(door.keys),
        form.same,
        position=position,
        categories=_kinds(door, form),
        at=door.clock.now(),
    )


def _kinds(door: H5Door, form: FilingForm) -> tuple[str, ...]:
    return me_too.kinds_about(door.desk, form.story, group=form.group or None)


async def _position(form: FilingForm) -> Position | None:
    """Where the form says it is: by the phone, or by the sign whose code led here."""
    if form.position is not None or not form.code:
        return form.position
    return await position_at(form.code, form.place)
