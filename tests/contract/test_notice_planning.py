"""How notices are timed on both engines: held at night, bundled, chosen by their reader, escalated when unanswered."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import system
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAssigned,
    ComplaintDisputed,
    ComplaintEvent,
)
from casework.events import EVENTS
from casework.notifications import alerts, bundles, preferences, queries
from casework.notifications.models import Delivery, StaffAlert
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, QuietSection, RuleBook, RuleSetting
from casework.notifications.shape import Audience, Bundle, Topic
from casework.notifications.states import BUNDLED, QUEUED, SENT
from casework.people import staff
from casework.people.passwords import Passwords
from casework.people.views import StaffView
from casework.roles import Role
from kit.clock import local
from kit.db import Change, Database
from kit.outbox import Relay
from kit.problems import Invalid
from kit.quiet_hours import QuietHours
from tests.casework_setting import CITIZEN, DISPATCHER, HANDLER, desk_on, filed, linked, person

ESCALATED = RuleSetting(
    code="complaint_assigned_assignee", escalate_after_minutes=30, escalate_to=Audience.HEADS
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


def planner(*settings: RuleSetting, always_quiet: bool = False) -> Planner:
    hours = QuietSection(begins="00:00", ends="23:59" if always_quiet else "00:00")
    return Planner(RuleBook.of(NotificationsSection(quiet_hours=hours, rules=settings), EVENTS))


async def plan(db: Database, plans: Planner, event: ComplaintEvent) -> None:
    async def work(change: Change) -> None:
        await plans(change, change.ids.new(), event)

    await db.change(work)


def accepted(db: Database, number: int = 1, account_id: UUID = CITIZEN.id) -> ComplaintAccepted:
    return ComplaintAccepted(
        complaint_id=person(900 + number), reference=f"R{number}", account_id=account_id, at=db.clock.now()
    )


def assigned(db: Database, staff_id: UUID, case_id: UUID) -> ComplaintAssigned:
    return ComplaintAssigned(
        complaint_id=case_id, reference="R1", account_id=None, assignee_id=staff_id, at=db.clock.now()
    )


async def relay(db: Database, plans: Planner) -> None:
    failures: list[str] = []
    them = Relay(
        db, {event: [plans] for event in EVENTS}, lambda name, id, error: failures.append(repr(error))
    )
    while await them.step():
        pass
    assert failures == []


async def hired(db: Database, *people: tuple[str, Role]) -> dict[str, StaffView]:
    passwords = Passwords(memory_kib=64, passes=1)
    return {
        login: await staff.add_staff(
            db, passwords, system(), login=login, name=login, password="long enough", grants=[(role, None)]
        )
        for login, role in people
    }


async def choose(db: Database, kind: str, who: UUID, topic: Topic, choice: str) -> bool:
    return await db.change(lambda change: preferences.choose(change, kind, who, topic, choice))


async def test_what_need_not_wake_anybody_waits_for_the_morning(database: Database) -> None:
    await plan(database, planner(always_quiet=True), accepted(database))
    now = await database.database_now()
    (row,) = await Delivery.all()
    assert row.state == QUEUED
    assert now - timedelta(seconds=5) <= row.next_at <= now + timedelta(days=1)
    wall = local(row.next_at)
    # The one minute of the day that is not quiet may be now.
    assert (wall.hour, wall.minute) == (23, 59)


async def test_bundled_notices_become_one_message_and_a_lone_one_goes_by_itself(database: Database) -> None:
    evening = planner(RuleSetting(code="complaint_accepted_owner", bundle=Bundle.EVENING))
    for number in (1, 2, 3):
        await plan(database, evening, accepted(database, number))
    await plan(database, evening, accepted(database, 4, person(2)))
    assert {row.state for row in await Delivery.all()} == {BUNDLED}

    def line(template: str, reference: str) -> str:
        return f"{template} {reference}"

    assert await bundles.make_bundles(database, line) == 0

    async def evening_comes(change: Change) -> None:
        await Delivery.filter(state=BUNDLED).update(
            digest_at=await change.database_now() - timedelta(seconds=1)
        )

    await database.change(evening_comes)
    # Who comes late, by night, wakes nobody.
    now = local(await database.database_now())
    hours = QuietHours((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    assert await bundles.make_bundles(database, line, hours) == 0
    # Two workers at once make one bundle.
    await asyncio.gather(bundles.make_bundles(database, line), bundles.make_bundles(database, line))
    (bundle,) = await Delivery.filter(rule__in=list(bundles.BUNDLE_RULES))
    assert bundle.recipient_id == CITIZEN.id
    page = await queries.deliveries()
    told = next(one for one in page.rows if one.id == bundle.id)
    assert told.params == {
        "count": "3",
        "lines": "\n".join(f"notify.complaint.accepted R{number}" for number in (1, 2, 3)),
        "left": "0",
    }
    assert await Delivery.filter(digest_id=bundle.id, state=BUNDLED).count() == 3
    (lone,) = await Delivery.filter(recipient_id=person(2))
    assert (lone.state, lone.digest_id) == (QUEUED, None)
    assert await bundles.make_bundles(database, line) == 0


async def test_a_citizens_choice_holds_for_the_person_and_the_latest_counts(database: Database) -> None:
    await linked(database, CITIZEN.id, person(2))
    assert await choose(database, "account", CITIZEN.id, Topic.PROGRESS, "digest")
    assert not await choose(database, "account", person(2), Topic.PROGRESS, "digest")
    await plan(database, planner(), accepted(database, 1, person(2)))
    (row,) = await Delivery.all()
    assert row.state == BUNDLED
    with pytest.raises(Invalid):
        await choose(database, "account", CITIZEN.id, Topic.DANGER, "none")
    with pytest.raises(Invalid):
        await choose(database, "account", CITIZEN.id, Topic.RESULT, "sometimes")


async def test_staff_who_want_no_calls_find_the_notice_in_the_console(database: Database) -> None:
    people = await hired(database, ("banli", Role.HANDLER))
    who = people["banli"].id
    await choose(database, "staff", who, Topic.WORK, "none")
    await plan(database, planner(), assigned(database, who, person(900)))
    (row,) = await Delivery.all()
    assert (row.state, row.channel) == (SENT, "console")
    await choose(database, "staff", who, Topic.WORK, "digest")
    await plan(database, planner(), assigned(database, who, person(901)))
    assert await Delivery.filter(state=BUNDLED, recipient_id=who).count() == 1


async def escalating(db: Database) -> tuple[dict[str, StaffView], Planner]:
    people = await hired(db, ("banli", Role.HANDLER), ("fuze", Role.HEAD))
    plans = planner(ESCALATED)
    await plan(db, plans, assigned(db, people["banli"].id, person(900)))
    return people, plans


async def time_is_over(db: Database) -> None:
    async def work(change: Change) -> None:
        await StaffAlert.all().update(escalate_at=await change.database_now() - timedelta(seconds=1))

    await db.change(work)


async def test_a_call_nobody_answers_goes_to_the_next_audience_once(database: Database) -> None:
    people, plans = await escalating(database)
    assert await alerts.escalate_unanswered(database) == 0
    await time_is_over(database)
    settled = await asyncio.gather(*(alerts.escalate_unanswered(database) for _ in range(3)))
    assert sum(settled) == 1
    await relay(database, plans)
    (told,) = await Delivery.filter(recipient_id=people["fuze"].id)
    assert (told.rule, told.state) == ("alert_unanswered_heads", QUEUED)
    (alert,) = await StaffAlert.all()
    assert alert.escalated_at is not None
    assert alert.acknowledged_at is None


async def test_a_call_that_was_read_is_answered(database: Database) -> None:
    people, plans = await escalating(database)
    (notice,) = await queries.unread_for(people["banli"].id)
    await queries.mark_read(database, people["banli"].id, [notice.id])
    await time_is_over(database)
    await alerts.escalate_unanswered(database)
    await relay(database, plans)
    assert await Delivery.filter(recipient_id=people["fuze"].id).count() == 0
    (alert,) = await StaffAlert.all()
    assert (alert.acknowledged_by, alert.escalated_at) == (people["banli"].id, None)


async def test_a_move_of_the_case_answers_the_call(desk: Desk) -> None:
    db, plans = desk.db, planner(ESCALATED)
    people = await hired(db, ("banli", Role.HANDLER), ("fuze", Role.HEAD))
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, case.id, assignee_id=people["banli"].id)
    await relay(db, plans)
    assert await StaffAlert.filter(settled=False).count() == 1
    await actions.answer(
        desk, msgspec.structs.replace(HANDLER, id=people["banli"].id), case.id, text="摊位已劝离。"
    )
    await relay(db, plans)
    await time_is_over(db)
    assert await alerts.escalate_unanswered(db) == 0
    await relay(db, plans)
    assert await Delivery.filter(recipient_id=people["fuze"].id).count() == 0


async def test_nobody_is_called_about_a_case_that_has_ended_whatever_any_clock_shows(desk: Desk) -> None:
    db, plans = desk.db, planner(ESCALATED)
    people = await hired(db, ("banli", Role.HANDLER), ("fuze", Role.HEAD))
    case = await filed(desk)
    await actions.withdraw(desk, CITIZEN, case.id)
    await relay(db, plans)
    # Handled after the end it belongs before.
    await plan(db, plans, assigned(db, people["banli"].id, case.id))
    await time_is_over(db)
    assert await alerts.escalate_unanswered(db) == 1
    await relay(db, plans)
    assert await Delivery.filter(recipient_id=people["fuze"].id).count() == 0
    assert await alerts.escalate_unanswered(db) == 0


async def test_who_is_meant_by_two_rules_is_told_by_the_one_that_is_heard(database: Database) -> None:
    passwords = Passwords(memory_kib=64, passes=1)
    grants = [(Role.DISPATCHER, None), (Role.HEAD, None)]
    await staff.add_staff(
        database, passwords, system(), login="fuze", name="fuze", password="long enough", grants=grants
    )
    heads = RuleSetting(
        code="dispute_heads",
        event="complaint.disputed",
        audience=Audience.HEADS,
        template="notify.staff.complaint_disputed",
        page=True,
    )
    event = ComplaintDisputed(
        complaint_id=person(900), reference="R1", account_id=None, at=database.clock.now()
    )
    await plan(database, planner(heads), event)
    (row,) = await Delivery.all()
    assert (row.rule, row.state) == ("dispute_heads", QUEUED)


async def test_nobody_is_called_for_what_is_still_held_until_the_morning(database: Database) -> None:
    people = await hired(database, ("banli", Role.HANDLER))
    plans = planner(ESCALATED, always_quiet=True)
    await plan(database, plans, assigned(database, people["banli"].id, person(900)))
    (row,), (alert,) = await Delivery.all(), await StaffAlert.all()
    assert alert.escalate_at == row.next_at + timedelta(minutes=30)


async def test_where_nobody_can_be_called_the_next_audience_is_called_at_once(database: Database) -> None:
    plans = planner(ESCALATED)
    event = ComplaintAssigned(
        complaint_id=person(900), reference="R1", account_id=None, unit="empty", at=database.clock.now()
    )
    await plan(database, plans, event)
    assert await alerts.escalate_unanswered(database) == 1
