"""Danger alerts on both engines: raised once, paged until somebody comes, joined, taken, ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from casework.actors import Actor
from casework.complaints.adding import add_material
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, submit
from casework.dangers import actions, queries
from casework.dangers.alerts import add_to_open_alert, new_alert_rows, raise_alert
from casework.dangers.lifecycle import State
from casework.dangers.models import DangerAlert
from casework.dangers.paging import page_again
from casework.dangers.profile import DangerSection, Paging
from casework.inquiries.actions import write_more
from casework.inquiries.filing import NewInquiry
from casework.inquiries.filing import submit as leave
from kit.audit.chain import is_genuine
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database, Intake, Repeat
from kit.outbox_models import OutboxEvent
from kit.problems import NotFound, Problem
from tests.casework_setting import (
    AUDITOR,
    CITIZEN,
    DISPATCHER,
    DUTY_OFFICER,
    HANDLER,
    HEAD,
    NEIGHBOUR,
    WINDOW_CLERK,
    desk_on,
    filed,
    inquiry_desk_on,
    linked,
    person,
)
from tests.conftest import AUDIT_KEY

SECTION = DangerSection(
    keywords=("着火",),
    sentence_key="qa.danger",
    paging=Paging(every_minutes=5, at_most=4, heads_after=2, basis="值班制度"),
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def raised(
    db: Database, act: str = "m1", account: int = 1, words: str = "楼下着火了", **more: object
) -> UUID:
    id = await raise_alert(
        db,
        act=act,
        account_id=person(account),
        source="wechat",
        words=words,
        matched=("着火",),
        **more,  # type: ignore[arg-type]
    )
    assert id is not None
    return id


async def pages(alert_id: UUID) -> list[dict[str, object]]:
    """What has been told about an alert, page after page."""
    rows = await OutboxEvent.filter(case_id=alert_id, name="danger.paged").order_by("id")
    return [msgspec.json.decode(row.payload) for row in rows]


async def test_nothing_dangerous_raises_nothing(database: Database) -> None:
    none = await raise_alert(
        database, act="m", account_id=person(1), source="wechat", words="有人摆摊", matched=()
    )
    assert none is None
    assert await DangerAlert.all().count() == 0


async def test_one_message_delivered_three_times_raises_one_alert(database: Database) -> None:
    ids = await asyncio.gather(*(raised(database) for _ in range(3)))
    assert len(set(ids)) == 1
    assert await DangerAlert.all().count() == 1
    assert await AuditEntry.filter(case_id=ids[0]).count() == 1


async def test_the_first_page_is_due_at_once_and_carries_what_where_and_when(database: Database) -> None:
    alert_id = await raised(database, words="楼下着火了，\n快来", place_text="湖滨路 3 号")
    assert await page_again(database, SECTION) == 1
    (page,) = await pages(alert_id)
    assert page["what"] == "湖滨路 3 号：楼下着火了， 快来"
    assert (page["number"], page["heads"], page["has_phone"]) == (1, False, False)
    assert page["raised_at"] == page["at"]


async def test_the_place_said_after_the_first_page_is_paged_at_once_and_only_then(
    database: Database, clock: FixedClock
) -> None:
    async def say(act: str, words: str = "", place: str | None = None, account: int = 1) -> bool:
        return await add_to_open_alert(
            database, act=act, account_id=person(account), source="wechat", words=words, place_text=place
        )

    assert not await say("m0", words="湖滨路 3 号")
    alert_id = await raised(database)
    await page_again(database, SECTION)
    assert await say("m2", place="湖滨路 3 号 (30.27409, 120.15507)")
    assert await say("m2", place="湖滨路 3 号 (30.27409, 120.15507)")
    assert not await say("m3", words="别处的话", account=2)
    assert await page_again(database, SECTION) == 1
    assert [page["what"] for page in await pages(alert_id)][1:] == [
        "湖滨路 3 号 (30.27409, 120.15507)：楼下着火了"
    ]
    assert await say("m4", words="门锁着")
    assert await page_again(database, SECTION) == 0
    row = await DangerAlert.get(id=alert_id)
    assert (row.words, row.matched) == ("楼下着火了\n门锁着", "着火")
    clock.advance(timedelta(minutes=31))
    assert not await say("m5", words="太晚了")


async def test_pages_repeat_with_a_pause_reach_the_heads_and_then_come_once_a_day(
    database: Database, clock: FixedClock
) -> None:
    alert_id = await raised(database)
    counts = []
    for _ in range(30):
        counts.append(await page_again(database, SECTION))
        clock.advance(timedelta(minutes=1))
    assert counts == [1, 0, 0, 0, 0] * 4 + [0] * 10
    for _ in range(4):
        clock.advance(timedelta(hours=12))
        counts.append(await page_again(database, SECTION))
    assert counts[30:] == [0, 1, 0, 1]
    assert [page["heads"] for page in await pages(alert_id)] == [False, False, True, True, True, True]
    row = await DangerAlert.get(id=alert_id)
    assert (row.state, row.pages) == ("raised", 6)
    # It stays on the list until somebody sees to it.
    assert [one.id for one in await queries.open_alerts()] == [alert_id]


async def test_fifty_alarms_due_during_an_outage_fire_once_each_after_it(
    database: Database, clock: FixedClock
) -> None:
    ids = [await raised(database, f"m{number}", 100 + number) for number in range(50)]
    assert await page_again(database, SECTION) == 50
    clock.advance(timedelta(hours=2))
    # Two workers come back at the same time, and look again and again.
    rounds = [
        await asyncio.gather(page_again(database, SECTION), page_again(database, SECTION)) for _ in range(3)
    ]
    assert sum(map(sum, rounds)) == 50
    for alert_id in ids:
        assert [page["number"] for page in await pages(alert_id)] == [1, 2]


async def test_a_clock_set_back_pages_nobody_twice(database: Database, clock: FixedClock) -> None:
    alert_id = await raised(database)
    await page_again(database, SECTION)
    clock.advance(timedelta(hours=-2))
    assert await page_again(database, SECTION) == 0
    clock.advance(timedelta(hours=2, minutes=5))
    assert await page_again(database, SECTION) == 1
    assert len(await pages(alert_id)) == 2


@pytest.mark.parametrize("taker", [DUTY_OFFICER, DISPATCHER, HEAD], ids=lambda actor: actor.name)
async def test_whoever_takes_it_stops_the_pages(database: Database, clock: FixedClock, taker: Actor) -> None:
    alert_id = await raised(database)
    await page_again(database, SECTION)
    view = await actions.acknowledge(database, taker, alert_id)
    assert (view.state, view.acknowledged_by_id, view.next_page_at) == (State.ACKNOWLEDGED, taker.id, None)
    assert await actions.acknowledge(database, taker, alert_id) == view
    clock.advance(timedelta(hours=3))
    assert await page_again(database, SECTION) == 0
    ended = await actions.end(database, taker, alert_id, outcome="消防已到场，火已扑灭。")
    assert (ended.state, ended.outcome, ended.joined) == (State.ENDED, "消防已到场，火已扑灭。", False)
    assert await actions.end(database, taker, alert_id, outcome="消防已到场，火已扑灭。") == ended
    assert await queries.open_alerts() == ()
    entries = await AuditEntry.filter(case_id=alert_id).order_by("position")
    assert [entry.action.partition(".")[2] for entry in entries] == ["raise", "page", "acknowledge", "end"]
    assert all(is_genuine(AUDIT_KEY, entry) for entry in entries)


async def test_two_takers_at_once_and_one_is_told(database: Database) -> None:
    alert_id = await raised(database)
    outcomes = await asyncio.gather(
        actions.acknowledge(database, DUTY_OFFICER, alert_id),
        actions.acknowledge(database, HEAD, alert_id),
        return_exceptions=True,
    )
    (told,) = (one for one in outcomes if isinstance(one, Problem))
    assert told.key == "problem.danger_alert.taken"
    assert await OutboxEvent.filter(name="danger.acknowledged").count() == 1


@pytest.mark.parametrize("actor", [CITIZEN, HANDLER, WINDOW_CLERK, AUDITOR], ids=lambda a: a.name or a.kind)
async def test_nobody_else_takes_or_ends_it(database: Database, actor: Actor) -> None:
    alert_id = await raised(database)
    for attempt in (
        actions.acknowledge(database, actor, alert_id),
        actions.end(database, actor, alert_id, outcome="没事"),
    ):
        with pytest.raises(Problem) as refused:
            await attempt
        assert refused.value.status == 403
    assert (await DangerAlert.get(id=alert_id)).revision == 1


async def test_an_end_without_an_outcome_is_refused(database: Database) -> None:
    alert_id = await raised(database)
    with pytest.raises(Problem) as refused:
        await actions.end(database, DUTY_OFFICER, alert_id, outcome=" \u200b")
    assert refused.value.status == 422
    with pytest.raises(NotFound):
        await actions.end(database, DUTY_OFFICER, person(99), outcome="没事")


async def test_more_words_within_half_an_hour_join_the_open_alert(
    database: Database, clock: FixedClock
) -> None:
    first = await raised(database, "m1", words="楼下着火了")
    clock.advance(timedelta(minutes=29))
    assert await raised(database, "m2", words="火越来越大", place_text="湖滨路 3 号") == first
    assert await raised(database, "m2", words="火越来越大", place_text="湖滨路 3 号") == first
    row = await DangerAlert.get()
    assert (row.words, row.place_text, row.revision) == ("楼下着火了\n火越来越大", "湖滨路 3 号", 2)
    assert await raised(database, "m3", account=2) != first
    clock.advance(timedelta(minutes=2))
    assert await raised(database, "m4") != first


async def test_words_after_its_end_are_a_new_alert(database: Database) -> None:
    first = await raised(database, "m1")
    await actions.end(database, DUTY_OFFICER, first, outcome="已扑灭")
    assert await raised(database, "m2") != first


async def test_linked_accounts_are_one_person_in_danger(database: Database) -> None:
    first = await raised(database, "m1", account=1)
    await linked(database, person(1), person(3))
    assert await raised(database, "m2", account=3, words="还在烧") == first


async def test_a_dangerous_complaint_raises_an_alert_whatever_the_door(desk: Desk) -> None:
    by_phone = NewComplaint(account_id=None, story="路边变电箱着火", source=Source.PHONE, phone="13800001234")
    case = await submit(desk, WINDOW_CLERK, by_phone)
    row = await DangerAlert.get(complaint_id=case.id)
    alert = await queries.view_of(row)
    assert (alert.reference, alert.has_phone, alert.source) == (case.reference, True, "phone")
    assert await page_again(desk.db, SECTION) == 1
    (page,) = await pages(alert.id)
    assert page["has_phone"] is True
    assert "13800001234" not in msgspec.json.encode(page).decode()
    await filed(desk, story="有人摆摊")
    assert await DangerAlert.all().count() == 1


async def test_a_complaint_about_the_danger_already_known_joins_it_before_anybody_is_paged_again(
    desk: Desk, clock: FixedClock
) -> None:
    first = await raised(desk.db, "m1")
    assert await page_again(desk.db, SECTION) == 1
    clock.advance(timedelta(minutes=2))
    case = await filed(desk, story="楼下着火了，烧到二楼", place_text="湖滨路 3 号")
    assert await DangerAlert.all().count() == 2
    assert await page_again(desk.db, SECTION) == 1
    assert len(await pages(first)) == 1
    (known,) = await queries.open_alerts()
    assert (known.id, known.reference, known.place_text) == (first, case.reference, "湖滨路 3 号")
    (later,) = (one for one in (await queries.alerts()).rows if one.id != first)
    assert later.joined
    assert await pages(later.id) == []
    clock.advance(timedelta(minutes=3))
    await page_again(desk.db, SECTION)
    assert str((await pages(first))[1]["what"]).startswith("湖滨路 3 号：")


async def test_an_addition_and_a_message_to_a_person_are_doors_too(desk: Desk) -> None:
    case = await filed(desk)
    await add_material(desk, CITIZEN, case.id, text="现在着火了", act="m1")
    await add_material(desk, CITIZEN, case.id, text="着火了，有人被困", act="m2")
    (alert,) = await queries.open_alerts()
    assert (alert.reference, alert.words) == (case.reference, "现在着火了\n着火了，有人被困")
    inquiries = inquiry_desk_on(desk.db)
    asked_by = NEIGHBOUR.id
    assert asked_by is not None
    left = await leave(
        inquiries, NEIGHBOUR, NewInquiry(account_id=asked_by, text="我家着火了", source=Source.H5)
    )
    await write_more(inquiries, NEIGHBOUR, left.id, "还在着火")
    _, other = await queries.open_alerts()
    assert (other.account_id, other.words) == (asked_by, "我家着火了\n还在着火")
    assert await page_again(desk.db, SECTION) == 2


async def test_the_same_words_heard_at_two_doors_change_nothing(desk: Desk) -> None:
    await raised(desk.db, "m1", words="着火了，有人被困")
    case = await filed(desk)
    await add_material(desk, CITIZEN, case.id, text="着火了，有人被困", act="m2")
    (alert,) = await queries.open_alerts()
    assert (alert.words, alert.reference) == ("着火了，有人被困", case.reference)
    await raised(desk.db, "m3", words="有人被困")
    assert (await DangerAlert.get()).revision == 2


async def test_two_complaints_of_one_person_are_two_dangers(desk: Desk) -> None:
    await filed(desk, story="楼下着火了")
    await filed(desk, story="隔壁也着火了")
    assert await page_again(desk.db, SECTION) == 2
    assert len(await queries.open_alerts()) == 2


async def test_rows_for_an_intake_are_written_once_for_one_act(database: Database) -> None:
    def rows() -> Intake:
        made = new_alert_rows(
            database, act="m1", account_id=person(1), source="wechat", words="着火了", matched=("着火",)
        )
        return Intake(("message:1",), b"", made, b"")

    outcomes = await asyncio.gather(*(database.write(rows()) for _ in range(4)))
    assert sum(isinstance(one, Repeat) for one in outcomes) == 3
    assert await DangerAlert.all().count() == 1
    # The same act through the other way in changes nothing.
    assert await raised(database, "m1") == (await DangerAlert.get()).id


async def test_an_alert_taken_and_left_open_is_asked_after_once_a_day(
    database: Database, clock: FixedClock
) -> None:
    alert_id = await raised(database)
    await actions.acknowledge(database, DUTY_OFFICER, alert_id)
    counts = []
    for _ in range(6):
        clock.advance(timedelta(hours=12))
        counts.append(await page_again(database, SECTION))
    assert counts == [0, 1, 0, 1, 0, 1]
    payloads = [msgspec.json.decode(one.payload) for one in await OutboxEvent.filter(name="danger.overdue")]
    assert {one["assignee_id"] for one in payloads} == {str(DUTY_OFFICER.id)}
    await actions.end(database, DUTY_OFFICER, alert_id, outcome="没有危险")
    clock.advance(timedelta(days=9))
    assert await page_again(database, SECTION) == 0


async def test_the_list_of_alerts_is_paged_by_key(database: Database, clock: FixedClock) -> None:
    for number in range(5):
        await raised(database, f"m{number}", 10 + number, words=f"着火{number}")
        clock.advance(timedelta(seconds=number % 2))
    first = await queries.alerts(limit=3)
    second = await queries.alerts(first.after, 3)
    words = [one.words for one in (*first.rows, *second.rows)]
    assert words == [f"着火{number}" for number in (4, 3, 2, 1, 0)]
    assert second.after is None
    assert await queries.count_open() == 5


async def test_long_words_and_places_are_kept_within_their_columns(database: Database) -> None:
    alert_id = await raised(database, "a" * 200, words="火" * 9_000, place_text="远" * 900)
    assert await raised(database, "b" * 200, words="还有" * 4_000) == alert_id
    row = await DangerAlert.get()
    assert len(row.words) <= 4_000
    assert row.words.endswith("还有")
    assert len(row.place_text or "") == 300
    await page_again(database, SECTION)
    (page,) = await pages(alert_id)
    assert len(str(page["what"])) <= 161


async def test_words_said_of_danger_are_not_in_the_audit_chain(database: Database) -> None:
    alert_id = await raised(database, words="三楼着火，我爸在里面", place_text="湖滨路 3 号")
    await page_again(database, SECTION)
    for entry in await AuditEntry.filter(case_id=alert_id):
        assert "我爸" not in entry.detail
        assert "湖滨路" not in entry.detail


async def test_taking_what_is_over_is_a_conflict(database: Database) -> None:
    alert_id = await raised(database)
    await actions.end(database, HEAD, alert_id, outcome="没有危险")
    with pytest.raises(Problem) as refused:
        await actions.acknowledge(database, DUTY_OFFICER, alert_id)
    assert refused.value.status == 409
