"""Kills `chengguan migrate` at random moments, each time from the same start, then runs it to its end.

    python -m tests.faults.migrating KILLS empty|older

Each run is a fork of this process, which has everything imported: a kill hits the migration and not its start. Prints
kills, failures and altered rows. `older` starts from the release before this one, with what the database holds now.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from app import cli
from app.models import MODEL_MODULES
from kit.db.migrate import migrate
from kit.db.standing import known_steps
from tests.faults.stored import Aside, Stored, altered, read, write

ENOUGH_S = 150.0
"""A machine that is busy with something else kills less often."""


class Killing:
    """Runs on the database of the environment."""

    def __init__(self, is_older: bool) -> None:
        self._url = os.environ["DATABASE_URL"]
        self._keys = Path(os.environ["DATA_DIR"]) / "keys"
        self._is_older = is_older
        self._stored: Stored = {}
        if is_older:
            held = read(self._url)
            self._empty()
            asyncio.run(migrate(self._url, MODEL_MODULES, backup_folder=None, only=set(known_steps()[:-1])))
            write(self._url, held)
            self._stored = read(self._url)
        else:
            self._empty()
        self._start = Aside(self._url)

    def run(self, kills: int) -> dict[str, int]:
        found = {"killed": 0, "failed": 0, "altered": 0}
        begun = time.monotonic()
        found["failed"] += self._ends()
        takes_s = time.monotonic() - begun
        enough_at = begun + ENOUGH_S
        while found["killed"] < kills and time.monotonic() < enough_at:
            self._reset()
            found["killed"] += self._is_killed(random.uniform(0, takes_s))
            found["failed"] += self._ends()
            found["altered"] += altered(self._stored, read(self._url))
        found["failed"] += self._ends()  # and once more: nothing is left to do
        return found

    def _reset(self) -> None:
        self._start.bring_back()
        if not self._is_older:
            # Keys are made with a new database.
            shutil.rmtree(self._keys, ignore_errors=True)

    def _empty(self) -> None:
        if not self._url.startswith("sqlite://"):
            asyncio.run(_drop_all(self._url))
        else:
            path = Path(self._url.removeprefix("sqlite://"))
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()
            path.touch()
        if not self._is_older:
            shutil.rmtree(self._keys, ignore_errors=True)

    def _ends(self) -> int:
        """1 if the command did not end well."""
        _, status = os.waitpid(_fork(), 0)
        return int(status != 0)

    def _is_killed(self, after_s: float) -> int:
        """1 if it was killed before it had ended."""
        child = _fork()
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return int(os.WIFSIGNALED(status))


def _fork() -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            code = cli.main(["migrate"])
        finally:
            os._exit(code)
    return child


async def _drop_all(url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


if __name__ == "__main__":
    # Half of a migration's time goes into looking for garbage among models it keeps.
    gc.disable()
    print(json.dumps(Killing(sys.argv[2] == "older").run(int(sys.argv[1]))))
