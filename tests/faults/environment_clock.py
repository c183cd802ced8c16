"""The clock of the web processes or of the worker is a day wrong, then right again, while people go on."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from functools import partial

from tests.e2e.deeds import file_for_followers, settle_pushes
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid
from tests.faults.citizens import Citizens, accept_surely, joined, told_again_s
from tests.faults.environment_database import SETTLED_S, pushed
from tests.faults.faked_time import clock_ahead, wrong_clock
from tests.faults.fault import RECOVERY_S, Counts, Fault, Lane, Size

DAY_S = 86_400


async def clock_wrong(system: System, size: Size, *, part: str, ahead_s: int) -> Counts:
    """Filed and accepted before, during and after; sent once each. The delay is that of the main job afterwards.

    The platform's clock goes with that of the web processes while people file: it refuses what is not of its time,
    which is tried first.
    """
    wrong_clock(system.folder, ahead_s)
    await asyncio.to_thread(_staff_since_long_ago, system)
    about = f"{part}的钟差{ahead_s}秒"
    platform_ahead_s = ahead_s if part == "serve" else 0
    followers = size.pick(20, 3)
    async with Weixin(system) as weixin:
        openids = await file_for_followers(system, weixin, followers, f"{about}之前")
        await accept_surely(system, openids)
    async with contextlib.AsyncExitStack() as during:
        with clock_ahead(system, part, ahead_s):
            refused = await _untimely(system) if platform_ahead_s else Counts(tried=0)
            citizens = Citizens(system, about, size.pick(4, 2), ahead_s=platform_ahead_s)
            await during.enter_async_context(citizens)
            openids |= await file_for_followers(system, citizens.weixin, followers, f"{about}之中")
            await accept_surely(system, openids)
            await asyncio.sleep(size.pick(5, 1))
            await during.aclose()
            # Some of the pushes are still on their way when the clock is set right.
    async with Weixin(system) as weixin:
        healed_s = await told_again_s(system, weixin, about)
        openids |= await file_for_followers(system, weixin, followers, f"{about}之后")
    await accept_surely(system, openids)
    pushes = await settle_pushes(system, openids, SETTLED_S)
    acts = (citizens.counts(0), pushed(pushes), refused)
    return joined(*acts, late_s=healed_s, note=f"settled in {pushes.settled_s:.0f} s")


def _staff_since_long_ago(system: System) -> None:
    """The demo's staff have roles and passwords since today; by a clock a day behind they have none yet, and rightly."""
    statements = (
        "UPDATE staff_grant SET from_on = '2026-01-01'",
        "UPDATE staff SET password_changed_at = '2026-01-01 00:00:00+00:00'",
    )
    url = system.env["DATABASE_URL"]
    if not url.startswith("sqlite://"):
        for sql in statements:
            system.rows(sql)
        return
    path = url.removeprefix("sqlite://")
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        for sql in statements:
            connection.execute(sql)


async def _untimely(system: System, tries: int = 5) -> Counts:
    """Messages of the true time, at a server whose clock is wrong: refused, and nothing is written."""
    turns = "SELECT count(*) FROM conversation_turn"
    before = await asyncio.to_thread(system.rows, turns)
    accepted = 0
    async with Weixin(system) as weixin:
        for _ in range(tries):
            status, _ = await weixin.post(weixin.seal(weixin.text(new_openid(), "我要投诉门口烧烤油烟太大")))
            accepted += int(status != 403)
    after = await asyncio.to_thread(system.rows, turns)
    return Counts(tried=tries, doubled=accepted, unaccounted=int(after != before))


FAULTS: tuple[Fault, ...] = tuple(
    Fault(
        f"clock_{direction}_{part}",
        ("I1", "I2", "I3"),
        partial(clock_wrong, part=part, ahead_s=ahead_s),
        RECOVERY_S,
        lane=Lane.CLOCK,
    )
    for direction, ahead_s in (("forward", DAY_S), ("back", -DAY_S))
    for part in ("serve", "worker")
)
