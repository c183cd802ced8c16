"""Conversations and their rows on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.forgetting import forget_what_is_over
from bot.models import ConversationTurn, MediaFetch, PushConsent
from bot.turns import forget_old_drafts, open_conversations
from casework.actors import Actor
from casework.complaints import actions
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.people.models import Account, WechatIdentity
from casework.roles import Role
from content.interpretations.answering import Answerer
from content.interpretations.misses import MissLog
from content.interpretations.models import AnswerVote, QuestionMiss
from kit.clock import FixedClock
from kit.db import Database
from tests.transcripts.conftest import PATIENT_S, Office, answerer, open_office

__all__ = ["answerer"]

CLERK = Actor(
    kind="staff",
    id=None,
    roles=frozenset({Role.DISPATCHER, Role.HANDLER}),
    name="王敏",
    units=frozenset({"*"}),
)


@pytest.fixture
async def office(
    database: Database, clock: FixedClock, valkey_url: str, answerer: Answerer
) -> AsyncIterator[Office]:
    opened = await open_office(database, clock, valkey_url, answerer, redis_timeout_s=PATIENT_S)
    assert opened.bot.line is not None
    await opened.bot.line.call(b"FLUSHALL")
    yield opened
    await opened.bot.close()


async def file(office: Office, openid: str = "oCitizen") -> str:
    reply = ""
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "13800138000", "1"):
        reply = await office.say(text, openid)
    return reply


async def test_a_complaint_is_filed_with_everything_that_was_told(office: Office) -> None:
    await office.say("我要投诉楼下烧烤油烟太大")
    photos = [
        office.fields("oCitizen", MsgType="image", MediaId=f"m{n}", PicUrl="http://x/y") for n in range(9)
    ]
    await asyncio.gather(*(office.hear(fields) for fields in photos))
    await office.send(MsgType="location", Location_X="30.25", Location_Y="120.15", Scale="16", Label="文一路")
    await office.say("13800138000")
    await office.say("提交")
    case = await Complaint.get()
    assert (case.story, case.place_text, case.source) == ("楼下烧烤油烟太大", "文一路", "wechat")
    # GCJ-02 as sent, WGS-84 as kept: some hundred metres apart.
    assert case.latitude != 30.25
    assert abs(case.latitude - 30.25) < 0.01
    assert case.suggested_category == "cooking_fumes"
    assert b"13800138000" not in bytes(case.phone_sealed)
    assert await ComplaintPhoto.filter(complaint_id=case.id).count() == 9


async def test_a_first_message_sent_six_times_makes_one_account(office: Office) -> None:
    fields = office.fields("oNew", MsgType="text", Content="投诉")
    replies = await asyncio.gather(*(office.hear(fields, presence=True) for _ in range(6)))
    assert len(set(replies)) == 1
    assert (await Account.all().count(), await WechatIdentity.all().count()) == (1, 1)
    assert await ConversationTurn.all().count() == 1


async def test_two_different_first_messages_at_once_make_one_account(office: Office) -> None:
    first = [office.fields("oNew", MsgType="text", Content="投诉") for _ in range(4)]
    await asyncio.gather(*(office.hear(fields, presence=False) for fields in first))
    assert await Account.all().count() == 1


async def test_drafts_hold_no_phone_number_in_clear(office: Office) -> None:
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "13800138000"):
        await office.say(text)
    for turn in await ConversationTurn.all():
        assert b"13800138000" not in bytes(turn.session_sealed)
        assert "oCitizen" not in turn.citizen


async def test_open_conversations_are_found_and_old_drafts_emptied(office: Office) -> None:
    await file(office, "oDone")
    await office.say("投诉", "oTalking")
    found = await open_conversations(office.db)
    assert [citizen for citizen, _ in found] == [office.bot.door.names.of("oTalking")]
    office.clock.advance(timedelta(days=7, minutes=1))
    assert await forget_old_drafts(office.db) > 0
    assert await forget_old_drafts(office.db) == 0
    assert await ConversationTurn.filter(session_sealed__isnull=False).count() == 0
    # Revisions go on above what was there.
    assert (await office.say("投诉", "oTalking")).startswith("好的，请说说")


@pytest.mark.parametrize("words", ["满意", "3"])
async def test_a_repeated_word_of_satisfaction_rates_no_second_case(office: Office, words: str) -> None:
    await file(office)
    await file(office)
    for case in await Complaint.all():
        await actions.accept(office.desk, CLERK, case.id)
        await actions.assign(office.desk, CLERK, case.id)
        await actions.answer(office.desk, CLERK, case.id, text="已要求店家停用烟道")
    fields = office.fields("oCitizen", MsgType="text", Content=words)
    # The first try's process died before it could tell Redis: every try works the message out.
    replies = {await office.hear(fields, presence=False) for _ in range(2)}
    assert office.bot.line is not None
    await office.bot.line.call(b"FLUSHALL")
    replies.add(await office.hear(fields))
    assert len(replies) == 1
    assert sorted(case.state for case in await Complaint.all()) == ["answered", "closed"]


async def test_following_and_leaving_are_noted_for_people_we_know(office: Office) -> None:
    await office.send("oStranger", MsgType="event", Event="subscribe", EventKey="")
    assert await Account.all().count() == 0
    await file(office)
    await office.send("oCitizen", MsgType="event", Event="unsubscribe", EventKey="")
    assert (await WechatIdentity.get()).unfollowed_at is not None
    office.clock.advance(timedelta(seconds=5))
    await office.send("oCitizen", MsgType="event", Event="subscribe", EventKey="")
    assert (await WechatIdentity.get()).unfollowed_at is None


async def test_consents_are_counted_once_however_often_the_event_comes(office: Office) -> None:
    await file(office)
    popup = {"List": [
        {"TemplateId": "t-1", "SubscribeStatusString": "accept", "PopupScene": "1"},
        {"TemplateId": "t-2", "SubscribeStatusString": "reject", "PopupScene": "1"},
    ]}  # fmt: skip
    fields = office.fields(
        "oCitizen", MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup
    )
    for _ in range(3):
        await office.hear(fields, presence=False)
    rows = {row.template_id: row for row in await PushConsent.all()}
    assert (rows["t-1"].remaining, rows["t-2"].remaining) == (1, 0)
    assert rows["t-2"].refused_at is not None


async def test_flushall_between_any_two_messages_loses_no_accepted_part(office: Office) -> None:
    assert office.bot.line is not None
    reply = ""
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "13800138000", "1"):
        await office.bot.line.call(b"FLUSHALL")
        reply = await office.say(text)
    assert reply.startswith("投诉已收到，编号 QS-TS-")
    assert await Complaint.all().count() == 1


async def test_ended_jobs_are_deleted_and_open_ones_kept(office: Office) -> None:
    await office.say("我要投诉楼下烧烤油烟太大")
    for number in range(2):
        await office.send(MsgType="image", MediaId=f"m{number}", PicUrl="http://x/y")
    ended = await MediaFetch.all().first()
    assert ended is not None

    async def end(_: object) -> None:
        await MediaFetch.filter(id=ended.id).update(state="fetched")

    await office.db.change(end)
    assert await forget_what_is_over(office.db) == 0
    office.clock.advance(timedelta(days=31))
    while await forget_what_is_over(office.db):
        pass
    assert [row.state for row in await MediaFetch.all()] == ["waiting"]


async def test_votes_in_chat_are_rows_once_a_day_and_questions_in_vain_are_kept_without_a_name(
    database: Database, clock: FixedClock, valkey_url: str, answerer: Answerer
) -> None:
    log = MissLog(database, b"v" * 32)
    office = await open_office(database, clock, valkey_url, answerer, redis_timeout_s=PATIENT_S, hearing=log)
    assert office.bot.line is not None
    await office.bot.line.call(b"FLUSHALL")
    await office.say("占道经营罚多少")
    assert "谢谢您" in await office.say("没用")
    assert "已经评过" in await office.say("有用")
    assert "不是这个" in await office.say("不是这个")
    await office.say("占道经营罚多少", "oNeighbour")
    assert "谢谢" in await office.say("有用", "oNeighbour")
    await office.say("量子力学怎么学，找我13812345678")
    await log.flush()
    votes = await AnswerVote.filter(slug="occupancy-fine").order_by("helped")
    assert [vote.helped for vote in votes] == [False, True]
    assert not any("oCitizen" in str(value) for vote in votes for value in dict(vote).values())
    misses = {miss.kind: miss.words for miss in await QuestionMiss.all()}
    assert misses["downvoted"] == "占道经营罚多少"
    assert "13812345678" not in "".join(misses.values())
    office.pass_time(days=1)
    await office.say("占道经营罚多少")
    assert "谢谢" in await office.say("有用")
    assert await AnswerVote.filter(slug="occupancy-fine").count() == 3
    await office.bot.close()
