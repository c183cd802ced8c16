"""Who is told of inquiries, danger and lost photos, on both engines; staff who are called, and receipts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from casework.actors import system
from casework.complaints import actions as complaint_actions
from casework.complaints.desk import Desk
from casework.dangers import actions as danger_actions
from casework.dangers.alerts import raise_alert
from casework.dangers.paging import page_again
from casework.dangers.profile import DangerSection, Paging
from casework.events import EVENTS
from casework.inquiries import actions as inquiry_actions
from casework.notifications import queries
from casework.notifications.channel import DeliveryMessage, Final, Retry, SendOutcome, Sent, Uncertain
from casework.notifications.dispatch import Dispatcher
from casework.notifications.events import MediaNotReceived
from casework.notifications.models import Delivery
from casework.notifications.page_watch import judge_pages
from casework.notifications.receipts import note_receipt
from casework.people import staff
from casework.people.passwords import Passwords
from casework.people.views import StaffView
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox import Relay
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    PLANNER,
    asked,
    desk_on,
    filed,
    inquiry_desk_on,
    person,
)

SECTION = DangerSection(
    keywords=("着火",), sentence_key="qa.danger", paging=Paging(heads_after=1, basis="值班制度")
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def hired(db: Database, *people: tuple[str, Role]) -> dict[str, StaffView]:
    passwords = Passwords(memory_kib=64, passes=1)
    return {
        login: await staff.add_staff(
            db,
            passwords,
            system(),
            login=login,
            name=login,
            password="long enough",
            grants=[(role, None)],
        )
        for login, role in people
    }


async def relay(db: Database) -> None:
    failures: list[str] = []
    them = Relay(
        db, {event: [PLANNER] for event in EVENTS}, lambda name, id, error: failures.append(repr(error))
    )
    while await them.step():
        pass
    assert failures == []


async def told() -> list[tuple[str, UUID, str]]:
    return sorted((row.template, row.recipient_id, row.state) for row in await Delivery.all())


class Post:
    """A channel that reaches citizens by WeChat and finds no bound WeChat for staff."""

    def __init__(self) -> None:
        self.seen: list[DeliveryMessage] = []

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        self.seen.append(delivery)
        if delivery.recipient_kind == "staff":
            return Sent("console")
        return Sent("template", "4711")


async def alarm(db: Database) -> UUID:
    id = await raise_alert(
        db, act="m1", account_id=person(1), source="wechat", words="楼下着火了", matched=("着火",)
    )
    assert id is not None
    return id


async def test_duty_officers_are_called_and_the_heads_from_the_second_page_on(
    database: Database, clock: FixedClock
) -> None:
    people = await hired(
        database, ("zhiban", Role.DUTY_OFFICER), ("juzhang", Role.HEAD), ("diaodu", Role.DISPATCHER)
    )
    alert_id = await alarm(database)
    await page_again(database, SECTION)
    await relay(database)
    on_duty, head = people["zhiban"].id, people["juzhang"].id
    assert await told() == [("notify.staff.danger_no_phone", on_duty, "queued")]
    clock.set(clock.now().replace(minute=40))
    await page_again(database, SECTION)
    await relay(database)
    assert sorted(one[1] for one in await told()) == sorted([on_duty, on_duty, head])
    assert {row.case_id for row in await Delivery.all()} == {alert_id}


async def test_where_nobody_is_on_duty_the_dispatchers_are_called(database: Database) -> None:
    people = await hired(database, ("diaodu", Role.DISPATCHER), ("banli", Role.HANDLER))
    await alarm(database)
    await page_again(database, SECTION)
    await relay(database)
    assert await told() == [("notify.staff.danger_no_phone", people["diaodu"].id, "queued")]


async def test_a_call_is_sent_once_and_seen_in_the_console_whatever_became_of_it(database: Database) -> None:
    people = await hired(database, ("zhiban", Role.DUTY_OFFICER))
    await alarm(database)
    await page_again(database, SECTION)
    await relay(database)
    me = people["zhiban"].id
    (waiting,) = await queries.unread_for(me)
    assert waiting.state == "queued"
    post = Post()
    while await Dispatcher(database, post).step():
        pass
    assert [message.recipient_kind for message in post.seen] == ["staff"]
    (shown,) = await queries.unread_for(me)
    assert (shown.state, shown.channel) == ("sent", "console")
    await queries.mark_read(database, me, [shown.id])
    assert await queries.unread_for(me) == ()


class Reached:
    """A channel on which each call comes to what the test says."""

    def __init__(self, *outcomes: SendOutcome) -> None:
        self._outcomes = list(outcomes)

    async def send(self, delivery: DeliveryMessage) -> SendOutcome:
        return self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]


class Watch:
    """The worker's look at what became of the calls."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.heard: list[tuple[str, dict[str, object]]] = []

    def _alarm(self, name: str, **facts: object) -> None:
        self.heard.append((name, facts))

    async def look(self) -> None:
        # Two workers at a time, and again: what was judged stays judged.
        for _ in range(2):
            await asyncio.gather(*(judge_pages(self._db, self._alarm) for _ in range(2)))
            await relay(self._db)


