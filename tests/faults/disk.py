"""A small disk for one system: its data folder, and on PostgreSQL its database, on a tmpfs that can be filled."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.e2e.system import System
from tests.faults.fault import NotHereError

MEBIBYTE = 1024 * 1024
SIZE_MIB = 48
SPACE = "small_disk"


class Filler:
    """A file that takes what is left, to the last byte, as often as it is told to."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "filler"

    def fill(self) -> None:
        with self._path.open("ab", buffering=0) as out:
            for size in (MEBIBYTE, 4096, 64, 1):
                with contextlib.suppress(OSError):
                    while True:
                        if out.write(b"\0" * size) < size:
                            break

    def is_full(self) -> bool:
        try:
            with self._path.open("ab", buffering=0) as out:
                return out.write(b"\0" * 4096) < 4096
        except OSError as refused:
            return refused.errno == errno.ENOSPC

    def free(self) -> None:
        self._path.unlink()


@contextlib.contextmanager
def on_small_disk(system: System) -> Iterator[Filler]:
    """Everything a stopped system stores, on a small disk; afterwards it is stopped and back where it was."""
    # A disk this small is below any reserve from the start.
    system.env["DISK_RESERVE_MB"] = "0"
    folder = system.folder
    aside = folder.with_name(f"{folder.name}-aside")
    system.close()
    shutil.copytree(folder, aside, ignore=shutil.ignore_patterns("valkey"))
    try:
        _mount(folder)
    except NotHereError:
        shutil.rmtree(aside)
        raise
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        folder.chmod(0o755)
        with _database_in(system, folder / "tables"):
            try:
                yield Filler(folder)
            finally:
                system.close()
        shutil.rmtree(aside)
        shutil.copytree(folder, aside, ignore=shutil.ignore_patterns("tables", "valkey", "filler"))
    finally:
        del system.env["DISK_RESERVE_MB"]
        subprocess.run(["umount", "-l", str(folder)], check=False)
    shutil.copytree(aside, folder, dirs_exist_ok=True)
    shutil.rmtree(aside)


def _mount(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotHereError("no mount command") from None
    if done.returncode:
        raise NotHereError(f"a tmpfs needs root: {done.stderr.strip()}")


@contextlib.contextmanager
def _database_in(system: System, folder: Path) -> Iterator[None]:
    url = system.env["DATABASE_URL"]
    if url.startswith("sqlite://"):
        yield
        return
    name = urlsplit(url).path[1:]
    server = url.replace(f"/{name}", "/postgres", 1)
    data = asyncio.run(_statements(server, "SHOW data_directory"))
    folder.mkdir()
    os.chown(folder, Path(data).stat().st_uid, Path(data).stat().st_gid)
    space = f"CREATE TABLESPACE {SPACE} LOCATION '{folder}'"
    asyncio.run(_statements(server, space, f"ALTER DATABASE {name} SET TABLESPACE {SPACE}"))
    try:
        yield
    finally:
        back = f"ALTER DATABASE {name} SET TABLESPACE pg_default"
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        asyncio.run(_statements(server, end, back, f"DROP TABLESPACE {SPACE}"))


async def _statements(url: str, *statements: str) -> str:
    """Run each by itself; the last one's value."""
    connection = await asyncpg.connect(url)
    try:
        value = ""
        for statement in statements:
            value = await connection.fetchval(statement)
        return str(value)
    finally:
        await connection.close()
