"""A worker whose sends are leased for seconds instead of a minute: `python -m tests.faults.sender SECONDS`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import TracebackType

from tests.e2e.system import ROOT, System


@dataclass
class Sender:
    """One such worker of a system. Use with `async with`."""

    system: System
    lease_s: float
    name: str
    _process: subprocess.Popen[bytes] = field(init=False)

    async def __aenter__(self) -> Sender:
        with (self.system.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sender", str(self.lease_s)],
                env=self.system.env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while "working" not in self.system.log(self.name):
            assert self.lives, self.system.log(self.name)[-2000:]
            await asyncio.sleep(0.1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """SIGSTOP, but not in the middle of a write: on SQLite it would keep the only writer's turn, and who stops a
        process there stops everybody."""
        url = self.system.env["DATABASE_URL"]
        while True:
            self._process.send_signal(signal.SIGSTOP)
            if not url.startswith("sqlite://") or _is_free(f"{url.removeprefix('sqlite://')}.writer-lock"):
                return
            self.go_on()
            time.sleep(0.05)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def _is_free(lock: str) -> bool:
    """Whether somebody else gets the writer's turn within a second."""
    descriptor, until = os.open(lock, os.O_RDWR), time.monotonic() + 1
    try:
        while time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(0.01)
        return False
    finally:
        os.close(descriptor)


def main(lease_s: float) -> int:
    from app.environment import read_settings
    from app.worker import run_worker

    return run_worker(read_settings(), lease_s=lease_s)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
