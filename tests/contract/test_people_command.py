"""`chengguan people` as an administrator runs it: see a link, take it back, make it again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import pytest

from casework.actors import citizen, system
from casework.people import identities, merging
from casework.people.merging import Basis
from kit.audit.models import AuditEntry
from kit.db import Change, Database, Intake
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.conftest import AUDIT_KEY

ROOT = Path(__file__).parents[2]
SEALER = FieldSealer(KeyRing.random())


class Desk:
    """The command line beside an open database."""

    def __init__(self, db: Database, url: str, folder: Path) -> None:
        self.db = db
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        (keys / "audit.key").touch(mode=0o600)
        (keys / "audit.key").write_text(AUDIT_KEY.hex() + "\n")
        KeyRing.open(keys, create=True)
        self._env = {"DATABASE_URL": url, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}

    async def people(self, *words: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "people", *words),
            cwd=ROOT,
            env=self._env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    async def account(self, openid: str) -> UUID:
        rows = identities.new_account_rows(self.db, SEALER, "wx1", openid)
        key = identities.identity_key(SEALER, "wx1", openid)
        await self.db.write(Intake((key,), b"", rows, b""))
        return rows[0].id


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Desk:
    return Desk(database, database_url, tmp_path)


async def test_an_administrator_sees_a_link_takes_it_back_and_makes_it_again(desk: Desk) -> None:
    a, b = await desk.account("o-one"), await desk.account("o-two")

    async def link(change: Change) -> None:
        await merging.link(change, b, a, Basis.PHONE, system())

    await desk.db.change(link)
    code, printed = await desk.people("links", "--account", str(a))
    assert code == 0
    assert f"* 账户 {a}" in printed
    assert f"{b} → {a}  同一个经微信核实的手机号" in printed
    assert "o-one" not in printed

    code, printed = await desk.people("unlink", "--account", str(b))
    assert (code, "没有分开" in printed) == (1, True)
    assert await merging.members(a) == {a, b}
    code, _ = await desk.people("unlink", "--account", str(b), "--yes")
    assert code == 0
    assert await merging.members(a) == {a}
    code, printed = await desk.people("links", "--account", str(a))
    assert (code, "分开" in printed) == (0, True)

    assert (await desk.people("link", "--account", str(b), "--into", str(a)))[0] == 0
    assert await merging.members(a) == {a, b}
    actions = [row.action for row in await AuditEntry.filter(case_id=b).order_by("position")]
    assert actions == ["account.link", "account.unlink", "account.link"]
    # Whatever an administrator joined, the person may part.
    assert await merging.unlink(desk.db, citizen(a), b)


@pytest.mark.parametrize(
    "words",
    [
        ("links", "--account", "nobody"),
        ("links", "--account", "01a20585-b257-72de-8af0-ddbb28bf4891"),
        ("links", "--reference", "QS-TS-261122-0001-A"),
        ("links",),
        ("unlink", "--account", "01a20585-b257-72de-8af0-ddbb28bf4891", "--yes"),
    ],
)
async def test_what_is_not_there_is_one_sentence(words: tuple[str, ...], desk: Desk) -> None:
    code, printed = await desk.people(*words)
    assert code == 2
    assert "Traceback" not in printed
