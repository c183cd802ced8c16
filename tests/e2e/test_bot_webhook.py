"""The platform's door, over HTTP with real encryption, on a real SQLite database and a real Valkey."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.late_sending import LateSending
from bot.models import LateReply, MediaFetch
from bot.replying import Reply
from bot.turns import Message
from bot.webhook import BotDoor
from casework.complaints.models import Complaint
from kit.sealing import SealError
from tests.e2e.door_setting import Platform, served
from tests.transcripts.conftest import TOKEN, Office, answerer, office, open_office, sqlite_db
from wechat.codec import sign
from wechat.messages import to_inbound
from wechat.replies import Article

__all__ = ["answerer", "office", "sqlite_db"]


@pytest.fixture
async def platform(office: Office) -> AsyncIterator[Platform]:
    async with served(office) as one:
        yield one


# ---- who may come in


async def test_the_platform_verifies_the_address(platform: Platform) -> None:
    now = str(int(platform.office.clock.now().timestamp()))
    query = {"timestamp": now, "nonce": "1", "echostr": "4242", "signature": sign(TOKEN, now, "1")}
    async with platform.session.get(platform.url, params=query) as response:
        assert (response.status, await response.text()) == (200, "4242")
    async with platform.session.get(platform.url, params={**query, "signature": "0" * 40}) as response:
        assert response.status == 403


async def test_forged_stale_and_doubled_requests_are_refused_alike(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    encrypted, body = platform.sealed(fields)
    old = str(int(platform.office.clock.now().timestamp()) - 301)
    stale = {"timestamp": old, "msg_signature": sign(TOKEN, old, "2718281828", encrypted)}
    doubled = [*platform.query(encrypted).items(), ("nonce", "2718281828")]
    answers = [
        await platform.post(fields, msg_signature="0" * 40),
        await platform.raw(body, platform.query(encrypted, **stale)),
        await platform.raw(body, doubled),
        await platform.raw(body, {}),
    ]
    assert [status for status, _ in answers] == [403] * 4
    assert len({text for _, text in answers}) == 1
    assert "Traceback" not in answers[0][1].decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * 65_537, 413),
        (b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>", 400),
        (b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
    ],
)
async def test_bodies_that_are_no_messages_are_refused(platform: Platform, body: bytes, status: int) -> None:
    assert (await platform.raw(body, platform.query("a")))[0] == status


async def test_a_signed_message_with_words_for_a_number_is_refused_once_and_for_all(
    platform: Platform,
) -> None:
    fields = {**platform.office.fields("oCitizen", MsgType="text", Content="x"), "CreateTime": "tomorrow"}
    status, text = await platform.post(fields)
    assert status == 400
    assert "tomorrow" not in text.decode()


# ---- what is answered


async def test_a_question_is_answered_without_touching_sql(platform: Platform) -> None:
    assert "依据：《城市道路管理条例》" in await platform.say("门口能不能摆摊")
    flight = platform.office.bot.flight
    await asyncio.wait([flight._rebuilding])
    # From here on the database may be gone.
    await platform.office.db.close()
    assert "依据：《城市道路管理条例》" in await platform.say("门口能不能摆摊")


async def test_unknown_events_are_answered_success_and_counted(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="event", Event="brand_new")
    assert await platform.deliver(fields) == ""
    assert platform.office.bot.conversation._events.unknown == {"brand_new": 1}


async def test_the_same_message_six_times_at_once_and_once_later_makes_one_case(platform: Platform) -> None:
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "跳过"):
        await platform.say(text)
    fields = platform.office.fields("oCitizen", MsgType="text", Content="1")
    replies = await asyncio.gather(*(platform.deliver(fields) for _ in range(6)))
    line = platform.office.bot.line
    assert line is not None
    await line.call(b"FLUSHALL")
    replies.append(await platform.deliver(fields))
    assert len(set(replies)) == 1
    assert replies[0].startswith("投诉已收到，编号 QS-TS-")
    assert await Complaint.all().count() == 1


async def test_an_album_sent_at_once_is_kept_whole(platform: Platform) -> None:
    await platform.say("我要投诉楼下烧烤油烟太大")
    photos = [
        platform.office.fields("oCitizen", MsgType="image", MediaId=f"m{n}", PicUrl="http://x/y")
        for n in range(9)
    ]
    await asyncio.gather(*(platform.deliver(fields) for fields in photos))
    assert await MediaFetch.all().count() == 9
    for text in ("文一路 88 号", "跳过"):
        summary = await platform.say(text)
    assert "照片：9 张" in summary


async def test_clients_that_hang_up_in_the_middle_of_a_write_leave_everything_usable(
    platform: Platform,
) -> None:
    async def hang_up(number: int) -> None:
        fields = platform.office.fields(f"oCitizen{number}", MsgType="text", Content="投诉")
        task = asyncio.create_task(platform.post(fields))
        await asyncio.sleep(0.002 * (number % 10))
        task.cancel()
        await asyncio.wait([task])

    await asyncio.gather(*(hang_up(number) for number in range(100)))
    await platform.office.bot.flight.drain(10)
    assert (await platform.say("投诉")).startswith("好的，请说说")


# ---- answers that are no text


class Saying:
    """Somebody who always answers the same."""

    def __init__(self, reply: Reply | str) -> None:
        self._reply = reply
        self.runs = 0

    def may_be_kept(self, inbound: Any) -> bool:
        return True

    async def handle(self, *arguments: Any) -> Reply | str:
        self.runs += 1
        await asyncio.sleep(0.05)
        return self._reply


async def test_a_transfer_and_articles_are_rendered_and_repeated_alike(office: Office) -> None:
    person = Reply("请拨打 0571-1", transfer=True)
    async with served(office, conversation=Saying(person)) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="人工")
        answers = [await platform.answer(fields) for _ in range(3)]
    assert {one["MsgType"] for one in answers} == {"transfer_customer_service"}
    cards = Reply(articles=(Article("夜市", "几点开", "https://p/1", "https://h/1"),))
    async with served(office, conversation=Saying(cards)) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="夜市")
        answers = [await platform.answer(fields) for _ in range(3)]
    assert answers[0]["MsgType"] == "news"
    assert answers[0]["Articles"] == answers[2]["Articles"]


async def test_a_transfer_that_comes_too_late_says_how_else_to_reach_a_person(office: Office) -> None:
    phone = Phone()
    saying = Slow(office, 0.4)
    saying.instead = Reply("请拨打 0571-1", transfer=True)
    async with served(office, conversation=saying, budget_s=0.1) as platform:
        assert await platform.deliver(office.fields("oCitizen", MsgType="text", Content="人工")) == ""
        await office.bot.flight.drain(5)
    await late_sending(office, phone).step()
    assert phone.texts == [("oCitizen", "请拨打 0571-1")]


# ---- what takes too long


class Slow:
    """The real conversation, but every answer takes a while."""

    def __init__(self, office: Office, takes_s: float) -> None:
        self._conversation = office.bot.conversation
        self._takes_s = takes_s
        self.instead: Reply | None = None
        self.runs = 0

    def may_be_kept(self, inbound: Any) -> bool:
        return self._conversation.may_be_kept(inbound)

    async def handle(self, *arguments: Any) -> Reply | str:
        self.runs += 1
        await asyncio.sleep(self._takes_s)
        return self.instead or await self._conversation.handle(*arguments)


class Phone:
    """Receives customer-service messages."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    async def send_custom_text(self, openid: str, text: str) -> None:
        self.texts.append((openid, text))


