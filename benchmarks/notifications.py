"""Notices: how fast they go out, what that costs the webhook, how late alarms are, how soon all is well after a kill."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.campaign import webhook_p99_during_campaign
from benchmarks.fanout import fanout_vs_client
from benchmarks.report import Figure
from benchmarks.servers import postgres
from tests.e2e import storms
from tests.e2e.system import System
from tests.faults.alarms import alarms_through_outage

ALARMS, OUTAGE_S = 50, 20.0


@contextlib.contextmanager
def _system(database_url: str | None) -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="cgn-") as folder:
        system = System(Path(folder), database_url)
        try:
            system.set_up()
            system.start()
            yield system
        finally:
            system.close()


def _recovery_s(system: System, engine: str) -> float:
    """The longest time until a complaint is filed, accepted and told, after each of these was killed."""
    hurts = {
        "web processes": partial(storms.kill_and_restart, system, "serve"),
        "worker": partial(storms.kill_and_restart, system, "worker"),
        "Valkey": partial(storms.kill_valkey, system),
    }
    if engine == "PostgreSQL":
        hurts["database sessions"] = partial(storms.kill_database_sessions, system)
    worst = 0.0
    for name, hurt in hurts.items():
        took = asyncio.run(storms.heal(system, hurt))
        print(f"{engine}: {took:.1f} s after the {name} were killed", flush=True)
        worst = max(worst, took)
    return worst


def _alarm_late_s(system: System, engine: str) -> float:
    counts = asyncio.run(alarms_through_outage(system, ALARMS, outage_s=OUTAGE_S, workers=1))
    print(f"{engine}: {counts}", flush=True)
    assert (counts.lost, counts.doubled, counts.unaccounted) == (0, 0, 0), counts
    return counts.late_s


def worst_after_trouble() -> tuple[float, float]:
    """(seconds an alarm was late, seconds until a complaint was told after a kill), the worse of two databases."""
    late, healed = [], []
    with postgres() as url:
        for engine, database_url in (("SQLite", None), ("PostgreSQL", url)):
            with _system(database_url) as system:
                healed.append(_recovery_s(system, engine))
                late.append(_alarm_late_s(system, engine))
    return max(late), max(healed)


def measure() -> Iterator[Figure]:
    yield Figure(
        "notifications", "fanout_vs_client_ceiling", fanout_vs_client(), "ratio", 0.77, at_least=True
    )
    ratio = webhook_p99_during_campaign()
    yield Figure("notifications", "webhook_p99_during_campaign_ratio", ratio, "ratio", 1.2)
    late, healed = worst_after_trouble()
    yield Figure("notifications", "alarm_late_s", late, "s", 60)
    yield Figure("notifications", "recovery_s", healed, "s", 30)
