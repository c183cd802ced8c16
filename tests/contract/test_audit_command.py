"""`chengguan audit verify` as an operator runs it, against history changed with plain SQL, on both engines."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.audit_rows import all_entries, chain_heads
from app.models import MODEL_MODULES
from app.sealing import published_folder, seal_heads
from kit.audit.models import AuditSeal
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.db.database import sqlite_path
from kit.ids import Ids
from kit.secrets import KeyRing
from tests.conftest import AUDIT_KEY

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Clerk:
    kind: str = "staff"
    id: UUID | None = None


@dataclass(frozen=True)
class Installation:
    """A database with keys and a data folder, and what one does with it from outside."""

    db: Database
    url: str
    data_dir: Path
    keys: KeyRing

    @property
    def published(self) -> Path:
        return published_folder(self.data_dir)

    async def seal(self) -> int:
        return await seal_heads(self.db, self.keys, self.published)

    async def grow(self, length: int) -> UUID:
        """A new case with a history of so many entries."""
        case_id = self.db.ids.new()

        async def work(change: Change) -> None:
            for number in range(length):
                await change.audit(case_id, Clerk(), f"act_{number + 1}", {"round": number})

        await self.db.change(work)
        return case_id

    async def sql(self, *statements: str) -> None:
        """Plain SQL from outside, as somebody with a database password would send it."""
        if self.url.startswith("sqlite"):
            with sqlite3.connect(sqlite_path(self.url)) as connection:
                for statement in statements:
                    connection.execute(statement)
            connection.close()
            return
        connection = await asyncpg.connect(self.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def verify(self, *arguments: str) -> tuple[int, str]:
        """Run the command; its exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "audit", "verify", *arguments),
            cwd=ROOT,
            env={"DATABASE_URL": self.url, "DATA_DIR": str(self.data_dir), "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()


@pytest.fixture
def installation(database: Database, database_url: str, tmp_path: Path) -> Installation:
    return Installation(database, database_url, tmp_path, keys_in(tmp_path / "keys"))


def keys_in(folder: Path) -> KeyRing:
    """A key ring whose chain secret is the one the tests' databases are opened with."""
    folder.mkdir(mode=0o700)
    key = folder / "audit.key"
    key.touch(mode=0o600)
    key.write_text(AUDIT_KEY.hex() + "\n")
    return KeyRing.open(folder, create=True)


@pytest.fixture
async def sqlite_installation(
    sqlite_url: str, clock: FixedClock, tmp_path: Path
) -> AsyncIterator[Installation]:
    """On the engine that keeps text in a column of numbers."""
    db = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    yield Installation(db, sqlite_url, tmp_path, keys_in(tmp_path / "keys"))
    await db.close()


def of(case_id: UUID, position: int) -> str:
    return f"WHERE case_id = '{case_id}' AND position = {position}"


async def test_an_untouched_history_verifies_and_the_command_says_how_much_it_saw(
    installation: Installation,
) -> None:
    await installation.grow(3)
    await installation.grow(1)
    await installation.seal()
    assert await installation.verify() == (0, "共 4 条记录，发现 0 处问题。\n")
    code, printed = await installation.verify("--json")
    assert (code, json.loads(printed)) == (0, {"entries": 4, "findings": []})


async def test_five_kinds_of_tampering_are_each_named_by_case_and_position(
    installation: Installation,
) -> None:
    altered, thinned, swapped, stuffed, shortened = [await installation.grow(5) for _ in range(5)]
    await installation.seal()
    forged_id = installation.db.ids.new()
    binary = "X'{}'" if not installation.db.is_postgres else "'\\x{}'"
    mac = binary.format("ab" * 32)
    await installation.sql(
        f"UPDATE audit_entry SET detail = '{{\"round\":9}}' {of(altered, 2)}",
        f"DELETE FROM audit_entry {of(thinned, 3)}",
        f"UPDATE audit_entry SET position = 99 {of(swapped, 2)}",
        f"UPDATE audit_entry SET position = 2 {of(swapped, 4)}",
        f"UPDATE audit_entry SET position = 4 {of(swapped, 99)}",
        "INSERT INTO audit_entry (id, case_id, position, at, actor_kind, action, detail, previous, mac) "
        f"SELECT '{forged_id}', case_id, 6, at, actor_kind, 'close', detail, mac, {mac} "
        f"FROM audit_entry {of(stuffed, 5)}",
        f"DELETE FROM audit_entry {of(shortened, 5)}",
    )
    code, printed = await installation.verify("--json")
    found = [
        (one["kind"], UUID(one["case_id"]), one["position"], one["true_position"])
        for one in json.loads(printed)["findings"]
    ]
    assert code == 1
    assert found == [
        ("altered", altered, 2, None),
        ("missing", thinned, 3, None),
        ("moved", swapped, 2, 4),
        ("moved", swapped, 4, 2),
        ("forged", stuffed, 6, None),
        ("cut_off", shortened, 5, None),
    ]
    code, printed = await installation.verify()
    assert code == 1
    assert f"案件 {altered} 的第 2 条留痕内容被改动过。" in printed
    assert printed.endswith("发现 6 处问题。\n")


async def test_a_whole_history_or_a_seal_that_was_removed_is_missed(
    installation: Installation, clock: FixedClock
) -> None:
    gone = await installation.grow(2)
    await installation.seal()
    clock.advance(timedelta(days=1))
    await installation.seal()
    await installation.sql(
        f"DELETE FROM audit_entry WHERE case_id = '{gone}'", "DELETE FROM audit_seal WHERE number = 2"
    )
    code, printed = await installation.verify()
    assert code == 1
    assert f"案件 {gone} 的全部留痕被删除" in printed
    assert "第 2 号封存不见了" in printed


async def test_a_day_sealed_anew_after_its_seal_was_removed_contradicts_what_was_published(
    installation: Installation,
) -> None:
    case_id = await installation.grow(2)
    await installation.seal()
    (document,) = installation.published.iterdir()
    before = document.read_text()
    await installation.sql("DELETE FROM audit_seal", f"DELETE FROM audit_entry {of(case_id, 2)}")
    assert await installation.seal() == 1
    assert document.read_text() == before
    code, printed = await installation.verify()
    assert (code, "第 1 号封存与公布的文件不一致" in printed) == (1, True)


async def test_a_damaged_published_document_is_named_and_another_folder_can_be_compared(
    installation: Installation, tmp_path: Path
) -> None:
    await installation.grow(1)
    await installation.seal()
    (document,) = installation.published.iterdir()
    document.write_text(document.read_text().replace('"heads_count": 1', '"heads_count": 2'))
    code, printed = await installation.verify()
    assert (code, document.name in printed) == (1, True)
    (tmp_path / "elsewhere").mkdir()
    assert (await installation.verify("--published", str(tmp_path / "elsewhere")))[0] == 0
    code, printed = await installation.verify("--published", str(tmp_path / "nowhere"))
    assert (code, printed.count("\n")) == (2, 1)


async def test_a_day_is_sealed_once_however_often_and_by_however_many(
    installation: Installation, clock: FixedClock
) -> None:
    await installation.grow(2)
    made = await asyncio.gather(*(installation.seal() for _ in range(3)))
    # One row and one document, whoever of the three made which.
    assert sum(made) == 2
    assert await installation.seal() == 0
    clock.advance(timedelta(hours=-20))
    assert await installation.seal() == 0, "a clock set back seals no day twice"
    clock.advance(timedelta(days=2))
    assert await installation.seal() == 2
    assert await AuditSeal.all().order_by("number").values_list("number", "heads_count") == [(1, 1), (2, 1)]
    assert (await installation.verify())[0] == 0


async def test_a_document_that_a_kill_prevented_is_written_from_its_row(
    installation: Installation, clock: FixedClock
) -> None:
    await installation.grow(1)
    await installation.seal()
    (document,) = installation.published.iterdir()
    text = document.read_text()
    document.unlink()
    clock.advance(timedelta(days=1))
    assert await installation.seal() == 3
    assert document.read_text() == text
    assert len(list(installation.published.iterdir())) == 2


async def test_heads_are_read_in_pages_in_the_order_of_cases(installation: Installation) -> None:
    grown = sorted([(await installation.grow(length), length) for length in (3, 1, 4, 1, 5)])
    for page in (1, 2, 5, 100):
        read = [(head.case_id, head.position) async for head in chain_heads(installation.db, page=page)]
        assert read == grown

    for page in (1, 3, 100):
        entries = [(entry.case_id, entry.position) async for entry in all_entries(installation.db, page=page)]
        assert entries == [(case_id, n + 1) for case_id, length in grown for n in range(length)]


async def test_rows_spoilt_beyond_reading_are_named_and_stop_neither_sealing_nor_verifying(
    sqlite_installation: Installation,
) -> None:
    spoilings = ("at = 'never'", "position = 'x'", "mac = 7", "detail = X'ff'", "id = 'x'", "case_id = 'x'")
    cases = [await sqlite_installation.grow(3) for _ in spoilings]
    await sqlite_installation.sql(
        *(f"UPDATE audit_entry SET {one} {of(case, 2)}" for case, one in zip(cases, spoilings, strict=True))
    )
    assert await sqlite_installation.seal() == 2
    code, printed = await sqlite_installation.verify("--json")
    found = {UUID(one["case_id"]): (one["kind"], one["position"]) for one in json.loads(printed)["findings"]}
    assert code == 1
    assert [found[case] for case in cases] == [
        ("altered", 2),
        ("missing", 2),
        ("altered", 2),
        ("altered", 2),
        ("altered", 2),
        ("missing", 2),
    ]
