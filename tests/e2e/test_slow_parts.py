"""Whatever hangs, the webhook answers before WeChat's five seconds are over, and nothing accepted is lost."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from redis import Redis

from tests.e2e.hindrances import api_hanging, redis_stopped, writes_held
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid

LIMIT_S = 4.5


@pytest.fixture
async def weixin(shared_system: System) -> AsyncIterator[Weixin]:
    async with Weixin(shared_system) as platform:
        yield platform


async def told_later(system: System, openid: str, within_s: float = 20.0) -> str:
    """The customer-service message that a promised answer comes as."""
    async with asyncio.timeout(within_s):
        while not (entries := system.ledger(openid)):
            await asyncio.sleep(0.2)
    assert len(entries) == 1, entries
    return str(entries[0]["text"])


async def test_a_hanging_wechat_api_delays_no_reply_and_the_filing_works(weixin: Weixin) -> None:
    with api_hanging(weixin.system):
        openid = new_openid()
        photo = weixin.fields(openid, "image", MediaId="m1", PicUrl="http://127.0.0.1:9/p")
        await weixin.say(openid, "我要投诉楼下烧烤油烟太大，接口挂起")
        assert "收到照片" in await weixin.deliver(weixin.seal(photo))
        for words in ("完成", "文一路 88 号门口", "跳过"):
            await weixin.say(openid, words)
        assert (await weixin.say(openid, "1")).startswith("投诉已收到")
        assert "依据" in await weixin.say(openid, "门口能不能摆摊")
    assert weixin.slowest_s < LIMIT_S


async def test_with_redis_stopped_questions_and_filings_are_answered_in_time(weixin: Weixin) -> None:
    openid = new_openid()
    assert "有照片的话" in await weixin.say(openid, "我要投诉楼下烧烤油烟太大，缓存停住")
    with redis_stopped(weixin.system):
        # First on every process: each has to find out.
        answers = await asyncio.gather(*(weixin.say(new_openid(), "门口能不能摆摊") for _ in range(8)))
        assert all("依据" in answer for answer in answers)
        assert "在什么地方" in await weixin.say(openid, "跳过")
        assert "手机号" in await weixin.say(openid, "文一路 88 号门口")
        assert (await weixin.say(openid, "跳过")).startswith("请核对")
        assert (await weixin.say(openid, "1")).startswith("投诉已收到")
        assert (await weixin.file(new_openid(), "井盖翘起来了，缓存停住")).reference
        assert weixin.system.get_json(f"{weixin.system.url}/readyz")["status"] == "ok"
    assert weixin.slowest_s < LIMIT_S
    assert "依据" in await weixin.say(new_openid(), "门口能不能摆摊")


async def test_flushall_in_the_middle_of_a_dialogue_loses_no_accepted_part(weixin: Weixin) -> None:
    state = json.loads((weixin.system.folder / "valkey" / "state.json").read_text())
    openid, story = new_openid(), "楼下烧烤油烟太大，缓存清空"
    with Redis(unix_socket_path=state["socket"], password=state["token"]) as redis:
        for words in (f"我要投诉{story}", "跳过", "文一路 88 号门口", "13800138000"):
            reply = await weixin.say(openid, words)
            redis.flushall()
    assert reply.startswith("请核对"), reply
    assert story in reply
    assert "文一路 88 号门口" in reply
    assert "138****8000" in reply
    assert (await weixin.say(openid, "1")).startswith("投诉已收到")


async def test_a_database_that_takes_no_writes_for_two_seconds_is_waited_for(own_system: System) -> None:
    own_system.start()
    async with Weixin(own_system) as weixin:
        await weixin.say(new_openid(), "投诉")
        async with writes_held(own_system, 2.0):
            begun = time.perf_counter()
            assert "有照片的话" in await weixin.say(new_openid(), "我要投诉楼下烧烤油烟太大")
            assert time.perf_counter() - begun > 1, "nothing was held"
        assert weixin.slowest_s < LIMIT_S

        # Longer than WeChat waits: no answer rather than a false one, and the next try succeeds.
        openid = new_openid()
        own_system.control("citizens", {"openid": openid, "wrote": True})
        sealed = weixin.seal(weixin.text(openid, "我要投诉楼下烧烤油烟太大"))
        async with writes_held(own_system, 6.0):
            begun = time.perf_counter()
            with pytest.raises(aiohttp.ClientError):
                await weixin.post(sealed)
            assert time.perf_counter() - begun < LIMIT_S
            # Questions are answered all the same.
            assert "依据" in await weixin.say(new_openid(), "门口能不能摆摊")
        reply = await weixin.deliver_surely(sealed)
        assert "有照片的话" in (reply or await told_later(own_system, openid))
        assert "在什么地方" in await weixin.say(openid, "跳过")
