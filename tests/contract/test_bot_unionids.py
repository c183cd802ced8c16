"""Learning unionids of people who only ever wrote in the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from bot.capabilities import Capabilities
from bot.unionids import REST, SHORT_REST, UnionidWalk
from casework.people import identities, merging
from kit.clock import FixedClock
from kit.db import Change, Database, Fresh, Intake
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.standin_setting import APP_ID, SECRET, Outside, running
from wechat.account_kinds import AccountKind
from wechat.client import WeChatClient
from wechat.exchange import new_session
from wechat.tokens import TokenKeeper

SEALER = FieldSealer(KeyRing.random())
MEI = "oMei-of-the-chat-0001"


@pytest.fixture
async def standin() -> AsyncIterator[Outside]:
    async with running() as outside:
        yield outside


@pytest.fixture
async def client(standin: Outside, clock: FixedClock) -> AsyncIterator[WeChatClient]:
    async with new_session() as session:
        tokens = TokenKeeper(None, session, APP_ID, SECRET, standin.base, clock)
        yield WeChatClient(session, tokens, standin.base)


def walk(
    db: Database, client: WeChatClient, kind: AccountKind = AccountKind.CERTIFIED_SERVICE
) -> UnionidWalk:
    return UnionidWalk(db, SEALER, APP_ID, client, Capabilities.of_kind(kind, db.clock))


async def account(db: Database, openid: str, appid: str = APP_ID, unionid: str = "") -> UUID:
    rows = identities.new_account_rows(db, SEALER, appid, openid)
    key = identities.identity_key(SEALER, appid, openid)
    assert isinstance(await db.write(Intake((key,), b"h", rows, b"")), Fresh)
    if unionid:

        async def learn(change: Change) -> None:
            await identities.learn_unionid(change, SEALER, rows[1].id, unionid)

        await db.change(learn)
    return rows[0].id


async def test_who_only_wrote_in_the_chat_is_found_in_the_mini_program(
    database: Database, client: WeChatClient, standin: Outside
) -> None:
    mini = await account(database, "oMini", "wxmini", "u-mei")
    chat = await account(database, MEI)
    await standin.post("/_standin/citizens", {"openid": MEI, "unionid": "u-mei"})
    duty = walk(database, client)
    assert await duty.step() == 1
    assert await merging.members(chat) == {chat, mini}
    assert await duty.step() == 0
    # Who comes later is asked about without waiting for the next day.
    other = "oGang-of-the-chat-002"
    await standin.post("/_standin/citizens", {"openid": other})
    await account(database, other)
    assert await duty.step() == 1


async def test_applications_without_a_common_owner_are_asked_about_once_a_day(
    database: Database, client: WeChatClient, standin: Outside, clock: FixedClock
) -> None:
    await standin.post("/_standin/account", {"is_union_bound": False})
    await standin.post("/_standin/citizens", {"openid": MEI, "unionid": "u-mei"})
    await account(database, MEI)
    duty = walk(database, client)
    assert await duty.step() == 0
    await standin.post("/_standin/account", {"is_union_bound": True})
    assert await duty.step() == 0
    clock.advance(REST)
    assert await duty.step() == 1


async def test_an_account_without_the_right_asks_nothing(
    database: Database, client: WeChatClient, standin: Outside
) -> None:
    await account(database, MEI)
    assert await walk(database, client, AccountKind.UNCERTIFIED_SUBSCRIPTION).step() == 0
    calls = await standin.get("/_standin/calls")
    assert "user/info" not in str(calls)


async def test_a_platform_in_trouble_is_asked_again_a_little_later(
    database: Database, client: WeChatClient, standin: Outside, clock: FixedClock
) -> None:
    await standin.post("/_standin/citizens", {"openid": MEI})
    await account(database, MEI)
    duty = walk(database, client)
    await standin.post(
        "/_standin/faults", {"endpoint": "/cgi-bin/user/info/batchget", "kind": "html_502", "times": 9}
    )
    assert await duty.step() == 0
    async with standin.http.delete(f"{standin.base}/_standin/faults") as answer:
        assert answer.status == 200
    assert await duty.step() == 0
    clock.advance(SHORT_REST)
    assert await duty.step() == 1
