"""Clients that hang up in the middle of a write take nothing with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.e2e.deeds import accept_all, clerk_of
from tests.e2e.storms import SENDERS, hang_up, hang_up_in_the_console
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid

CLIENTS = 500


async def test_five_hundred_clients_hang_up_in_the_middle_of_a_write_and_filing_still_works(
    own_system: System, record_property: Callable[[str, object], None]
) -> None:
    own_system.start("serve")
    turns = own_system.rows("SELECT count(*) FROM conversation_turn")[0][0]
    survived = await hang_up(own_system, CLIENTS)
    record_property("hangups_survived", survived)
    # Enough at once that every connection of every process is used.
    async with Weixin(own_system) as weixin:
        filings = (weixin.file(new_openid(), f"第{n}个井盖翘起来了") for n in range(4 * SENDERS))
        done = await asyncio.gather(*filings)
    assert len({one.reference for one in done}) == 4 * SENDERS
    assert weixin.slowest_s < 4.5
    assert weixin.tries == 5 * 4 * SENDERS, "something had to be sent twice"
    # The writes were on their way, not refused at the door.
    written = own_system.rows("SELECT count(*) FROM conversation_turn")[0][0] - turns - 5 * 4 * SENDERS
    print(f"{survived} hung up, {written} of their messages were taken in")
    assert written > survived / 2


async def settled_states(system: System, references: list[str]) -> dict[str, str]:
    """The states once nothing moves any more: what was hung up on may still be on its way."""
    wanted = ", ".join(f"'{one}'" for one in references)
    sql = f"SELECT reference, state FROM complaint WHERE reference IN ({wanted})"
    seen: dict[str, str] = {}
    while (now := dict(await asyncio.to_thread(system.rows, sql))) != seen:
        seen = now
        await asyncio.sleep(1.5)
    return seen


async def test_clerks_that_hang_up_in_the_middle_of_a_move_leave_whole_cases(own_system: System) -> None:
    own_system.start("serve")
    async with Weixin(own_system) as weixin:
        filings = (weixin.file(new_openid(), f"第{n}个井盖翘起来了") for n in range(40))
        references = [one.reference for one in await asyncio.gather(*filings)]
    assert await hang_up_in_the_console(own_system, references) == 40
    states = await settled_states(own_system, references)
    left = [reference for reference, state in states.items() if state == "submitted"]
    print(f"{40 - len(left)} of 40 moves were made all the same")
    assert set(states.values()) <= {"submitted", "accepted"}
    assert len(left) < 40, "no request got as far as a write"
    async with clerk_of(own_system) as clerk:
        await clerk.log_in("diaodu", own_system.password)
        await accept_all(clerk, left)
    assert "0 处问题" in own_system.cli("audit", "verify")


@pytest.mark.parametrize("after", [0, 1, 20, 100])
async def test_half_a_request_holds_nothing_up(shared_system: System, after: int) -> None:
    async with Weixin(shared_system) as weixin:
        sealed = weixin.seal(weixin.text(new_openid(), "我要投诉烧烤店油烟太大"))
        for _ in range(50):
            _, writer = await asyncio.open_connection("127.0.0.1", shared_system.port)
            writer.write(
                b"POST /wechat?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + sealed.body[:after]
            )
            await writer.drain()
            writer.transport.abort()
        assert (await weixin.say(new_openid(), "投诉")).startswith("好的，请说说")
