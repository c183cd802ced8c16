"""Each promise of reliability.md that can be tried here, at full length on one system and database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.e2e.canaries import leaks
from tests.e2e.deeds import accept_all, clerk_of
from tests.e2e.hindrances import api_hanging, redis_stopped, writes_held
from tests.e2e.storms import (
    file_while_killing,
    hang_up,
    hang_up_in_the_console,
    heal,
    kill_and_restart,
    kill_database_sessions,
    kill_one_web_process,
    kill_valkey,
    migrate_while_killing,
    push_while_killing,
)
from tests.e2e.system import System
from tests.e2e.weixin import UnansweredError, Weixin, new_openid
from tests.faults.report import Kept

KILLS = 20
HANG_UPS = 2_000
PUSHES = 200
ANSWER_S, HEALED_S = 4.5, 30.0


async def acknowledged(system: System) -> list[Kept]:
    """I1, and I2 under kills: eight senders, the web process group killed twenty times."""
    system.set_up()
    system.start("standin", "serve")
    filed = await file_while_killing(system, KILLS)
    return [
        Kept(
            "I1",
            "acknowledged complaints",
            tried=len(filed.acknowledged),
            lost=len(filed.lost(system)),
            doubled=len(filed.doubled(system)) + len(filed.other_replies),
            note=f"{filed.kills} kills, {filed.tries} tries",
        ),
        audited(system),
    ]


async def one_act_one_case(system: System) -> list[Kept]:
    """I2: the same message many times, and clients that hang up."""
    system.set_up()
    system.start("serve")
    doubled = 0
    async with Weixin(system) as weixin:
        for number in range(20):
            story = f"楼下烧烤油烟太大，第{number}次"
            last = await weixin.filed_up_to_the_end(new_openid(), story)
            replies = await asyncio.gather(*(weixin.deliver(last) for _ in range(6)))
            replies.append(await weixin.deliver(last))
            count = system.rows(f"SELECT count(*) FROM complaint WHERE story = '{story}'")[0][0]
            doubled += int(count != 1 or len(set(replies)) != 1)
        survived = await hang_up(system, HANG_UPS)
        done = [await weixin.file(new_openid(), f"第{n}个井盖翘起来了") for n in range(60)]
    console = await hang_up_in_the_console(system, [one.reference for one in done])
    states = [state for (state,) in system.rows("SELECT state FROM complaint WHERE story LIKE '第%个井盖%'")]
    async with Weixin(system) as weixin:
        after = await asyncio.gather(*(weixin.file(new_openid(), f"挂断之后第{n}件") for n in range(32)))
    return [
        Kept("I2", "repeated messages", tried=20 * 7, doubled=doubled),
        Kept(
            "I2",
            "hang ups",
            tried=survived + console,
            lost=32 - len(after),
            unaccounted=sum(state not in ("submitted", "accepted") for state in states),
            worst=weixin.slowest_s,
            limit=ANSWER_S,
        ),
        audited(system),
    ]


async def pushed(system: System) -> list[Kept]:
    """I3: every fault of the platform at 5 %, the worker killed."""
    system.set_up()
    system.start()
    pushes = await push_while_killing(system, PUSHES, kills=4, within_s=150)
    states = ", ".join(f"{count} {state}" for state, count in sorted(pushes.states.items()))
    return [
        Kept(
            "I3",
            "pushes",
            tried=pushes.due,
            lost=pushes.sent_but_not_shown,
            doubled=pushes.shown_twice,
            unaccounted=pushes.unaccounted,
            note=f"{states}; {pushes.shown} shown, {pushes.kills} kills, settled in {pushes.settled_s:.0f} s",
        ),
        audited(system),
    ]


async def answered_in_time(system: System) -> list[Kept]:
    """I6: the WeChat API hangs, Redis hangs, the database takes no writes for two seconds."""
    system.set_up()
    system.start()
    kept = []
    async with Weixin(system) as weixin:

        async def talk(what: str) -> None:
            weixin.slowest_s, lost = 0.0, 0
            for number in range(5):
                openid = new_openid()
                work = [weixin.say(new_openid(), "门口能不能摆摊") for _ in range(20)]
                work.append(_filed(weixin, openid, f"{what}第{number}件"))
                answers = await asyncio.gather(*work)
                lost += sum("依据" not in answer for answer in answers[:-1]) + (not answers[-1])
            kept.append(Kept("I6", what, tried=5 * 21, lost=lost, worst=weixin.slowest_s, limit=ANSWER_S))

        with api_hanging(system):
            await talk("API hangs")
        with redis_stopped(system):
            await talk("Redis hangs")
        async with writes_held(system, 2.0):
            await talk("database held 2 s")
    return kept


async def _filed(weixin: Weixin, openid: str, story: str) -> str:
    try:
        return (await weixin.file(openid, f"{story}，油烟太大", within_s=60)).reference
    except (TimeoutError, UnansweredError):
        return ""


async def healed(system: System) -> list[Kept]:
    """I7: kill -9 of each part, four times round."""
    system.set_up()
    system.start()
    hurts: dict[str, Callable[[], None]] = {
        "web process": lambda: kill_one_web_process(system),
        "web group": lambda: kill_and_restart(system, "serve"),
        "worker": lambda: kill_and_restart(system, "worker"),
        "valkey": lambda: kill_valkey(system),
    }
    if system.env["DATABASE_URL"].startswith("postgres"):
        hurts["database sessions"] = lambda: kill_database_sessions(system)
    kept = []
    for name, hurt in hurts.items():
        # The embedded Valkey is started by whoever starts next; it can die once.
        took = [await heal(system, hurt) for _ in range(1 if name == "valkey" else 3)]
        kept.append(Kept("I7", name, tried=len(took), worst=max(took), limit=HEALED_S))
    return [*kept, audited(system)]


async def kept_inside(system: System) -> list[Kept]:
    """I8: canaries in every field, searched for everywhere."""
    system.set_up()
    system.start()
    found = await leaks(system)
    return [Kept("I8", "canaries", tried=9, unaccounted=len(found), note="; ".join(found))]


async def migrated(system: System) -> list[Kept]:
    """I9: a migration killed at twenty random moments, then run to its end and used."""
    killed = await asyncio.to_thread(migrate_while_killing, system, 20)
    system.start()
    async with Weixin(system) as weixin, clerk_of(system) as clerk:
        done = await weixin.file(new_openid(), "迁移之后的第一件")
        await clerk.log_in("diaodu", system.password)
        await accept_all(clerk, [done.reference])
    return [Kept("I9", "migrations killed", tried=killed), audited(system)]


def audited(system: System) -> Kept:
    """I5, after whatever was done: every chain verified, and every case has one."""
    printed = system.cli("audit", "verify")
    (entries,) = system.rows("SELECT count(*) FROM audit_entry")[0]
    without = system.rows(
        "SELECT count(*) FROM complaint WHERE NOT EXISTS "
        "(SELECT 1 FROM audit_entry WHERE audit_entry.case_id = complaint.id)"
    )
    clean = "0 处问题" in printed
    return Kept("I5", "audit chains", tried=entries, lost=without[0][0], unaccounted=int(not clean))


PROMISES: dict[str, Callable[[System], Awaitable[list[Kept]]]] = {
    "I1": acknowledged,
    "I2": one_act_one_case,
    "I3": pushed,
    "I6": answered_in_time,
    "I7": healed,
    "I8": kept_inside,
    "I9": migrated,
}
