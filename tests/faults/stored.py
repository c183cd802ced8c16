"""A whole database as values: to compare it with another moment, and to lay it into an older schema."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

BOOKKEEPING = "tortoise_migrations"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: list[Row]

    def only(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows with these columns alone, in an order that depends on nothing else."""
        at = [self.columns.index(name) for name in columns]
        return sorted((tuple(row[one] for one in at) for row in self.rows), key=repr)


Stored = Mapping[str, Table]


def read(url: str) -> Stored:
    """Everything, by table."""
    if not url.startswith("sqlite://"):
        return asyncio.run(_read_postgres(url))
    with closing(sqlite3.connect(_path(url))) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith("sqlite_")
        ]
        found = {}
        for name in names:
            answer = connection.execute(f'SELECT * FROM "{name}"')
            found[name] = Table(tuple(one[0] for one in answer.description), answer.fetchall())
        return found


async def _read_postgres(url: str) -> Stored:
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns "
            "WHERE table_schema = current_schema() GROUP BY table_name"
        )
        return {
            name: Table(
                tuple(names), [tuple(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')]
            )
            for name, names in columns
        }
    finally:
        await connection.close()


def write(url: str, stored: Stored) -> None:
    """Lay the rows into tables that are empty and may lack some of the columns."""
    here = read(url)
    rows = {
        name: (table.columns, stored[name].only(table.columns))
        for name, table in here.items()
        if name in stored and name != BOOKKEEPING
    }
    if not url.startswith("sqlite://"):
        asyncio.run(_write_postgres(url, rows))
        return
    with closing(sqlite3.connect(_path(url))) as connection:
        for name, (columns, values) in rows.items():
            names, holes = ", ".join(f'"{one}"' for one in columns), ", ".join("?" * len(columns))
            connection.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({holes})', values)
        connection.commit()


async def _write_postgres(url: str, rows: Mapping[str, tuple[tuple[str, ...], list[Row]]]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # Tables that refer to each other are filled in any order.
        await connection.execute("SET session_replication_role = replica")
        for name, (columns, values) in rows.items():
            await connection.copy_records_to_table(name, records=values, columns=columns)
    finally:
        await connection.close()


def altered(before: Stored, after: Stored) -> int:
    """How many rows of `before` are not in `after` as they were, or are in it twice, by the columns of `before`."""
    wrong = 0
    for name, table in before.items():
        if name == BOOKKEEPING:
            continue
        was, now = table.only(table.columns), after[name].only(table.columns)
        if was != now:
            wrong += max(1, len({repr(row) for row in was} ^ {repr(row) for row in now}))
    return wrong


# ---- put aside, and brought back


class Aside:
    """A copy of a database as it is now; nobody may be connected."""

    def __init__(self, url: str) -> None:
        self._url = url
        if url.startswith("sqlite://"):
            with closing(sqlite3.connect(_path(url))) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(_path(url), self._copy)
        else:
            asyncio.run(_copy_postgres(url, _name(url), f"{_name(url)}_aside"))

    @property
    def _copy(self) -> Path:
        return _path(self._url).with_suffix(".aside")

    def bring_back(self) -> None:
        if self._url.startswith("sqlite://"):
            for file in _path(self._url).parent.glob(f"{_path(self._url).name}*"):
                file.unlink()
            shutil.copy(self._copy, _path(self._url))
        else:
            asyncio.run(_copy_postgres(self._url, f"{_name(self._url)}_aside", _name(self._url)))


async def _copy_postgres(url: str, source: str, target: str) -> None:
    address, mark, query = url.partition("?")
    connection = await asyncpg.connect(f"{address.rpartition('/')[0]}/postgres{mark}{query}")
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    finally:
        await connection.close()


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def new_database(url: str) -> str | None:
    """Another database of the same engine, empty; None stands for a file in a system's own folder."""
    if url.startswith("sqlite://"):
        return None
    address, mark, query = url.partition("?")
    name = f"{_name(url)}_else"
    asyncio.run(_copy_postgres(url, "template0", name))
    return f"{address.rpartition('/')[0]}/{name}{mark}{query}"
