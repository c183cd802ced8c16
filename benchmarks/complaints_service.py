"""A service of its own on a frame's database, as it ships."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from benchmarks.complaints_frame import Frame
from benchmarks.processes import free_port, running, wait_until_it_answers
from benchmarks.traffic import Account


@contextlib.contextmanager
def serving(frame: Frame) -> Iterator[int]:
    """One web process on the frame's database and folder; its port."""
    port = free_port()
    env = {
        **Account().environ(),
        "DATA_DIR": str(frame.folder),
        "DATABASE_URL": frame.url,
        "PORT": str(port),
        "WEB_PROCESSES": "1",
        "RATE_LIMITS": "off",
        # Nothing is sent in these runs; an address nobody listens on keeps it so.
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "app.cli", "serve"]
    with running(command, env, port, within_s=60, log=frame.folder / "serve.log"):
        wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield port
