"""Orders to contractors, on both engines: what they say, who sees them, how they move, how they end."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import EVERY_UNIT, Actor
from casework.complaints import actions
from casework.complaints.erasing import erase_within
from casework.complaints.handing_over import leave_work
from casework.complaints.handling import refer
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.queries import detail
from casework.complaints.sight import sight_of
from casework.complaints.views import ComplaintView
from casework.deadlines import clocks
from casework.events import EVENTS
from casework.notifications.models import Delivery
from casework.people.models import Grant, Staff
from casework.roles import Role
from casework.work_orders import actions as ordering
from casework.work_orders.desk import OrderDesk
from casework.work_orders.ending import OrderKeeper
from casework.work_orders.issuing import NewOrder, issue
from casework.work_orders.models import WorkOrder, WorkOrderPhoto
from casework.work_orders.profile import WorkOrdersSection
from casework.work_orders.queries import file_of_photo, in_hand, order_by_reference, orders, reports_of
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent
from kit.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    HANDLER,
    NIGHT_HANDLER,
    PLANNER,
    desk_on,
    filed,
    person,
)

CONTRACTOR = Actor(
    kind="staff",
    id=person(31),
    roles=frozenset({Role.CONTRACTOR}),
    name="马超",
    units=frozenset({EVERY_UNIT}),
)
OTHER = Actor(
    kind="staff",
    id=person(32),
    roles=frozenset({Role.CONTRACTOR}),
    name="另一家",
    units=frozenset({EVERY_UNIT}),
)
STORY = "我家楼下张桂兰的早餐摊天天占道，叫她搬她骂人，打我 13812345678"
WORDS = "占道摊位清理，做完拍照"


@pytest.fixture
async def desk(database: Database) -> OrderDesk:
    await database.change(_people)
    return OrderDesk(desk_on(database), WorkOrdersSection())


async def _people(change: Change) -> None:
    for actor in (CONTRACTOR, OTHER, HANDLER):
        row = Staff(
            id=actor.id, login=f"p{actor.id}"[-12:], name=actor.name, password_hash="", created_at=change.now
        )
        row.password_changed_at = change.now
        await row.save(force_create=True)
        (role,) = actor.roles
        await Grant(
            id=change.ids.new(), staff_id=actor.id, role=role.value, unit=None, from_on=date(2026, 1, 1)
        ).save(force_create=True)


async def assigned(desk: OrderDesk, **more: object) -> ComplaintView:
    case = await filed(
        desk.complaints,
        **{
            "story": STORY,
            "place_text": "湖滨路菜场北门",
            "person_name": "赵铁柱",
            "phone": "13900001234",
            **more,
        },
    )
    await actions.accept(desk.complaints, DISPATCHER, case.id, category="vending")
    return await actions.assign(desk.complaints, DISPATCHER, case.id, unit="street", assignee_id=HANDLER.id)


def order(**more: object) -> NewOrder:
    fields: dict[str, object] = {"contractor_id": CONTRACTOR.id, "words": WORDS, "working_hours": 14} | more
    return NewOrder(**fields)  # type: ignore[arg-type]


async def issued(desk: OrderDesk, case: ComplaintView, **more: object) -> WorkOrder:
    return await WorkOrder.get(reference=await issue(desk, HANDLER, case.id, order(**more)))


async def relayed(desk: OrderDesk) -> None:
    """What the worker's relay does with everything that has happened."""
    handlers = dict.fromkeys(EVENTS, (PLANNER, OrderKeeper(desk)))
    await Relay(desk.complaints.db, handlers, lambda name, id, exc: pytest.fail(f"{exc!r}")).step()


async def test_words_that_lead_to_the_reporter_never_leave_the_house(desk: OrderDesk) -> None:
    case = await assigned(desk)
    for words, key in (
        ("清理摊位，找 13812345678", "personal_number"),
        ("去找赵铁柱了解", "names_reporter"),
        ("张桂兰的早餐摊天天占道，叫她搬", "quotes_citizen"),
        ("店主王小明的摊位清走", "names_somebody"),
    ):
        with pytest.raises(Invalid, match=key):
            await issue(desk, HANDLER, case.id, order(words=words))
    with pytest.raises(Invalid, match="personal_number"):
        await issue(desk, HANDLER, case.id, order(place_text="13812345678 家楼下"))
    with pytest.raises(Invalid, match="hours"):
        await issue(desk, HANDLER, case.id, order(working_hours=3))
    with pytest.raises(Invalid, match="contractor"):
        await issue(desk, HANDLER, case.id, order(contractor_id=HANDLER.id))
    with pytest.raises(Invalid, match="photo"):
        await issue(desk, HANDLER, case.id, order(file_ids=(UUID(int=5),)))
    assert not await WorkOrder.exists()
    await issue(desk, HANDLER, case.id, order(words="店主王小明的摊位清走", is_checked=True))
    # The place may be said in the citizen's own words: it has to be found.
    place = "湖滨路菜场北门往东第三个路灯旁边"
    again = await assigned(desk, story=f"{place}有人摆摊", place_text=place)
    await issue(desk, HANDLER, again.id, order(words=f"{place}：清理摊位"))


