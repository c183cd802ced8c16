"""How far a database's schema has come, beside all models: asked of backups, empty places and newer databases."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kit.db.database import sqlite_path
from kit.db.refusal import REFUSED, refusal

_STEP = re.compile(r"\d{4}_\w+")
_APPLIED = "SELECT name FROM tortoise_migrations ORDER BY name"


@dataclass(frozen=True)
class Standing:
    """`applied` are the names of the steps a database has had; `tables` how many tables it has, none when new."""

    applied: tuple[str, ...]
    tables: int
    bytes_size: int

    def lacking(self, known: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in known if name not in self.applied)

    def unknown(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Steps of a newer program."""
        return tuple(name for name in self.applied if name not in known)


def known_steps(package: str = "migrations") -> tuple[str, ...]:
    """The steps this program comes with, in order."""
    folder = importlib.import_module(package).__path__
    return tuple(sorted(one.name for one in pkgutil.iter_modules(folder) if _STEP.fullmatch(one.name)))


async def standing_of(url: str) -> Standing:
    """Of the database at `url`; one that does not exist has no tables. Raises DatabaseRefused."""
    if url.startswith("sqlite://"):
        return await asyncio.to_thread(_sqlite, sqlite_path(url))
    try:
        raw = await asyncpg.connect(url)
    except REFUSED as error:
        raise refusal(error) from error
    try:
        tables = await raw.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        size = await raw.fetchval("SELECT pg_database_size(current_database())")
        migrated = await raw.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL")
        rows = await raw.fetch(_APPLIED) if migrated else []
        return Standing(tuple(row["name"] for row in rows), int(tables), int(size))
    finally:
        await raw.close()


def _sqlite(path: Path) -> Standing:
    if not path.exists():
        return Standing((), 0, 0)
    size = path.stat().st_size
    wal = path.with_name(path.name + "-wal")
    size += wal.stat().st_size if wal.exists() else 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = connection.execute(_APPLIED).fetchall() if "tortoise_migrations" in tables else []
    return Standing(tuple(row[0] for row in rows), len(tables), size)
