"""What each web process finds out by itself when the figures are asked for: is the worker at work, do the database
and Redis answer, how much room is left, how old is the backup?

All else that a database knows is read by one worker for everybody (`app.gauges`). What is here must be seen most of
all when no worker lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client.core import Metric

from app.backup_places import last_backup
from app.core import Core
from app.meters import last_beat_at, metrics_folder
from kit.db.database import sqlite_path
from kit.metrics import gauge, living
from kit.redis import UNAVAILABLE

KEPT_S = 10.0
WITHIN_S = 3.0


class Facts:
    """One per process; found out at most every ten seconds, however often the page is read."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._read_at = 0.0
        self._known: list[Metric] = []
        self._reading = asyncio.Lock()

    async def read(self) -> Sequence[Metric]:
        """The families; while the database is away only that it is."""
        async with self._reading:
            if time.monotonic() - self._read_at >= KEPT_S or not self._known:
                self._known = await self._read()
                self._read_at = time.monotonic()
        return self._known

    async def _read(self) -> list[Metric]:
        settings = self._core.settings
        database, redis = await asyncio.gather(self._database(), self._redis())
        return [
            *of_disks(settings.data_dir, settings.database_url),
            *of_backups(settings.data_dir),
            *of_workers(metrics_folder(settings.data_dir)),
            gauge("chengguan_database_up", "Whether the database answers.", [({}, database)]),
            gauge(
                "chengguan_redis_up", "Whether Redis answers; all goes on without it, slower.", [({}, redis)]
            ),
        ]

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._core.db.reading.execute_query("SELECT 1")
        except Exception:  # noqa: BLE001 - whatever it is, the figure says that it does not answer
            return False
        return True

    async def _redis(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._core.redis.ping()
        except UNAVAILABLE:
            return False
        return True


def of_disks(data_dir: Path, database_url: str) -> list[Metric]:
    """Room on the disks of DATA_DIR, of SQLite's file and of the last backup; none for a folder that is not there."""
    places = {"data": data_dir}
    backup = last_backup(data_dir)
    if backup is not None:
        places["backups"] = Path(backup.folder).parent
    if database_url.startswith("sqlite:"):
        places["database"] = sqlite_path(database_url).parent
    free: list[tuple[dict[str, str], float]] = []
    size: list[tuple[dict[str, str], float]] = []
    for name, path in places.items():
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(path)
            free.append(({"of": name}, usage.free))
            size.append(({"of": name}, usage.total))
    return [
        gauge("chengguan_disk_free_bytes", "Room left on the disk of a folder.", free),
        gauge("chengguan_disk_size_bytes", "Size of the disk of a folder.", size),
    ]


def of_backups(data_dir: Path) -> list[Metric]:
    """When the last one was complete, wherever it went."""
    known = last_backup(data_dir)
    return [
        gauge(
            "chengguan_backup_last_timestamp_seconds",
            "When the last backup was complete; 0 when there was none.",
            [({}, known.finished_at.timestamp() if known is not None else 0)],
        )
    ]


def of_workers(folder: Path) -> list[Metric]:
    """Workers of this folder by their locks, and the last sign of life of any of them."""
    alive = sum(place.startswith("worker-") for place in living(folder))
    return [
        gauge("chengguan_workers", "Workers that live, by the locks they hold.", [({}, alive)]),
        gauge(
            "chengguan_worker_heartbeat_timestamp_seconds",
            "When a worker last wrote down its figures; 0 if none ever did.",
            [({}, last_beat_at(folder))],
        ),
    ]
