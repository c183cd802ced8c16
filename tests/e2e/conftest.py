"""The running system and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import System

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
    folder = scratch / "system"
    folder.mkdir()
    system = System(folder)
    try:
        system.set_up()
        system.start()
        yield system
    finally:
        system.close()


@pytest.fixture
def own_system(database_url: str, tmp_path: Path) -> Iterator[System]:
    """A system of this test's own, on each engine, migrated and filled but not started."""
    system = System(tmp_path / "own", database_url)
    (tmp_path / "own").mkdir(exist_ok=True)
    try:
        system.set_up()
        yield system
    finally:
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
