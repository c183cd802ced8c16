"""A copy of the whole database while others write: SQLite's online backup, PostgreSQL's COPY in one snapshot.

PostgreSQL's copy is one gzip file of CSV a table, so that no client program of a matching version has to be
installed. Either copy shows one moment: what was committed before the call is in it.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from kit.db.database import sqlite_path
from kit.db.refusal import REFUSED, refusal

SQLITE_COPY = "database.sqlite"
ADVISORY_LOCK = 0x6368656E67677561
"""Key of PostgreSQL's advisory lock for migrations ('cheng-gua' in ASCII)."""

_COLUMNS = """
SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = current_schema() GROUP BY table_name
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


class SchemaMoves(Exception):
    """The schema is being changed at this moment; the sentence says to wait."""


class CopyDamaged(Exception):
    """The copy just made does not hold together: the original is damaged, or the disk is."""


@dataclass(frozen=True)
class Copied:
    """What is in a copy: rows by table, and the answers of the questions asked of that same moment."""

    tables: dict[str, int]
    answers: dict[str, list[tuple[Any, ...]]]


Columns = Mapping[str, Sequence[str]]
"""Names of columns by table, as the database has them: it may be older than the models."""
Questions = Callable[[Columns], Mapping[str, str]]
"""Statements of SQL by a name of the asker's."""


async def copy_database(url: str, folder: Path, questions: Questions) -> Copied:
    """Copy everything into `folder`, which exists, and ask questions of the same moment.

    Raises DatabaseRefused, SchemaMoves, CopyDamaged; OSError when the disk is full.
    """
    if url.startswith("sqlite://"):
        return await asyncio.to_thread(_copied_sqlite, sqlite_path(url), folder / SQLITE_COPY, questions)
    try:
        raw = await asyncpg.connect(url)
    except REFUSED as error:
        raise refusal(error) from error
    try:
        if not await raw.fetchval("SELECT pg_try_advisory_lock_shared($1)", ADVISORY_LOCK):
            raise SchemaMoves("数据库正在升级结构，请等它结束再备份。")
        async with raw.transaction(isolation="repeatable_read", readonly=True):
            tables = await _copy_tables(raw, folder)
            columns = {table: list(names) for table, names in await raw.fetch(_COLUMNS)}
            asked = questions(columns)
            answers = {name: [tuple(row) for row in await raw.fetch(sql)] for name, sql in asked.items()}
        return Copied(tables, answers)
    finally:
        await raw.close()


async def back_up(connection: BaseDBAsyncClient, url: str, folder: Path, *, label: str) -> Path:
    """Copy the whole database to `folder` and return where to. The copy is complete or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"before-{label}-{time.time_ns() // 1_000_000}"
    if url.startswith("sqlite://"):
        target = folder / f"{name}.db"
        await asyncio.to_thread(_copy_sqlite, sqlite_path(url), target)
        return target
    target = folder / name
    part = target.with_name(target.name + ".part")
    part.mkdir()
    async with (
        connection.acquire_connection() as raw,
        raw.transaction(isolation="repeatable_read", readonly=True),
    ):
        await _copy_tables(raw, part)
    os.replace(part, target)
    return target


def _copied_sqlite(source: Path, target: Path, questions: Questions) -> Copied:
    _copy_sqlite(source, target)
    with closing(sqlite3.connect(target)) as copy:
        # One file without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise CopyDamaged(f"数据库的副本没有通过完整性检查（{found}）：原库或磁盘可能已经损坏。")
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {
            name: int(copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for name in sorted(names)
            if not name.startswith("sqlite_")
        }
        columns = {name: [row[1] for row in copy.execute(f'PRAGMA table_info("{name}")')] for name in tables}
        return Copied(
            tables, {name: copy.execute(sql).fetchall() for name, sql in questions(columns).items()}
        )


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one step: copying page after page would begin anew with every write of somebody else."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as origin,
        closing(sqlite3.connect(part)) as copy,
    ):
        origin.backup(copy)
    os.replace(part, target)


async def _copy_tables(raw: Any, folder: Path) -> dict[str, int]:
    counts = {}
    for (table,) in await raw.fetch(_TABLES):
        with gzip.open(folder / f"{table}.csv.gz", "wb", compresslevel=3) as out:
            status = await raw.copy_from_table(table, output=_Writer(out), format="csv", header=True)
        counts[table] = int(status.rpartition(" ")[2])
    return counts


class _Writer:
    """asyncpg hands COPY data to a coroutine function or a file object; this is the former."""

    def __init__(self, out: gzip.GzipFile) -> None:
        self._out = out

    async def __call__(self, data: bytes) -> None:
        self._out.write(data)