UNBOUND = Sent("console", reason="not_bound")
UNREACHED = "notify.staff.danger_unreached"


async def called(db: Database, *outcomes: SendOutcome) -> UUID:
    alert_id = await alarm(db)
    await page_again(db, SECTION)
    await relay(db)
    while await Dispatcher(db, Reached(*outcomes), back_off_s=0.0).step():
        pass
    return alert_id


@pytest.mark.parametrize(
    "outcome", [UNBOUND, Sent("console", reason="not_following"), Final("recipient_unknown"), Uncertain("x")]
)
async def test_a_call_that_reached_nobodys_phone_calls_the_dispatchers_and_the_heads_once(
    database: Database, outcome: SendOutcome
) -> None:
    people = await hired(
        database, ("zhiban", Role.DUTY_OFFICER), ("juzhang", Role.HEAD), ("diaodu", Role.DISPATCHER)
    )
    alert_id, watch = await called(database, outcome), Watch(database)
    await watch.look()
    assert watch.heard == [("danger.page_reached_nobody", {"alert": str(alert_id), "page": 1})]
    others = sorted((UNREACHED, people[login].id, "queued") for login in ("juzhang", "diaodu"))
    assert [one for one in await told() if one[0] == UNREACHED] == others
    if outcome == UNBOUND:
        (line,) = (await queries.deliveries(queries.Sought(states=("sent",)))).rows
        assert (line.channel, line.reason_key) == ("console", "delivery.reason.not_bound")


async def test_a_call_with_nobody_to_be_called_is_an_alarm_too(database: Database) -> None:
    people = await hired(database, ("juzhang", Role.HEAD))
    await called(database, UNBOUND)
    watch = Watch(database)
    await watch.look()
    assert len(watch.heard) == 1
    assert await told() == [(UNREACHED, people["juzhang"].id, "queued")]


@pytest.mark.parametrize("taken", [False, True])
async def test_a_call_that_somebody_heard_or_has_taken_calls_nobody_else(
    database: Database, taken: bool
) -> None:
    people = await hired(database, ("zhiban", Role.DUTY_OFFICER), ("erban", Role.DUTY_OFFICER))
    alert_id = await called(database, UNBOUND, UNBOUND if taken else Sent("template", "1"))
    if taken:
        await danger_actions.acknowledge(database, people["zhiban"].actor(), alert_id)
    watch = Watch(database)
    await watch.look()
    assert watch.heard == []
    assert UNREACHED not in {row.template for row in await Delivery.all()}


async def test_a_call_still_on_its_way_is_waited_for_a_minute_only(
    database: Database, clock: FixedClock
) -> None:
    await hired(database, ("zhiban", Role.DUTY_OFFICER), ("juzhang", Role.HEAD))
    await alarm(database)
    await page_again(database, SECTION)
    await relay(database)
    await Dispatcher(database, Reached(Retry(60, "no_connection"))).step()
    watch = Watch(database)
    await watch.look()
    assert watch.heard == []
    clock.advance(timedelta(seconds=61))
    await watch.look()
    assert len(watch.heard) == 1


