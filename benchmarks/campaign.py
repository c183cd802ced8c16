"""What the webhook's slowest answers become while the worker sends ten thousand notices.

The service as it ships: one web process, one worker, Valkey. Requests come at a fixed rate, whether answers come or
not: half of them questions, half of them steps of a complaint. Rounds with and without notices take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from app.models import MODEL_MODULES
from benchmarks.fanout import APP_ID, NOTICE, PARAMS, RULE, stub
from benchmarks.intake import DIALOGUE
from benchmarks.report import median
from benchmarks.servers import our_service, postgres
from benchmarks.traffic import Account, Sender, request_bytes, text_message
from benchmarks.webhook import texts
from casework.notifications.models import Delivery
from casework.people.identities import new_account_rows
from kit.clock import SystemClock
from kit.db import Change, Database
from kit.ids import Ids
from kit.rows import new_row
from kit.sealing import FieldSealer
from kit.secrets import KeyRing

PUSHES, ROUNDS = 10_000, 5
RATE_PER_S, ROUND_S = 40.0, 10.0


class Traffic:
    """Requests at a fixed rate; the answer times of those that were due in a round."""

    def __init__(self, account: Account, port: int) -> None:
        self._account, self._codec, self._port = account, account.codec(), port
        self._questions = iter(list(texts(3_000)) * 3)
        self._talks: deque[tuple[str, int]] = deque()
        self._count = 10**16

    async def round(self) -> list[float]:
        """Seconds from the moment a request was due to its answer."""
        answered: list[float] = []
        begun, asking = time.perf_counter(), []
        for number in range(int(RATE_PER_S * ROUND_S)):
            due = begun + number / RATE_PER_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.append(asyncio.create_task(self._ask(number % 2 == 0, due, answered)))
        await asyncio.gather(*asking)
        return answered

    async def _ask(self, files: bool, due: float, answered: list[float]) -> None:
        self._count += 1
        if files:
            openid, step = self._talks.popleft() if self._talks else (f"o{self._count:027d}", 0)
            words = DIALOGUE[step]
        else:
            openid, step, words = f"q{self._count % 500:027d}", 0, next(self._questions)
        xml = text_message(openid, words, self._count, int(time.time()))
        sender = Sender(self._port)
        status, _ = await sender.post(request_bytes(self._account, self._codec, "/wechat", self._port, xml))
        assert status == 200, status
        answered.append(time.perf_counter() - due)
        sender.close()
        if files and step + 1 < len(DIALOGUE):
            self._talks.append((openid, step + 1))


async def _followers(db: Database, sealer: FieldSealer, app_id: str) -> list[Delivery]:
    """Ten thousand citizens, and a notice for each that waits for its round."""
    made = [new_account_rows(db, sealer, app_id, f"o{10**20 + number:027d}") for number in range(PUSHES)]

    async def write(change: Change) -> list[Delivery]:
        for rows in (list(one) for one in zip(*made, strict=True)):
            await type(rows[0]).bulk_create(rows, batch_size=500)
        return []

    await db.change(write, timeout_s=120)
    return [
        new_row(
            Delivery,
            id=db.ids.new(),
            event_id=db.ids.new(),
            recipient_kind="account",
            recipient_id=account.id,
            rule=RULE,
            template=NOTICE,
            params=PARAMS,
            state="queued",
            attempts=0,
            fence=0,
            lane=1,
            created_at=db.clock.now(),
            updated_at=db.clock.now(),
        )
        for account, _ in made
    ]


async def _queue(db: Database, rows: list[Delivery]) -> None:
    async def write(change: Change) -> None:
        now = await change.database_now()
        for row in rows:
            row.next_at, row.expires_at = now, now.replace(year=now.year + 1)
        await Delivery.bulk_create(rows, batch_size=200)

    await db.change(write, timeout_s=60)


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


async def _ratio(engine: str, account: Account, port: int, folder: Path, url: str) -> float:
    clock = SystemClock()
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    traffic = Traffic(account, port)
    try:
        sealer = FieldSealer(KeyRing.open(folder / "keys", create=False))
        rows = await _followers(db, sealer, account.app_id)
        await traffic.round()
        quiet, busy, each = [], [], PUSHES // ROUNDS
        for number in range(ROUNDS):
            quiet.append(p99(await traffic.round()))
            await _queue(db, rows[number * each : (number + 1) * each])
            await asyncio.sleep(0.5)
            busy.append(p99(await traffic.round()))
            sent = await Delivery.filter(state="sent").count()
            print(
                f"{engine}: p99 {quiet[-1] * 1e3:.1f} ms, with notices {busy[-1] * 1e3:.1f} ms; {sent} sent",
                flush=True,
            )
            async with asyncio.timeout(120):
                while await Delivery.filter(state__in=["queued", "sending"]).exists():
                    await asyncio.sleep(0.2)
        sent = await Delivery.filter(state="sent", rule=RULE).count()
        assert sent == PUSHES, await Delivery.exclude(state="sent").first().values()
        return median(busy) / median(quiet)
    finally:
        await db.close()


@contextlib.contextmanager
def _worker(env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(5)
        assert process.poll() is None, "the worker ended"
        yield
    finally:
        process.terminate()
        process.wait(60)


def ratio_on(engine: str, url: str | None) -> float:
    """The ratio of the slowest answers (p99) with notices to those without, on one database."""
    account = Account(app_id=APP_ID)
    with stub() as base, our_service(account, url, WECHAT_API_BASE=base) as (port, _, folder):
        database = url or f"sqlite://{folder / 'chengguan.db'}"
        env = {
            **account.environ(),
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "WECHAT_API_BASE": base,
        }
        with _worker({**env, "PORT": str(port), "WEB_PROCESSES": "1"}):
            return asyncio.run(_ratio(engine, account, port, folder, database))


def webhook_p99_during_campaign() -> float:
    """The larger ratio of the two databases."""
    sqlite = ratio_on("SQLite", None)
    with postgres() as url:
        return max(sqlite, ratio_on("PostgreSQL", url))
