"""Our client and token keeper against the strict stand-in, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from kit.clock import FixedClock
from wechat.client import MenuChoice, MiniProgramPage, UserInfo, WeChatClient
from wechat.endpoints import CUSTOM_SEND
from wechat.errors import Remedy, WeChatError
from wechat.exchange import Exchange, new_session
from wechat.miniprogram import MiniProgramClient
from wechat.standin.config import StandinConfig
from wechat.standin.server import build_app
from wechat.tokens import TokenKeeper

APP_ID, SECRET = "wx0123456789abcdef", "a-secret-of-ours"
MINI_ID, MINI_SECRET = "wxfedcba9876543210", "another-secret-of-ours"
CITIZEN, MINI_CITIZEN, UNION = "oCitizen-1", "oMini-1", "oUnion-1"
LONG_TERM = "standin-case-progress-long-term-0000000001"
ONE_TIME = "standin-case-progress-one-time-00000000002"
TEMPLATE = "standin-case-progress-template-0000000003"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
RESULT = {
    "character_string1": "QS-TS-1",
    "thing2": "已清理",
    "time3": "2026年11月23日 09:30",
    "thing4": "谢谢",
}


class Platform:
    """The running stand-in, seen from outside: faults, what was delivered, how often it was called."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session

    async def post(self, path: str, content: dict[str, Any]) -> None:
        async with self._session.post(f"{self.base}/_standin/{path}", json=content) as response:
            assert response.status == 200, await response.text()

    async def fault(self, endpoint: str, kind: str, times: int | None = 1, seconds: float = 1.0) -> None:
        await self.post("faults", {"endpoint": endpoint, "kind": kind, "times": times, "seconds": seconds})

    async def delivered(self) -> list[dict[str, Any]]:
        async with self._session.get(f"{self.base}/_standin/ledger") as response:
            return [one for one in (await response.json())["entries"] if one["openid"] == CITIZEN]

    async def calls(self, path: str) -> int:
        async with self._session.get(f"{self.base}/_standin/calls") as response:
            return int((await response.json())["calls"].get(f"/cgi-bin/{path}", 0))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture
async def platform(clock: FixedClock, session: aiohttp.ClientSession) -> AsyncIterator[Platform]:
    config = StandinConfig(
        app_id=APP_ID,
        app_secret=SECRET,
        token="token",
        aes_key=None,
        webhook_url="http://127.0.0.1:9/wechat",
        miniapp_app_id=MINI_ID,
        miniapp_app_secret=MINI_SECRET,
        clock=clock,
        seed=1,
    )
    async with TestServer(build_app(config)) as server:
        standin = Platform(str(server.make_url("")).rstrip("/"), session)
        await standin.post(
            "citizens",
            {
                "openid": CITIZEN,
                "miniapp_openid": MINI_CITIZEN,
                "unionid": UNION,
                "wrote": True,
                "consents": {ONE_TIME: 1, LONG_TERM: 1},
            },
        )
        yield standin


@pytest.fixture
def keeper(platform: Platform, session: aiohttp.ClientSession, clock: FixedClock) -> TokenKeeper:
    return TokenKeeper(None, session, APP_ID, SECRET, platform.base, clock)


@pytest.fixture
def client(platform: Platform, session: aiohttp.ClientSession, keeper: TokenKeeper) -> WeChatClient:
    return WeChatClient(session, keeper, platform.base)


@pytest.fixture
def mini(platform: Platform, session: aiohttp.ClientSession, clock: FixedClock) -> MiniProgramClient:
    tokens = TokenKeeper(None, session, MINI_ID, MINI_SECRET, platform.base, clock)
    return MiniProgramClient(session, tokens, MINI_ID, MINI_SECRET, platform.base)


