"""Bad input at the real door: one clear refusal, nothing changed, nothing lost."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.door_alarms import DoorAlarms
from tests.e2e.door_setting import Platform, served
from tests.transcripts.conftest import ACCOUNT, APP_ID, TOKEN, Office, answerer, office, sqlite_db
from wechat.codec import Codec, sign
from wechat.parse import parse_xml

__all__ = ["answerer", "office", "sqlite_db"]

OTHER_KEY = Codec(TOKEN, b64encode(b"o" * 32).decode()[:43], APP_ID)


@pytest.fixture
async def platform(office: Office) -> AsyncIterator[Platform]:
    async with served(office) as one:
        yield one


def plain(fields: dict[str, Any]) -> bytes:
    elements = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{elements}</xml>".encode()


async def test_a_message_under_another_key_is_refused_without_saying_which_part_was_wrong(
    platform: Platform,
) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    encrypted, body = platform.sealed(fields, OTHER_KEY)
    with capture_logs() as logs:
        refused = await platform.raw(body, platform.query(encrypted))
        damaged = encrypted[:-8] + "AAAAAAA="
        broken = await platform.raw(
            body.replace(encrypted.encode(), damaged.encode()), platform.query(damaged)
        )
    assert refused == broken
    assert refused[0] == 400
    assert [log["reason"] for log in logs if log["event"] == "wechat.refused"] == [
        "the message cannot be read"
    ]


async def test_a_plain_body_is_refused_in_safe_mode_however_it_is_signed(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    now = str(int(platform.office.clock.now().timestamp()))
    query = {"timestamp": now, "nonce": "1", "signature": sign(TOKEN, now, "1")}
    assert (await platform.raw(plain(fields), query))[0] == 400
    query["msg_signature"] = query["signature"]
    assert (await platform.raw(plain(fields), query))[0] == 400


async def test_of_a_body_that_is_both_only_what_the_signature_covers_is_read(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="门口能不能摆摊")
    encrypted, _ = platform.sealed(fields)
    forged = {**fields, "FromUserName": "oSomebodyElse", "Content": "投诉", "Encrypt": encrypted}
    status, body = await platform.raw(plain(forged), platform.query(encrypted))
    assert status == 200
    reply = parse_xml(platform.codec.decrypt(str(parse_xml(body)["Encrypt"])))
    assert reply["ToUserName"] == "oCitizen"
    assert "依据" in str(reply["Content"])


async def test_an_encrypted_body_is_refused_in_plain_mode(office: Office) -> None:
    async with served(office, codec=Codec(TOKEN, None, APP_ID)) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="门口能不能摆摊")
        now = str(int(office.clock.now().timestamp()))
        query = {"timestamp": now, "nonce": "1", "signature": sign(TOKEN, now, "1")}
        assert (await platform.raw(plain(fields), query))[0] == 200
        _, sealed = platform.sealed(fields, office.bot.door.codec)
        assert (await platform.raw(sealed, query))[0] == 400
        both = plain({**fields, "MsgId": "77", "Encrypt": "QUJD"})
        assert (await platform.raw(both, query))[0] == 400


async def test_json_is_refused_where_xml_belongs(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    encrypted = platform.codec.encrypt(json.dumps(fields).encode())
    outside = json.dumps({"ToUserName": ACCOUNT, "Encrypt": encrypted}).encode()
    assert (await platform.raw(outside, platform.query(encrypted)))[0] == 400
    inside = plain({"ToUserName": ACCOUNT, "Encrypt": encrypted})
    assert (await platform.raw(inside, platform.query(encrypted)))[0] == 400


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature", "encrypt_type", "anything"])
async def test_a_parameter_given_twice_is_refused_whichever_it_is(platform: Platform, name: str) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    encrypted, body = platform.sealed(fields)
    query = {**platform.query(encrypted), "anything": "1"}
    assert (await platform.raw(body, query))[0] == 200
    assert (await platform.raw(body, [*query.items(), (name, query[name])]))[0] == 403
    assert (await platform.raw(body, [*query.items(), (name, "")]))[0] == 403


async def test_forged_signatures_are_refused(platform: Platform) -> None:
    fields = platform.office.fields("oCitizen", MsgType="text", Content="投诉")
    encrypted, body = platform.sealed(fields)
    query = platform.query(encrypted)
    now = query["timestamp"]
    for forged in (
        {"msg_signature": sign("guessed", now, "2718281828", encrypted)},
        {"msg_signature": sign(TOKEN, now, "2718281828")},  # of a plain message
        {"msg_signature": ""},
        {"msg_signature": query["msg_signature"].upper()},
        {"nonce": "3"},
        {"timestamp": str(int(now) + 1)},
    ):
        assert (await platform.raw(body, {**query, **forged}))[0] == 403
    # Signed for another message.
    other, _ = platform.sealed({**fields, "Content": "撤诉"})
    assert (await platform.raw(body.replace(encrypted.encode(), other.encode()), query))[0] == 403
    assert platform.office.bot.door.counts.messages == 0


class Counting:
    """The real conversation, with a count of what it was given."""

    def __init__(self, office: Office) -> None:
        self._conversation = office.bot.conversation
        self.runs = 0

    def may_be_kept(self, inbound: Any) -> bool:
        return self._conversation.may_be_kept(inbound)

    async def handle(self, *arguments: Any) -> Any:
        self.runs += 1
        return await self._conversation.handle(*arguments)


async def test_the_fourth_delivery_of_a_message_gets_the_first_ones_reply(office: Office) -> None:
    counting = Counting(office)
    async with served(office, conversation=counting) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="我要投诉楼下烧烤油烟太大")
        replies = []
        for _ in range(4):
            replies.append(await platform.deliver(fields))
            office.clock.advance(timedelta(seconds=5))
        assert len(set(replies)) == 1
        assert replies[0]
        assert counting.runs == 1
        # Long after, when Redis has forgotten: worked out again, and found to be done.
        assert office.bot.line is not None
        await office.bot.line.call(b"FLUSHALL")
        assert await platform.deliver(fields) == replies[0]


async def test_another_body_under_the_same_number_gets_the_first_ones_reply_and_changes_nothing(
    office: Office,
) -> None:
    counting = Counting(office)
    async with served(office, conversation=counting) as platform:
        first = office.fields("oCitizen", MsgType="text", Content="我要投诉楼下烧烤油烟太大")
        reply = await platform.deliver(first)
        other = {**first, "Content": "取消"}
        assert await platform.deliver(other) == reply
        assert counting.runs == 1
        assert office.bot.line is not None
        await office.bot.line.call(b"FLUSHALL")
        assert await platform.deliver(other) == reply
        # The complaint goes on where it was.
        assert "在什么地方" in await platform.say("跳过")


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_off_by_an_hour_is_refused_and_alarmed_once_a_minute(
    office: Office, hours: int
) -> None:
    async with served(office) as platform:
        fields = office.fields("oCitizen", MsgType="text", Content="投诉")
        sent_at = str(int(office.clock.now().timestamp()))
        encrypted, body = platform.sealed(fields)
        query = {
            **platform.query(encrypted),
            "timestamp": sent_at,
            "msg_signature": sign(TOKEN, sent_at, "2718281828", encrypted),
        }
        office.clock.advance(timedelta(hours=hours))
        with capture_logs() as logs:
            answers = await asyncio.gather(*(platform.raw(body, query) for _ in range(20)))
            # A forged request tells nothing of our clock.
            await platform.raw(body, {**query, "msg_signature": "0" * 40})
    assert {status for status, _ in answers} == {403}
    alarms = [log for log in logs if log["event"] == "wechat.clock_off"]
    assert [(log["seconds"], log["log_level"]) for log in alarms] == [(hours * 3600, "error")]
    assert len([log for log in logs if log["event"] == "wechat.refused"]) == 1
    counts = office.bot.door.counts
    assert (counts.stale, counts.skew_s, counts.messages) == (20, hours * 3600, 0)


async def test_a_clock_off_by_two_minutes_still_answers_and_alarms(office: Office) -> None:
    async with served(office) as platform:
        sent_at = str(int(office.clock.now().timestamp()))
        office.clock.advance(timedelta(minutes=2))
        with capture_logs() as logs:
            for number in range(3):
                fields = office.fields("oCitizen", MsgType="text", Content=f"门口能不能摆摊{number}")
                encrypted, body = platform.sealed(fields)
                query = {
                    **platform.query(encrypted),
                    "timestamp": sent_at,
                    "msg_signature": sign(TOKEN, sent_at, "2718281828", encrypted),
                }
                assert (await platform.raw(body, query))[0] == 200
    assert [log["seconds"] for log in logs if log["event"] == "wechat.clock_off"] == [120]
    assert office.bot.door.counts.stale == 0


async def test_an_event_with_elements_where_text_belongs_is_refused_and_an_unknown_one_is_not(
    platform: Platform,
) -> None:
    async def post(inner: str) -> tuple[int, bytes]:
        common = platform.office.fields("oCitizen", MsgType="event")
        xml = plain(common).decode().replace("</xml>", f"{inner}</xml>")
        encrypted = platform.codec.encrypt(xml.encode())
        return await platform.raw(
            plain({"ToUserName": ACCOUNT, "Encrypt": encrypted}), platform.query(encrypted)
        )

    assert (await post("<Event><a>CLICK</a></Event>"))[0] == 400
    assert (await post("<Event>CLICK</Event><Event>CLICK</Event>"))[0] == 400
    assert (await post("<Event>SCAN</Event><EventKey><a>1</a></EventKey>"))[0] == 400
    path = "<Actions><ActionType>1</ActionType></Actions>"
    assert await post(f"<Event>add_express_path</Event>{path}{path}") == (200, b"success")


async def test_several_processes_together_say_once_that_the_clock_is_off(office: Office) -> None:
    processes = [DoorAlarms(office.bot.line) for _ in range(3)]
    with capture_logs() as logs:
        for alarms in processes:
            await alarms.clock_off(3600)
    assert [log["event"] for log in logs] == ["wechat.clock_off"]