def late_sending(office: Office, phone: Phone) -> LateSending:
    return LateSending(office.db, office.desk.sealer, office.bot.conversation.handle, phone)


async def let_leases_lapse(office: Office) -> None:
    """Leases run by the database's clock, which no test can turn."""
    past = await office.db.database_now() - timedelta(seconds=1)

    async def work(_: object) -> None:
        await LateReply.filter(lease_until__isnull=False).update(lease_until=past)

    await office.db.change(work)


async def test_a_late_answer_is_sent_as_a_message_of_its_own(office: Office) -> None:
    slow, phone = Slow(office, 0.8), Phone()
    async with served(office, conversation=slow, budget_s=0.3) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="投诉")
        assert await platform.deliver(fields) == ""
        row = await LateReply.get()
        assert row.state == "working"
        assert "oCitizen" not in str(bytes(row.inbound_sealed))
        # Two more tries while it works, one after it is done.
        assert await asyncio.gather(platform.deliver(fields), platform.deliver(fields)) == ["", ""]
        await office.bot.flight.drain(5)
        assert await platform.deliver(fields) == ""
    assert slow.runs == 1
    assert await late_sending(office, phone).step() == 1
    assert [openid for openid, _ in phone.texts] == ["oCitizen"]
    assert phone.texts[0][1].startswith("好的，请说说是什么问题")
    assert await late_sending(office, phone).step() == 0
    row = await LateReply.get()
    assert (row.state, row.inbound_sealed, row.reply_sealed) == ("sent", None, None)


async def test_an_answer_that_cannot_be_opened_keeps_no_other_from_being_sent(office: Office) -> None:
    phone = Phone()
    async with served(office, conversation=Slow(office, 0.4), budget_s=0.1) as platform:
        for number in range(4):
            assert await platform.deliver(office.fields(f"o{number}", MsgType="text", Content="投诉")) == ""
        await office.bot.flight.drain(5)

    async def damage(_: object) -> None:
        first = await LateReply.all().order_by("next_at", "id").first()
        await LateReply.filter(id=first.id).update(reply_sealed=b"damaged")

    await office.db.change(damage)
    sending = late_sending(office, phone)
    with pytest.raises(SealError):
        await sending.step()
    assert await sending.step() == 3
    assert len(phone.texts) == 3