async def refused(call: Awaitable[object]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        await call
    return caught.value


async def test_a_text_reaches_the_citizen_in_its_own_characters(
    client: WeChatClient, platform: Platform
) -> None:
    await client.send_custom_text(CITIZEN, "您的投诉已受理 <b>&amp;</b> 👍")
    assert [one["text"] for one in await platform.delivered()] == ["您的投诉已受理 <b>&amp;</b> 👍"]


async def test_a_menu_message_shows_its_lines(client: WeChatClient, platform: Platform) -> None:
    await client.send_custom_menu(
        CITIZEN, "满意吗？", [MenuChoice("1", "满意"), MenuChoice("2", "不满意")], "谢谢"
    )
    assert [one["text"] for one in await platform.delivered()] == ["满意吗？\n满意\n不满意\n谢谢"]


async def test_typing_is_shown_and_taken_back(client: WeChatClient) -> None:
    await client.typing(CITIZEN)
    await client.typing(CITIZEN, on=False)


async def test_subscribe_messages_use_up_a_one_time_consent(client: WeChatClient, platform: Platform) -> None:
    page = MiniProgramPage("wx9", "pages/case")
    assert (await client.subscribe_bizsend(CITIZEN, ONE_TIME, RESULT, mini_program=page)).isdigit()
    error = await refused(client.subscribe_bizsend(CITIZEN, ONE_TIME, RESULT))
    assert (error.code, error.retryable, error.uncertain) == (43101, False, False)
    assert error.rid
    assert len(await platform.delivered()) == 1


async def test_mini_program_subscribe_messages_are_sent(mini: MiniProgramClient, platform: Platform) -> None:
    fields = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}
    assert await mini.subscribe_send(MINI_CITIZEN, LONG_TERM, fields, page="pages/case")
    assert [one["fields"] for one in await platform.delivered()] == [fields]


async def test_an_openid_of_the_other_account_is_final_and_named(
    client: WeChatClient, mini: MiniProgramClient, platform: Platform
) -> None:
    fields = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}
    error = await refused(mini.subscribe_send(CITIZEN, LONG_TERM, fields))
    assert (error.reason_key, error.retryable, error.uncertain) == (
        "wechat_error.openid_of_another_account.reason",
        False,
        False,
    )
    assert (await refused(client.send_custom_text(MINI_CITIZEN, "x"))).meaning.remedy is Remedy.FINAL
    assert await platform.delivered() == []


async def test_a_field_the_template_cannot_hold_is_final(client: WeChatClient) -> None:
    error = await refused(client.subscribe_bizsend(CITIZEN, ONE_TIME, {**RESULT, "thing2": "字" * 21}))
    assert (error.code, error.retryable) == (47003, False)
    assert "thing2" in error.message


async def test_a_template_message_with_our_own_id_is_sent_once_however_often_we_ask(
    client: WeChatClient, platform: Platform
) -> None:
    fields = {"character_string1": "QS-1", "thing2": "占道", "phrase3": "已受理", "time4": "2026年11月23日"}
    first = await client.send_template(CITIZEN, TEMPLATE, fields, url="https://x", client_msg_id="d1")
    assert await client.send_template(CITIZEN, TEMPLATE, fields, client_msg_id="d1") == first
    assert len(await platform.delivered()) == 1
    await platform.fault("message/template/send", "reset_after")
    error = await refused(client.send_template(CITIZEN, TEMPLATE, fields, client_msg_id="d2"))
    assert (error.uncertain, error.retryable) == (False, True)


async def test_a_picture_comes_back_as_it_was_kept(client: WeChatClient) -> None:
    media_id = await client.media_upload("image", PNG, "a.png", "image/png")
    assert await client.media_get(media_id) == (PNG, "image/png")
    assert (await refused(client.media_get("no-such-medium"))).code == 40007


async def test_a_film_is_fetched_from_the_address_in_the_answer(client: WeChatClient) -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(99)
    media_id = await client.media_upload("video", film, "a.mp4", "video/mp4")
    assert await client.media_get(media_id) == (film, "video/mp4")


async def test_account_calls_answer_in_our_types(client: WeChatClient) -> None:
    assert await client.user_info(CITIZEN) == UserInfo(CITIZEN, True, UNION)
    assert await client.callback_ips() == ["127.0.0.1"]
    menu = {"button": [{"type": "click", "name": "我要投诉", "key": "complain"}]}
    await client.create_menu(menu)
    assert (await client.get_menu())["menu"]["button"][0]["name"] == "我要投诉"


async def test_a_final_refusal_names_a_reason_for_the_clerk(client: WeChatClient) -> None:
    error = await refused(client.send_custom_text("oNobody", "x"))
    assert (error.code, error.reason_key) == (40003, "wechat_error.bad_openid.reason")


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "html_502", "truncated_json"])
async def test_a_send_without_a_complete_answer_is_uncertain_and_not_repeated(
    client: WeChatClient, platform: Platform, kind: str
) -> None:
    await platform.fault("message/custom/send", kind)
    error = await refused(client.send_custom_text(CITIZEN, "x"))
    assert (error.uncertain, error.retryable) == (True, False)
    assert len(await platform.delivered()) == (1 if kind in ("reset_after", "truncated_json") else 0)


@pytest.mark.parametrize("kind", ["reset_before", "html_502", "truncated_json"])
async def test_a_question_without_a_complete_answer_may_be_asked_again(
    client: WeChatClient, platform: Platform, kind: str
) -> None:
    await client.callback_ips()
    await platform.fault("user/info", kind, times=None)
    error = await refused(client.user_info(CITIZEN))
    assert (error.uncertain, error.retryable) == (False, True)


