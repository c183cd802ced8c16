"""Messages as the platform delivers them on a bad day: three times, out of order, with a wrong signature (I2)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import aiohttp

from tests.e2e.system import System
from tests.e2e.weixin import new_openid
from tests.faults.fault import ANSWER_S, Counts, Fault, Lane, Size

PATIENCE_S = 60.0
AS_USUAL = {"copies": 1, "spacing_seconds": 5.0, "reorder": False, "bad_signature": False}


async def platform_copies(system: System, size: Size) -> Counts:
    """Each message three times, five seconds apart: the copies arrive while the talk has long gone on."""
    knobs = {"copies": 3, "spacing_seconds": float(size.pick(5, 1))}
    return await _filing(system, size.pick(30, 3), knobs, "each three times")


async def platform_out_of_order(system: System, size: Size) -> Counts:
    """Every other message is overtaken by the next, whoever that is from."""
    return await _filing(system, size.pick(30, 4), {"reorder": True}, "every other one overtaken")


async def platform_bad_signature(system: System, size: Size) -> Counts:
    """Nothing forged is heard, and nobody's talk is changed by it."""
    about, number = f"伪造{token_hex(4)}", size.pick(100, 10)
    async with _turned(system, {"bad_signature": True}) as http:
        forged = [_said(http, new_openid(), f"我要投诉{about}，油烟太大") for _ in range(number)]
        outcomes = await asyncio.gather(*forged)
    statuses = [one["detail"] for outcome in outcomes for one in outcome["attempts"]]
    heard = system.rows(f"SELECT count(*) FROM complaint WHERE story LIKE '%{about}%'")[0][0]
    return Counts(
        tried=len(statuses),
        doubled=heard,
        unaccounted=sum(status != "HTTP 403" for status in statuses),
        late_s=max(one["seconds"] or 0.0 for outcome in outcomes for one in outcome["attempts"]),
        note=f"{number} forged messages; late: the slowest answer",
    )


async def _filing(system: System, number: int, knobs: dict[str, object], note: str) -> Counts:
    """Each person files one complaint; every message has one answer however often it came."""
    about = f"重复{token_hex(4)}"
    stories = {f"{about}第{count}件：门口烧烤油烟太大": new_openid() for count in range(number)}
    async with _turned(system, knobs) as http:
        await asyncio.gather(*(_file(http, openid, story) for story, openid in stories.items()))
        deliveries = [one for openid in stories.values() for one in await _all_over(http, openid)]
    stored = [row[0] for row in system.rows(f"SELECT story FROM complaint WHERE story LIKE '%{about}%'")]
    attempts = [attempt for delivery in deliveries for attempt in delivery["attempts"]]
    return Counts(
        tried=len(attempts),
        lost=sum(story not in stored for story in stories),
        doubled=len(stored) - len(set(stored)) + sum(not one["replies_agree"] for one in deliveries),
        unaccounted=sum(attempt["outcome"] not in ("reply", "silent") for attempt in attempts),
        late_s=max(attempt["seconds"] or 0.0 for attempt in attempts),
        note=f"{len(deliveries)} messages, {note}; late: the slowest answer",
    )


async def _file(http: aiohttp.ClientSession, openid: str, story: str) -> None:
    for number, words in enumerate((f"我要投诉{story}", "跳过", "文一路 88 号门口", "跳过", "1")):
        await _say(http, openid, words, waits=False)
        async with asyncio.timeout(PATIENCE_S):
            while len([one for one in await _deliveries(http, openid) if one["reply"]]) <= number:
                await asyncio.sleep(0.3)


async def _all_over(http: aiohttp.ClientSession, openid: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        while any(one["outcome"] == "waiting" for one in await _deliveries(http, openid)):
            await asyncio.sleep(0.5)
    return await _deliveries(http, openid)


@contextlib.asynccontextmanager
async def _turned(system: System, knobs: dict[str, object]) -> AsyncIterator[aiohttp.ClientSession]:
    """The stand-in, pushing in another way for a while."""
    async with aiohttp.ClientSession(system.standin_url) as http:
        await asyncio.to_thread(system.control, "pushes", knobs)
        try:
            yield http
        finally:
            await asyncio.to_thread(system.control, "pushes", AS_USUAL)


async def _said(http: aiohttp.ClientSession, openid: str, words: str) -> dict[str, Any]:
    return await _say(http, openid, words, waits=True)


async def _say(http: aiohttp.ClientSession, openid: str, words: str, *, waits: bool) -> dict[str, Any]:
    message = {
        "openid": openid,
        "fields": {"MsgType": "text", "Content": words},
        "msg_id": True,
        "waits": waits,
    }
    async with http.post("/_standin/push", json=message) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def _deliveries(http: aiohttp.ClientSession, openid: str) -> list[dict[str, Any]]:
    async with http.get(f"/_standin/deliveries?openid={openid}") as answer:
        return list((await answer.json())["deliveries"])


FAULTS = tuple(
    Fault(run.__name__, ("I2",), run, limit_s=ANSWER_S, lane=Lane.WAITING)
    for run in (platform_copies, platform_out_of_order, platform_bad_signature)
)
