"""`chengguan staff` as an administrator runs it from a terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.models import MODEL_MODULES
from casework.actors import system
from casework.people import staff
from casework.people.models import Staff
from casework.people.passwords import Passwords
from casework.roles import Role
from content.profile_store import load_profile
from kit.clock import SystemClock, local
from kit.db import Database
from kit.ids import Ids
from kit.profile import read_profile
from kit.secrets import KeyRing
from tests.conftest import AUDIT_KEY

ROOT = Path(__file__).parents[2]
PASSWORD = b"words from a terminal\n"


class Terminal:
    """The command line beside an open database."""

    def __init__(self, db: Database, url: str, folder: Path) -> None:
        self.db = db
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        (keys / "audit.key").touch(mode=0o600)
        (keys / "audit.key").write_text(AUDIT_KEY.hex() + "\n")
        KeyRing.open(keys, create=True)
        self._env = {"DATABASE_URL": url, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}

    async def staff(self, *words: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "staff", *words),
            cwd=ROOT,
            env=self._env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate(PASSWORD)
        return process.returncode or 0, printed.decode()


@pytest.fixture
async def terminal(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Terminal]:
    # The command line goes by the machine's clock, which a test cannot hold: so does what is beside it.
    clock = SystemClock()
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    document = read_profile(ROOT / "content" / "bureau")
    await database.change(lambda change: load_profile(change, document))
    yield Terminal(database, sqlite_url, tmp_path)
    await database.close()


async def test_a_terminal_does_what_the_console_does(terminal: Terminal) -> None:
    words = ("add", "--login", "wang", "--name", "王强", "--role", "handler", "--unit", "street")
    code, said = await terminal.staff(*words, "--password-stdin")
    assert code == 0, said
    light = Passwords(memory_kib=64, passes=1)
    grants = [(Role.HANDLER, "street")]
    await staff.add_staff(
        terminal.db, light, system(), login="li", name="李敏", password="long enough", grants=grants
    )
    row = await Staff.get(login="wang")
    assert row.password_set_by_id is None, "who sets up a bureau from a terminal need not change it"
    until = str(local(SystemClock().now()).date() + timedelta(days=3))
    for sent, expected, told in (
        (("grant", "--login", "wang", "--role", "auditor", "--unit", "moon"), 2, "没有单位"),
        (("grant", "--login", "wang", "--role", "auditor", "--until", until), 0, "已授予"),
        (("deputy", "--principal", "li", "--deputy", "wang", "--until", until), 0, "王强 代理 李敏"),
        (("deputy", "--principal", "li", "--end"), 0, "没有代理"),
        (("reset-second-factor", "--login", "wang"), 0, "没有设置"),
        (("leave", "--login", "li", "--successor", "wang"), 0, "已离岗"),
    ):
        code, said = await terminal.staff(*sent)
        assert (code, told in said) == (expected, True), (sent, said)
    assert [one.login for one in await staff.staff_with_role(terminal.db, Role.HANDLER)] == ["wang"]
