"""What the chat keeps of a person is in their export: open drafts, answers owed and held; and nobody else's."""

from __future__ import annotations

import msgspec

from bot.export import BotHoldings
from bot.late import LateReplies
from bot.singleflight import Names
from bot.turns import Message
from casework.people.identities import account_by_openid
from tests.transcripts.conftest import APP_ID, Office
from wechat.messages import to_inbound

STORY = "楼下烧烤店每天晚上油烟很大"


async def exported(office: Office, openid: str) -> str:
    account = await account_by_openid(office.desk.sealer, APP_ID, openid)
    assert account is not None
    holdings = BotHoldings(office.desk.sealer, Names.of_keys(office.keys))
    return msgspec.json.encode(await holdings(frozenset({account.id}))).decode()


async def owed(office: Office, openid: str, question: str, answer: str = "") -> None:
    names = office.bot.door.names
    inbound = to_inbound(office.fields(openid, MsgType="text", Content=question))
    message = Message(names.of(inbound.dedupe_key), names.of(inbound.openid), inbound)
    late = LateReplies(office.db, office.desk.sealer)
    assert await late.promise(message, within_s=5)
    if answer:
        assert await late.hand_in(message, answer)


async def test_drafts_and_late_answers_are_in_the_export_of_whose_they_are(office: Office) -> None:
    for text in ("投诉", STORY, "跳过", "文一路 88 号", "13800138000"):
        await office.say(text)
        office.pass_time(seconds=2)
    await office.say("未满14岁")
    await office.say("投诉", "oNeighbour")
    await owed(office, "oCitizen", "门口能摆摊吗")
    await owed(office, "oCitizen", "围挡多高", "不低于 2.5 米。")
    mine, theirs = await exported(office, "oCitizen"), await exported(office, "oNeighbour")
    for words in (STORY, "文一路 88 号", "13800138000", "门口能摆摊吗", "不低于 2.5 米。"):
        assert words in mine
        assert words not in theirs
    for hidden in ("oCitizen", office.bot.door.names.of("oCitizen")):
        assert hidden not in mine
