"""What was acknowledged to a citizen is there, once, whatever dies meanwhile."""

from __future__ import annotations

import asyncio

from tests.e2e.storms import file_while_killing
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid


async def test_no_acknowledged_complaint_is_lost_or_doubled_while_the_web_processes_are_killed(
    own_system: System,
) -> None:
    own_system.start("standin", "serve")
    filed = await file_while_killing(own_system, kills=2)
    print(f"{len(filed.acknowledged)} acknowledged in {filed.tries} tries, {filed.kills} kills")
    assert filed.kills == 2
    assert len(filed.acknowledged) >= 8
    assert filed.lost(own_system) == []
    assert filed.doubled(own_system) == []
    assert filed.other_replies == []
    assert "0 处问题" in own_system.cli("audit", "verify")


async def test_six_tries_at_once_and_one_later_make_one_case_in_two_processes(own_system: System) -> None:
    own_system.start("serve")
    async with Weixin(own_system) as weixin:
        last = await weixin.filed_up_to_the_end(new_openid(), "楼下烧烤油烟太大")
        replies = await asyncio.gather(*(weixin.deliver(last) for _ in range(6)))
        replies.append(await weixin.deliver(last))
    assert len(set(replies)) == 1
    assert replies[0].startswith("投诉已收到，编号 QS-TS-")
    assert own_system.rows("SELECT count(*) FROM complaint WHERE story = '楼下烧烤油烟太大'") == [(1,)]
