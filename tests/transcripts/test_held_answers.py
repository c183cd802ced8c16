"""Answers that could not be sent go along with a reply, once there is one, and trouble nobody afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.capabilities import Capabilities
from bot.late import LateReplies
from bot.models import LateReply
from bot.turns import Message
from content.interpretations.answering import Answerer
from kit.db import Change
from tests.transcripts.conftest import PATIENT_S, TRANSFERRED, Office, open_office
from wechat.account_kinds import AccountKind, rights
from wechat.messages import to_inbound

WORDS = "昨天问的：门口不能摆摊。"
QUESTION = "门口能摆摊吗"


@pytest.fixture
async def with_people(office: Office, answerer: Answerer, valkey_url: str) -> AsyncIterator[Office]:
    """An account that can hand over to somebody."""
    opened = await open_office(
        office.db,
        office.clock,
        valkey_url,
        answerer,
        rights=rights(AccountKind.CERTIFIED_SERVICE),
        redis_timeout_s=PATIENT_S,
    )
    yield opened
    await opened.bot.close()


async def hold(office: Office, words: str = WORDS) -> None:
    """An answer that cannot be sent, as on an account without the right to."""
    cannot = Capabilities.of_kind(AccountKind.UNCERTIFIED_SUBSCRIPTION, office.clock)
    late = LateReplies(office.db, office.desk.sealer, cannot, office.bot.flight.hint)
    names, inbound = office.bot.door.names, to_inbound(office.fields("oCitizen", MsgType="text", Content="x"))
    message = Message(names.of(inbound.dedupe_key), names.of(inbound.openid), inbound)
    assert await late.promise(message, within_s=5)
    assert await late.hand_in(message, words)
    office.pass_time(seconds=3)


async def say(office: Office, text: str) -> str:
    said = await office.say(text)
    office.pass_time(seconds=3)
    return said


async def is_hinted(office: Office) -> bool:
    assert office.bot.line is not None
    name = b"bot:p:" + office.bot.door.names.of("oCitizen").encode()
    return bool(await office.bot.line.call(b"EXISTS", name))


async def rename(office: Office, table: str, to: str) -> None:
    async def work(change: Change) -> None:
        await change.connection.execute_query(f"ALTER TABLE {table} RENAME TO {to}")

    await office.db.change(work)


async def test_a_held_answer_is_said_once_and_nobody_looks_for_it_afterwards(office: Office) -> None:
    await hold(office)
    assert await is_hinted(office)
    assert (await say(office, QUESTION)).startswith(WORDS)
    assert WORDS not in await say(office, QUESTION)
    assert not await is_hinted(office)


async def test_what_did_not_fit_is_looked_for_once_more_and_then_no_longer(office: Office) -> None:
    await hold(office, "甲" * 300)
    await hold(office, "乙" * 300)
    assert (await say(office, QUESTION)).startswith("甲")
    assert await is_hinted(office)
    assert (await say(office, QUESTION)).startswith("乙")
    await say(office, QUESTION)
    assert not await is_hinted(office)


async def test_a_conversation_that_ends_meanwhile_does_not_hide_what_waits(office: Office) -> None:
    await say(office, "投诉")
    await hold(office, "甲" * 300)
    await hold(office, "乙" * 300)
    said = await say(office, "取消")
    assert said.startswith("甲")
    assert "已取消" in said
    assert (await say(office, QUESTION)).startswith("乙")


async def test_without_a_reply_nothing_counts_as_handed_over(office: Office) -> None:
    await hold(office)
    await rename(office, "conversation_turn", "gone")
    with pytest.raises(Exception, match="conversation_turn"):
        await office.say("投诉")
    await rename(office, "gone", "conversation_turn")
    assert (await LateReply.get()).state == "held"
    assert (await say(office, QUESTION)).startswith(WORDS)


async def test_whoever_is_put_through_to_a_person_hears_held_words_later(with_people: Office) -> None:
    await hold(with_people)
    assert await say(with_people, "人工") == TRANSFERRED
    assert (await LateReply.get()).state == "held"
    assert (await say(with_people, QUESTION)).startswith(WORDS)


async def test_telephone_numbers_come_before_anything_held(office: Office) -> None:
    await hold(office)
    assert WORDS not in await say(office, "文一路 88 号着火了")
    assert (await LateReply.get()).state == "held"
    assert WORDS in await say(office, "谢谢")