async def test_only_whoever_has_the_case_issues_and_only_while_something_is_to_be_done(
    desk: OrderDesk,
) -> None:
    case = await assigned(desk)
    for actor, wrong in (
        (CITIZEN, Forbidden),
        (CONTRACTOR, Forbidden),
        (AUDITOR, Forbidden),
        (NIGHT_HANDLER, NotFound),
    ):
        with pytest.raises(wrong):
            await issue(desk, actor, case.id, order())
    act = UUID(int=(7 << 76) | (2 << 62) | 77)
    first = await issue(desk, HANDLER, case.id, order(act=act))
    assert await issue(desk, HANDLER, case.id, order(act=act)) == first
    assert await WorkOrder.all().count() == 1
    await actions.answer(desk.complaints, HANDLER, case.id, text="摊贩已劝离")
    with pytest.raises(Conflict, match="case_over"):
        await issue(desk, HANDLER, case.id, order())


async def test_an_order_is_done_sent_back_done_again_and_verified(desk: OrderDesk, clock: FixedClock) -> None:
    case = await assigned(desk)
    one = await issued(desk, case)
    due = one.due_at
    await ordering.accept(desk, CONTRACTOR, one.id, expected_revision=1)
    await ordering.accept(desk, CONTRACTOR, one.id, expected_revision=1)  # a doubled tap
    with pytest.raises(Conflict, match="moved_on"):
        await ordering.decline(desk, CONTRACTOR, one.id, ground="太远", expected_revision=1)
    accepted = await WorkOrder.get(id=one.id)
    assert (accepted.state, accepted.due_at, accepted.revision) == ("accepted", due, 2)
    photo = desk.complaints.db.ids.new()
    clock.advance(timedelta(hours=1))
    await ordering.report(desk, CONTRACTOR, one.id, report="摊位已清", photos=(photo,), expected_revision=2)
    await ordering.report(desk, CONTRACTOR, one.id, report="摊位已清", expected_revision=2)
    done = await WorkOrder.get(id=one.id)
    assert (done.state, done.report, done.revision) == ("done", "摊位已清", 3)
    with pytest.raises(Problem, match="not_your_role"):
        await ordering.verify(desk, CONTRACTOR, one.id)
    await ordering.send_back(desk, HANDLER, one.id, ground="地上还有垃圾")
    back = await WorkOrder.get(id=one.id)
    assert (back.state, back.ground) == ("accepted", "地上还有垃圾")
    assert back.due_at is not None
    assert due is not None
    assert back.due_at > due
    await ordering.report(desk, CONTRACTOR, one.id, report="垃圾也清了")
    await ordering.verify(desk, HANDLER, one.id, take_photos=True)
    (taken,) = await ComplaintPhoto.filter(complaint_id=case.id, stage="after")
    assert taken.file_id == photo
    assert await reports_of(case.id) == ((one.reference, "垃圾也清了"),)
    assert (await WorkOrder.get(id=one.id)).due_at is None
    seen = await detail(desk.complaints, case.id, HANDLER)
    assert seen is not None
    said = [entry.key.rpartition(".")[2] for entry in seen.view.timeline]
    assert [one for one in said if one.startswith("order_")] == [
        "order_issue", "order_accept", "order_report", "order_send_back", "order_report", "order_verify",
    ]  # fmt: skip
    chain = "".join([row.detail for row in await AuditEntry.filter(case_id=case.id)])
    assert WORDS not in chain
    assert "垃圾也清了" not in chain


async def test_a_contractor_sees_their_orders_and_no_case(desk: OrderDesk) -> None:
    case = await assigned(desk)
    one = await issued(desk, case)
    await desk.complaints.db.change(lambda change: _with_photo(change, one.id))
    photo = await WorkOrderPhoto.get(order_id=one.id)
    view = await order_by_reference(desk, CONTRACTOR, one.reference)
    assert view is not None
    assert view.moves == ("accept", "report", "decline")
    everything = msgspec.json.encode((view, await orders(desk, CONTRACTOR, "open"))).decode()
    for hidden in (
        case.reference,
        "赵铁柱",
        "13900001234",
        "13812345678",
        "张桂兰",
        "早餐",
        str(case.id),
        str(photo.file_id),
    ):
        assert hidden not in everything, hidden
    assert await file_of_photo(CONTRACTOR, photo.id) == photo.file_id
    for stranger in (OTHER, NIGHT_HANDLER, CITIZEN):
        assert await order_by_reference(desk, stranger, one.reference) is None
        assert await file_of_photo(stranger, photo.id) is None
        with pytest.raises(NotFound):
            await ordering.accept(desk, stranger, one.id)
    assert (await orders(desk, OTHER, "open")).rows == ()
    with pytest.raises(Invalid, match="assignee"):
        await actions.assign(desk.complaints, DISPATCHER, case.id, assignee_id=CONTRACTOR.id)
    # Not even a case that was given to them by name before there were orders.
    assert not sight_of(CONTRACTOR).covers("street", CONTRACTOR.id)
    assert (await orders(desk, HANDLER, "open")).rows[0].contractor_name == "马超"
    told = "".join([row.payload for row in await OutboxEvent.filter(name__startswith="work_order.")])
    assert case.reference not in told


