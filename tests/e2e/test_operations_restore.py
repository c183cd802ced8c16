"""I10: what was acknowledged before a backup is there after a restore. And the road up to a new version and back."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from app.meters import metrics_folder
from app.models import MODEL_MODULES
from kit.db.migrate import migrate
from kit.db.standing import known_steps, standing_of
from kit.metrics import Board
from kit.secrets import SECRET_NAMES, KeyRing
from tests.e2e.system import System
from tests.e2e.weixin import Weixin, new_openid
from tests.postgres_databases import address_of, administer, run_apart

PASSPHRASE = "correct horse battery staple\n"
SENDERS = 4


@pytest.fixture
def elsewhere(own_system: System, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    """Another machine: an empty folder, an empty database of the same engine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if own_system.env["DATABASE_URL"].startswith("sqlite"):
        system = System(folder)
        yield system
        system.close()
        return
    server, name = request.getfixturevalue("postgres_server"), f"else{os.getpid()}"
    run_apart(administer(server, f"CREATE DATABASE {name}"))
    system = System(folder, address_of(server, name))
    yield system
    system.close()
    run_apart(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def test_every_case_acknowledged_before_a_backup_under_load_is_there_after_a_restore(
    own_system: System, elsewhere: System, tmp_path: Path
) -> None:
    own_system.start()
    acknowledged: dict[str, str] = {}
    stop = asyncio.Event()
    async with Weixin(own_system) as weixin:

        async def send(sender: int) -> None:
            number = 0
            while not stop.is_set():
                number += 1
                story = f"第{sender}位市民的第{number}件：门口烧烤油烟太大"
                acknowledged[story] = (await weixin.file(new_openid(), story)).reference

        async def back_up() -> dict[str, str]:
            try:
                while len(acknowledged) < 2 * SENDERS:
                    await asyncio.sleep(0.05)
                before = dict(acknowledged)
                await asyncio.to_thread(own_system.cli, "backup", "--to", str(tmp_path / "backups"))
                return before
            finally:
                stop.set()

        async with asyncio.TaskGroup() as group:
            backing_up = group.create_task(back_up())
            for sender in range(SENDERS):
                group.create_task(send(sender))
    before = backing_up.result()
    print(
        f"{len(before)} acknowledged before the backup, {len(acknowledged) - len(before)} while it was made"
    )
    assert len(acknowledged) > len(before), "nothing was filed while the backup was made"

    sealed = str(tmp_path / "keys.sealed")
    own_system.cli("backup", "--keys", sealed, "--passphrase-stdin", given=PASSPHRASE)
    (folder,) = (tmp_path / "backups").glob("chengguan-*")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["missing_files"] == 0
    assert "已恢复到" in elsewhere.cli(
        "restore", str(folder), "--keys", sealed, "--passphrase-stdin", given=PASSPHRASE
    )
    restored = dict(elsewhere.rows("SELECT reference, story FROM complaint"))
    assert [story for story, reference in before.items() if restored.get(reference) != story] == []
    assert "0 处问题" in elsewhere.cli("audit", "verify")
    # And it goes on: the next case gets a number nobody holds.
    elsewhere.start("serve")
    async with Weixin(elsewhere) as weixin:
        reference = (await weixin.file(new_openid(), "恢复之后的第一件：门口烧烤油烟太大")).reference
    assert reference not in acknowledged.values()
    assert int(reference.split("-")[3]) > 5000


# ---- up, and back


@pytest.fixture
def old(tmp_path: Path) -> Iterator[System]:
    """An installation of the version before, with somebody's data in it."""
    folder = tmp_path / "old"
    folder.mkdir()
    system = System(folder, web_processes=1)
    url = system.env["DATABASE_URL"]
    steps = known_steps()[:2]
    run_apart(migrate(url, MODEL_MODULES, backup_folder=None, only=set(steps)))
    keys = KeyRing.open(folder / "keys", create=True)
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        rows = [(name, keys.fingerprint(name)) for name in SECRET_NAMES]
        connection.executemany("INSERT INTO key_fingerprint (name, fingerprint) VALUES (?, ?)", rows)
        connection.execute("INSERT INTO serial_block (name, next) VALUES ('TS:2026-11-20', 77)")
        connection.commit()
    yield system
    system.close()  # the trial's Valkey outlives the trial


def steps_of(system: System) -> tuple[str, ...]:
    return run_apart(standing_of(system.env["DATABASE_URL"])).applied


def test_an_older_database_is_looked_at_backed_up_upgraded_tried_and_can_go_back(old: System) -> None:
    before = steps_of(old)
    said = old.cli("upgrade", "--check")
    assert "要升级 1 步" in said or "要升级" in said
    assert "密钥与数据库相符" in said
    assert steps_of(old) == before, "a look changes nothing"

    said = old.cli("upgrade")
    assert "试启动成功" in said
    assert "restore" in said, "the way back is told while all is well"
    assert steps_of(old) == known_steps()
    (backup,) = (old.folder / "backups").glob("chengguan-*")

    assert "已挪到" in old.cli("restore", str(backup), "--set-aside", "--moved")
    assert steps_of(old) == before
    assert old.rows("SELECT next FROM serial_block WHERE name = 'TS:2026-11-20'") == [(77,)]
    (aside,) = old.folder.glob("set-aside-*/chengguan.db")
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT count(*) FROM tortoise_migrations").fetchone() == (
            len(known_steps()),
        )
    # Forward again, by the plain command.
    old.cli("migrate")
    assert steps_of(old) == known_steps()


def test_nothing_is_upgraded_under_running_processes_or_behind_a_newer_database(old: System) -> None:
    board = Board(metrics_folder(old.folder), "worker", CollectorRegistry())
    assert "worker-0 还在运行" in old.cli("upgrade", code=1)
    board.close()
    with closing(sqlite3.connect(old.folder / "chengguan.db")) as connection:
        connection.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('chengguan', '0099_future', '2030-01-01')"
        )
        connection.commit()
    said = old.cli("upgrade", code=1)
    assert "0099_future" in said
    assert not (old.folder / "backups").exists()


def test_the_commands_say_in_one_sentence_what_is_wrong(old: System, tmp_path: Path) -> None:
    for words in (
        ["restore", str(tmp_path / "nowhere")],
        ["restore"],
        ["backup", "--keys", str(tmp_path / "k"), "--to", str(tmp_path)],
        ["backup", "--keep", "0"],
        ["restore", "--keys", str(tmp_path / "nowhere"), "--passphrase-stdin"],
    ):
        assert old.cli(*words, code=2) == "", words
