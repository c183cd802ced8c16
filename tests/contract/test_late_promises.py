"""An answer is owed or it is given: never neither."""

from __future__ import annotations

import asyncio

import pytest

from bot.late import LateReplies
from bot.models import LateReply
from bot.turns import Message
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from wechat.messages import to_inbound

ACT = "a" * 32


@pytest.fixture
def message(clock: FixedClock) -> Message:
    fields = {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": "oCitizen",
        "CreateTime": str(int(clock.now().timestamp())),
        "MsgType": "text",
        "MsgId": "24000000000000001",
        "Content": "投诉",
    }
    return Message(ACT, "c" * 32, to_inbound(fields))


class Writer:
    """Holds up every change that comes after its own."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._inside, self._go = asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Writer:
        async def work(change: Change) -> None:
            # PostgreSQL lets others in, up to the rows they all want.
            row = await LateReply.get_or_none(act=ACT)
            if row is not None:
                await change.lock(LateReply, row.id)
            self._inside.set()
            await self._go.wait()

        self._holding = asyncio.create_task(self._db.change(work))
        await self._inside.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._go.set()
        await self._holding


async def test_an_answer_handed_in_while_its_promise_is_taken_back_is_given_at_once(
    database: Database, message: Message
) -> None:
    late = LateReplies(database, FieldSealer(KeyRing.random()))
    assert await late.promise(message, within_s=5)
    row = await LateReply.get(act=ACT)
    assert row.lease_until is not None
    async with Writer(database):
        taking_back = asyncio.create_task(late._take_back(ACT, row.lease_until))
        await asyncio.sleep(0.1)
        handing_in = asyncio.create_task(late.hand_in(message, "好的"))
        await asyncio.sleep(0.1)
    await taking_back
    owed = await handing_in
    assert owed == await LateReply.filter(act=ACT).exists(), "neither owed nor given"


async def test_an_answer_handed_in_twice_is_owed_once(database: Database, message: Message) -> None:
    late = LateReplies(database, FieldSealer(KeyRing.random()))
    assert await late.promise(message, within_s=5)
    async with Writer(database):
        both = [asyncio.create_task(late.hand_in(message, "好的")) for _ in range(2)]
        await asyncio.sleep(0.1)
    assert await asyncio.gather(*both) == [True, True]
    assert (await LateReply.get(act=ACT)).state == "ready"
