"""What is said after the first words of danger: kept whatever comes, told with measure."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from casework.dangers import actions, queries
from casework.dangers.alerts import raise_alert
from casework.dangers.models import DangerAlert
from casework.dangers.paging import page_again
from casework.dangers.profile import DangerSection, Paging
from casework.dangers.words import OPENING, WORDS_AT_MOST
from kit.clock import FixedClock
from kit.db import Database
from kit.outbox_models import OutboxEvent
from tests.casework_setting import DUTY_OFFICER, person

SECTION = DangerSection(
    keywords=("着火",),
    sentence_key="qa.danger",
    paging=Paging(every_minutes=5, at_most=4, heads_after=2, basis="值班制度"),
)


async def say(db: Database, act: str, words: str, place: str | None = None) -> UUID:
    id = await raise_alert(
        db,
        act=act,
        account_id=person(1),
        source="wechat",
        words=words,
        matched=("着火",),
        place_text=place,
    )
    assert id is not None
    return id


async def told(name: str) -> list[dict[str, object]]:
    rows = await OutboxEvent.filter(name=name).order_by("id")
    return [msgspec.json.decode(row.payload) for row in rows]


async def test_whoever_took_it_hears_of_new_words_within_seconds(database: Database) -> None:
    alert_id = await say(database, "m1", "楼下着火了")
    await actions.acknowledge(database, DUTY_OFFICER, alert_id)
    await say(database, "m2", "有人被困", "湖滨路 3 号")
    assert await page_again(database, SECTION) == 1
    assert await page_again(database, SECTION) == 0
    (event,) = await told("danger.passed_on")
    assert event["what"] == "湖滨路 3 号：楼下着火了 有人被困"
    assert event["assignee_id"] == str(DUTY_OFFICER.id)


async def test_forty_messages_call_whoever_took_it_once_in_a_pause_and_none_is_lost(
    database: Database, clock: FixedClock
) -> None:
    alert_id = await say(database, "m0", "楼下着火了")
    await actions.acknowledge(database, DUTY_OFFICER, alert_id)
    for number in range(1, 41):
        await say(database, f"m{number}", f"火越来越大 {number}")
        await page_again(database, SECTION)
        clock.advance(timedelta(seconds=10))
    # 400 seconds: at once, and after five minutes.
    assert len(await told("danger.passed_on")) == 2
    clock.advance(timedelta(minutes=5))
    assert await page_again(database, SECTION) == 1
    last = (await told("danger.passed_on"))[-1]["what"]
    assert str(last).startswith("楼下着火了")
    assert str(last).endswith("火越来越大 40")
    clock.advance(timedelta(minutes=20))
    assert await page_again(database, SECTION) == 0
    words = (await DangerAlert.get(id=alert_id)).words
    assert words.splitlines() == ["楼下着火了", *(f"火越来越大 {number}" for number in range(1, 41))]


async def test_however_much_is_said_the_opening_report_stays(database: Database) -> None:
    opening = "文一路 88 号三楼着火了，里面有两个老人"
    await say(database, "m0", opening)
    for number in range(30):
        await say(database, f"m{number + 1}", f"第{number}句：" + "火很大" * 100)
    words = (await DangerAlert.get()).words
    assert words.startswith(opening)
    assert "第29句" in words
    assert len(words) <= WORDS_AT_MOST
    assert words[OPENING:].startswith("\n…\n")


async def test_a_number_in_the_words_counts_as_left_and_is_in_no_page(database: Database) -> None:
    alert_id = await say(database, "m1", "楼下着火了，我的电话 138 0013 8000")
    await page_again(database, SECTION)
    (page,) = await told("danger.paged")
    assert page["has_phone"] is True
    assert "8000" not in str(page["what"])
    view = await queries.one(alert_id)
    assert view is not None
    assert view.has_phone
    assert "138 0013 8000" in view.words


async def test_a_reference_or_a_price_is_no_number_to_call(database: Database) -> None:
    alert_id = await say(database, "m1", "着火了，88 号，QS-202611-000123，损失 120000 元")
    view = await queries.one(alert_id)
    assert view is not None
    assert not view.has_phone