async def test_an_answer_owed_by_a_dead_process_is_worked_out_by_another(office: Office) -> None:
    phone = Phone()
    async with served(office, conversation=Slow(office, 3600), budget_s=0.2) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="投诉")
        assert await platform.deliver(fields) == ""
        for task in list(office.bot.flight._running.values()):
            task.cancel()  # as good as dead
            await asyncio.wait([task])
    assert await late_sending(office, phone).step() == 0
    await let_leases_lapse(office)
    sending = late_sending(office, phone)
    while await sending.step():
        pass
    assert len(phone.texts) == 1
    assert phone.texts[0][1].startswith("好的，请说说是什么问题")


async def test_without_a_durable_promise_the_connection_is_closed_and_a_retry_succeeds(
    office: Office, sqlite_url: str
) -> None:
    async with served(office, budget_s=0.3) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="投诉")
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # the database takes no writes
        with pytest.raises(aiohttp.ClientError):
            await platform.post(fields)
        other.execute("ROLLBACK")
        other.close()
        replies = {await platform.deliver(fields) for _ in range(2)}
    assert len(replies) == 1


async def test_a_promise_that_came_too_late_says_nothing_twice(office: Office, sqlite_url: str) -> None:
    phone = Phone()
    async with served(office, conversation=Slow(office, 1.2), budget_s=0.3) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="门口能不能摆摊")
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(aiohttp.ClientError):
            await platform.post(fields)
        # The answer is ready before the promise is written.
        await office.bot.flight.drain(5)
        other.execute("ROLLBACK")
        other.close()
        await office.bot.door.late.drain(5)
        assert "依据" in await platform.deliver(fields)
    await let_leases_lapse(office)
    sending = late_sending(office, phone)
    while await sending.step():
        pass
    assert phone.texts == []


@pytest.mark.parametrize("gap_s", [0.0, 0.002, 0.01, 0.05])
async def test_what_one_try_takes_back_another_has_not_promised(office: Office, gap_s: float) -> None:
    late, names = office.bot.door.late, office.bot.door.names
    inbound = to_inbound(office.fields("oCitizen", MsgType="text", Content="投诉"))
    message = Message(names.of(inbound.dedupe_key), names.of(inbound.openid), inbound)
    assert not await late.promise(message, within_s=0)
    await asyncio.sleep(gap_s)
    promised = await late.promise(message, within_s=5)
    await late.drain(5)
    assert promised == await LateReply.filter(act=message.act, state="working").exists()


async def test_misconduct_told_in_chat_is_never_written_down(office: Office) -> None:
    async with served(office, conversation=Slow(office, 0.5), budget_s=0.1) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="你们城管队员收保护费")
        with pytest.raises(aiohttp.ClientError):
            await platform.post(fields)
        await office.bot.flight.drain(5)
        assert (await platform.deliver(fields)).startswith("反映我局工作人员的问题")
    assert await LateReply.all().count() == 0


async def test_without_redis_everything_works(sqlite_db: Any, clock: Any, answerer: Any) -> None:
    lonely = await open_office(sqlite_db, clock, None, answerer)
    async with served(lonely) as platform:
        for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "跳过"):
            await platform.say(text)
        fields = lonely.fields("oCitizen", MsgType="text", Content="1")
        replies = {await platform.deliver(fields) for _ in range(3)}
        assert len(replies) == 1
        assert "依据" in await platform.say("门口能不能摆摊")
    assert await Complaint.all().count() == 1


async def test_a_hanging_redis_delays_one_message_by_little(
    sqlite_db: Any, clock: Any, answerer: Any, tmp_path: Any
) -> None:
    async def swallow(reader: Any, writer: Any) -> None:
        await reader.read()
        writer.close()

    black_hole = await asyncio.start_unix_server(swallow, tmp_path / "s")
    office = await open_office(sqlite_db, clock, f"unix://{tmp_path}/s", answerer)
    loop = asyncio.get_running_loop()
    async with served(office) as platform:
        begun = loop.time()
        for _ in range(10):
            assert "依据" in await platform.say("门口能不能摆摊")
        assert loop.time() - begun < 2
    await office.bot.close()
    black_hole.close()
    await asyncio.sleep(0.05)  # the other end notices


def test_the_door_needs_no_other_settings_than_these() -> None:
    required = {
        field.name
        for field in dataclasses.fields(BotDoor)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    assert required == {"codec", "conversation", "flight", "names", "late", "clock", "refusals", "alarms"}