async def test_a_send_that_hangs_is_given_up_as_uncertain(
    session: aiohttp.ClientSession, keeper: TokenKeeper, platform: Platform
) -> None:
    hasty = WeChatClient(session, keeper, platform.base, aiohttp.ClientTimeout(total=0.3))
    await keeper.get()
    await platform.fault("message/custom/send", "hang")
    assert (await refused(hasty.send_custom_text(CITIZEN, "x"))).uncertain


async def test_an_unreachable_platform_was_certainly_not_reached(
    session: aiohttp.ClientSession, keeper: TokenKeeper, unused_tcp_port: int
) -> None:
    await keeper.get()
    nowhere = WeChatClient(session, keeper, f"http://127.0.0.1:{unused_tcp_port}")
    error = await refused(nowhere.send_custom_text(CITIZEN, "x"))
    assert (error.uncertain, error.retryable) == (False, True)
    assert "access_token" not in f"{error} {error.__cause__} {error.message}"


async def test_busy_may_be_tried_again_and_text_plain_is_read_all_the_same(
    client: WeChatClient, platform: Platform
) -> None:
    await platform.fault("message/custom/send", "busy")
    assert (await refused(client.send_custom_text(CITIZEN, "x"))).retryable
    await platform.fault("message/custom/send", "text_plain")
    await client.send_custom_text(CITIZEN, "y")
    assert [one["text"] for one in await platform.delivered()] == ["y"]


async def test_a_token_refused_once_is_renewed_and_the_send_repeated_once(
    client: WeChatClient, platform: Platform
) -> None:
    await platform.fault("message/custom/send", "token_40001")
    await client.send_custom_text(CITIZEN, "x")
    assert len(await platform.delivered()) == 1
    assert await platform.calls("message/custom/send") == 2
    assert await platform.calls("stable_token") <= 3


async def test_a_picture_is_fetched_with_a_new_token_when_the_old_one_is_refused(
    client: WeChatClient, platform: Platform
) -> None:
    media_id = await client.media_upload("image", PNG, "a.png", "image/png")
    await platform.fault("media/get", "token_40001")
    assert (await client.media_get(media_id))[0] == PNG


async def test_many_sends_at_once_share_one_token_call(client: WeChatClient, platform: Platform) -> None:
    await asyncio.gather(*(client.user_info(CITIZEN) for _ in range(40)))
    assert await platform.calls("stable_token") == 1


async def test_many_sends_with_a_refused_token_share_one_refresh(
    client: WeChatClient, keeper: TokenKeeper, platform: Platform, clock: FixedClock
) -> None:
    await client.callback_ips()
    await platform.fault("user/info", "token_40001", times=30)
    await asyncio.gather(*(client.user_info(CITIZEN) for _ in range(30)), return_exceptions=True)
    assert await platform.calls("stable_token") <= 3


async def test_the_token_is_renewed_shortly_before_it_expires(
    keeper: TokenKeeper, platform: Platform, clock: FixedClock
) -> None:
    first = await keeper.get()
    clock.advance(timedelta(seconds=6_800))
    assert await keeper.get() == first
    assert await platform.calls("stable_token") == 1
    clock.advance(timedelta(seconds=200))
    assert await keeper.get() != first


async def test_an_old_token_is_used_on_while_a_new_one_cannot_be_had(
    keeper: TokenKeeper, platform: Platform, clock: FixedClock
) -> None:
    first = await keeper.get()
    await platform.fault("stable_token", "busy", times=None)
    clock.advance(timedelta(seconds=7_000))
    assert await keeper.get() == first
    clock.advance(timedelta(seconds=300))
    error = await refused(keeper.get())
    assert (error.retryable, error.uncertain) == (True, False)


