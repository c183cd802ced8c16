"""The runbooks, done: each way out that an operator is told of mends what it says, by the commands as they are typed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from redis import Redis

from app.backup_places import LastBackup, backups_folder
from app.cli import main
from app.meters import beat, metrics_folder
from app.sealing import published_folder, seal_heads
from kit.audit.models import AuditEntry
from kit.clock import SystemClock
from kit.db import Change, Database
from kit.events import Event
from kit.outbox import ATTEMPTS_AT_MOST, Relay
from kit.outbox_models import DEAD, HANDLED, PENDING, OutboxEvent
from tests import read_once
from tests.rehearsal import Night, installed
from wechat.token_state import TokenState, obtained, refused


class Told(Event, frozen=True):
    name: ClassVar[str] = "test.told"
    word: str


@pytest.fixture
def night(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Night]:
    with installed(sqlite_url, tmp_path, monkeypatch, capsys) as night:
        yield night


def event(db: Database, state: str, **more: Any) -> OutboxEvent:
    long_ago = db.clock.now() - timedelta(minutes=10)
    fields: dict[str, Any] = {
        "id": db.ids.new(),
        "name": Told.name,
        "version": 1,
        "payload": '{"word": "answered"}',
        "state": state,
        "attempts": 0,
        "next_at": long_ago,
        "created_at": long_ago,
    }
    return OutboxEvent(**(fields | more))


def test_events_that_stopped_or_wait_for_another_try_are_found_and_go_on_once_the_cause_is_mended(
    night: Night,
) -> None:
    async def stuck(db: Database) -> tuple[UUID, UUID]:
        dead = event(db, DEAD, attempts=ATTEMPTS_AT_MOST, last_error="LookupError", case_id=db.ids.new())
        later = event(db, PENDING, attempts=9, next_at=db.clock.now() + timedelta(minutes=8))

        async def work(_: Change) -> None:
            for row in (dead, later, event(db, HANDLED)):
                await row.save(force_create=True)

        await db.change(work)
        return dead.id, later.id

    dead, later = night.within(stuck)
    assert {"DeadEvents", "OldestUnroutedEvent"} <= night.wrong()
    code, said = night.types("health")
    assert code == 1
    assert "docs/runbooks/deliveries.md#dead-events" in said
    code, said = night.types("outbox", "list", "--dead")
    assert str(dead) in said
    assert "LookupError" in said
    assert str(later) not in said
    heard: list[str] = []

    async def relay(db: Database) -> int:
        async def hear(change: Change, event_id: UUID, told: Told) -> None:
            heard.append(told.word)

        return await Relay(db, {Told: [hear]}, lambda *_: None).step()

    assert night.within(relay) == 0, "nothing goes on by itself"
    assert night.types("outbox", "revive", "--all") == (0, "1 个事件马上再试。\n")
    assert night.types("outbox", "revive", str(later))[0] == 0
    assert night.within(relay) == 2
    assert heard == ["answered", "answered"]
    assert night.types("outbox", "list") == (0, "没有等着的事件。\n")
    assert not {"DeadEvents", "OldestUnroutedEvent"} & night.wrong()
    assert night.types("outbox", "revive", str(dead))[0] == 1, "what was handled is not handled again"

    async def entries(_: Database) -> list[tuple[str, str]]:
        rows = await AuditEntry.filter(action="event.revive").order_by("id")
        return [(str(row.case_id), msgspec.json.decode(row.detail)["was"]) for row in rows]

    assert night.within(entries) == [(str(dead), DEAD), (str(later), PENDING)]


def test_the_year_that_is_missing_is_put_into_a_folder_and_the_check_is_content(night: Night) -> None:
    last = max(read_once.holidays().years)
    asked = ("calendar", "check", "--on", f"{last}-12-31")
    assert night.types(*asked)[0] == 1
    folder = night.folder / "calendar"
    folder.mkdir()
    year = {"year": last + 1, "source": "国办发明电", "holidays": [
        {"name": "元旦", "from": f"{last + 1}-01-01", "to": f"{last + 1}-01-01"}]}  # fmt: skip
    (folder / f"{last + 1}.yaml").write_text(json.dumps(year), encoding="utf-8")
    code, said = night.types(*asked)
    assert (code, str(last + 1) in said) == (0, True)
    assert "CalendarEnding" not in night.wrong()


def test_a_backup_too_old_is_told_of_until_there_is_a_new_one_that_holds(night: Night) -> None:
    assert "BackupOld" in night.wrong()
    assert night.types("backup", "--to", str(night.folder / "elsewhere"), "--keep", "14")[0] == 0
    (made,) = (night.folder / "elsewhere").glob("chengguan-*")
    assert night.types("restore", str(made), "--check")[0] == 0
    assert "BackupOld" not in night.wrong()
    old = LastBackup(datetime.now(UTC) - timedelta(hours=27), str(made))
    (backups_folder(night.folder) / "last.json").write_bytes(msgspec.json.encode(old))
    assert "BackupOld" in night.wrong()


def test_a_worker_without_a_sign_of_life_and_chains_not_sealed_are_told_of_until_both_are_back(
    night: Night,
) -> None:
    assert {"WorkerGone", "SealOld"} <= night.wrong()
    folder = metrics_folder(night.folder)
    folder.mkdir()
    beat(folder)
    night.within(lambda db: seal_heads(db, night.keys, published_folder(night.folder)))
    assert not {"WorkerGone", "SealOld"} & night.wrong()
    os.utime(folder / "worker.beat", (0, 0))
    assert "WorkerGone" in night.wrong()


def test_a_token_that_is_refused_again_and_again_is_told_of_until_its_pause_is_over(
    night: Night, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "RedisAway" in night.wrong()
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setenv("WECHAT_APP_ID", "wx-rehearsed")
    assert not {"RedisAway", "TokenBreakerOpen"} & night.wrong()
    now = SystemClock().now().timestamp()
    fresh = obtained(TokenState(), "token", 7200, now)
    with Redis.from_url(valkey_url) as redis:
        for begun, is_open in ((now, True), (now - 600, False)):
            state = refused(fresh, fresh, begun)
            redis.set("wechat:token:wx-rehearsed", msgspec.json.encode(state), ex=60)
            assert ("TokenBreakerOpen" in night.wrong()) is is_open


def test_an_installation_that_was_never_set_up_is_told_so_instead_of_being_called_ill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    mask = os.umask(0o022)
    assert main(["health"]) == 2
    os.umask(mask)
    assert "错误：" in capsys.readouterr().err
