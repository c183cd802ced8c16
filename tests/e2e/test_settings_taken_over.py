"""What an administrator changes is taken over by running processes within seconds, and nobody is turned away."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.system import System, a_system_in


def amend(system: System, number: int, kind: str, path: str, value: str) -> None:
    """What the console's page writes."""
    with sqlite3.connect(system.folder / "chengguan.db", timeout=20) as connection:
        connection.execute(
            "INSERT INTO amendment (id, number, kind, path, value, reason, made_by_id, made_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(uuid.uuid4()),
                number,
                kind,
                path,
                value,
                "测试",
                str(uuid.uuid4()),
                datetime.now(UTC).isoformat(),
            ),
        )


def page(system: System, path: str) -> str:
    asked = urllib.request.Request(system.url + path, headers={"accept": "text/html"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return str(answer.read().decode())


def test_every_process_takes_over_what_was_changed_while_it_serves(tmp_path: Path) -> None:
    system = a_system_in(tmp_path)
    try:
        system.start()
        assert "改名后的城管局" not in page(system, "/console/login")
        time.sleep(1)
        failures: list[str] = []
        over = threading.Event()

        def keep_asking() -> None:
            while not over.is_set():
                try:
                    page(system, "/console/login")
                except OSError as error:
                    failures.append(repr(error))

        asking = [threading.Thread(target=keep_asking) for _ in range(3)]
        for one in asking:
            one.start()
        amend(system, 1, "profile", "bureau.name", json.dumps("改名后的城管局"))
        amend(system, 2, "text", "problem.not_found", "这里什么也没有，请核对。")
        deadline = time.monotonic() + 25
        in_a_row = 0
        while in_a_row < 20 and time.monotonic() < deadline:
            in_a_row = in_a_row + 1 if "改名后的城管局" in page(system, "/console/login") else 0
            time.sleep(0.02)
        over.set()
        for one in asking:
            one.join()
        assert in_a_row == 20, system.log("serve")[-3000:]
        assert failures == []
        assert system.log("serve").count("taking_over_settings") == 2
        assert system.log("worker").count("working") >= 2
        assert all(part.poll() is None for part in system.parts.values())
        with pytest.raises(urllib.error.HTTPError) as missing:
            page(system, "/console/nowhere")
        assert "这里什么也没有" in missing.value.read().decode()
    finally:
        system.close()
        for name in ("serve", "worker"):
            print(f"--- {name}\n{system.log(name)[-3000:]}")
