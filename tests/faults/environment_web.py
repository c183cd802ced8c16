"""What comes in from outside: repeated messages, clients that hang up, and neighbours that hang."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable

from tests.e2e.canaries import leaks
from tests.e2e.hindrances import api_hanging, redis_stopped
from tests.e2e.storms import hang_up, hang_up_in_the_console
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid
from tests.faults.citizens import Citizens, joined
from tests.faults.fault import ANSWER_S, Counts, Fault, Lane, Size, Start

COPIES = 6
"""Of one message at once; one more comes later."""


async def repeated_messages(system: System, size: Size) -> Counts:
    """The last message of every filing comes six times at once and once later: one case, one reply."""
    numbers = range(size.pick(500, 10))
    gate = asyncio.Semaphore(8)
    async with Weixin(system) as weixin:

        async def one(number: int) -> int:
            async with gate:
                last = await weixin.filed_up_to_the_end(new_openid(), _repeated(number))
                replies = await asyncio.gather(*(weixin.deliver(last) for _ in range(COPIES)))
                replies.append(await weixin.deliver(last))
            return int(len(set(replies)) != 1 or not replies[0].startswith("投诉已收到"))

        other_replies = sum(await asyncio.gather(*(one(number) for number in numbers)))
    stored = Counter(
        story for (story,) in system.rows("SELECT story FROM complaint WHERE story LIKE '楼下反复发%'")
    )
    return Counts(
        tried=len(numbers) * (COPIES + 1),
        lost=sum(not stored[_repeated(number)] for number in numbers),
        doubled=sum(stored[_repeated(number)] > 1 for number in numbers),
        unaccounted=other_replies,
        late_s=weixin.slowest_s,
    )


def _repeated(number: int) -> str:
    return f"楼下反复发油烟，第{number}次"


async def hang_ups(system: System, size: Size) -> Counts:
    """Clients whose connection is reset in the middle of a write leave the database whole and usable."""
    survived = await hang_up(system, size.pick(2_000, 60))
    async with Weixin(system) as weixin:
        done = [await weixin.file(new_openid(), f"第{n}个井盖翘起来了") for n in range(size.pick(60, 3))]
    console = await hang_up_in_the_console(system, [one.reference for one in done])
    states = [state for (state,) in system.rows("SELECT state FROM complaint WHERE story LIKE '第%个井盖%'")]
    async with Weixin(system) as weixin:
        after = await asyncio.gather(*(weixin.file(new_openid(), f"挂断之后第{n}件") for n in range(32)))
    return Counts(
        tried=survived + console + len(after),
        lost=len(after) - len({one.reference for one in after}),
        unaccounted=sum(state not in ("submitted", "accepted") for state in states),
        late_s=weixin.slowest_s,
        note=f"{survived} in the chat, {console} in the console, {len(after)} complaints afterwards",
    )


async def _talk(system: System, size: Size, about: str, hindered: Callable[[], contextlib.AbstractContextManager[None]]) -> Counts:  # fmt: skip
    """Questions and filings while a neighbour hangs: each is answered, in time."""
    with hindered():
        async with Citizens(system, about, size.pick(8, 4)) as citizens:
            asked = answered = 0
            for _ in range(size.pick(10, 2)):
                work = [citizens.weixin.say(new_openid(), "门口能不能摆摊") for _ in range(20)]
                answers = await asyncio.gather(*work)
                asked, answered = asked + len(answers), answered + sum("依据" in one for one in answers)
    slowest = citizens.weixin.slowest_s
    return joined(citizens.counts(slowest), Counts(tried=asked, unaccounted=asked - answered), late_s=slowest)


async def api_hangs(system: System, size: Size) -> Counts:
    return await _talk(system, size, "接口挂起", lambda: api_hanging(system))


async def redis_hangs(system: System, size: Size) -> Counts:
    return await _talk(system, size, "缓存停住", lambda: redis_stopped(system))


async def canaries(system: System, size: Size) -> Counts:
    """Marked data in every field, searched for in answers, logs, database, Redis and files."""
    system.start()
    found = await leaks(system)
    return Counts(tried=9, unaccounted=len(found), note="; ".join(found))


FAULTS: tuple[Fault, ...] = (
    Fault("repeated_messages", ("I2",), repeated_messages, ANSWER_S, formerly="I2_repeated_messages"),
    Fault("hang_ups", ("I2",), hang_ups, ANSWER_S, formerly="I2_hang_ups"),
    Fault("api_hangs", ("I1", "I6"), api_hangs, ANSWER_S, lane=Lane.WAITING, formerly="I6_API_hangs"),
    Fault("redis_hangs", ("I1", "I6"), redis_hangs, ANSWER_S, lane=Lane.WAITING, formerly="I6_Redis_hangs"),
    Fault("canaries", ("I8",), canaries, ANSWER_S, Start.MIGRATED, Lane.WAITING, formerly="I8_canaries"),
)