async def test_the_citizen_hears_who_took_it_and_colleagues_may_stand_down(database: Database) -> None:
    people = await hired(database, ("zhiban", Role.DUTY_OFFICER), ("erban", Role.DUTY_OFFICER))
    alert_id = await alarm(database)
    await danger_actions.acknowledge(database, people["zhiban"].actor(), alert_id)
    await relay(database)
    assert await told() == sorted(
        [
            ("notify.danger.acknowledged", person(1), "queued"),
            ("notify.staff.danger_acknowledged", people["zhiban"].id, "queued"),
            ("notify.staff.danger_acknowledged", people["erban"].id, "queued"),
        ]
    )


async def test_an_answer_reaches_the_citizen_word_for_word(database: Database) -> None:
    people = await hired(database, ("diaodu", Role.DISPATCHER))
    desk = inquiry_desk_on(database)
    view = await asked(desk)
    answer = "离地两米五以上。" * 70
    await inquiry_actions.answer(desk, DISPATCHER, view.id, answer=answer)
    await relay(database)
    post = Post()
    while await Dispatcher(database, post).step():
        pass
    (message,) = post.seen
    assert (message.template, message.recipient_id) == ("notify.inquiry.answered", person(1))
    assert message.params["answer"] == answer
    (notice,) = await queries.unread_for(people["diaodu"].id)
    assert notice.template == "notify.staff.inquiry_submitted"
    assert notice.case_id == view.id


async def test_material_is_told_to_whoever_has_the_case(desk: Desk) -> None:
    people = await hired(desk.db, ("diaodu", Role.DISPATCHER), ("banli", Role.HANDLER))
    case = await filed(desk)
    await complaint_actions.add_material(desk, CITIZEN, case.id, text="一", act="m1")
    await relay(desk.db)
    templates = [one.template for one in await queries.unread_for(people["diaodu"].id)]
    assert templates.count("notify.staff.complaint_added_to") == 1
    assert await queries.unread_for(people["banli"].id) == ()
    await complaint_actions.accept(desk, DISPATCHER, case.id)
    await complaint_actions.assign(desk, DISPATCHER, case.id)
    await complaint_actions.add_material(desk, CITIZEN, case.id, text="二", act="m2")
    await relay(desk.db)
    assert "notify.staff.complaint_added_to" in {
        one.template for one in await queries.unread_for(people["banli"].id)
    }
    templates = [one.template for one in await queries.unread_for(people["diaodu"].id)]
    assert templates.count("notify.staff.complaint_added_to") == 1


async def test_whose_photos_were_lost_is_asked_to_send_them_again(database: Database) -> None:
    event = MediaNotReceived(account_id=person(1), at=database.clock.now(), medium="photo", count=2)

    async def work(change: Change) -> None:
        change.emit(event)

    await database.change(work)
    await relay(database)
    (row,) = await Delivery.all()
    assert (row.template, row.recipient_id, row.case_id) == ("notify.media_not_received", person(1), None)


async def test_the_first_report_about_a_message_is_kept(database: Database) -> None:
    event = MediaNotReceived(account_id=person(1), at=database.clock.now(), medium="photo")

    async def work(change: Change) -> None:
        change.emit(event)

    await database.change(work)
    await relay(database)
    await Dispatcher(database, Post()).step()

    async def report(number: str, what: str) -> bool:
        async def work(change: Change) -> bool:
            return await note_receipt(change, number, what)

        return await database.change(work)

    assert not await report("4712", "delivered")
    assert not await report("", "delivered")
    assert await report("4711", "user_block" + "x" * 60)
    assert not await report("4711", "delivered")
    (line,) = (await queries.deliveries()).rows
    assert (line.state, (line.receipt or "")[:10]) == ("sent", "user_block")
    assert line.receipt_at == database.clock.now()
