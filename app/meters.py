"""What each process counts about itself. No label holds anything of a person: routes by their pattern, never by
their address; messages by what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric

from app.counting import counts_of
from bot.capabilities import Capabilities
from bot.webhook import BotDoor
from kit.db import Database
from kit.metrics import Board, gauge

PUBLISH_EVERY_S = 5.0
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BEAT = "worker.beat"


def metrics_folder(data_dir: Path) -> Path:
    """Where the processes of an installation write down their figures."""
    return data_dir / "metrics"


def beat(folder: Path) -> None:
    """Say that a worker is at work; it stays said when the worker is killed. OSError when the disk is full."""
    (folder / _BEAT).touch()


def last_beat_at(folder: Path) -> float:
    """When a worker last said so, in seconds since 1970; 0 if none ever did."""
    try:
        return (folder / _BEAT).stat().st_mtime
    except OSError:
        return 0.0


class _Meters:
    """What every process counts: calls of the platform."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._calls = Counter(
            "chengguan_wechat_calls",
            "Calls of the platform, by endpoint and by what came of them.",
            ["endpoint", "outcome"],
            registry=self.registry,
        )
        self._call_seconds = Histogram(
            "chengguan_wechat_call_seconds",
            "Time of a call of the platform, its one repeat included.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def call(self, endpoint: str, outcome: str, seconds: float) -> None:
        """A call of the platform ended: "ok", or the name of what went wrong."""
        self._calls.labels(endpoint, outcome).inc()
        self._call_seconds.labels(endpoint).observe(seconds)


class WebMeters(_Meters):
    """Of one web process."""

    def __init__(self) -> None:
        super().__init__()
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


class WorkerMeters(_Meters):
    """Of one worker."""

    def __init__(self) -> None:
        super().__init__()
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


def watch_knowledge(registry: CollectorRegistry, version: Callable[[], int]) -> None:
    """From which knowledge this process answers; the worker says which one is published."""
    held = Gauge("chengguan_knowledge_version", "The knowledge this process answers from.", registry=registry)
    held.set_function(version)


def watch_rights(registry: CollectorRegistry, capabilities: Capabilities) -> None:
    """Which of the account's rights the platform has refused this process today."""
    registry.register(_Rights(capabilities))


async def keep_publishing(
    board: Board, every_s: float = PUBLISH_EVERY_S, *, also: Callable[[], None] = lambda: None
) -> None:
    """For ever: a full disk must not stop anything but the figures. `also` is done each time."""
    while True:
        for act in (board.publish, also):
            with contextlib.suppress(OSError):
                act()
        await asyncio.sleep(every_s)


class _Rights:
    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities

    def collect(self) -> Iterator[Metric]:
        yield gauge(
            "chengguan_wechat_right_refused",
            "Whether the platform has refused a right of the account today (48001).",
            [({"right": right.value}, refused) for right, refused in self._capabilities.refused().items()],
        )


class _Messages:
    """Messages and events of the platform by door, by what became of them and by how long they took."""

    def __init__(self, doors: Mapping[str, BotDoor]) -> None:
        self._doors = doors

    def collect(self) -> Iterator[Metric]:
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
        seconds = Metric(
            "chengguan_wechat_answer_seconds", "Time a message of the platform took.", "histogram"
        )
        for name, door in self._doors.items():
            door.counts.seconds.add_to(seconds, {"door": name})
        yield seconds
