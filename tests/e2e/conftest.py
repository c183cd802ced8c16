"""The running system and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import postgres_copy
from tests.e2e.system import System, a_system_in, copy_system
from tests.postgres_databases import address_of, administer, run_apart

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def shared_system(scratch: Path) -> Iterator[System]:
    """One system on SQLite for tests that only use it: each with citizens of its own."""
    system = a_system_in(scratch / "system")
    try:
        system.start()
        yield system
    finally:
        system.close()


@pytest.fixture(scope="session")
def postgres_pattern(postgres_server: str, scratch: Path) -> Path:
    """The folder of a system whose database "pattern" is filled; nobody may be connected when that is copied."""
    run_apart(administer(postgres_server, "CREATE DATABASE pattern"))
    system = System(scratch / "pattern", address_of(postgres_server, "pattern"))
    system.set_up()
    system.close()
    return system.folder


@pytest.fixture
def own_sqlite_system(tmp_path: Path) -> System:
    return a_system_in(tmp_path / "own")


@pytest.fixture
def own_postgres_system(postgres_server: str, postgres_pattern: Path, tmp_path: Path) -> Iterator[System]:
    copy_system(postgres_pattern, tmp_path / "own")
    with postgres_copy(postgres_server, "pattern") as url:
        yield System(tmp_path / "own", url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def own_system(request: pytest.FixtureRequest) -> Iterator[System]:
    """A system of this test's own, on each engine, migrated and filled but not started."""
    system: System = request.getfixturevalue(f"own_{request.param}_system")
    yield system
    system.close()
    for name in ("serve", "worker", "standin"):  # shown by pytest when the test failed
        print(f"--- {name}\n{system.log(name)[-3000:]}")


@pytest.fixture(scope="session")
def browser_type() -> Iterator[object]:
    """Playwright's Chromium driver, started once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(browser_type) -> Iterator[object]:
    """Debian's Chromium."""
    browser = browser_type.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()
