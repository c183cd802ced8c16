"""The mini-program's own door: JSON or XML in the same safe mode, beside the account's."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sanic import Sanic

from bot.late_sending import LateSending
from bot.models import LateReply
from bot.webhook import BUDGET_S, webhook_blueprint
from casework.dangers.models import DangerAlert
from tests.e2e.door_setting import MINIPROGRAM_TOKEN, Platform, listening, miniprogram_codec, served
from tests.transcripts.conftest import TOKEN, Office, answerer, kept_anywhere, office, sqlite_db
from tests.wechat_samples import BODIES
from wechat.codec import sign
from wechat.json_bodies import read_json
from wechat.parse import Fields, parse_xml

__all__ = ["answerer", "office", "sqlite_db"]


class MiniProgram:
    """The platform, pushing to the mini-program's door."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.url = f"{platform.url}/miniprogram"
        self.session = platform.session
        self.office = platform.office

    def fields(self, **content: Any) -> dict[str, Any]:
        return {
            **self.office.fields("oMini-1", **content),
            "CreateTime": int(self.office.clock.now().timestamp()),
        }

    def signed(self, encrypted: str, token: str = MINIPROGRAM_TOKEN) -> dict[str, str]:
        now = str(int(self.office.clock.now().timestamp()))
        signature = sign(token, now, "31415", encrypted)
        return {"timestamp": now, "nonce": "31415", "encrypt_type": "aes", "msg_signature": signature}

    async def push(
        self, inner: bytes, *, as_json: bool = True, token: str = MINIPROGRAM_TOKEN
    ) -> tuple[int, bytes]:
        encrypted = miniprogram_codec.encrypt(inner)
        body = (
            json.dumps({"ToUserName": "gh_mini", "Encrypt": encrypted})
            if as_json
            else f"<xml><ToUserName>gh_mini</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return await self.raw(body.encode(), self.signed(encrypted, token))

    async def raw(self, body: bytes, query: dict[str, str]) -> tuple[int, bytes]:
        async with self.session.post(self.url, params=query, data=body) as response:
            return response.status, await response.read()

    async def tell(self, **content: Any) -> Fields:
        """What a JSON push is answered with; empty for `success`."""
        status, body = await self.push(json.dumps(self.fields(**content), ensure_ascii=False).encode())
        assert status == 200, body
        if body == b"success":
            return {}
        envelope = read_json(body)
        encrypted = str(envelope["Encrypt"])
        expected = sign(MINIPROGRAM_TOKEN, str(envelope["TimeStamp"]), str(envelope["Nonce"]), encrypted)
        assert envelope["MsgSignature"] == expected
        return read_json(miniprogram_codec.decrypt(encrypted))


@pytest.fixture
async def miniprogram(office: Office) -> AsyncIterator[MiniProgram]:
    async with served(office) as platform:
        yield MiniProgram(platform)


async def test_the_platform_verifies_the_address_with_the_mini_programs_own_token(
    miniprogram: MiniProgram,
) -> None:
    now = str(int(miniprogram.office.clock.now().timestamp()))
    for token, status in ((MINIPROGRAM_TOKEN, 200), (TOKEN, 403)):
        query = {"timestamp": now, "nonce": "1", "echostr": "4242", "signature": sign(token, now, "1")}
        async with miniprogram.session.get(miniprogram.url, params=query) as response:
            assert response.status == status


@pytest.mark.parametrize("name", BODIES)
async def test_every_push_is_answered_in_json_as_in_xml(miniprogram: MiniProgram, name: str) -> None:
    xml = BODIES[name]
    as_json = json.dumps(parse_xml(xml.encode()), ensure_ascii=False)
    assert (await miniprogram.push(as_json.encode()))[0] == 200
    assert (await miniprogram.push(xml.encode(), as_json=False))[0] == 200


async def test_whoever_writes_in_the_mini_program_is_handed_to_a_person(miniprogram: MiniProgram) -> None:
    reply = await miniprogram.tell(MsgType="text", Content="有人吗")
    assert reply["MsgType"] == "transfer_customer_service"
    assert reply["ToUserName"] == "oMini-1"
    assert await DangerAlert.all().count() == 0
    assert await miniprogram.tell(MsgType="event", Event="user_enter_tempsession", SessionFrom="x") == {}


class Phone:
    """Receives customer-service messages."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    async def send_custom_text(self, openid: str, text: str) -> None:
        self.texts.append((openid, text))


async def sent(office: Office) -> list[tuple[str, str]]:
    """What the worker sends now, by the mini-program; by the account nothing."""
    account, mini = Phone(), Phone()
    sending = LateSending(office.db, office.desk.sealer, office.bot.answer_late, account, mini=mini)
    while await sending.step():
        pass
    assert account.texts == []
    return mini.texts


async def test_danger_told_in_the_mini_programs_chat_pages_once_and_the_numbers_are_sent(
    miniprogram: MiniProgram,
) -> None:
    fields = miniprogram.fields(MsgType="text", Content="文一路 88 号楼下燃气泄漏了，味道很大")
    for _ in range(3):
        assert await miniprogram.push(json.dumps(fields).encode()) == (200, b"success")
    alert = await DangerAlert.get()
    assert (alert.source, alert.pages) == ("miniprogram_chat", 0)
    assert alert.account_id is not None
    row = await LateReply.get()
    assert "oMini-1" not in str(bytes(row.inbound_sealed))
    ((openid, text),) = await sent(miniprogram.office)
    assert openid == "oMini-1"
    assert text.startswith("有人身危险请先打电话")
    assert "0000-8212319" in text
    assert "还没有通知到" not in text
    assert await sent(miniprogram.office) == []


async def test_one_person_in_the_mini_programs_chat_starts_one_alarm(miniprogram: MiniProgram) -> None:
    await miniprogram.platform.say("门口能不能摆摊")  # Redis is told who talks with us
    await miniprogram.office.bot.flight.drain(5)
    miniprogram.office.bot.conversation._limit = 5
    for number in range(8):
        assert await miniprogram.tell(MsgType="text", Content=f"着火了 {number}") == {}
    alert = await DangerAlert.get()
    assert alert.words.splitlines() == [f"着火了 {number}" for number in range(5)]
    assert len(await sent(miniprogram.office)) == 5


async def test_what_follows_danger_in_the_mini_programs_chat_is_passed_on(miniprogram: MiniProgram) -> None:
    await miniprogram.tell(MsgType="text", Content="楼下着火了")
    for said in (
        {"MsgType": "text", "Content": "二单元三楼"},
        {
            "MsgType": "location",
            "Location_X": 30.27409,
            "Location_Y": 120.15507,
            "Scale": 16,
            "Label": "湖滨路 3 号",
        },
    ):
        assert (await miniprogram.tell(**said))["MsgType"] == "transfer_customer_service"
    alert = await DangerAlert.get()
    assert alert.words == "楼下着火了\n二单元三楼"
    assert str(alert.place_text).startswith("湖滨路 3 号")
    assert [text for _, text in await sent(miniprogram.office)][1:] == ["已转告值班人员。"] * 2


@pytest.mark.parametrize("words", ["我要举报城管队长王某收受商户红包", "城管队员收黑钱，还放火，着火了"])
async def test_misconduct_told_in_the_mini_programs_chat_goes_to_nobody_and_is_kept_nowhere(
    miniprogram: MiniProgram, valkey_url: str, words: str
) -> None:
    assert await miniprogram.tell(MsgType="text", Content=words) == {}
    assert await kept_anywhere(miniprogram.office, valkey_url, words[:6]) == []
    ((_, text),) = await sent(miniprogram.office)
    assert "请不要在这里说" in text
    assert "12388" in text
    assert ("有人身危险请先打电话" in text) == ("着火" in words)
    assert await DangerAlert.all().count() == 0
    row = await LateReply.get()
    assert (row.state, row.inbound_sealed, row.reply_sealed) == ("sent", None, None)


async def test_while_nothing_can_be_written_danger_goes_to_a_person_and_misconduct_to_nobody(
    miniprogram: MiniProgram, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    said = await miniprogram.tell(MsgType="text", Content="三楼着火了")
    assert time.monotonic() - begun < BUDGET_S
    assert said["MsgType"] == "transfer_customer_service"
    with pytest.raises(aiohttp.ClientError):
        await miniprogram.tell(MsgType="text", Content="城管队员收黑钱")
    other.execute("ROLLBACK")
    other.close()
    await miniprogram.office.bot.conversation.drain(5.0)
    assert await DangerAlert.all().count() == 1


async def test_the_same_number_at_both_doors_is_two_messages(miniprogram: MiniProgram) -> None:
    fields = miniprogram.fields(MsgType="text", Content="门口能不能摆摊", MsgId="900")
    status, body = await miniprogram.push(json.dumps(fields).encode())
    assert (status, b"Encrypt" in body) == (200, True)
    said = await miniprogram.platform.deliver({name: str(value) for name, value in fields.items()})
    assert "依据" in said


async def test_bodies_of_the_wrong_kind_are_refused(miniprogram: MiniProgram) -> None:
    fields = miniprogram.fields(MsgType="text", Content="x")
    as_json, xml = json.dumps(fields).encode(), BODIES["text"].encode()
    assert (await miniprogram.push(xml))[0] == 400  # JSON outside, XML inside
    assert (await miniprogram.push(as_json, as_json=False))[0] == 400
    assert (await miniprogram.raw(as_json, miniprogram.signed("")))[0] == 400  # plain
    assert (await miniprogram.push(as_json, token=TOKEN))[0] == 403
    assert (await miniprogram.push(as_json.replace(b'"MsgType"', b'"MsgId": 1, "MsgType"')))[0] == 400
    assert (await miniprogram.push(as_json.replace(b'"x"', b"null")))[0] == 400
    assert (await miniprogram.push(as_json.replace(b'"x"', b'"\\ud83d"')))[0] == 400
    assert (await miniprogram.raw(b"{" * 65_537, miniprogram.signed("")))[0] == 413


async def test_without_a_mini_program_there_is_no_such_door(office: Office) -> None:
    app = Sanic("without_miniprogram", configure_logging=False)
    app.blueprint(webhook_blueprint())
    app.ctx.bot = office.bot.door
    async with listening(app) as url, aiohttp.ClientSession() as session:
        for send in (session.get, session.post):
            async with send(f"{url}/wechat/miniprogram") as response:
                assert response.status == 404
