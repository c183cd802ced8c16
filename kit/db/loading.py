"""Putting a copy made by `kit.db.backup` into an empty database: all of it or nothing."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg

from kit.db.backup import SQLITE_COPY
from kit.db.database import sqlite_path
from kit.db.migrate import migrate
from kit.db.refusal import REFUSED, refusal

_RECORD = "tortoise_migrations"


async def load_database(
    url: str, folder: Path, model_modules: Sequence[str], *, steps: Sequence[str], then: Sequence[str]
) -> None:
    """Load the copy in `folder`; `steps` are the schema it was made with, `then` statements to run in the end.

    Nothing shows before everything is there: on SQLite the file gets its name last, on PostgreSQL the rows come
    in one transaction. Raises DatabaseRefused, MigrationError.
    """
    if url.startswith("sqlite://"):
        await asyncio.to_thread(_load_sqlite, folder / SQLITE_COPY, sqlite_path(url), then)
        return
    await migrate(url, model_modules, backup_folder=None, only=set(steps))
    try:
        raw = await asyncpg.connect(url)
    except REFUSED as error:
        raise refusal(error) from error
    try:
        async with raw.transaction():
            for path in sorted(folder.glob("*.csv.gz")):
                table = path.name.removesuffix(".csv.gz")
                if table != _RECORD:
                    await _load_table(raw, table, path)
            for statement in then:
                await raw.execute(statement)
    finally:
        await raw.close()


async def set_database_aside(url: str, folder: Path, name: str) -> str:
    """Move what is there out of the way, never delete it. Returns where to, for people.

    SQLite's files go into `folder`; PostgreSQL's tables into a schema called `name`.
    """
    if url.startswith("sqlite://"):
        path = sqlite_path(url)
        folder.mkdir(parents=True, exist_ok=True)
        for one in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            if one.exists():
                os.replace(one, folder / one.name)
        return str(folder / path.name)
    try:
        raw = await asyncpg.connect(url)
    except REFUSED as error:
        raise refusal(error) from error
    try:
        async with raw.transaction():
            schema = await raw.fetchval("SELECT current_schema()")
            await raw.execute(f'ALTER SCHEMA "{schema}" RENAME TO "{name}"')
            await raw.execute(f'CREATE SCHEMA "{schema}"')
    finally:
        await raw.close()
    return f"schema {name}"


def _load_sqlite(copy: Path, target: Path, then: Sequence[str]) -> None:
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    draft.unlink(missing_ok=True)
    shutil.copyfile(copy, draft)
    with closing(sqlite3.connect(draft)) as connection:
        for statement in then:
            connection.execute(statement)
        connection.commit()
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    # A journal of another database of this name must not be played into this one.
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    os.replace(draft, target)


async def _load_table(raw: Any, table: str, path: Path) -> None:
    with gzip.open(path, "rb") as rows:
        # Named one by one: the order of columns may be another where the table was made in fewer steps.
        columns = rows.readline().decode().strip().split(",")
        await raw.copy_to_table(table, source=rows, columns=columns, format="csv")