async def test_a_wrong_secret_is_told_to_the_clerk_and_not_asked_again_at_once(
    session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    keeper = TokenKeeper(None, session, APP_ID, "not-the-secret", platform.base, clock)
    for _ in range(20):
        error = await refused(keeper.get())
        assert error.reason_key == "wechat_error.bad_secret.reason"
        assert error.retryable
    assert await platform.calls("stable_token") == 1


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    connection = Redis.from_url(valkey_url)
    await connection.flushall()
    yield connection
    await connection.aclose()


async def test_keepers_of_several_processes_make_one_call_together(
    redis: Redis, session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    keepers = [TokenKeeper(redis, session, APP_ID, SECRET, platform.base, clock) for _ in range(6)]
    tokens = await asyncio.gather(*(one.get() for one in keepers for _ in range(5)))
    assert len(set(tokens)) == 1
    assert await platform.calls("stable_token") == 1
    refreshed = await asyncio.gather(*(one.refresh(tokens[0]) for one in keepers))
    assert len(set(refreshed)) == 1
    assert refreshed[0] != tokens[0]
    assert await platform.calls("stable_token") == 3


async def test_a_token_refused_for_ever_costs_at_most_five_calls_a_minute_over_all_processes(
    redis: Redis, session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    clients = [
        WeChatClient(
            session, TokenKeeper(redis, session, APP_ID, SECRET, platform.base, clock), platform.base
        )
        for _ in range(4)
    ]
    await platform.fault("user/info", "token_40001", times=None)
    seen = [0]
    for _ in range(12 * 10):
        found = await asyncio.gather(*(one.user_info(CITIZEN) for one in clients), return_exceptions=True)
        assert all(isinstance(one, WeChatError) and one.retryable for one in found)
        clock.advance(timedelta(seconds=5))
        seen.append(await platform.calls("stable_token"))
    assert max(late - early for early, late in zip(seen, seen[12:], strict=False)) <= 5
    assert seen[-1] <= 12


async def test_callers_that_give_up_in_the_middle_do_not_wear_the_token_door_out(
    redis: Redis, session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    keepers = [TokenKeeper(redis, session, APP_ID, SECRET, platform.base, clock) for _ in range(4)]
    await platform.fault("stable_token", "hang", times=None)
    for _ in range(10):
        for keeper in keepers:
            with suppress(TimeoutError, WeChatError):
                async with asyncio.timeout(0.05):
                    await keeper.get()
    assert 1 <= await platform.calls("stable_token") <= 5


async def test_tokens_that_end_at_once_cost_at_most_two_calls_over_all_processes(
    redis: Redis, session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    clients = [
        WeChatClient(
            session, TokenKeeper(redis, session, APP_ID, SECRET, platform.base, clock), platform.base
        )
        for _ in range(4)
    ]
    await asyncio.gather(*(one.user_info(CITIZEN) for one in clients for _ in range(5)))
    assert await platform.calls("stable_token") == 1
    for expiry in range(1, 5):
        clock.advance(timedelta(seconds=20))
        await platform.post("tokens/expire", {})
        # Those whose token another process has replaced take that one: nobody notices the expiry.
        await asyncio.gather(*(one.user_info(CITIZEN) for one in clients for _ in range(5)))
        assert await platform.calls("stable_token") <= 1 + 2 * expiry


async def test_a_flushed_redis_costs_nothing_and_a_lost_one_little(
    redis: Redis, session: aiohttp.ClientSession, platform: Platform, clock: FixedClock
) -> None:
    keeper = TokenKeeper(redis, session, APP_ID, SECRET, platform.base, clock)
    first = await keeper.get()
    await redis.flushall()
    assert await keeper.get() == first
    gone = Redis.from_url("unix:///nonexistent/valkey")
    alone = TokenKeeper(gone, session, APP_ID, SECRET, platform.base, clock)
    assert await alone.get() == first
    assert await platform.calls("stable_token") == 2
    await gone.aclose()


@pytest.mark.parametrize(
    ("status", "body", "is_uncertain", "is_retryable"),
    [
        (200, b'{"errcode":0}', None, None),
        (200, b'\xef\xbb\xbf{"errcode":0}', None, None),
        (200, b'{"msgid": 5}', None, None),
        (200, b'{"errmsg":"a\x01b"}', None, None),
        (200, b"", True, False),
        (200, b"[]", True, False),
        (200, b"<html>ok</html>", True, False),
        (200, b'{"errcode":"zero"}', True, False),
        (200, b"[" * 100_000, True, False),
        (200, b"{" + b" " * 1_100_000 + b"}", True, False),
        (302, b"", False, True),
        (403, b"<html>", False, True),
        (503, b"", True, False),
    ],
)
async def test_any_answer_is_a_result_or_one_clear_error(
    session: aiohttp.ClientSession,
    status: int,
    body: bytes,
    is_uncertain: bool | None,
    is_retryable: bool | None,
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/cgi-bin/message/custom/send", answer)
    async with TestServer(app) as server:
        exchange = Exchange(session, str(server.make_url("")))
        call = exchange.fetch_json(CUSTOM_SEND, {"access_token": "t"}, b"{}")
        if is_uncertain is None:
            await call
        else:
            error = await refused(call)
            assert (error.uncertain, error.retryable) == (is_uncertain, is_retryable)
