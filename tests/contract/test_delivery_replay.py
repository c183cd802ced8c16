"""What a clerk does about messages on both engines: try again, send once more, see how each rule fares, read one's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.actors import Actor
from casework.complaints.events import ComplaintAccepted, ComplaintAssigned
from casework.notifications import queries, replay
from casework.notifications.bundles import make_bundles
from casework.notifications.models import Delivery
from casework.notifications.overview import overview
from casework.notifications.settling import sweep_lapsed
from casework.notifications.states import BUNDLED, EXPIRED, FAILED, QUEUED, SENDING, SENT, UNCERTAIN
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from tests.casework_setting import AUDITOR, CITIZEN, DISPATCHER, HANDLER, PLANNER, desk_on, filed, person


async def ended(db: Database, number: int = 1, case_id: UUID | None = None, **state: Any) -> UUID:
    """A message about a case that came to an end."""
    event = ComplaintAccepted(
        complaint_id=case_id or person(900 + number),
        reference=f"R{number}",
        account_id=CITIZEN.id,
        at=db.clock.now(),
    )

    async def work(change: Change) -> UUID:
        event_id = change.ids.new()
        await PLANNER(change, event_id, event)
        row = await Delivery.get(event_id=event_id)
        await Delivery.filter(id=row.id).update(**state)
        return row.id

    return await db.change(work)


async def test_what_never_arrived_is_tried_again_with_the_same_row(database: Database) -> None:
    case = await filed(desk_on(database))
    failed = await ended(database, case_id=case.id, state=FAILED, final_reason="configuration", attempts=3)
    await asyncio.gather(*(replay.retry(database, DISPATCHER, failed) for _ in range(3)))
    row = await Delivery.get(id=failed)
    assert (row.state, row.attempts, row.final_reason) == (QUEUED, 0, None)
    assert row.expires_at > await database.database_now()
    assert await Delivery.all().count() == 1
    last = await AuditEntry.filter(case_id=case.id).order_by("-position").first()
    assert last is not None
    assert (last.action, last.actor_id) == ("delivery.retry", DISPATCHER.id)


async def test_what_may_have_arrived_is_not_tried_again_but_sent_once_more_with_a_reason(
    database: Database,
) -> None:
    doubtful = await ended(database, state=UNCERTAIN, final_reason="no_answer")
    with pytest.raises(Conflict):
        await replay.retry(database, DISPATCHER, doubtful)
    with pytest.raises(Invalid):
        await replay.replay(database, DISPATCHER, doubtful, " ")
    taps = await asyncio.gather(
        *(replay.replay(database, DISPATCHER, doubtful, "市民来电说没收到") for _ in range(3))
    )
    assert len(set(taps)) == 1
    (again,) = await queries.replays_of(doubtful)
    assert (again.id, again.state, again.params["reference"]) == (taps[0], QUEUED, "R1")
    assert (await Delivery.get(id=doubtful)).state == UNCERTAIN
    # Of a case nobody knows: the message has a chain of its own.
    assert await AuditEntry.filter(case_id=doubtful, action="delivery.replay").count() == 1


async def test_a_page_left_open_does_not_send_a_third_message(database: Database) -> None:
    doubtful = await ended(database, state=UNCERTAIN, final_reason="no_answer")
    again = await replay.replay(database, DISPATCHER, doubtful, "市民来电说没收到")

    async def work(change: Change) -> None:
        await Delivery.filter(id=again).update(state=SENT)

    await database.change(work)
    with pytest.raises(Conflict):
        await replay.replay(database, DISPATCHER, doubtful, "市民来电说没收到")
    third = await replay.replay(database, DISPATCHER, again, "还是没收到")
    assert [one.id for one in await queries.replays_of(again)] == [third]


async def test_what_cannot_be_mended_is_refused_and_left_alone(database: Database) -> None:
    lost = await ended(database, 1, state=FAILED, lost_at=database.clock.now())
    shown = await ended(database, 2, state=SENT, channel="console")
    failed = await ended(database, 3, state=FAILED)
    with pytest.raises(Conflict):
        await replay.retry(database, DISPATCHER, lost)
    with pytest.raises(Conflict):
        await replay.replay(database, DISPATCHER, shown, "再发一次")
    with pytest.raises(Conflict):
        await replay.replay(database, DISPATCHER, failed, "再发一次")
    with pytest.raises(NotFound):
        await replay.retry(database, DISPATCHER, person(77))
    actor: Actor
    for actor in (HANDLER, AUDITOR, CITIZEN):
        with pytest.raises(Forbidden):
            await replay.retry(database, actor, failed)
    assert await AuditEntry.all().count() == 0


async def test_after_a_cause_is_mended_all_it_stopped_are_tried_again(database: Database) -> None:
    for number in range(3):
        await ended(database, number, state=FAILED, final_reason="configuration")
    await ended(database, 4, state=EXPIRED, final_reason="expired")
    assert await replay.retry_all(database, DISPATCHER, "configuration", "complaint_refused_owner") == 0
    assert await replay.retry_all(database, DISPATCHER, "configuration") == 3
    assert await replay.retry_all(database, DISPATCHER, "configuration") == 0
    assert await Delivery.filter(state=QUEUED).count() == 3


async def test_a_bundle_that_is_tried_again_takes_what_is_in_it_along(database: Database) -> None:
    bundle = await ended(database, 1, state=FAILED, rule="bundle_owner", final_reason="configuration")
    inside = await ended(database, 2, state=FAILED, digest_id=bundle, final_reason="configuration")
    # What is in a bundle is not tried again by itself.
    assert await replay.retry_all(database, DISPATCHER, "configuration") == 1
    row = await Delivery.get(id=inside)
    assert (row.state, row.final_reason, row.settled_at) == (BUNDLED, None, None)
    assert await make_bundles(database, lambda template, reference: template) == 0
    now = await database.database_now()

    async def arrives(change: Change) -> None:
        await Delivery.filter(id=bundle).update(state=SENDING, lease_until=now - timedelta(seconds=1))
        await sweep_lapsed(change, now, lambda code: None)

    await database.change(arrives)
    assert (await Delivery.get(id=inside)).state == UNCERTAIN


async def test_the_overview_counts_what_became_of_each_rule(database: Database) -> None:
    await ended(database, 1, state=SENT, channel="custom")
    await ended(database, 2, state=SENT, channel="custom", repeats=1)
    await ended(database, 3, state=FAILED, final_reason="window_closed")
    await ended(database, 4, state=UNCERTAIN, final_reason="no_answer")
    await ended(database, 5)
    await ended(database, 6, state=SENT, channel="console")
    found = await overview(database)
    (record,) = found.rules
    assert record.rule == "complaint_accepted_owner"
    assert (record.sent, record.failed, record.uncertain, record.waiting, record.console) == (2, 1, 1, 1, 1)
    assert (record.success, record.repeated) == (0.5, 1)
    assert set(found.reasons) == {("window_closed", 1), ("no_answer", 1)}
    assert found.oldest_unsent_s is not None
    assert 0 <= found.oldest_unsent_s < 60


async def test_opening_a_case_reads_what_one_was_told_about_it(database: Database) -> None:
    async def work(change: Change) -> None:
        for number in (1, 2):
            event = ComplaintAssigned(
                complaint_id=person(900 + number),
                reference=f"R{number}",
                account_id=None,
                assignee_id=HANDLER.id,
                at=change.now,
            )
            await PLANNER(change, change.ids.new(), event)

    await database.change(work)
    assert await queries.unread_count(HANDLER.id) == 2
    assert await queries.mark_case_read(database, HANDLER.id, person(901)) == 1
    assert await queries.mark_case_read(database, HANDLER.id, person(901)) == 0
    assert await queries.unread_count(HANDLER.id) == 1
    page = await queries.notices_for(HANDLER.id)
    assert [row.read_at is not None for row in page.rows] == [False, True]
