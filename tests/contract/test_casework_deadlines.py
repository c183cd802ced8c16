"""Alarms of running limits: planned with the case, sounded once, whoever looks and whatever the clocks do."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.complaints.actions import accept, withdraw
from casework.complaints.adding import add_material
from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.queries import detail, for_owner
from casework.deadlines import clocks
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.events import DeadlineReached
from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import DeadlinePlanner, adopt_cases
from casework.deadlines.profile import DeadlinesSection
from casework.deadlines.queries import oldest_waiting_at
from casework.deadlines.sounding import sound_due
from casework.events import EVENTS
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.lifecycle import VISIT
from casework.follow_up_visits.models import FollowUpVisit
from casework.follow_up_visits.profile import VisitsSection
from casework.inquiries.actions import answer, write_more
from casework.notifications.models import Delivery
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.people.models import Grant, Staff
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.audit.verify import check_chain
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent
from tests import read_once
from tests.casework_setting import CITIZEN, DISPATCHER, asked, desk_on, filed, inquiry_desk_on, person

CATALOGUE = read_once.catalogue()
TWO_HOURS = timedelta(hours=2)


class Bureau:
    """A desk of each kind, a relay that plans, and alarms by a clock that the test moves."""

    def __init__(self, db: Database, clock: FixedClock, section: DeadlinesSection | None = None) -> None:
        async def now(_: object) -> datetime:
            return clock.now()

        self.db, self.clock = db, clock
        self.complaints, self.inquiries = desk_on(db), inquiry_desk_on(db)
        self.deadlines = DeadlineDesk(
            db=db,
            calendar=self.complaints.calendar,
            section=section or DeadlinesSection(),
            kinds=(
                clocks.complaints(self.complaints),
                clocks.inquiries(self.inquiries),
                clocks.visits(VisitDesk(complaints=self.complaints, section=VisitsSection())),
            ),
            catalogue=CATALOGUE,
            now=now,
        )
        self.failed: list[UUID] = []

    async def relay(self) -> None:
        handlers = (DeadlinePlanner(self.deadlines),)
        await Relay(
            self.db, dict.fromkeys(EVENTS, handlers), lambda name, id, exc: pytest.fail(f"{exc!r}")
        ).step()

    async def sound(self, deadlines: DeadlineDesk | None = None) -> int:
        return await sound_due(deadlines or self.deadlines, lambda id, exc: self.failed.append(id))

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """A moment of November 2026 in Shanghai."""
        self.clock.set(datetime(2026, 11, day, hour, minute, tzinfo=local(self.clock.now()).tzinfo))


@pytest.fixture
def bureau(database: Database, clock: FixedClock) -> Bureau:
    return Bureau(database, clock)


async def alarms(case_id: UUID, state: str = "waiting") -> list[tuple[str, str, str]]:
    """Clock, mark and local moment of the case's alarms."""
    rows = await DeadlineAlarm.filter(case_id=case_id, state=state).order_by("fire_at", "id")
    return [(row.clock, row.mark, f"{local(row.fire_at):%d %H:%M}") for row in rows]


async def told() -> list[DeadlineReached]:
    rows = await OutboxEvent.filter(name=DeadlineReached.name).order_by("id")
    return [msgspec.json.decode(row.payload, type=DeadlineReached) for row in rows]


async def a_clerk(change: Change) -> None:
    clerk = Staff(id=person(11), login="diaodu", name="派单员", password_hash="", created_at=change.now)
    clerk.password_changed_at = change.now
    await clerk.save(force_create=True)
    for number, role, unit in ((21, Role.DISPATCHER, None), (22, Role.HANDLER, "street")):
        grant = Grant(id=person(number), staff_id=clerk.id, role=role, unit=unit, from_on=date(2026, 1, 1))
        await grant.save(force_create=True)


