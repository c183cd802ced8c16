"""The runbook of other platforms, done: a platform that is away, what failed, a secret that is changed, an import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.shipped import SHIPPED_PROFILE
from casework.complaints.models import Complaint
from casework.exchange import mending
from casework.exchange.models import ExchangeMessage
from casework.exchange.profile import ExchangeSection, Peer
from casework.exchange.sending import Answered, Courier
from content.profile_store import load_profile
from kit.db import Change, Database
from kit.profile import read_profile
from kit.shared_secrets import SharedSecrets
from tests.casework_setting import DISPATCHER, desk_on, filed
from tests.rehearsal import Night, installed

PLATFORM = {
    "code": "12345",
    "name": "12345热线",
    "kind": "hotline",
    "callback": "https://12345.example.gov.cn/x",
}
SECTION = ExchangeSection(peers=(Peer(**PLATFORM),))  # type: ignore[arg-type]


@pytest.fixture
def night(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Night]:
    with installed(sqlite_url, tmp_path, monkeypatch, capsys) as night:
        document = read_profile(SHIPPED_PROFILE)
        document["exchange"] = {"peers": [PLATFORM]}
        night.within(lambda db: db.change(lambda change: load_profile(change, document)))
        yield night


async def told(db: Database, **stands: Any) -> None:
    """A message to the platform, of a case that is referred, in this state."""
    case = await filed(desk_on(db))
    long_ago = await db.database_now() - timedelta(hours=2)

    async def work(change: Change) -> None:
        fields: dict[str, Any] = {
            "peer": "12345", "case_id": case.id, "event_id": change.ids.new(), "kind": "withdrawn", "body": "{\"a\": 1}",
            "state": "queued", "attempts": 1, "fence": 1, "next_at": long_ago, "created_at": long_ago,
            "updated_at": long_ago,
        }  # fmt: skip
        await ExchangeMessage(id=change.ids.new(), **fields | stands).save(force_create=True)

    await db.change(work)


def test_a_platform_that_is_back_gets_what_waited_and_what_failed_once_a_clerk_says_so(
    night: Night,
) -> None:
    code, secret = night.types("exchange", "new-secret", "12345")
    assert (code, len(secret.split()[0])) == (0, 64)
    night.within(told)
    night.within(lambda db: told(db, state="failed", last_reason="server_error"))
    assert night.wrong() >= {"OldestUnsentExchange", "ExchangeFailed"}

    heard: list[bytes] = []

    async def post(url: str, headers: Any, body: bytes) -> Answered:
        heard.append(body)
        return Answered(200)

    async def work(db: Database) -> None:
        courier = Courier(desk_on(db), SECTION, SharedSecrets(night.folder / "keys").of, post)
        while await courier.step():
            pass

    night.within(work)
    assert len(heard) == 1, "what failed does not go on by itself"
    assert night.wrong() & {"OldestUnsentExchange", "ExchangeFailed"} == {"ExchangeFailed"}
    night.within(lambda db: mending.retry_all(db, DISPATCHER, "12345"))
    night.within(work)
    assert len(heard) == 2
    assert not night.wrong() & {"OldestUnsentExchange", "ExchangeFailed"}


def test_a_secret_is_changed_by_command_and_a_platform_nobody_knows_has_none(night: Night) -> None:
    assert "没有密钥" in night.types("exchange", "list")[1]
    first = night.types("exchange", "new-secret", "12345")[1].split()[0]
    second = night.types("exchange", "new-secret", "12345")[1].split()[0]
    assert "新旧两个密钥都有效" in night.types("exchange", "list")[1]
    secrets = SharedSecrets(night.folder / "keys")
    assert [one.hex() for one in secrets.of("12345")] == [second, first]
    assert night.types("exchange", "end-older", "12345")[0] == 0
    assert [one.hex() for one in secrets.of("12345")] == [second]
    assert night.types("exchange", "end-older", "12345")[0] == 2
    assert night.types("exchange", "new-secret", "nobody")[0] == 2


def test_cases_are_imported_by_command_after_they_were_checked(night: Night) -> None:
    table = night.folder / "old.csv"
    good = "工单号,来电时间,诉求内容,办结时间\n1,2024-05-06 10:20,菜场门口摆摊,2024-05-07\n"
    table.write_text(good + "2,昨天,菜场门口摆摊,2024-05-07\n", encoding="gbk")
    report = night.folder / "faults.txt"
    assert night.types("cases", "import", str(table), "--report", str(report))[0] == 2
    assert report.read_text(encoding="utf-8").startswith("第 3 行“受理时间”：“昨天”不是时间")
    table.write_text(good, encoding="utf-8")
    assert "可以导入 1 件" in night.types("cases", "import", str(table), "--dry-run")[1]

    async def count(_: Database) -> int:
        return await Complaint.filter(source="import").count()

    assert night.within(count) == 0
    assert "已导入 1 件" in night.types("cases", "import", str(table))[1]
    assert "跳过" in night.types("cases", "import", str(table))[1]
    assert night.within(count) == 1
    assert night.types("cases", "import", str(night.folder / "none.csv"))[0] == 2
