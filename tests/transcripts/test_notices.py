"""The last line after filing: where to agree to messages, while there is something to agree to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.notice_side import NoticeSide
from bot.profile import MessageTemplate, WechatSection
from casework.notifications.rules import SHIPPED
from casework.notifications.topics import topics_of
from content.interpretations.answering import Answerer
from kit.clock import FixedClock
from kit.db import Database
from tests.transcripts.conftest import APP_ID, PATIENT_S, Office, open_office

SECTION = WechatSection(
    templates=(MessageTemplate(id="t-1", kind="one_time", fields={"thing1": "title"}),),
)
ASKS = "48 小时以后也想收到进展，请点开同意接收：https://cg.example.cn/h5/notices"


@pytest.fixture
async def office(
    sqlite_db: Database, clock: FixedClock, valkey_url: str, answerer: Answerer
) -> AsyncIterator[Office]:
    wishes = NoticeSide(sqlite_db, SECTION, topics_of(SHIPPED), APP_ID)
    opened = await open_office(
        sqlite_db, clock, valkey_url, answerer, wishes=wishes, redis_timeout_s=PATIENT_S
    )
    assert opened.bot.line is not None
    await opened.bot.line.call(b"FLUSHALL")
    yield opened
    await opened.bot.close()


async def filed(office: Office) -> str:
    said = ""
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "跳过", "1"):
        said = await office.say(text)
        office.pass_time(seconds=3)
    assert said.startswith("投诉已收到，编号 QS-TS-")
    return said


async def tap(office: Office, said: str) -> None:
    answer = {"List": {"TemplateId": "t-1", "SubscribeStatusString": said, "PopupScene": "2"}}
    event = {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": answer}
    await office.send(MsgType="event", **event)
    office.pass_time(seconds=3)


async def test_who_has_filed_is_shown_where_to_agree_until_they_did_or_refused(office: Office) -> None:
    assert (await filed(office)).endswith(ASKS)
    for _ in range(2):
        await tap(office, "accept")
    assert ASKS not in await filed(office)
    await tap(office, "reject")
    assert ASKS not in await filed(office)
    office.pass_time(days=8)
    assert (await filed(office)).endswith(ASKS)


async def test_who_wants_no_notices_is_not_asked_and_hears_what_they_chose(office: Office) -> None:
    await office.say("退订")
    assert ASKS not in await filed(office)
    await office.say("恢复通知")
    await office.say("每天汇总")
    assert "“办理进展”：每天一次，合在一条里。" in await office.say("消息通知")
    assert (await filed(office)).endswith(ASKS)


async def test_who_agreed_for_good_is_not_told_of_a_number_that_is_left(
    sqlite_db: Database, clock: FixedClock, valkey_url: str, answerer: Answerer
) -> None:
    lasting = WechatSection(
        templates=(MessageTemplate(id="t-1", kind="long_term", fields={"thing1": "title"}),)
    )
    wishes = NoticeSide(sqlite_db, lasting, topics_of(SHIPPED), APP_ID)
    office = await open_office(
        sqlite_db, clock, valkey_url, answerer, wishes=wishes, redis_timeout_s=PATIENT_S
    )
    assert office.bot.line is not None
    await office.bot.line.call(b"FLUSHALL")
    assert "还剩 0 次" in await office.say("消息通知")
    await tap(office, "accept")
    said = await office.say("消息通知")
    await office.bot.close()
    assert "您已经同意长期接收" in said
    assert "还剩" not in said
