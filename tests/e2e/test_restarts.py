"""Whatever single part dies, half a minute later a complaint is filed, handled and told of again."""

from __future__ import annotations

from tests.e2e.storms import (
    heal,
    kill_and_restart,
    kill_database_sessions,
    kill_one_web_process,
    kill_valkey,
)
from tests.e2e.system import System
from tests.faults.process_migration import killed_migrations

WITHIN_S = 30


async def test_every_part_may_die_and_the_main_job_goes_on(own_system: System) -> None:
    own_system.start()
    took = {
        "a web process": await heal(own_system, lambda: kill_one_web_process(own_system)),
        "the worker": await heal(own_system, lambda: kill_and_restart(own_system, "worker")),
        "valkey": await heal(own_system, lambda: kill_valkey(own_system)),
    }
    if own_system.env["DATABASE_URL"].startswith("postgres"):
        took["database sessions"] = await heal(own_system, lambda: kill_database_sessions(own_system))
    print({name: f"{seconds:.1f} s" for name, seconds in took.items()})
    assert max(took.values()) < WITHIN_S, took
    assert "0 处问题" in own_system.cli("audit", "verify")


async def test_a_migration_killed_anywhere_can_be_run_again(tmp_path) -> None:
    system = System(tmp_path)
    try:
        found = await killed_migrations(system, 3, "empty")
        assert found["tried"] > 0
        assert found["lost"] + found["unaccounted"] == 0
        system.start("serve")
    finally:
        system.close()