async def test_a_filed_case_has_its_four_alarms_in_office_hours(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    expected = [
        ("complaint.accept", "half", "24 09:15"),
        ("complaint.accept", "most", "24 15:18"),
        ("complaint.accept", "due", "24 18:00"),
        ("complaint.accept", "overdue", "25 18:00"),
    ]
    assert await alarms(case.id) == expected
    assert await adopt_cases(bureau.deadlines) == 0


async def test_a_move_ends_the_alarms_of_the_old_limit_and_begins_those_of_the_new(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    await accept(bureau.complaints, DISPATCHER, case.id, category="vending")
    await bureau.relay()
    assert {clock for clock, *_ in await alarms(case.id, "cancelled")} == {"complaint.accept"}
    assert [mark for clock, mark, _ in await alarms(case.id) if clock == "complaint.answer"] == [
        "half",
        "most",
        "due",
        "overdue",
    ]
    await withdraw(bureau.complaints, CITIZEN, case.id)
    await bureau.relay()
    assert await alarms(case.id) == []


async def test_each_alarm_is_sounded_once_even_when_the_clock_is_set_back_and_forward(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    bureau.at(24, 9, 20)
    assert await bureau.sound() == 1
    bureau.clock.advance(-TWO_HOURS)
    assert await bureau.sound() == 0
    bureau.clock.advance(2 * TWO_HOURS)
    assert await bureau.sound() == 0
    bureau.at(26, 9)
    assert await bureau.sound() == 3
    assert await bureau.sound() == 0
    marks = [(event.mark, event.overtaken) for event in await told()]
    assert marks == [("half", False), ("most", True), ("due", True), ("overdue", False)]
    chain = await AuditEntry.filter(case_id=case.id).order_by("position")
    assert [entry.action for entry in chain] == ["complaint.submit", *["deadline.alarm"] * 4]
    assert list(check_chain(bureau.db.audit_key, chain, {})) == []
    shown = await detail(bureau.complaints, case.id, DISPATCHER)
    assert shown is not None
    lines = [CATALOGUE.text(entry.key, **entry.params) for entry in shown.view.timeline]
    assert lines[1:3] == [
        "系统提醒：时限已用去一半，截止 2026-11-24 18:00",
        "系统提醒：时限快到了，截止 2026-11-24 18:00",
    ]
    owns = await for_owner(bureau.complaints, CITIZEN.id or UUID(int=0), case.reference)
    assert owns is not None
    assert [entry.action for entry in owns.timeline] == ["submit"]


async def test_an_alarm_says_what_is_to_be_done_and_how_long_there_is(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    for day, hour, minute in ((24, 9, 16), (24, 18, 0), (26, 9, 0)):
        bureau.at(day, hour, minute)
        await bureau.sound()
    half, _, due, overdue = await told()
    assert (half.reference, half.what, half.left) == (case.reference, "受理投诉", "6 小时办公时间")
    assert (due.mark, due.due_at) == ("due", due.at)
    assert overdue.left == "2 个工作日"


async def test_two_workers_sound_many_alarms_once(bureau: Bureau) -> None:
    for _ in range(30):
        await filed(bureau.complaints)
    await bureau.relay()
    bureau.at(24, 18, 0)
    done = 0
    for _ in range(20):
        # Whoever comes second leaves the cases that the first one holds.
        done += sum(await asyncio.gather(bureau.sound(), bureau.sound()))
        if done == 90:
            break
    assert done == 90
    events = await told()
    assert len({(event.of_id, event.mark) for event in events}) == len(events) == 90
    assert bureau.failed == []


async def test_who_plans_late_tells_the_last_mark_and_those_to_come(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    left = await asked(bureau.inquiries)
    bureau.at(24, 16)
    # Nobody planned anything until now: cases from before an upgrade.
    assert await adopt_cases(bureau.deadlines) == 2
    assert await adopt_cases(bureau.deadlines) == 0
    for id, clock in ((case.id, "complaint.accept"), (left.id, "inquiry.answer")):
        assert [(name, mark) for name, mark, _ in await alarms(id)] == [
            (clock, "most"),
            (clock, "due"),
            (clock, "overdue"),
        ]


async def test_a_visit_that_is_not_made_is_told_to_those_who_ask_not_to_the_unit(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    now = bureau.clock.now()
    limit = VisitsSection().limits.visit.limit(VISIT)

    async def work(change: Change) -> FollowUpVisit:
        return await FollowUpVisit.create(
            id=change.ids.new(),
            complaint_id=case.id,
            reference=case.reference,
            unit="street",
            state="waiting",
            state_since_at=now,
            revision=1,
            limit_started_at=now,
            due_at=bureau.complaints.calendar.due(limit, now).at,
            tries=0,
            created_at=now,
            updated_at=now,
        )

    visit = await bureau.db.change(work)
    await adopt_cases(bureau.deadlines)
    assert [mark for _, mark, _ in await alarms(visit.id)] == ["half", "most", "due", "overdue"]
    bureau.at(30, 18, 1)
    await bureau.sound()
    last = [one for one in await told() if one.case_kind == "follow_up_visit"][-1]
    assert (last.mark, last.of_id, last.what) == ("due", case.id, "电话回访")
    assert (last.unit, last.assignee_id) == (None, None)

    async def asked_at_last(change: Change) -> None:
        await FollowUpVisit.filter(id=visit.id).update(state="done", due_at=None)

    await bureau.db.change(asked_at_last)
    bureau.clock.advance(timedelta(days=3))
    await bureau.sound()
    assert "overdue" not in {one.mark for one in await told() if one.case_kind == "follow_up_visit"}


async def test_a_limit_that_ended_unheard_is_not_sounded(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    await withdraw(bureau.complaints, CITIZEN, case.id)
    bureau.at(26, 9)
    assert await bureau.sound() == 4
    assert await told() == []
    assert len(await alarms(case.id, "cancelled")) == 4


async def test_who_has_not_heard_yet_of_a_limit_that_has_ended_is_not_told(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    bureau.at(24, 15, 20)
    await bureau.sound()
    half, most = await told()

    async def plan(change: Change) -> None:
        await a_clerk(change)
        planner = Planner(RuleBook.of(NotificationsSection(), EVENTS))
        await planner(change, person(31), half)
        await planner(change, person(32), most)

    await bureau.db.change(plan)
    assert {row.state for row in await Delivery.all()} <= {"queued", "bundled"}
    await accept(bureau.complaints, DISPATCHER, case.id, category="vending")
    await bureau.relay()
    rows = await Delivery.all()
    assert rows
    assert {(row.state, row.final_reason) for row in rows} == {("expired", "limit_ended")}


async def test_what_is_still_to_be_told_of_the_limit_that_runs_survives_whatever_else_happens(
    bureau: Bureau,
) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    bureau.at(24, 9, 20)
    await bureau.sound()
    await accept(bureau.complaints, DISPATCHER, case.id, category="vending")
    await bureau.relay()
    bureau.at(26, 12)
    await bureau.sound()
    ended, running = (await told())[0], (await told())[-1]
    assert (ended.clock, running.clock) == ("complaint.accept", "complaint.answer")

    async def plan(change: Change) -> None:
        await a_clerk(change)
        planner = Planner(RuleBook.of(NotificationsSection(), EVENTS))
        await planner(change, person(31), ended)
        await planner(change, person(32), running)

    await bureau.db.change(plan)
    # Nothing moves: the citizen has something to add.
    await add_material(bureau.complaints, CITIZEN, case.id, text="又来了", act="again")
    await bureau.relay()
    states = {row.event_id: row.state for row in await Delivery.all()}
    assert states[person(31)] == "expired"
    assert states[person(32)] == "bundled"


async def test_a_limit_set_anew_is_told_of_anew_but_never_less_than_was_told(bureau: Bureau) -> None:
    case = await filed(bureau.complaints)
    await bureau.relay()
    bureau.at(24, 9, 20)
    await bureau.sound()
    await _due_at(bureau.complaints, case.id, timedelta(days=1))
    assert await adopt_cases(bureau.deadlines) == 1
    assert [mark for _, mark, _ in await alarms(case.id)] == ["half", "most", "due", "overdue"]
    bureau.at(24, 10)
    await _due_at(bureau.complaints, case.id, timedelta(days=-1))
    # As at first: what was told then is not told again, the rest waits once more.
    assert await adopt_cases(bureau.deadlines) == 1
    assert [mark for _, mark, _ in await alarms(case.id)] == ["most", "due", "overdue"]


async def test_another_wait_that_ends_on_the_same_day_has_alarms_of_its_own(bureau: Bureau) -> None:
    left = await asked(bureau.inquiries)
    await bureau.relay()
    bureau.clock.advance(timedelta(hours=1))
    await answer(bureau.inquiries, DISPATCHER, left.id, answer="可以")
    await bureau.relay()
    assert await alarms(left.id) == []
    bureau.clock.advance(timedelta(hours=1))
    await write_more(bureau.inquiries, CITIZEN, left.id, "还有一个问题")
    await bureau.relay()
    assert [mark for _, mark, _ in await alarms(left.id)] == ["half", "most", "due", "overdue"]


async def test_a_clock_that_is_switched_off_is_silent_and_back_when_switched_on(
    bureau: Bureau, database: Database, clock: FixedClock
) -> None:
    silent = Bureau(database, clock, DeadlinesSection(silent=("complaint.accept",)))
    case = await filed(bureau.complaints)
    await silent.relay()
    assert await adopt_cases(silent.deadlines) == 0
    assert await alarms(case.id) == []
    assert await adopt_cases(bureau.deadlines) == 1
    bureau.at(24, 9, 20)
    assert await silent.sound() == 1
    assert await told() == []


async def test_one_case_that_cannot_be_told_of_does_not_silence_the_others(bureau: Bureau) -> None:
    cases = [await filed(bureau.complaints) for _ in range(3)]
    await bureau.relay()

    async def spoil(change: Change) -> None:
        await DeadlineAlarm.filter(case_id=cases[1].id, mark="half").update(mark="quarter")

    await bureau.db.change(spoil)
    bureau.at(24, 9, 20)
    assert await bureau.sound() == 2
    assert bureau.failed == [cases[1].id]
    assert {event.of_id for event in await told()} == {cases[0].id, cases[2].id}


async def test_alarms_go_by_the_clock_of_the_database_alone(bureau: Bureau) -> None:
    """Whatever the worker's own clock shows, which here stands still."""
    deadlines = as_the_worker_builds_it(bureau.deadlines)
    now = await bureau.db.database_now()
    bureau.clock.set(now - timedelta(days=20))
    await filed(bureau.complaints)
    await bureau.relay()
    oldest = await oldest_waiting_at()
    assert oldest is not None
    assert oldest < now
    assert await bureau.sound() == 0
    assert await bureau.sound(deadlines) == 4
    assert all(abs(event.at - now) < timedelta(minutes=5) for event in await told())


def as_the_worker_builds_it(desk: DeadlineDesk) -> DeadlineDesk:
    """The desk as the worker builds it: by the database's time."""
    return DeadlineDesk(desk.db, desk.calendar, desk.section, desk.kinds, desk.catalogue)


async def _due_at(desk: Desk, case_id: UUID, later: timedelta) -> None:
    async def work(change: Change) -> None:
        row = await Complaint.get(id=case_id)
        await Complaint.filter(id=case_id).update(due_at=row.due_at + later)

    await desk.db.change(work)
