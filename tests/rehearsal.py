"""An installation, and an operator's terminal beside it: what the rehearsals of the runbooks begin with."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from app.cli import main
from app.models import MODEL_MODULES
from app.shipped import SHIPPED_PROFILE
from content.profile_store import load_profile
from kit.clock import SystemClock
from kit.db import Database
from kit.ids import Ids
from kit.profile import read_profile
from kit.secrets import KeyRing
from tests.postgres_databases import run_apart

T = TypeVar("T")


class Night:
    """An installation, and the operator's terminal beside it."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._url = url
        self._capsys = capsys
        self.keys = KeyRing.open(folder / "keys", create=True)
        document = read_profile(SHIPPED_PROFILE)
        self.within(lambda db: db.change(lambda change: load_profile(change, document)))

    def types(self, *words: str) -> tuple[int, str]:
        """What a command ends with and prints."""
        self._capsys.readouterr()
        code = main(words)
        return code, self._capsys.readouterr().out

    def wrong(self) -> set[str]:
        """What `health` finds, by the names of the alerts."""
        code, said = self.types("health", "--json")
        found = {one["alert"] for one in json.loads(said) if one["wrong"]}
        assert code == (1 if found else 0)
        return found

    def within(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Do something as one of the service's processes would."""

        async def run() -> T:
            clock = SystemClock()
            secret = self.keys.secret("audit")
            db = await Database.open(self._url, MODEL_MODULES, clock, Ids(clock), secret, process_wide=True)
            try:
                return await work(db)
            finally:
                await db.close()

        return run_apart(run())


@contextlib.contextmanager
def installed(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Night]:
    """An installation in this folder, with an empty migrated database."""
    for name in ("DEMO", "REDIS_URL", "KEY_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(folder))
    mask = os.umask(0o022)
    yield Night(url, folder, capsys)
    os.umask(mask)
