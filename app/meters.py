"""What each process counts about itself. No label holds anything of a person: routes by their pattern, never by
their address; messages by what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily

from app.counting import counts_of
from bot.webhook import BotDoor
from kit.db import Database
from kit.metrics import Board

PUBLISH_EVERY_S = 5.0
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def metrics_folder(data_dir: Path) -> Path:
    """Where the processes of an installation write down their figures."""
    return data_dir / "metrics"


class WebMeters:
    """Of one web process."""

    def __init__(self) -> None:
        self.registry = _registry()
        self._requests = Counter(
            "chengguan_http_requests",
            "Requests answered, by method, pattern of the route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "chengguan_http_request_seconds",
            "Time from the routing of a request to its answer being ready.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def watch_doors(self, doors: Mapping[str, BotDoor]) -> None:
        """The platform's doors count by themselves, at no cost; here they are only read."""
        self.registry.register(_Messages(doors))


class WorkerMeters:
    """Of one worker."""

    def __init__(self) -> None:
        self.registry = _registry()
        self._steps = Counter(
            "chengguan_duty_steps",
            "Steps of a duty that did something or failed.",
            ["duty", "outcome"],
            registry=self.registry,
        )
        self._items = Counter(
            "chengguan_duty_items", "What the steps of a duty did.", ["duty"], registry=self.registry
        )
        self._looked = Gauge(
            "chengguan_duty_looked_timestamp_seconds",
            "When this worker last took a step of the duty that did not fail.",
            ["duty"],
            registry=self.registry,
        )

    def step(self, duty: str, count: int | None) -> None:
        """A step ended: `count` things were done, None when it failed."""
        if count is None:
            self._steps.labels(duty, "failed").inc()
            return
        self._looked.labels(duty).set_to_current_time()
        if count:
            self._steps.labels(duty, "done").inc()
            self._items.labels(duty).inc(count)


def watch_database(registry: CollectorRegistry, db: Database) -> None:
    """How much waits for the database in this process."""
    waiting = Gauge("chengguan_db_intakes_waiting", "Acts that wait for the next commit.", registry=registry)
    waiting.set_function(lambda: db.batcher.waiting)
    running = Gauge("chengguan_db_changes_running", "Transactions in progress.", registry=registry)
    running.set_function(lambda: db.changes_running)
    batches = Gauge("chengguan_db_batches", "Commits of joined acts since the start.", registry=registry)
    batches.set_function(lambda: db.batcher.batches)


async def keep_publishing(board: Board, every_s: float = PUBLISH_EVERY_S) -> None:
    """For ever: a full disk must not stop anything but the figures."""
    while True:
        with contextlib.suppress(OSError):
            board.publish()
        await asyncio.sleep(every_s)


class _Messages:
    """Messages and events of the platform by door and by what became of them."""

    def __init__(self, doors: Mapping[str, BotDoor]) -> None:
        self._doors = doors

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "chengguan_wechat_messages",
            "Messages and events of the platform, and what became of them.",
            labels=["door", "outcome"],
        )
        for name, door in self._doors.items():
            for outcome, number in counts_of(door).items():
                # Names of unknown events come from outside: one figure for all of them.
                if not outcome.startswith("unknown."):
                    family.add_metric([name, outcome], number)
            family.add_metric([name, "unknown"], sum(door.conversation.unknown.values()))
        yield family


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry
