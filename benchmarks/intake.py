"""What taking in complaints costs: fsyncs a message on SQLite, rate against raw asyncpg on PostgreSQL."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from app.models import MODEL_MODULES
from app.profile import PROFILE_SECTIONS, calendar_of, complaint_policy
from app.shipped import SHIPPED_PROFILE
from benchmarks.processes import tree
from benchmarks.report import Figure, median
from benchmarks.servers import our_service, postgres
from benchmarks.traffic import Account, Sender, reply_text, request_bytes, text_message
from casework.actors import citizen
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, new_complaint_rows
from content.bureau_profile import BureauSection
from kit.clock import SystemClock
from kit.db import Database, Fresh, Intake
from kit.db.migrate import migrate
from kit.ids import Ids
from kit.profile import build_profile, read_profile
from kit.sealing import FieldSealer
from kit.secrets import KeyRing

SENDERS, DIALOGUES = 16, 20
DIALOGUE = (
    "投诉",
    "楼下烧烤店每天晚上油烟很大，一直到半夜，窗户不敢开",
    "跳过",
    "文化路88号一楼",
    "跳过",
    "提交",
)
RAW_ACTS, ROUNDS = 1_500, 3


async def _converse(port: int, account: Account) -> int:
    """16 citizens at a time tell whole complaints. Returns how many messages were acknowledged."""
    codec, now = account.codec(), int(time.time())
    filed = messages = 0

    async def citizen_files(number: int) -> None:
        nonlocal filed, messages
        sender = Sender(port)
        for turn in range(DIALOGUES):
            openid = f"o{number:03d}{turn:024d}"
            for step, text in enumerate(DIALOGUE):
                id = 10**17 + number * 10**6 + turn * 100 + step
                xml = text_message(openid, text, id, now)
                status, body = await sender.post(request_bytes(account, codec, "/wechat", port, xml))
                assert status == 200, status
                messages += 1
                filed += "QS-TS-" in reply_text(codec, body)
        sender.close()

    await asyncio.gather(*(citizen_files(number) for number in range(SENDERS)))
    assert filed == SENDERS * DIALOGUES, f"{filed} of {SENDERS * DIALOGUES} complaints were filed"
    return messages


def fsyncs_per_message() -> float:
    """fsync and fdatasync calls of all web processes while complaints are told, by strace."""
    if shutil.which("strace") is None:
        raise RuntimeError("strace is needed to count fsyncs: apt install strace")
    account = Account()
    with our_service(account) as (port, pid, folder):
        asyncio.run(_converse_once(port, account))
        log = folder / "strace.txt"
        pids = [arg for one in tree(pid)[1:] for arg in ("-p", str(one))]
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(log), *pids],
            stderr=subprocess.DEVNULL,
        )
        time.sleep(1.0)
        try:
            messages = asyncio.run(_converse(port, account))
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        return len(re.findall(r"f(?:data)?sync\(", log.read_text())) / messages


async def _converse_once(port: int, account: Account) -> None:
    codec = account.codec()
    sender = Sender(port)
    for number, text in enumerate(DIALOGUE):
        xml = text_message("o" + "w" * 27, text, 10**16 + number, int(time.time()))
        await sender.post(request_bytes(account, codec, "/wechat", port, xml))
    sender.close()


# ---- PostgreSQL


async def _desk(url: str) -> Desk:
    keys, clock = KeyRing.random(), SystemClock()
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), keys.secret("audit"), process_wide=True)
    profile = build_profile(read_profile(SHIPPED_PROFILE), PROFILE_SECTIONS)
    return Desk(
        db=db,
        calendar=calendar_of(profile, Path("unused")),
        policy=complaint_policy(profile),
        sealer=FieldSealer(keys),
        bureau_code=profile.section(BureauSection).reference_code,
    )


def _new(account_id: UUID) -> NewComplaint:
    return NewComplaint(
        account_id=account_id,
        story=DIALOGUE[1],
        source=Source.WECHAT,
        place_text=DIALOGUE[3],
        phone="13800001111",
    )


async def _ours(url: str) -> float:
    """Complaints a second: rows built (reference, audit entry, event, sealed phone) and written durably."""
    desk = await _desk(url)
    upcoming = iter(range(RAW_ACTS))

    async def sender() -> None:
        for _ in upcoming:
            account_id = uuid4()
            made = await new_complaint_rows(desk, citizen(account_id), _new(account_id))
            outcome = await desk.db.write(
                Intake((f"bench:{account_id}",), b"h" * 32, made.rows, made.reference.encode())
            )
            assert isinstance(outcome, Fresh), outcome

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    took = time.perf_counter() - begun
    await desk.db.close()
    return RAW_ACTS / took


async def _raw(url: str) -> float:
    """The same rows by hand: one transaction an act, prepared inserts, a pool, the same number of senders."""
    desk = await _desk(url)
    samples = []
    for _ in range(RAW_ACTS):
        account_id = uuid4()
        made = await new_complaint_rows(desk, citizen(account_id), _new(account_id))
        samples.append((f"raw:{account_id}", [_plain(row) for row in made.rows]))
    await desk.db.close()
    pool = await asyncpg.create_pool(url, min_size=SENDERS, max_size=SENDERS)
    upcoming = iter(samples)

    async def sender() -> None:
        for key, rows in upcoming:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "INSERT INTO guard_key (key, body_hash, result, created_at) VALUES ($1, $2, $3, now())",
                    key,
                    b"h" * 32,
                    b"r",
                )
                for sql, values in rows:
                    await connection.execute(sql, *values)

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    took = time.perf_counter() - begun
    await pool.close()
    return RAW_ACTS / took


def _plain(row: Any) -> tuple[str, list[Any]]:
    """A row as an INSERT with its values."""
    columns = list(row._meta.fields_db_projection.items())
    names = ", ".join(f'"{column}"' for _, column in columns)
    holes = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    values = [getattr(row, field) for field, _ in columns]
    values = [value.astimezone(UTC) if hasattr(value, "astimezone") else value for value in values]
    return f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({holes})', values


def pg_vs_raw() -> float:
    """Our rate over raw asyncpg's, rounds interleaved, median of the ratios."""
    ratios = []
    with postgres() as url:
        asyncio.run(migrate(url, MODEL_MODULES, backup_folder=Path("unused")))
        asyncio.run(_ours(url))
        for _ in range(ROUNDS):
            raw, ours = asyncio.run(_raw(url)), asyncio.run(_ours(url))
            print(f"complaints a second: ours {ours:.0f}, raw asyncpg {raw:.0f}")
            ratios.append(ours / raw)
    return median(ratios)


def measure() -> Iterator[Figure]:
    fsyncs = median([fsyncs_per_message() for _ in range(ROUNDS)])
    yield Figure("main-job", "intake_fsyncs_per_message_sqlite", fsyncs, "fsyncs", 0.34)
    yield Figure("main-job", "intake_pg_vs_raw", pg_vs_raw(), "ratio", 0.50, at_least=True)