async def _with_photo(change: Change, order_id: UUID) -> None:
    await WorkOrderPhoto(
        id=change.ids.new(), order_id=order_id, file_id=change.ids.new(), position=1, stage="before"
    ).save(force_create=True)


async def test_what_is_in_hand_ends_with_its_case_and_comes_back_when_somebody_leaves(
    desk: OrderDesk,
) -> None:
    withdrawn, left = await assigned(desk), await assigned(desk)
    first, second = await issued(desk, withdrawn), await issued(desk, left)
    done = await issued(desk, withdrawn)
    await ordering.report(desk, CONTRACTOR, done.id, report="好了")
    await actions.withdraw(desk.complaints, CITIZEN, withdrawn.id)
    await relayed(desk)
    assert (await WorkOrder.get(id=first.id)).state == "cancelled"
    assert (await WorkOrder.get(id=done.id)).state == "done"
    with pytest.raises(Conflict, match="case_over"):
        await ordering.send_back(desk, DISPATCHER, done.id, ground="没好")
    assert await in_hand(person(31)) == (second.reference,)
    chief = Actor(
        kind="staff", id=person(40), roles=frozenset({Role.ADMINISTRATOR}), units=frozenset({EVERY_UNIT})
    )
    await leave_work(desk.complaints, chief, person(31))
    assert (await WorkOrder.get(id=second.id)).state == "declined"
    (leaving,) = await AuditEntry.filter(action="staff.leave")
    assert second.reference in leaving.detail
    await relayed(desk)
    rules = {(row.rule, row.recipient_id) for row in await Delivery.all()}
    for rule, who in (
        ("work_order_issued_contractor", CONTRACTOR.id),
        ("work_order_cancelled_contractor", CONTRACTOR.id),
        ("work_order_done_assignee", HANDLER.id),
        ("work_order_declined_assignee", HANDLER.id),
    ):
        assert (rule, who) in rules


async def test_an_order_goes_with_its_case_to_another_unit(desk: OrderDesk) -> None:
    case = await assigned(desk)
    one = await issued(desk, case)
    await refer(desk.complaints, DISPATCHER, case.id, reason="夜里的事", unit="night")
    await relayed(desk)
    assert [row.reference for row in (await orders(desk, NIGHT_HANDLER, "open")).rows] == [one.reference]
    await ordering.cancel(desk, NIGHT_HANDLER, one.id, ground="自己处理")
    assert await order_by_reference(desk, CONTRACTOR, one.reference) is not None


async def test_an_erased_case_takes_its_orders_words_along(desk: OrderDesk) -> None:
    case = await assigned(desk)
    one = await issued(desk, case, place_text="湖滨路 3 号")

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, case.id)
        assert row is not None
        await erase_within(change, DISPATCHER, row, instead="已去除", stages=("before", "added"))

    await desk.complaints.db.change(work)
    row = await WorkOrder.get(id=one.id)
    assert (row.words, row.place_text, row.latitude) == ("已去除", "", None)


def test_each_open_state_has_a_clock_that_tells_whoever_it_concerns(database: Database) -> None:
    desk = OrderDesk(desk_on(database), WorkOrdersSection())
    kind, now = clocks.work_orders(desk), database.clock.now()
    row = WorkOrder(
        id=person(1), reference="QS-GD-1", contractor_id=person(31), issued_by_id=person(12), unit="street",
        state="accepted", working_minutes=120, limit_started_at=now, due_at=now,
    )  # fmt: skip
    running = kind.running(row)
    assert running is not None
    assert (running.clock, running.limit_unit) == ("work_order.do", "working_minutes")
    assert (running.assignee_id, running.contractor_id) == (person(12), person(31))
    row.state = "done"
    running = kind.running(row)
    assert running is not None
    assert (running.clock, running.limit_unit) == ("work_order.verify", "working_days")
    row.state = "verified"
    assert kind.running(row) is None
