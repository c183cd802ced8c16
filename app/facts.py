"""What the database says of the work that waits, for `/metrics`: numbers only, none of anybody.

Every question is answered from an index and reads no more than what is open or the last hour's rows, so that
it costs the same however old the installation is.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from prometheus_client.core import Metric
from tortoise.functions import Count, Min

from app.backup_places import last_backup_at
from app.core import Core
from casework.complaints.models import Complaint
from casework.dangers.lifecycle import State as DangerState
from casework.dangers.models import DangerAlert
from casework.inquiries.models import Inquiry
from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, QUEUED, SENDING
from kit.files.models import FileState, StoredFile, Upload, UploadState
from kit.metrics import gauge
from kit.outbox_models import DEAD, PENDING, OutboxEvent

RECENT = timedelta(hours=1)
KEPT_S = 10.0
WITHIN_S = 3.0


class Facts:
    """One per process; asked at most every ten seconds, however often the page is read."""

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
        families = _of_the_machine(self._core.settings.data_dir)
        try:
            async with asyncio.timeout(WITHIN_S):
                families += await _of_the_database(self._core.clock.now())
                answers = 1
        except Exception:  # noqa: BLE001 - whatever it is, the figure says that it does not answer
            answers = 0
        families.append(gauge("chengguan_database_up", "Whether the database answers.", [({}, answers)]))
        return families


def _of_the_machine(data_dir: Path) -> list[Metric]:
    families = []
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(data_dir).free
        families.append(gauge("chengguan_data_free_bytes", "Room left for DATA_DIR.", [({}, free)]))
    at = last_backup_at(data_dir)
    families.append(
        gauge(
            "chengguan_backup_last_timestamp_seconds",
            "When the last backup was complete; 0 when there was none.",
            [({}, at.timestamp() if at else 0)],
        )
    )
    return families


async def _of_the_database(now: datetime) -> list[Metric]:
    pending = OutboxEvent.filter(state=PENDING)
    oldest = (await pending.annotate(at=Min("created_at")).values("at"))[0]["at"]
    events = [
        ({"state": PENDING}, await pending.count()),
        ({"state": DEAD}, await OutboxEvent.filter(state=DEAD).count()),
    ]
    waiting = [
        ({"state": one}, await Delivery.filter(state=one).count()) for one in (QUEUED, BUNDLED, SENDING)
    ]
    recent = (
        await Delivery.filter(id__gte=_first_id(now - RECENT))
        .group_by("state")
        .annotate(number=Count("id"))
        .values("state", "number")
    )
    cases: list[tuple[dict[str, str], float]] = []
    for kind, rows in (
        ("complaint", Complaint.filter(due_at__isnull=False)),
        ("inquiry", Inquiry.filter(due_at__isnull=False)),
    ):
        cases.append(({"kind": kind, "state": "open"}, await rows.count()))
        cases.append(({"kind": kind, "state": "overdue"}, await rows.filter(due_at__lt=now).count()))
    untaken = DangerAlert.filter(state=DangerState.RAISED.value)
    cases.append(({"kind": "danger", "state": "untaken"}, await untaken.count()))
    files = [
        ({"state": "to_decode"}, await StoredFile.filter(state=FileState.RECEIVED.value).count()),
        ({"state": "uploading"}, await Upload.filter(state=UploadState.OPEN.value).count()),
    ]
    return [
        gauge("chengguan_outbox_events", "Events that wait, and those given up.", events),
        gauge(
            "chengguan_outbox_lag_seconds",
            "How long the oldest waiting event has waited.",
            [({}, _seconds_since(oldest, now))],
        ),
        gauge("chengguan_deliveries_waiting", "Messages not yet in a final state.", waiting),
        gauge(
            "chengguan_deliveries_last_hour",
            "Messages planned within the last hour, by where they stand.",
            [({"state": row["state"]}, row["number"]) for row in recent],
        ),
        gauge("chengguan_cases", "Open cases; those past their limit; calls nobody took.", cases),
        gauge("chengguan_files", "Files on their way in.", files),
    ]


def _seconds_since(at: datetime | str | None, now: datetime) -> float:
    if at is None:
        return 0.0
    then = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    if then.tzinfo is None:
        then = then.replace(tzinfo=now.tzinfo)
    return max(0.0, (now - then).total_seconds())


def _first_id(at: datetime) -> UUID:
    """The smallest of the time-ordered ids (UUIDv7) given out at a moment."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80)
