"""The token keeper, alone and as one of several processes, against the stand-in and a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import aiohttp
import pytest
from redis.asyncio import Redis

from kit.clock import FixedClock
from tests.client_setting import APP_ID, CITIZEN, PNG, SECRET, Platform, open_platform, refused
from wechat.client import WeChatClient
from wechat.errors import WeChatError
from wechat.exchange import new_session
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
