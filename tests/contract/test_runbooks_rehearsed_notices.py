"""The runbooks of notices and of limits, done: what waits is found, what is mended goes on, nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.gauges_day import LastDay
from casework.actors import system
from casework.deadlines import clocks
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.events import DeadlineReached
from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import DeadlinePlanner
from casework.deadlines.profile import DeadlinesSection
from casework.deadlines.sounding import sound_due
from casework.events import EVENTS
from casework.notifications import queries, replay
from casework.notifications.dispatch import Dispatcher
from casework.notifications.models import Delivery
from casework.notifications.shape import Lane
from casework.people import staff
from casework.people.passwords import Passwords
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent
from tests import read_once
from tests.casework_setting import DISPATCHER, PLANNER, desk_on, filed
from tests.contract.test_casework_deliveries import Post, queued, states
from tests.rehearsal import Night, installed

UNSENT = {"OldestUnsentUrgent", "OldestUnsent", "OldestUnsentBulk"}
LONG_AGO = timedelta(hours=2)


@pytest.fixture
def night(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Night]:
    with installed(sqlite_url, tmp_path, monkeypatch, capsys) as night:
        yield night


async def message(db: Database, **stands: Any) -> UUID:
    """A message to a citizen of its own, in this state."""
    before = {row.id for row in await Delivery.all().only("id")}
    (id,) = set(await queued(db, 1)) - before

    async def work(_: Change) -> None:
        await Delivery.filter(id=id).update(**stands)

    await db.change(work)
    return id


async def sent_by_a_worker(db: Database) -> list[UUID]:
    """What a worker sends that runs until nothing is due."""
    post = Post()
    dispatcher = Dispatcher(db, post)
    while await dispatcher.step():
        pass
    return [one.id for one in post.seen]


def test_messages_that_wait_too_long_are_told_of_by_their_lane_and_go_once_a_worker_is_back(
    night: Night,
) -> None:
    async def waiting(db: Database) -> set[UUID]:
        since = await db.database_now() - LONG_AGO
        return {await message(db, lane=int(lane), next_at=since) for lane in Lane}

    waited = night.within(waiting)
    assert night.wrong() >= UNSENT
    code, said = night.types("health")
    assert code == 1
    assert said.count("docs/runbooks/deliveries.md#oldest-unsent") == 3
    sent = night.within(sent_by_a_worker)
    assert (set(sent), len(sent)) == (waited, len(waited))
    assert not night.wrong() & UNSENT


def test_what_never_arrived_is_tried_again_by_its_reason_and_with_a_new_day_to_arrive_in(
    night: Night,
) -> None:
    async def ended(db: Database) -> tuple[UUID, UUID, UUID]:
        past = await db.database_now() - LONG_AGO
        expired = await message(db, state="expired", final_reason="expired", expires_at=past)
        failed = await message(db, state="failed", final_reason="configuration")
        other = await message(db, state="failed", final_reason="window_closed")
        return expired, failed, other

    expired, failed, other = night.within(ended)
    assert night.within(sent_by_a_worker) == [], "nothing goes on by itself"

    async def all_again(db: Database) -> list[int]:
        asked = ("configuration", "expired", "expired")
        return [await replay.retry_all(db, DISPATCHER, reason) for reason in asked]

    assert night.within(all_again) == [1, 1, 0]
    assert set(night.within(sent_by_a_worker)) == {expired, failed}

    async def stands(_: Database) -> str:
        return (await Delivery.get(id=other)).state

    assert night.within(stands) == "failed"


def test_what_may_have_been_seen_is_counted_and_sent_once_more_only_with_a_reason(night: Night) -> None:
    """A worker was killed while it sent: its lease lapses, and nobody can tell what became of the message."""

    async def killed(db: Database) -> UUID:
        long_ago = await db.database_now() - LONG_AGO
        return await message(db, state="sending", fence=1, lease_until=long_ago, attempts=1)

    doubtful = night.within(killed)
    assert night.within(sent_by_a_worker) == []

    async def told(db: Database) -> list[tuple[str, str]]:
        (_, reasons, _) = await LastDay(db).read()
        return [(one.labels["state"], one.labels["reason"]) for one in reasons.samples if one.value]

    assert night.within(told) == [("uncertain", "lease_lapsed")]

    async def once_more(db: Database) -> tuple[int, UUID]:
        tried = await replay.retry_all(db, DISPATCHER, "lease_lapsed")
        return tried, await replay.replay(db, DISPATCHER, doubtful, "打过电话，市民说没收到")

    tried, again = night.within(once_more)
    assert tried == 0, "trying again is for what nobody has seen"
    assert night.within(sent_by_a_worker) == [again]

    async def afterwards(_: Database) -> tuple[dict[str, int], int]:
        return await states(), await AuditEntry.filter(action="delivery.replay").count()

    assert night.within(afterwards) == ({"uncertain": 1, "sent": 1}, 1)


class Clockwork:
    """What of a worker plans and sounds the alarms of limits."""

    def __init__(self, db: Database) -> None:
        self.desk = desk_on(db)
        self.deadlines = DeadlineDesk(
            db=db,
            calendar=self.desk.calendar,
            section=DeadlinesSection(),
            kinds=(clocks.complaints(self.desk),),
            catalogue=read_once.catalogue(),
        )

    async def relay(self) -> None:
        def failed(name: str, _: UUID, error: Exception) -> None:
            pytest.fail(f"{name}: {error!r}")

        handlers = (PLANNER, DeadlinePlanner(self.deadlines))
        while await Relay(self.deadlines.db, dict.fromkeys(EVENTS, handlers), failed).step():
            pass

    async def sound(self) -> int:
        return await sound_due(self.deadlines, lambda id, error: pytest.fail(f"{id}: {error!r}"))


def test_a_deadline_clock_that_stood_still_is_told_of_and_makes_up_for_it_once(night: Night) -> None:
    async def forgotten(db: Database) -> UUID:
        """A limit one of whose alarms was to sound while no worker ran."""
        work = Clockwork(db)
        clerk = await staff.add_staff(
            db, Passwords(memory_kib=64, passes=1), system(), login="diaodu", name="李敏",
            password="long enough", grants=[(Role.DISPATCHER, None)],
        )  # fmt: skip
        case = await filed(work.desk)
        await work.relay()
        late = await db.database_now() - LONG_AGO

        async def delayed(_: Change) -> None:
            await DeadlineAlarm.filter(case_id=case.id, clock="complaint.accept", mark="due").update(
                fire_at=late
            )

        await db.change(delayed)
        return clerk.id

    clerk = night.within(forgotten)
    assert "DeadlineClockLate" in night.wrong()
    assert "docs/runbooks/deadlines.md#clock" in night.types("health")[1]

    async def worker_is_back(db: Database) -> tuple[list[int], int, list[str]]:
        work = Clockwork(db)
        sounded = [await work.sound(), await work.sound()]
        await work.relay()
        told = [one.template for one in await queries.unread_for(clerk)]
        return sounded, await OutboxEvent.filter(name=DeadlineReached.name).count(), told

    sounded, events, told = night.within(worker_is_back)
    assert (sounded, events) == ([1, 0], 1)
    assert told.count("notify.staff.deadline_due") == 1
    assert "DeadlineClockLate" not in night.wrong()
