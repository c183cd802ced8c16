"""Who applied at the window and has no account is told by text message; where there are none, a clerk phones them.

What is to be said is the notice that could not go out, so that it stands in one list with what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.notifications.models import Delivery
from casework.notifications.preferences import WINDOW
from casework.notifications.states import EXPIRED, FAILED
from casework.permissions import Operation, require
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.moving import locked, note
from casework.permits.sight import narrowed
from kit.db import Change
from kit.problems import NotFound

AT_MOST: Final = 100
SHOWN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Call:
    """One notice that somebody has to say by telephone: its words by `template` and `params`."""

    id: UUID
    reference: str
    kind_name: str
    template: str
    params: dict[str, str]
    at: datetime


async def calls(desk: PermitDesk, actor: Actor) -> tuple[Call, ...]:
    """Whom to phone, the oldest first, of the applications the actor sees. Raises Forbidden."""
    require(actor, Operation.ENTER_PERMITS)
    since = desk.db.clock.now() - SHOWN_FOR
    rows = await Delivery.filter(
        recipient_kind=WINDOW, state__in=(FAILED, EXPIRED), read_at=None, created_at__gte=since
    ).order_by("created_at", "id")
    ids = list({row.recipient_id for row in rows})
    seen, query = narrowed(actor), PermitApplication.filter(id__in=ids, account_id=None, anonymised_at=None)
    found = {one.id: one for one in await (query if seen is None else query.filter(seen))}
    return tuple(
        Call(
            id=row.id,
            reference=found[row.recipient_id].reference,
            kind_name=desk.kind_name(found[row.recipient_id].kind),
            template=row.template,
            params=msgspec.json.decode(row.params, type=dict[str, str]),
            at=row.created_at,
        )
        for row in rows
        if row.recipient_id in found
    )[:AT_MOST]


async def phoned(desk: PermitDesk, actor: Actor, delivery_id: UUID) -> None:
    """It was said by telephone; twice is as good as once. Raises NotFound, Forbidden."""

    async def work(change: Change) -> None:
        row = await change.lock(Delivery, delivery_id)
        if row is None or row.recipient_kind != WINDOW:
            raise NotFound("problem.permit.not_found")
        application = await locked(change, actor, row.recipient_id)
        require_on(actor, Operation.ENTER_PERMITS, application.unit, application.assignee_id)
        if row.read_at is not None:
            return
        row.read_at = change.now
        await row.save(update_fields=["read_at"])
        await note(change, actor, application, "phoned", {"notice": row.rule})

    await desk.db.change(work)
