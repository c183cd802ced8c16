"""Deliveries on both engines: planned once, sent at most once visibly, every one accounted for."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.actors import system
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.events import EVENTS, ComplaintAccepted
from casework.notifications import queries
from casework.notifications.channel import DeliveryMessage, Final, Retry, SendOutcome, Sent, Uncertain
from casework.notifications.dispatch import ATTEMPTS_AT_MOST, Dispatcher
from casework.notifications.models import Delivery
from casework.people import staff
from casework.people.passwords import Passwords
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox import Relay
from kit.problems import Busy
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, PLANNER, desk_on, filed, person


class Post:
    """A channel that keeps what was visible to whom and answers as it is told."""

    def __init__(self, answer: Callable[[DeliveryMessage], Awaitable[SendOutcome]] | None = None) -> None:
        self.seen: list[DeliveryMessage] = []
        self._answer = answer

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        self.seen.append(delivery)
        if self._answer is not None:
            return await self._answer(delivery)
        return Sent("custom", "p1")


def answering(*outcomes: SendOutcome) -> Post:
    """Gives these outcomes one after another, the last one for ever."""
    waiting = list(outcomes)

    async def answer(_: DeliveryMessage) -> SendOutcome:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return Post(answer)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def relay(db: Database) -> None:
    failures: list[str] = []
    them = Relay(
        db, {event: [PLANNER] for event in EVENTS}, lambda name, id, error: failures.append(repr(error))
    )
    while await them.step():
        pass
    assert failures == []


async def queued(db: Database, count: int) -> list[UUID]:
    """Messages to as many citizens, planned as the relay plans them."""

    async def work(change: Change) -> None:
        for number in range(count):
            event = ComplaintAccepted(
                complaint_id=person(1000 + number),
                reference=f"R{number}",
                account_id=person(5000 + number),
                at=change.now,
            )
            await PLANNER(change, change.ids.new(), event)

    await db.change(work)
    return [row.id for row in await Delivery.all().order_by("id")]


async def states() -> dict[str, int]:
    return dict(Counter([row.state for row in await Delivery.all()]))


async def test_each_step_of_a_case_is_told_to_its_owner_once(desk: Desk) -> None:
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id)
    await actions.answer(desk, HANDLER, case.id, text="摊位已劝离。")
    await actions.rate(desk, CITIZEN, case.id, score=3)
    await relay(desk.db)
    post = Post()
    while await Dispatcher(desk.db, post).step():
        pass
    told = {message.template for message in post.seen}
    assert told == {f"notify.complaint.{what}" for what in ("accepted", "assigned", "answered")}
    # The rating was confirmed where it was given.
    assert len(post.seen) == 3
    assert all(message.recipient_id == CITIZEN.id for message in post.seen)
    assert all(message.case_id == case.id for message in post.seen)
    assert await states() == {"sent": 3}


async def test_an_event_handled_twice_is_planned_once(database: Database) -> None:
    event = ComplaintAccepted(
        complaint_id=person(1), reference="R", account_id=person(2), at=database.clock.now()
    )

    async def work(change: Change) -> None:
        await PLANNER(change, person(3), event)

    await database.change(work)
    await database.change(work)
    assert await Delivery.all().count() == 1


async def test_staff_find_theirs_in_the_console_and_nothing_is_sent_to_them(desk: Desk) -> None:
    passwords = Passwords(memory_kib=64, passes=1)
    hired = {}
    for login, role, unit in (
        ("diaodu", Role.DISPATCHER, None),
        ("jiemian", Role.HANDLER, "street"),
        ("yejian", Role.HANDLER, "night"),
    ):
        hired[login] = await staff.add_staff(
            desk.db,
            passwords,
            system(),
            login=login,
            name=login,
            password="long enough",
            grants=[(role, unit)],
        )
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id)
    await relay(desk.db)
    (for_dispatcher,) = await queries.unread_for(hired["diaodu"].id)
    assert for_dispatcher.template == "notify.staff.complaint_submitted"
    (for_unit,) = await queries.unread_for(hired["jiemian"].id)
    assert for_unit.template == "notify.staff.complaint_assigned"
    assert await queries.unread_for(hired["yejian"].id) == ()
    await queries.mark_read(desk.db, hired["diaodu"].id, [for_dispatcher.id, for_unit.id])
    assert await queries.unread_for(hired["diaodu"].id) == ()
    assert len(await queries.unread_for(hired["jiemian"].id)) == 1


async def test_two_dispatchers_send_each_message_once(database: Database) -> None:
    await queued(database, 40)
    post = Post()
    first, second = (Dispatcher(database, post, slots=4) for _ in range(2))

    async def drain(dispatcher: Dispatcher) -> None:
        while await dispatcher.step():
            pass

    await asyncio.gather(drain(first), drain(second))
    assert len(post.seen) == 40
    assert len({message.id for message in post.seen}) == 40
    assert await states() == {"sent": 40}


async def test_no_more_is_claimed_than_can_be_in_flight(database: Database) -> None:
    await queued(database, 10)
    inside, release = asyncio.Event(), asyncio.Event()

    async def hold(_: DeliveryMessage) -> SendOutcome:
        inside.set()
        await release.wait()
        return Sent("custom")

    step = asyncio.create_task(Dispatcher(database, Post(hold), slots=3).step())
    await inside.wait()
    assert await states() == {"sending": 3, "queued": 7}
    release.set()
    assert await step == 3


async def test_the_running_dispatcher_fills_freed_slots_and_finishes_what_it_began(
    database: Database,
) -> None:
    await queued(database, 25)
    stop = asyncio.Event()
    at_once, most = 0, 0

    async def slow(_: DeliveryMessage) -> SendOutcome:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.005)
        at_once -= 1
        return Sent("custom")

    post = Post(slow)
    running = asyncio.create_task(Dispatcher(database, post, slots=5).run(stop, idle_s=0.05))
    while len(post.seen) < 25:
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert await states() == {"sent": 25}
    assert 1 < most <= 5


async def test_only_what_was_certainly_not_delivered_is_tried_again(database: Database) -> None:
    await queued(database, 1)
    post = answering(Retry(0, "busy"), Retry(0, "busy"), Sent("template", "42"))
    dispatcher = Dispatcher(database, post, back_off_s=0.0)
    for _ in range(3):
        assert await dispatcher.step() == 1
    assert await dispatcher.step() == 0
    row = await Delivery.get()
    assert (row.state, row.attempts, row.channel, row.platform_id) == ("sent", 3, "template", "42")
    assert [message.attempt for message in post.seen] == [1, 2, 3]
    (line,) = (await queries.deliveries()).rows
    assert line.reason_key == ""


async def test_what_may_have_been_shown_ends_as_uncertain_and_knows_since_when(database: Database) -> None:
    await queued(database, 1)
    post = answering(Retry(0, "no_answer", may_be_shown=True), Retry(0, "busy"))
    dispatcher = Dispatcher(database, post, back_off_s=0.0)
    before = await database.database_now()
    await dispatcher.step()
    lost_at = (await Delivery.get()).lost_at
    assert lost_at is not None
    assert before <= lost_at <= await database.database_now()
    for _ in range(ATTEMPTS_AT_MOST - 1):
        assert await dispatcher.step() == 1
    row = await Delivery.get()
    assert (row.state, row.lost_at) == ("uncertain", lost_at)
    assert [message.lost_s is None for message in post.seen] == [True, *[False] * (ATTEMPTS_AT_MOST - 1)]


async def test_a_retry_waits_its_turn(database: Database) -> None:
    await queued(database, 1)
    dispatcher = Dispatcher(database, answering(Retry(60, "busy")))
    assert await dispatcher.step() == 1
    assert await dispatcher.step() == 0
    row = await Delivery.get()
    assert (row.state, row.last_reason) == ("queued", "busy")
    assert row.next_at > await database.database_now() + timedelta(seconds=50)


async def test_trying_ends_after_so_many_attempts(database: Database) -> None:
    await queued(database, 1)
    dispatcher = Dispatcher(database, answering(Retry(0, "busy")), back_off_s=0.0)
    for _ in range(ATTEMPTS_AT_MOST):
        assert await dispatcher.step() == 1
    assert await dispatcher.step() == 0
    row = await Delivery.get()
    assert (row.state, row.final_reason, row.last_reason) == ("failed", "too_many_attempts", "busy")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Final("not_following"), "failed"),
        (Final("wechat_error.no_consent.reason"), "failed"),
        (Uncertain("no_answer"), "uncertain"),
    ],
)
async def test_a_final_outcome_is_final(database: Database, outcome: Final | Uncertain, state: str) -> None:
    await queued(database, 1)
    post = answering(outcome)
    dispatcher = Dispatcher(database, post)
    assert await dispatcher.step() == 1
    assert await dispatcher.step() == 0
    row = await Delivery.get()
    assert (row.state, row.final_reason) == (state, outcome.reason)
    assert len(post.seen) == 1


async def test_a_channel_that_raises_leaves_one_uncertain_row_and_the_others_go_on(
    database: Database,
) -> None:
    ids = await queued(database, 5)
    heard: list[tuple[str, str]] = []

    async def faulty(message: DeliveryMessage) -> SendOutcome:
        if message.id == ids[2]:
            raise ConnectionResetError
        return Sent("custom")

    dispatcher = Dispatcher(database, Post(faulty), on_failure=lambda id, error: heard.append((id, error)))
    await dispatcher.step()
    assert await states() == {"sent": 4, "uncertain": 1}
    assert heard == [(str(ids[2]), "ConnectionResetError")]


class BusyAtTimes:
    """A database some of whose transactions, by their number, find no turn."""

    def __init__(self, db: Database, *busy: int) -> None:
        self._db, self._busy, self._count = db, busy, 0

    async def database_now(self) -> datetime:
        return await self._db.database_now()

    async def change(self, work: Callable[[Change], Awaitable[Any]]) -> Any:
        self._count += 1
        if self._count in self._busy:
            raise Busy
        return await self._db.change(work)


async def test_results_that_find_the_database_busy_are_written_by_the_next_attempt(
    database: Database,
) -> None:
    await queued(database, 3)
    post = Post()
    # The first transaction claims, the second writes what came of it.
    dispatcher = Dispatcher(BusyAtTimes(database, 2), post)  # type: ignore[arg-type]
    with pytest.raises(Busy):
        await dispatcher.step()
    assert await states() == {"sending": 3}
    assert await dispatcher.step() == 0
    assert await states() == {"sent": 3}
    assert len(post.seen) == 3


async def test_a_dispatcher_begun_anew_sends_no_more_at_once_than_it_has_slots(database: Database) -> None:
    await queued(database, 12)
    stop = asyncio.Event()
    at_once, most = 0, 0

    async def slow(_: DeliveryMessage) -> SendOutcome:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02 if len(post.seen) == 1 else 0.3)
        at_once -= 1
        return Sent("custom")

    post = Post(slow)
    # The transaction that would fill the first freed slot finds the database busy.
    dispatcher = Dispatcher(BusyAtTimes(database, *range(2, 6)), post, slots=4)  # type: ignore[arg-type]

    async def again_and_again() -> None:
        while not stop.is_set():
            with contextlib.suppress(Busy):
                await dispatcher.run(stop, idle_s=0.02)

    running = asyncio.create_task(again_and_again())
    while len(post.seen) < 12:
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert most <= 4
    assert await states() == {"sent": 12}


async def test_a_lapsed_lease_prefers_silence_and_the_late_sender_changes_nothing(database: Database) -> None:
    await queued(database, 1)
    release = asyncio.Event()

    async def stopped(_: DeliveryMessage) -> SendOutcome:
        await release.wait()
        return Retry(0, "busy")

    late = asyncio.create_task(Dispatcher(database, Post(stopped), lease_s=0.6).step())
    while (await states()) != {"sending": 1}:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.7)
    another = Post()
    assert await Dispatcher(database, another).step() == 0
    row = await Delivery.get()
    assert (row.state, row.final_reason) == ("uncertain", "lease_lapsed")
    release.set()
    await late
    assert (await Delivery.get()).state == "uncertain"
    assert another.seen == []


async def test_news_gone_stale_is_not_told(database: Database, clock: FixedClock) -> None:
    event = ComplaintAccepted(complaint_id=person(1), reference="R", account_id=person(2), at=clock.now())
    clock.advance(timedelta(days=4))

    async def work(change: Change) -> None:
        await PLANNER(change, person(3), event)

    await database.change(work)
    post = Post()
    assert await Dispatcher(database, post).step() == 0
    row = await Delivery.get()
    assert (row.state, row.final_reason) == ("expired", "expired")
    assert post.seen == []


async def test_the_page_of_deliveries_shows_all_of_them_once(database: Database) -> None:
    ids = await queued(database, 7)
    found: list[UUID] = []
    after: str | None = None
    while True:
        page = await queries.deliveries(queries.Sought(states=("queued",)), after=after, limit=3)
        found += [row.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert found == ids[::-1]
    assert (await queries.deliveries(queries.Sought(states=("sent",)))).rows == ()
    assert len((await queries.deliveries(queries.Sought(case_id=person(1003)))).rows) == 1
