"""Danger to life: the numbers are said at once, whatever else works or does not."""

from __future__ import annotations

import asyncio
from typing import Any

import opencc
import pytest

from bot.alarms import Alarms
from casework.dangers.finding import find_danger
from casework.dangers.models import DangerAlert
from kit.problems import Busy
from tests.transcripts.conftest import Office

NUMBERS = "有人身危险请先打电话"


class Hindered:
    """Accounts as the conversation asks for them, from a database that answers late or not at all."""

    def __init__(self, office: Office, until: asyncio.Event | None, fails: bool) -> None:
        self._turns = office.bot.conversation._turns
        self._until, self._fails = until, fails

    def __getattr__(self, name: str) -> Any:
        return getattr(self._turns, name)

    async def account_for(self, message: Any) -> Any:
        if self._until is not None:
            await self._until.wait()
        if self._fails:
            raise Busy("problem.busy")
        return await self._turns.account_for(message)


def hinder(office: Office, until: asyncio.Event | None = None, *, fails: bool = False) -> Alarms:
    alarms = Alarms(
        office.db,
        Hindered(office, until, fails),  # type: ignore[arg-type]
        office.bot.phrases,
        office.bot.flight,
        office.desk.policy.danger,
    )
    office.bot.conversation._alarms = alarms
    return alarms


async def test_what_cannot_be_written_down_does_not_keep_the_numbers_back(office: Office) -> None:
    alarms = hinder(office, fails=True)
    reply = await office.say("三楼着火了")
    assert reply.startswith(NUMBERS)
    assert "0000-8212319" in reply
    assert "值班员还没有通知到，请一定打电话。" in reply
    assert alarms.unwritten == 1
    assert await DangerAlert.all().count() == 0


async def test_a_slow_database_does_not_keep_the_numbers_back_and_the_page_still_goes_out(
    office: Office,
) -> None:
    answers = asyncio.Event()
    alarms = hinder(office, answers)
    reply = await office.say("三楼着火了")  # before the database has said anything at all
    assert reply.startswith(NUMBERS)
    assert "值班员还没有通知到" in reply
    answers.set()
    await alarms.drain(5.0)
    assert await DangerAlert.all().count() == 1


async def test_when_the_rest_cannot_be_answered_the_numbers_are_said_and_nothing_is_claimed(
    office: Office,
) -> None:
    await office.say("投诉")
    talks = office.bot.conversation._talks

    class Broken:
        def __getattr__(self, name: str) -> Any:
            return getattr(talks, name)

        async def go_on(self, *_: Any) -> str:
            raise Busy("problem.busy")

    office.bot.conversation._talks = Broken()  # type: ignore[assignment]
    reply = await office.say("广告牌掉下来砸到人了")
    assert reply.startswith(NUMBERS)
    assert "您刚才说的话还没有记下来" in reply
    assert "值班员还没有通知到" not in reply
    assert await DangerAlert.all().count() == 1


async def test_three_deliveries_at_once_page_once(office: Office) -> None:
    fields = office.fields("oCitizen", MsgType="text", Content="楼下饭店煤气泄漏了")
    replies = await asyncio.gather(*(office.hear(fields) for _ in range(3)))
    # And again as if Redis had forgotten that it was ever answered.
    replies += await asyncio.gather(*(office.hear(fields, presence=True) for _ in range(3)))
    assert all(reply.startswith(NUMBERS) for reply in replies)
    assert await DangerAlert.all().count() == 1


async def test_whoever_sends_too_much_still_hears_the_numbers_and_is_paged_for_once(office: Office) -> None:
    office.bot.conversation._limit = 0
    reply = await office.say("三楼着火了")
    assert reply.startswith(NUMBERS)
    assert "您发得太快了" in reply
    await office.say("三楼着火了，二楼也着火了")
    assert (await DangerAlert.get()).words == "三楼着火了\n三楼着火了，二楼也着火了"


STARTS = (
    (),
    ("投诉",),
    ("投诉", "楼下烧烤店每天晚上油烟很大"),
    ("投诉", "楼下烧烤店每天晚上油烟很大", "跳过", "文一路 88 号"),
    ("投诉", "楼下烧烤店每天晚上油烟很大", "跳过", "文一路 88 号", "跳过"),
    ("留言",),
    ("未满14岁",),
    ("未满14岁", "张建国"),
    ("未满14岁", "张建国", "13800138000"),
)


@pytest.mark.parametrize("before", STARTS)
async def test_danger_goes_first_in_every_state_and_the_rest_goes_on(
    office: Office, before: tuple[str, ...]
) -> None:
    for text in before:
        await office.say(text)
    reply = await office.say("招牌掉下来砸到人了")
    assert reply.startswith(NUMBERS)
    assert len(reply.partition("24 小时有人接。")[2].strip()) > 10
    assert await DangerAlert.all().count() == 1


TRADITIONAL = ("s2t", "s2tw", "s2hk")
"""Of the mainland's tables, of Taiwan and of Hong Kong."""


@pytest.mark.parametrize("table", TRADITIONAL)
async def test_danger_in_traditional_characters_is_heard_in_chat_word_for_word(
    office: Office, table: str
) -> None:
    section = office.desk.policy.danger
    alarms = office.bot.conversation.alarms
    written = opencc.OpenCC(table).convert
    texts = [f"楼下{keyword}了" for keyword in section.keywords]
    texts += [
        f"门口的{thing}{happening}"
        for pair in section.pairs
        for thing in pair.things
        for happening in pair.happenings
    ]
    for text in texts:
        assert find_danger(section, text), text
        assert alarms.found_in(written(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "煤氣洩漏了，快來人",
        "燃氣泄漏",
        "電線杆要倒了",
        "著火了",
        "樓上燒著了",
        "陽台要掉下來了",
        "陽臺要掉下來了",
        "天花板掉下來了",
    ],
)
async def test_who_writes_traditional_characters_hears_the_numbers_and_is_paged_for(
    office: Office, text: str
) -> None:
    assert (await office.say(text)).startswith(NUMBERS)
    assert await DangerAlert.all().count() == 1


async def test_a_number_sent_after_danger_reaches_whoever_is_called(office: Office) -> None:
    await office.say("楼下煤气泄漏了")
    assert (await office.say("13800138000")).startswith("已转告值班人员。")
    assert (await DangerAlert.get()).words == "楼下煤气泄漏了\n13800138000"


async def test_a_number_our_own_question_asked_for_stays_where_it_belongs(office: Office) -> None:
    for text in ("投诉", "招牌掉下来砸到人了", "跳过", "文一路 88 号"):
        await office.say(text)
    await office.say("13800138000")
    assert "13800138000" not in (await DangerAlert.get()).words


async def test_whoever_sends_too_much_is_told_so_kindly_and_goes_on_where_they_were(office: Office) -> None:
    first = await office.say("投诉")
    office.bot.conversation._limit = 0
    assert "这一条没有记下" in await office.say("路口有人摆摊占道")
    office.bot.conversation._limit = None
    assert await office.say("路口有人摆摊占道") not in ("", first)
