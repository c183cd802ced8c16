"""Short forms of faults that no other test tries; `make faults` runs all of them at full size on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import System
from tests.faults.environment_database import through_proxy, work_through
from tests.faults.environment_disk import disk_full
from tests.faults.fault import RECOVERY_S, NotHereError, Size
from tests.faults.ground import audited


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[System]:
    """A system of its own, set up and not started."""
    folder = tmp_path / "own"
    folder.mkdir()
    system = System(folder)
    try:
        system.set_up()
        yield system
    finally:
        system.close()


async def test_a_full_disk_loses_nothing_that_was_acknowledged_and_is_over_without_a_restart(
    on_sqlite: System,
) -> None:
    try:
        counts = await disk_full(on_sqlite, Size.SHORT)
    except NotHereError as reason:
        pytest.skip(str(reason))
    print(counts)
    assert counts.tried > 0
    assert counts.broken == 0, counts
    assert counts.late_s < RECOVERY_S
    assert await asyncio.to_thread(lambda: audited(on_sqlite)[1:]) == (0, 0)


@pytest.mark.postgres
async def test_a_database_that_takes_no_connections_for_a_while_costs_nothing(
    postgres_url: str, tmp_path: Path
) -> None:
    system = System(tmp_path, postgres_url)
    try:
        system.set_up()
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
