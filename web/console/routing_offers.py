"""What forms about routing offer to choose from: people who handle cases, places."""

from __future__ import annotations

from typing import Any

from casework.actors import Actor
from casework.areas.models import Area
from casework.people.staff import list_staff
from casework.routing.loading import HANDLING
from casework.routing.postings import may_post
from web.console.door import ConsoleDoor
from web.console.screens import Option

AREAS_AT_MOST = 1_000


async def handler_options(door: ConsoleDoor, by: Actor | None = None) -> tuple[Option, ...]:
    """People who work here and can be given cases, by login; only those whom `by` may post, if given."""
    return tuple(
        Option(value=one.login, words=f"{one.name}（{one.login}）")
        for one in await list_staff(door.db)
        if one.left_at is None
        and (units := {grant.unit for grant in one.own_grants if grant.role in HANDLING})
        and (by is None or may_post(by, units))
    )


async def area_options() -> tuple[Option, ...]:
    """Names of the bureau's polygons, with their codes."""
    rows: Any = await Area.all().order_by("kind", "code").limit(AREAS_AT_MOST).values_list("code", "name")
    return tuple(Option(value=name, words=code) for code, name in rows)
