"""Real events for previews, and a sample to one's own phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.notifications.conditions import CONDITIONS
from casework.notifications.models import Delivery
from casework.notifications.plan import params_of
from casework.notifications.preferences import STAFF
from casework.notifications.shape import Lane, Rule
from casework.notifications.states import QUEUED
from casework.people.models import Staff
from casework.people.staff_binding import account_of
from casework.permissions import Operation, require
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, NotFound

LOOKED_AT: Final = 50
SAMPLE: Final = "sample"
FRESH_FOR: Final = timedelta(minutes=10)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the templates may name about one event that has happened."""

    event_id: UUID
    at: datetime
    params: Mapping[str, str]


async def samples(rule: Rule, at_most: int = 5) -> tuple[Sample, ...]:
    """The latest events this rule speaks about, newest first; events are kept for three months."""
    rows = await OutboxEvent.filter(name=rule.event.name).order_by("-id").limit(LOOKED_AT)
    found: list[Sample] = []
    for row in rows:
        try:
            event = msgspec.json.decode(row.payload, type=rule.event)
        except msgspec.ValidationError:
            continue  # of a release before, in a shape nobody reads any more
        if CONDITIONS[rule.when].holds(event):
            found.append(Sample(event_id=row.id, at=event.at, params=params_of(event)))
        if len(found) == at_most:
            break
    return tuple(found)


async def send_sample(db: Database, actor: Actor, rule: Rule, sample: Sample) -> UUID:
    """Send what this rule would have said to the actor's own bound WeChat. Raises Conflict where none is bound."""
    require(actor, Operation.AMEND_SETTINGS)
    staff_id = actor.id
    if staff_id is None or await account_of(staff_id) is None:
        raise Conflict("problem.notices.not_bound")

    async def work(change: Change) -> UUID:
        if await change.lock(Staff, staff_id) is None:
            raise NotFound()
        now = await change.database_now()
        row = Delivery(
            id=change.ids.new(),
            event_id=change.ids.new(),
            case_id=None,
            recipient_kind=STAFF,
            recipient_id=staff_id,
            rule=SAMPLE,
            template=rule.template,
            params=msgspec.json.encode(dict(sample.params)).decode(),
            state=QUEUED,
            attempts=0,
            fence=0,
            lane=int(Lane.NORMAL),
            next_at=now,
            expires_at=now + FRESH_FOR,
            created_at=change.now,
            updated_at=change.now,
            # It is about nothing to be done.
            read_at=change.now,
        )
        await row.save(force_create=True)
        await change.audit(staff_id, actor, "delivery.sample", {"rule": rule.code, "delivery": str(row.id)})
        return row.id

    return await db.change(work)
