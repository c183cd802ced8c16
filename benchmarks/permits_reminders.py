"""Reminders before permits end.

*reminders_10k_s*: seconds in which the duty plans 10,000 reminders, on a database with 50,000 permits in force: each marked on
its permit and put into the outbox, committed, none twice. The slower of two databases. How long the relay then takes to
make the notices of them is printed beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from app.models import MODEL_MODULES
from benchmarks.report import Figure
from benchmarks.servers import postgres
from casework.events import EVENTS
from casework.notifications.plan import Planner
from casework.notifications.rule_book import NotificationsSection, RuleBook
from casework.people.models import Account
from casework.permits.kinds import PermitsSection
from casework.permits.models import Permit
from casework.permits.reminding import remind_before_end
from kit.clock import SystemClock
from kit.db import Change, Database
from kit.db.migrate import migrate
from kit.ids import Ids
from kit.outbox import Relay
from kit.outbox_models import OutboxEvent

PERMITS, DUE, TOGETHER, ROUNDS = 50_000, 10_000, 5_000, 3
DAYS = 3
SECTION = msgspec.convert(
    {
        "kinds": [
            {
                "code": "stall", "name": "stall", "plain": "stall", "flow": "permit", "summary": "s", "unit": "u",
                "basis": [{"law": "l"}], "fields": [{"code": "holder", "name": "h", "type": "text"}],
                "fee": {"basis": "b"}, "term": {"days_most": 365, "remind_days_before": DAYS},
            }
        ]
    },
    PermitsSection,
)  # fmt: skip


def reminders_s() -> float:
    """The median of some rounds, of the slower database."""
    slowest = 0.0
    with postgres() as url, tempfile.TemporaryDirectory(prefix="cgr-") as folder:
        for engine, at in (("SQLite", f"sqlite://{Path(folder) / 'r.db'}"), ("PostgreSQL", url)):
            taken = asyncio.run(_measured(engine, at, Path(folder)))
            slowest = max(slowest, sorted(taken)[len(taken) // 2])
    return slowest


def figures() -> list[Figure]:
    return [Figure("permits", "reminders_10k_s", reminders_s(), "s", 2)]


async def _measured(engine: str, url: str, folder: Path) -> list[float]:
    taken, worked = [], 0.0
    await migrate(url, MODEL_MODULES, backup_folder=folder / "backups" if "sqlite" not in url else None)
    async with _open(url) as db:
        await _fill(db)
        for number in range(ROUNDS):
            await db.change(_unremind)
            begun, worked, count = time.perf_counter(), time.process_time(), 0
            while step := await remind_before_end(db, SECTION):
                count += step
            taken.append(time.perf_counter() - begun)
            worked = time.process_time() - worked
            marked = await Permit.filter(reminded_at__isnull=False).count()
            assert (count, marked, await OutboxEvent.all().count()) == (DUE, DUE, DUE), number
        relayed = await _relayed_s(db)
    shown = ", ".join(f"{one:.2f}" for one in taken)
    said = f"{engine}: {DUE} of {PERMITS} reminded in {shown} s ({worked:.2f} s of this process's CPU)"
    print(f"{said}; relayed in {relayed:.1f} s", flush=True)
    return taken


@contextlib.asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    clock = SystemClock()
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    try:
        yield db
    finally:
        await db.close()


async def _fill(db: Database) -> None:
    now, ids = datetime.now(UTC), db.ids
    for first in range(0, PERMITS, TOGETHER):
        numbers = range(first, first + TOGETHER)
        accounts = [Account(id=ids.new(), created_at=now) for _ in numbers]
        rows = [
            _permit(db, number, accounts[number - first], now, is_due=number % (PERMITS // DUE) == 0)
            for number in numbers
        ]

        async def work(change: Change, accounts: list[Account] = accounts, rows: list[Permit] = rows) -> None:
            await Account.bulk_create(accounts)
            await Permit.bulk_create(rows)

        await db.change(work, timeout_s=120.0)


def _permit(db: Database, number: int, account: Account, now: datetime, *, is_due: bool) -> Permit:
    ends_at = now + timedelta(days=2 if is_due else 30, minutes=number % 600)
    return Permit(
        id=db.ids.new(), number=f"N{number}", code=f"C{number}", application_id=db.ids.new(), kind="stall",
        kind_name="stall", account_id=account.id, state="in_force", state_since_at=now, revision=1,
        holder_kind="person", holder_sealed=b"s", holder_shown="*", place_text="p", valid_from_at=now - timedelta(days=30),
        valid_until_at=ends_at, terms="[]", unit="u", granted_at=now - timedelta(days=30), updated_at=now,
    )  # fmt: skip


async def _unremind(change: Change) -> None:
    await Permit.filter(reminded_at__isnull=False).update(reminded_at=None)
    await OutboxEvent.all().delete()


async def _relayed_s(db: Database) -> float:
    planner = Planner(RuleBook.of(NotificationsSection(), EVENTS))
    relay = Relay(db, dict.fromkeys(EVENTS, (planner,)), lambda name, id, exc: print(name, id, exc))
    begun = time.perf_counter()
    while await relay.step():
        pass
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(f"{reminders_s():.2f} s")
