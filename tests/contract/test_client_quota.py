"""The book of quotas and the ticket of the pages, with a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from kit.clock import FixedClock
from tests.client_worlds import recorded, recorded_answer
from tests.every_call import APP_ID, SECRET
from wechat.calls import Calls
from wechat.client import WeChatClient
from wechat.endpoints import MENU_GET, PUBLISH_GET, USER
from wechat.errors import DAY_QUOTA, WeChatError
from wechat.exchange import new_session
from wechat.jssdk import TicketKeeper
from wechat.quota import QuotaBook
from wechat.tokens import TokenKeeper

CITIZEN = "oCitizen-0123456789abcdefghi"


class Answers:
    """Recorded answers, some replaced, each call counted."""

    def __init__(self) -> None:
        self.kept = recorded()
        self.calls: dict[str, int] = {}
        self.delay_s = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.calls[request.path] = self.calls.get(request.path, 0) + 1
        if request.path != "/cgi-bin/stable_token":
            await asyncio.sleep(self.delay_s)
        return recorded_answer(self.kept[request.path])

    def say(self, path: str, **body: Any) -> None:
        self.kept[path] = {"type": "text/plain", "body": body}


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    connection = Redis.from_url(valkey_url)
    await connection.flushall()
    yield connection
    await connection.aclose()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture
async def answers() -> Answers:
    return Answers()


@pytest.fixture
async def base(answers: Answers) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answers.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
def quota(redis: Redis, clock: FixedClock) -> QuotaBook:
    return QuotaBook(redis, clock, APP_ID)


@pytest.fixture
def client(session: aiohttp.ClientSession, base: str, quota: QuotaBook, clock: FixedClock) -> WeChatClient:
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    return WeChatClient(session, tokens, base, quota=quota)


async def refused(call: Any) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        await call
    return caught.value


async def test_calls_are_counted_by_endpoint_and_by_day_in_china(
    client: WeChatClient, quota: QuotaBook, clock: FixedClock
) -> None:
    await asyncio.gather(*(client.user_info(CITIZEN) for _ in range(3)), client.get_menu())
    assert await quota.used() == {USER.path: 3, MENU_GET.path: 1}
    clock.advance(timedelta(hours=14, minutes=29))  # 23:59 in Shanghai
    await client.get_menu()
    assert (await quota.used())[MENU_GET.path] == 2
    clock.advance(timedelta(minutes=1))
    assert await quota.used() == {}


async def test_a_used_up_quota_is_not_asked_for_again_until_it_may_have_changed(
    client: WeChatClient, answers: Answers, redis: Redis
) -> None:
    answers.say(USER.path, errcode=45009, errmsg="reach max api daily quota limit rid: 1-2-3")
    assert (await refused(client.user_info(CITIZEN))).code == 45009
    for _ in range(3):
        error = await refused(client.user_info(CITIZEN))
        assert (error.meaning, error.code, error.retryable) == (DAY_QUOTA, None, False)
        assert error.retry_after_s is not None
    assert answers.calls[USER.path] == 1
    assert await client.get_menu()  # another endpoint has a quota of its own
    assert 0 < await redis.ttl(f"wechat:quota:{APP_ID}:closed:{USER.path}") <= 3_600


async def test_the_tables_quota_holds_until_the_platform_tells_the_accounts_own(
    client: WeChatClient, answers: Answers, quota: QuotaBook
) -> None:
    for _ in range(PUBLISH_GET.day_quota or 0):
        await quota.spend(PUBLISH_GET)
    assert (await refused(client.publication("1"))).meaning == DAY_QUOTA
    assert PUBLISH_GET.path not in answers.calls
    assert (await quota.used())[PUBLISH_GET.path] == PUBLISH_GET.day_quota
    await client.api_quota(PUBLISH_GET.path)  # the recorded answer says 1,000 a day
    await client.publication("1")
    assert answers.calls[PUBLISH_GET.path] == 1


async def test_a_cleared_quota_begins_anew(client: WeChatClient, answers: Answers, quota: QuotaBook) -> None:
    answers.say(USER.path, errcode=45009, errmsg="reach max api daily quota limit")
    await refused(client.user_info(CITIZEN))
    await client.clear_quota(APP_ID)
    answers.kept = recorded()
    await client.user_info(CITIZEN)
    assert await quota.used() == {USER.path: 1}


async def test_without_redis_the_book_lets_everything_through(
    session: aiohttp.ClientSession, base: str, clock: FixedClock
) -> None:
    gone = Redis.from_url("unix:///nonexistent/valkey")
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    for redis in (gone, None):
        book = QuotaBook(redis, clock, APP_ID)
        client = WeChatClient(session, tokens, base, quota=book)
        assert (await client.user_info(CITIZEN)).is_follower
        await client.clear_quota(APP_ID)
        await client.api_quota(USER.path)
        assert await book.used() == {}
    await gone.aclose()


async def test_processes_share_one_ticket_and_ask_again_shortly_before_it_expires(
    session: aiohttp.ClientSession, base: str, redis: Redis, answers: Answers, clock: FixedClock
) -> None:
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    keepers = [TicketKeeper(redis, Calls(session, tokens, base), APP_ID, clock) for _ in range(4)]
    path = "/cgi-bin/ticket/getticket"
    assert len(set(await asyncio.gather(*(one.get() for one in keepers for _ in range(3))))) == 1
    assert answers.calls[path] == 1
    clock.advance(timedelta(seconds=6_000))
    await asyncio.gather(*(one.get() for one in keepers))
    assert answers.calls[path] == 1
    clock.advance(timedelta(seconds=1_000))
    await asyncio.gather(*(one.get() for one in keepers))
    assert answers.calls[path] == 2


async def test_pages_that_give_up_in_the_middle_do_not_wear_the_ticket_door_out(
    session: aiohttp.ClientSession, base: str, redis: Redis, answers: Answers, clock: FixedClock
) -> None:
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    keeper = TicketKeeper(redis, Calls(session, tokens, base), APP_ID, clock)
    answers.delay_s = 5
    for _ in range(5):
        with suppress(TimeoutError, WeChatError):
            async with asyncio.timeout(0.05):
                await keeper.get()
    assert answers.calls["/cgi-bin/ticket/getticket"] == 1


async def test_an_old_ticket_serves_while_a_new_one_cannot_be_had_and_asking_pauses(
    session: aiohttp.ClientSession, base: str, redis: Redis, answers: Answers, clock: FixedClock
) -> None:
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    keeper = TicketKeeper(redis, Calls(session, tokens, base), APP_ID, clock)
    path = "/cgi-bin/ticket/getticket"
    first = await keeper.get()
    answers.say(path, errcode=-1, errmsg="system error")
    clock.advance(timedelta(seconds=7_000))
    for _ in range(5):
        assert await keeper.get() == first
    assert answers.calls[path] == 2
    clock.advance(timedelta(seconds=300))
    assert (await refused(keeper.get())).retryable
    error = await refused(keeper.get())
    assert (error.retryable, error.retry_after_s) == (True, 15)
    assert answers.calls[path] == 3


async def test_a_clock_set_back_keeps_no_ticket_too_long_and_no_pause_for_hours(
    session: aiohttp.ClientSession, base: str, redis: Redis, answers: Answers, clock: FixedClock
) -> None:
    tokens = TokenKeeper(None, session, APP_ID, SECRET, base, clock)
    path = "/cgi-bin/ticket/getticket"
    await TicketKeeper(redis, Calls(session, tokens, base), APP_ID, clock).get()
    clock.advance(timedelta(hours=-1))
    other = TicketKeeper(redis, Calls(session, tokens, base), APP_ID, clock)
    await other.get()
    assert answers.calls[path] == 2
    answers.say(path, errcode=-1, errmsg="system error")
    clock.advance(timedelta(seconds=7_300))
    await refused(other.get())
    clock.advance(timedelta(hours=-1))
    answers.kept = recorded()
    await other.get()
