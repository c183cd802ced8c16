"""Short forms of faults that no other test tries; `make faults` runs all of them at full size on both databases."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.system import System
from tests.faults.environment_database import through_proxy, work_through
from tests.faults.environment_disk import disk_full
from tests.faults.fault import RECOVERY_S, NotHereError, Size
from tests.faults.ground import audited


async def test_a_full_disk_loses_nothing_that_was_acknowledged_and_is_over_without_a_restart(
    own_sqlite_system: System,
) -> None:
    try:
        counts = await disk_full(own_sqlite_system, Size.SHORT)
    except NotHereError as reason:
        pytest.skip(str(reason))
    print(counts)
    assert counts.tried > 0
    assert counts.broken == 0, counts
    assert counts.late_s < RECOVERY_S
    assert await asyncio.to_thread(lambda: audited(own_sqlite_system)[1:]) == (0, 0)


@pytest.mark.postgres
async def test_a_database_that_takes_no_connections_for_a_while_costs_nothing(
    own_postgres_system: System,
) -> None:
    system = own_postgres_system
    try:
        with through_proxy(system) as proxy:
            system.start()

            async def hurt() -> None:
                await asyncio.to_thread(proxy.refuse)
                await asyncio.sleep(2)
                await asyncio.to_thread(proxy.listen)

            counts = await work_through(system, Size.SHORT, "数据库拒绝", hurt, limit_s=RECOVERY_S)
            for name in ("worker", "serve"):
                system.kill(name)
        print(counts)
        assert counts.broken == 0, counts
        assert counts.late_s < RECOVERY_S
        assert audited(system)[1:] == (0, 0)
    finally:
        system.close()
