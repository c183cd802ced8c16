"""A copy of the database before its schema changes: SQLite's online backup, PostgreSQL's COPY.

PostgreSQL's is one gzip file a table, read in one snapshot, so no client
program of a matching version has to be installed.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from kit.db.database import sqlite_path


async def back_up(connection: BaseDBAsyncClient, url: str, folder: Path, *, label: str) -> Path:
    """Copy the whole database to `folder` and return where to. The copy is complete or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"before-{label}-{time.time_ns() // 1_000_000}"
    if url.startswith("sqlite://"):
        target = folder / f"{name}.db"
        await asyncio.to_thread(_copy_sqlite, sqlite_path(url), target)
        return target
    target = folder / name
    await _copy_postgres(connection, target)
    return target


def _copy_sqlite(source: Path, target: Path) -> None:
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with sqlite3.connect(source) as origin, sqlite3.connect(part) as copy:
        origin.backup(copy)
    copy.close()
    origin.close()
    os.replace(part, target)


async def _copy_postgres(connection: BaseDBAsyncClient, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.mkdir()
    async with connection.acquire_connection() as raw:
        await _copy_tables(raw, part)
    os.replace(part, target)


async def _copy_tables(raw: Any, folder: Path) -> None:
    async with raw.transaction(isolation="repeatable_read", readonly=True):
        tables = await raw.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        )
        for (table,) in tables:
            with gzip.open(folder / f"{table}.csv.gz", "wb", compresslevel=3) as out:
                await raw.copy_from_table(table, output=_Writer(out), format="csv", header=True)


class _Writer:
    """asyncpg hands COPY data to a coroutine function or a file object; this is the former."""

    def __init__(self, out: gzip.GzipFile) -> None:
        self._out = out

    async def __call__(self, data: bytes) -> None:
        self._out.write(data)
