"""Whatever citizens send in whatever order: always an answer, never an error, never a lost case."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from bot.turns import open_conversations
from casework.complaints.models import Complaint
from content.interpretations.answering import Answerer
from kit.clock import FixedClock
from kit.db import Database
from tests.transcripts.conftest import Office, open_office

TEXTS = (
    "投诉", "我要投诉", "取消", "返回", "跳过", "完成", "人工", "帮助", "继续", "重新填写", "1", "2", "3", "5", "9", "提交", "好的",
    "我的案件", "满意", "不满意", "撤回", "撤回 QS-TS-261123-0001-W", "QS-TS-261123-0001-W", "举报", "城管收黑钱",
    "楼下烧烤油烟太大没人管", "门口能不能摆摊", "文一路88号", "13800138000", "煤气泄漏了", "", " ", "。", "🙂", "]]>", "<xml>",
    "{name}", "%s", "吵" * 700, "你好", "谢谢", "问政策", "量子力学", "\u202e反", "a\x00b",
    "补充", "补充 QS-TS-261123-0001-W 又来了", "评价", "留言", "我的留言", "办证", "退订", "恢复通知", "个人信息", "撤回同意",
    "未满14岁", "张建国", "解除绑定", "Where can I park here", "他们昨天晚上又来了", "QS-LY-261123-0001-7",
    "那罚多少", "依据是什么", "那小区里呢", "有用", "没用", "不是这个", "都不是", "更多", "要", "你们这帮废物", "吵" * 400,
)  # fmt: skip


TAPS = ("see.occupancy-fine.1", "see.gone.1", "useful.occupancy-fine.1", "useless.gone.2", "not_this.dog-leash.1", "more.dog-leash.9", "none..0", "file.dog-leash.1", "file..0", "nothing.x.1")  # fmt: skip


def anything(chance: random.Random) -> dict[str, Any]:
    kind = chance.randrange(10)
    if kind < 6:
        return {"MsgType": "text", "Content": chance.choice(TEXTS)}
    if kind == 6:
        return {"MsgType": "image", "MediaId": f"m{chance.randrange(50)}", "PicUrl": "http://x/y"}
    if kind == 7:
        return {
            "MsgType": "location",
            "Location_X": "30.25",
            "Location_Y": "120.15",
            "Scale": "9",
            "Label": "",
        }
    if kind == 8:
        key = chance.choice(["file_complaint", "my_cases", "person", "help", "ask", "hours", "nothing"])
        return {"MsgType": "event", "Event": "CLICK", "EventKey": key}
    return chance.choice(
        [
            {"MsgType": "voice", "MediaId": "v", "Format": "amr", "Recognition": chance.choice(TEXTS)},
            {"MsgType": "text", "Content": chance.choice(TEXTS), "bizmsgmenuid": f"qa.{chance.choice(TAPS)}"},
            {"MsgType": "text", "Content": chance.choice(TEXTS), "bizmsgmenuid": f"qa.{chance.choice(TAPS)}"},
            {"MsgType": "video", "MediaId": "v", "ThumbMediaId": "t"},
            {"MsgType": "voice", "MediaId": "v2", "Format": "amr", "Recognition": ""},
            {"MsgType": "event", "Event": "SCAN", "EventKey": "st_23456789abcdefgh", "Ticket": "t"},
            {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_bind_x", "Ticket": "t"},
            {"MsgType": "link", "Title": "t", "Description": "d", "Url": "http://x"},
            {"MsgType": "event", "Event": "subscribe", "EventKey": ""},
            {"MsgType": "event", "Event": "VIEW", "EventKey": "http://x"},
            {"MsgType": "event", "Event": "whatever", "EventKey": ""},
        ]
    )


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_anything_is_answered(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    line = office.bot.line
    assert line is not None
    for _ in range(250):
        openid = chance.choice(["oFirst", "oSecond", "oThird"])
        reply = await office.send(openid, **anything(chance))
        assert isinstance(reply, str)
        assert "bot." not in reply
        office.clock.advance(timedelta(seconds=chance.choice([1, 1, 1, 30, 4000, 9000])))
        if chance.random() < 0.03:
            await line.call(b"FLUSHALL")
    # While the epoch stands, every open conversation has its hint.
    await office.send("oFirst", MsgType="text", Content="投诉")
    assert office.bot.flight._rebuilding is not None
    await asyncio.wait([office.bot.flight._rebuilding])
    assert await line.call(b"EXISTS", b"bot:epoch") == 1
    talking = await open_conversations(office.db)
    assert talking
    for citizen, _ in talking:
        assert await line.call(b"EXISTS", b"bot:p:" + citizen.encode()) == 1


async def test_two_processes_without_redis_make_one_case_of_one_message(
    sqlite_db: Database, clock: FixedClock, answerer: Answerer
) -> None:
    one = await open_office(sqlite_db, clock, None, answerer)
    two = await open_office(sqlite_db, clock, None, answerer)
    for text in ("我要投诉楼下烧烤油烟太大", "跳过", "文一路 88 号", "跳过"):
        await one.say(text)
    fields = one.fields("oCitizen", MsgType="text", Content="1")
    replies = await asyncio.gather(*(office.hear(fields) for office in (one, two) for _ in range(3)))
    assert len(set(replies)) == 1
    assert replies[0].startswith("投诉已收到，编号 QS-TS-")
    assert await Complaint.all().count() == 1
