"""What the account answered before this program: after commands and danger, before questions."""

from __future__ import annotations

from bot.auto_replies import AutoReplies, AutoRepliesSection, AutoReply
from content.interpretations.answering import Answerer
from kit.clock import FixedClock
from kit.db import Database
from tests.transcripts.conftest import open_office

SECTION = AutoRepliesSection(
    on_follow="欢迎老朋友。",
    otherwise="也可以看看我们的往期文章。",
    keywords=(
        AutoReply(exact=("夜市",), contains=("门口能不能摆摊",), answers=("夜市每晚六点到十点。",)),
        AutoReply(exact=("投诉",), contains=("着火",), answers=("不该说的话",)),
    ),
)


async def test_an_imported_answer_goes_before_questions_and_after_commands_and_danger(
    sqlite_db: Database, clock: FixedClock, answerer: Answerer
) -> None:
    office = await open_office(sqlite_db, clock, None, answerer, auto_replies=AutoReplies(SECTION))
    assert await office.say("夜市") == "夜市每晚六点到十点。"
    assert await office.say("请问门口能不能摆摊") == "夜市每晚六点到十点。"
    assert "依据：" in await office.say("门头招牌怎么备案")
    assert (await office.say("红烧肉怎么做")).startswith("也可以看看我们的往期文章。")
    assert (await office.say("三楼着火了")).startswith("有人身危险请先打电话")
    assert (await office.say("投诉")).startswith("好的，请说说是什么问题")
    welcome = await office.send(MsgType="event", Event="subscribe", EventKey="")
    assert welcome.startswith("欢迎老朋友。")
    await office.bot.close()
