"""The whole system in processes of its own, as `make run` starts it, on free ports and a folder of the test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg

from tests.ports import free_port
from tests.prepared import prepared

ROOT = Path(__file__).resolve().parents[2]
_VALKEY = (
    "import pathlib, sys; from kit.valkey import ensure_valkey; ensure_valkey(pathlib.Path(sys.argv[1]))"
)


async def _postgres_rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


class System:
    """Stand-in, web processes and worker. Every part can be killed and started again."""

    def __init__(self, folder: Path, database_url: str | None = None, *, web_processes: int = 2) -> None:
        from app.environment import demo_environ

        self.folder = folder
        self.port, self.standin_port = free_port(), free_port()
        self.env = demo_environ(
            {
                **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TZ")},
                "DATA_DIR": str(folder),
                "DATABASE_URL": database_url or f"sqlite://{folder / 'chengguan.db'}",
                "PORT": str(self.port),
                "STANDIN_PORT": str(self.standin_port),
                "WEB_PROCESSES": str(web_processes),
                "PYTHONUNBUFFERED": "1",
            }
        )
        self.parts: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def standin_url(self) -> str:
        return f"http://127.0.0.1:{self.standin_port}"

    def cli(self, *words: str, given: str = "", code: int = 0) -> str:
        """Run one command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env=self.env,
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    def set_up(self) -> None:
        """By the commands themselves. A test to which it does not matter how takes a copy: `a_system_in`."""
        self.cli("migrate")
        self.cli("demo", "--fill")

    def start(self, *names: str) -> None:
        """Valkey first, and nobody's child, as whoever set the system up leaves it."""
        if "REDIS_URL" not in self.env and not (self.folder / "valkey").exists():
            subprocess.run([sys.executable, "-c", _VALKEY, str(self.folder)], cwd=ROOT, check=True)
        for name in names or ("standin", "serve", "worker"):
            with (self.folder / f"{name}.log").open("ab") as log:
                self.parts[name] = subprocess.Popen(
                    [sys.executable, "-m", "app.cli", name],
                    env=self.env,
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for name in names or ("standin", "serve"):
            if name == "standin":
                self.await_url(f"{self.standin_url}/phone")
            if name == "serve":
                self.await_url(f"{self.url}/readyz")

    def await_url(self, url: str, within_s: float = 40.0) -> None:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for name, part in self.parts.items():
                assert part.poll() is None, f"{name} ended: {self.log(name)[-3000:]}"
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(url, timeout=2).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"{url} did not come up: {[self.log(name)[-2000:] for name in self.parts]}")

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def kill(self, name: str) -> None:
        """kill -9 of a part with all its processes."""
        part = self.parts.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.pid, signal.SIGKILL)
        part.wait()

    def stop(self, name: str) -> int:
        """SIGTERM, and the exit code."""
        part = self.parts.pop(name)
        with contextlib.suppress(ProcessLookupError):
            part.terminate()
        try:
            return part.wait(40)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)

    def close(self) -> None:
        for name in ("worker", "serve", "standin"):
            if name in self.parts:
                self.kill(name)
        from kit.valkey import ensure_valkey

        if "REDIS_URL" not in self.env and (self.folder / "valkey").exists():
            ensure_valkey(self.folder).stop(adopted=True)

    # ---- the stand-in's side

    def get_json(self, url: str) -> Any:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def ledger(self, openid: str | None = None) -> list[dict[str, Any]]:
        """What the stand-in truly delivered."""
        query = f"?openid={openid}" if openid else ""
        entries: list[dict[str, Any]] = self.get_json(f"{self.standin_url}/_standin/ledger{query}")["entries"]
        return entries

    def control(self, path: str, content: Mapping[str, object] | None = None, method: str = "POST") -> Any:
        """Turn one of the stand-in's knobs, e.g. `faults`."""
        request = urllib.request.Request(
            f"{self.standin_url}/_standin/{path}",
            data=None if content is None else json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    # ---- what is stored

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, beside all our code."""
        url = self.env["DATABASE_URL"]
        if url.startswith("sqlite://"):
            with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite://"), timeout=10)) as connection:
                return connection.execute(sql).fetchall()
        with ThreadPoolExecutor(1) as pool:  # there may be a loop in this thread
            return pool.submit(asyncio.run, _postgres_rows(url, sql)).result()

    @property
    def password(self) -> str:
        return (self.folder / "demo" / "password").read_text().strip()


def a_system_in(folder: Path, *, web_processes: int = 2) -> System:
    """A system on SQLite that is set up and not started: a copy of one."""
    copy_system(prepared("system", _set_up), folder)
    return System(folder, web_processes=web_processes)


def copy_system(pattern: Path, folder: Path) -> None:
    """Its keys, its secrets, its database where that is a file; not what its commands left running."""
    shutil.copytree(pattern, folder, ignore=shutil.ignore_patterns("valkey"), dirs_exist_ok=True)


def _set_up(folder: Path) -> None:
    folder.mkdir()
    system = System(folder)
    try:
        system.set_up()
    finally:
        system.close()
