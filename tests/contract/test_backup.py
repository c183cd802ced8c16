"""Backup and restore on both engines: what is in it, what is refused, what is not done twice."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from app.backing_up import back_up_all, backups_in
from app.backup_manifest import MANIFEST, read_manifest
from app.backup_places import last_backup
from app.environment import read_settings
from app.key_check import record_keys
from app.meters import metrics_folder
from app.models import MODEL_MODULES
from app.refusals import CommandRefused
from app.restoring import SERIALS_SKIPPED, restore_all
from casework.complaints.filing import KIND
from casework.notifications.models import Delivery
from kit.clock import SystemClock, local
from kit.db import Change, Database
from kit.db.migrate import migrate
from kit.db.models import SerialBlock
from kit.files.kinds import MAX_FILE_BYTES
from kit.files.models import FileState, StoredFile
from kit.files.store import LocalFileStore, Variant
from kit.http.models import HttpSession
from kit.ids import Ids
from kit.metrics import Board
from kit.sealed_keys import SealedKeysError, read_sealed_keys, write_sealed_keys
from kit.secrets import KeyRing, KeyRingError
from kit.settings import Settings
from kit.shared_secrets import SharedSecrets
from kit.signing_keys import SigningKeys

PASSPHRASE = "四个 不相干 的词 在一起"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, Settings]:
    """An installation, migrated, and an empty place."""
    if request.param == "sqlite":
        urls = (request.getfixturevalue("sqlite_url"), f"sqlite://{tmp_path / 'there' / 'chengguan.db'}")
    else:
        urls = (request.getfixturevalue("postgres_url"), request.getfixturevalue("empty_postgres_url"))
    return settings_at(tmp_path / "here", urls[0]), settings_at(tmp_path / "there", urls[1])


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    from tests.postgres_databases import address_of, administer, run_apart

    name = f"empty{os.getpid()}"
    run_apart(administer(postgres_server, f"CREATE DATABASE {name}"))
    yield address_of(postgres_server, name)
    run_apart(administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


def settings_at(folder: Path, url: str) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return read_settings({"DATA_DIR": str(folder), "DATABASE_URL": url}, for_wechat=False)


@asynccontextmanager
async def opened(settings: Settings, keys: KeyRing) -> AsyncIterator[Database]:
    clock = SystemClock()
    db = await Database.open(
        settings.database_url, MODEL_MODULES, clock, Ids(clock), keys.secret("audit"), process_wide=True
    )
    try:
        yield db
    finally:
        await db.close()


def delivery(ids: Ids, now: datetime, state: str) -> Delivery:
    return Delivery(
        id=ids.new(), event_id=ids.new(), recipient_kind="citizen", recipient_id=ids.new(), rule="r",
        template="t", params='{"a":"引号\\" 逗号, 换行\\n"}', state=state, attempts=0, fence=0, next_at=now,
        expires_at=now, created_at=now, updated_at=now,
    )  # fmt: skip


async def lived_in(settings: Settings) -> KeyRing:
    """Some rows of every shape that a copy may trip over, a photo, a published seal."""
    keys = KeyRing.open(settings.key_dir, create=True)
    async with opened(settings, keys) as db:
        await record_keys(db, keys)
        store = LocalFileStore(settings.data_dir / "files", keys)
        file_id, now = db.ids.new(), db.clock.now()
        sealed = await store.put_original(file_id, b"photo" * 1000, at_most=MAX_FILE_BYTES)
        await store.put_derived(file_id, Variant.LARGE, b"copy")

        async def work(change: Change) -> None:
            await StoredFile(
                id=file_id, kind="photo", sniffed_type="image/jpeg", bytes_size=5000, sha256=sealed.sha256,
                wrapped_key=sealed.wrapped_key, state=FileState.READY.value, created_at=now,
            ).save(force_create=True)  # fmt: skip
            for state in ("queued", "sending", "sent"):
                await delivery(change.ids, now, state).save(force_create=True)
            await SerialBlock(name=f"{KIND}:{local(now).date()}", next=41).save(force_create=True)
            await HttpSession(
                id=db.ids.new(), token_hash="0" * 64, subject_kind="staff", subject_id=db.ids.new(), csrf="c",
                created_at=now, last_seen_at=now, expires_at=now,
            ).save(force_create=True)  # fmt: skip

        await db.change(work)
    seal = settings.data_dir / "published" / "audit" / "audit-seal-2026-11-22.json"
    seal.parent.mkdir(parents=True)
    seal.write_text("{}")
    return keys


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    if settings.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite://"))) as connection:
            return connection.execute(sql).fetchall()
    from tests.postgres_databases import run_apart

    return run_apart(_ask_postgres(settings.database_url, sql))


async def _ask_postgres(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def test_everything_is_there_again_in_an_empty_place(
    places: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = places
    keys = await lived_in(here)
    made = await back_up_all(here, tmp_path / "backups")
    assert made.manifest.missing_files == 0
    assert made.manifest.tables["delivery"] == 3
    noted = last_backup(here.data_dir)
    assert noted is not None
    assert noted.finished_at == made.manifest.finished_at
    write_sealed_keys(tmp_path / "keys.sealed", keys, PASSPHRASE)
    ring = read_sealed_keys(tmp_path / "keys.sealed", PASSPHRASE).ring
    done = await restore_all(there, made.folder, ring, SystemClock(), moved=True)
    assert (done.has_keys, done.is_behind) == (True, False)
    for table, count in made.manifest.tables.items():
        assert ask(there, f"SELECT count(*) FROM {table}") == [(count,)], table
    columns = "SELECT id, params, state, receipt, created_at FROM delivery ORDER BY id"
    assert ask(there, columns) == ask(here, columns)
    store = LocalFileStore(there.data_dir / "files", KeyRing.open(there.key_dir, create=False))
    ((file_id, wrapped),) = ask(there, "SELECT id, wrapped_key FROM stored_file")
    assert await store.read_original(UUID(str(file_id)), bytes(wrapped)) == b"photo" * 1000
    assert await store.read_derived(UUID(str(file_id)), Variant.LARGE) == b"copy"
    assert (there.data_dir / "published" / "audit" / "audit-seal-2026-11-22.json").exists()
    # A schema as this program knows it: nothing left to do.
    report = await migrate(there.database_url, MODEL_MODULES, backup_folder=None)
    assert report.applied == []


async def test_what_may_have_gone_out_since_is_neither_sent_nor_numbered_again(
    places: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = places
    await lived_in(here)
    made = await back_up_all(here, tmp_path / "backups")
    there = dataclasses.replace(there, key_dir=here.key_dir)
    await restore_all(there, made.folder, None, SystemClock())
    states = ask(there, "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state")
    assert states == [("sent", 1), ("uncertain", 2)]
    # Whose session was ended since, by a lost telephone or a departure, is not logged in again.
    assert ask(there, "SELECT count(*) FROM http_session WHERE ended_at IS NULL") == [(0,)]
    today = local(datetime.now(UTC)).date()
    assert ask(there, f"SELECT next FROM serial_block WHERE name = '{KIND}:{today}'") == [
        (41 + SERIALS_SKIPPED,)
    ]
    # Another kind, of which the backup knows no number of today, begins behind them as well.
    assert ask(there, f"SELECT next FROM serial_block WHERE name = 'LY:{today}'") == [(SERIALS_SKIPPED + 1,)]


async def test_nothing_is_written_over_and_what_is_set_aside_is_kept(
    places: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, _ = places
    await lived_in(here)
    made = await back_up_all(here, tmp_path / "backups")
    with pytest.raises(CommandRefused, match="已有内容"):
        await restore_all(here, made.folder, None, SystemClock())
    assert ask(here, "SELECT count(*) FROM delivery WHERE state = 'queued'") == [(1,)]
    done = await restore_all(here, made.folder, None, SystemClock(), set_aside=True)
    assert len(done.set_aside) == 3
    assert ask(here, "SELECT count(*) FROM delivery WHERE state = 'uncertain'") == [(2,)]
    assert len(list(here.data_dir.glob("set-aside-*/files/originals/*/*.sealed"))) == 1


async def test_a_backup_of_a_newer_program_is_refused(
    places: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = places
    await lived_in(here)
    made = await back_up_all(here, tmp_path / "backups")
    path = made.folder / MANIFEST
    written = json.loads(path.read_text())
    path.write_text(json.dumps({**written, "steps": [*written["steps"], "0099_future"]}))
    with pytest.raises(CommandRefused, match="0099_future"):
        await restore_all(there, made.folder, None, SystemClock())


# ---- on one engine


@pytest.fixture
async def made(sqlite_url: str, tmp_path: Path) -> tuple[Settings, Settings, Path]:
    """An installation, an empty place, and a backup."""
    here = settings_at(tmp_path / "here", sqlite_url)
    await lived_in(here)
    there = settings_at(tmp_path / "there", f"sqlite://{tmp_path / 'there' / 'chengguan.db'}")
    return here, there, (await back_up_all(here, tmp_path / "backups")).folder


async def test_without_the_keys_it_says_what_is_lost_in_numbers(
    made: tuple[Settings, Settings, Path],
) -> None:
    _, there, folder = made
    with pytest.raises(CommandRefused) as refused:
        await restore_all(there, folder, None, SystemClock())
    said = str(refused.value)
    assert "1 件照片、录音和视频的原件" in said
    assert "手机号" not in said, "there is none in this backup"
    assert "--without-keys" in said
    assert not there.database_url.endswith("nothing")
    assert not list(there.data_dir.iterdir())
    done = await restore_all(there, folder, None, SystemClock(), without_keys=True)
    assert not done.has_keys
    assert ask(there, "SELECT count(*) FROM delivery") == [(3,)]
    with pytest.raises(KeyRingError):
        KeyRing.open(there.key_dir, create=False)


async def test_keys_of_another_installation_are_refused_by_name(
    made: tuple[Settings, Settings, Path],
) -> None:
    _, there, folder = made
    with pytest.raises(CommandRefused, match="audit、fields、files、sessions、seals 不是这份备份所用的密钥"):
        await restore_all(there, folder, KeyRing.random(), SystemClock())
    KeyRing.open(there.key_dir, create=True)
    with pytest.raises(CommandRefused, match="密钥目录"):
        await restore_all(there, folder, None, SystemClock())


@pytest.mark.parametrize("name", ["database/database.sqlite", "files/originals", "SHA256SUMS"])
async def test_a_backup_with_one_bit_changed_or_one_file_gone_is_refused_whole(
    made: tuple[Settings, Settings, Path], name: str
) -> None:
    here, there, folder = made
    there = dataclasses.replace(there, key_dir=here.key_dir)
    path = folder / name
    if path.is_dir():
        next(path.rglob("*.sealed")).unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o600)
        path.unlink()
        path.write_bytes(content)
    with pytest.raises(CommandRefused):
        await restore_all(there, folder, None, SystemClock())
    assert not (there.data_dir / "chengguan.db").exists()
    assert not (there.data_dir / "files").exists()


async def test_a_restore_killed_while_it_copied_files_can_be_run_again(
    made: tuple[Settings, Settings, Path],
) -> None:
    here, there, folder = made
    there = dataclasses.replace(there, key_dir=here.key_dir)
    half = there.data_dir / "files" / "originals" / "00"
    half.mkdir(parents=True)
    (half / "half.sealed").write_bytes(b"ha")
    with pytest.raises(CommandRefused, match="已有 files"):
        await restore_all(there, folder, None, SystemClock())
    (there.data_dir / ".restoring").write_text(str(folder))
    await restore_all(there, folder, None, SystemClock())
    assert not (half / "half.sealed").exists()


async def test_nothing_is_restored_under_a_running_process(made: tuple[Settings, Settings, Path]) -> None:
    from prometheus_client import CollectorRegistry

    here, there, folder = made
    there = dataclasses.replace(there, key_dir=here.key_dir)
    board = Board(metrics_folder(there.data_dir), "worker", CollectorRegistry())
    with pytest.raises(CommandRefused, match="worker-0 还在"):
        await restore_all(there, folder, None, SystemClock())
    board.close()
    await restore_all(there, folder, None, SystemClock())


async def test_unchanged_files_are_linked_to_the_backup_before_and_the_oldest_go(
    made: tuple[Settings, Settings, Path],
) -> None:
    here, _, first = made
    await asyncio.sleep(1.1)  # names tell seconds
    second = await back_up_all(here, first.parent, keep=1)
    assert second.tally.bytes_copied == 0
    assert backups_in(first.parent) == [second.folder]
    assert read_manifest(second.folder).files == 3


async def test_a_file_the_database_knows_and_the_store_has_not_is_told(
    sqlite_url: str, tmp_path: Path
) -> None:
    here = settings_at(tmp_path / "here", sqlite_url)
    await lived_in(here)
    next((here.data_dir / "files" / "originals").rglob("*.sealed")).unlink()
    assert (await back_up_all(here, tmp_path / "backups")).manifest.missing_files == 1


async def test_a_killed_backup_leaves_nothing_the_next_one_minds(
    made: tuple[Settings, Settings, Path],
) -> None:
    here, _, first = made
    left = first.parent / ".chengguan-20200101T000000Z.part"
    left.mkdir()
    (left / "half").touch()
    await asyncio.sleep(1.1)
    await back_up_all(here, first.parent)
    assert not left.exists()
    assert len(backups_in(first.parent)) == 2


def test_the_keys_are_in_no_backup_and_what_they_seal_is_counted(sqlite_url: str, tmp_path: Path) -> None:
    here = settings_at(tmp_path / "here", sqlite_url)
    keys = asyncio.run(lived_in(here))
    folder = asyncio.run(back_up_all(here, tmp_path / "backups")).folder
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for name in ("audit", "fields", "files", "sessions", "seals"):
        assert keys.secret(name) not in everything
        assert keys.secret(name).hex().encode() not in everything
    # What the code seals is named so that a backup counts it.
    assert {"wechat_identity.openid_sealed", "stored_file.wrapped_key", "staff.totp_sealed"} <= set(
        read_manifest(folder).sealed
    )


def test_the_file_of_keys_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    keys, path = KeyRing.random(), tmp_path / "keys.sealed"
    with pytest.raises(SealedKeysError, match="至少"):
        write_sealed_keys(path, keys, "short")
    write_sealed_keys(path, keys, PASSPHRASE)
    assert keys.secret("audit").hex() not in path.read_text()
    with pytest.raises(SealedKeysError, match="不会覆盖"):
        write_sealed_keys(path, keys, PASSPHRASE)
    with pytest.raises(SealedKeysError, match="口令不对"):
        read_sealed_keys(path, PASSPHRASE + "x")
    assert read_sealed_keys(path, PASSPHRASE).ring.fingerprint("audit") == keys.fingerprint("audit")
    path.write_text(path.read_text().replace('"lanes":1', '"lanes":99'))
    with pytest.raises(SealedKeysError, match="认得"):
        read_sealed_keys(path, PASSPHRASE)


def test_secrets_shared_with_platforms_are_in_the_file_of_keys(tmp_path: Path) -> None:
    here, there = SharedSecrets(tmp_path / "here"), SharedSecrets(tmp_path / "there")
    older = here.renew("12345")
    here.renew("12345")
    here.renew("digital_city")
    there.renew("digital_city")
    kept, path = there.of("digital_city"), tmp_path / "keys.sealed"
    write_sealed_keys(path, KeyRing.random(), PASSPHRASE, here.all())
    assert older not in path.read_text()
    assert there.put_back(read_sealed_keys(path, PASSPHRASE).shared) == ("12345",)
    assert there.of("12345") == here.of("12345")
    assert there.of("digital_city") == kept


def test_the_keys_that_sign_permits_are_in_the_file_of_keys(tmp_path: Path) -> None:
    here, there = SigningKeys(tmp_path / "here"), SigningKeys(tmp_path / "there")
    here.add(datetime(2026, 11, 23, tzinfo=UTC), use=True)
    path = tmp_path / "keys.sealed"
    write_sealed_keys(path, KeyRing.random(), PASSPHRASE, {}, here.content())
    assert here.content().hex() not in path.read_text()
    unsealed = read_sealed_keys(path, PASSPHRASE)
    assert [there.put_back(unsealed.signing), there.put_back(unsealed.signing)] == [True, False]
    assert there.held() == here.held()


def test_keys_that_signed_before_are_put_back_beside_those_that_sign_since(tmp_path: Path) -> None:
    at, later = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    here, there = SigningKeys(tmp_path / "here"), SigningKeys(tmp_path / "there")
    bad, first = here.add(at, use=True), here.add(at, use=True)
    before = here.content()
    here.withdraw(bad, later)
    waiting = here.add(later, use=False)
    mine = there.add(later, use=True)
    assert there.put_back(here.content())
    assert not there.put_back(here.content())
    assert {one.id: one.standing for one in there.held().keys} == {
        bad: "withdrawn", first: "old", waiting: "next", mine: "active",
    }  # fmt: skip
    assert there.held().active.id == mine
    assert not next(one for one in there.held().keys if one.id == first).private
    # An older backup never makes good again what was withdrawn.
    assert not there.put_back(before)
    assert bad not in there.held().good


def test_a_backup_that_contradicts_the_keys_that_are_there_is_refused_and_changes_nothing(
    tmp_path: Path,
) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    here, there = SigningKeys(tmp_path / "here"), SigningKeys(tmp_path / "there")
    mine = there.add(at, use=True)
    here.add(at, use=True)
    kept = there.content()
    (other,) = here.held().keys
    (own,) = there.held().keys
    for wrong in (
        msgspec.structs.replace(other, id=mine),
        msgspec.structs.replace(own, private=other.private),
    ):
        with pytest.raises(KeyRingError, match=mine):
            there.put_back(msgspec.json.encode({"keys": [wrong]}))
        assert there.content() == kept
    with pytest.raises(KeyRingError):
        there.put_back(b"not a ring")
    # Nor into an empty place: whoever verifies would be told of a key that is none.
    with pytest.raises(KeyRingError):
        SigningKeys(tmp_path / "empty").put_back(
            msgspec.json.encode({"keys": [msgspec.structs.replace(other, id=mine)]})
        )
