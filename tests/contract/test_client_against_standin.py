"""Our client against the strict stand-in, over real HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from kit.clock import FixedClock
from tests.client_setting import (
    APP_ID,
    CITIZEN,
    LONG_TERM,
    MINI_CITIZEN,
    MINI_ID,
    MINI_SECRET,
    ONE_TIME,
    PNG,
    RESULT,
    SECRET,
    TEMPLATE,
    UNION,
    Platform,
    open_platform,
    refused,
)
from wechat.client import MenuChoice, MiniProgramPage, UserInfo, WeChatClient
from wechat.endpoints import CUSTOM_SEND
from wechat.errors import Remedy
from wechat.exchange import Exchange, new_session
from wechat.miniprogram import MiniProgramClient
from wechat.tokens import TokenKeeper


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture
async def platform(clock: FixedClock, session: aiohttp.ClientSession) -> AsyncIterator[Platform]:
    async with open_platform(clock, session) as standin:
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


async def test_a_text_of_the_mini_programs_own_chat_is_shown(
    mini: MiniProgramClient, platform: Platform
) -> None:
    assert (await refused(mini.send_custom_text(MINI_CITIZEN, "x"))).meaning.name == "outside_window"
    await platform.post("miniapp", {"openid": CITIZEN, "action": "enter"})
    await mini.send_custom_text(MINI_CITIZEN, "有人身危险请先打电话")
    (shown,) = await platform.delivered()
    assert (shown["text"], shown["api"]) == ("有人身危险请先打电话", "message/custom/send")


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
