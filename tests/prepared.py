"""What takes long to make and is the same for everybody, made once: for a session, or for all suites of `make test`."""

from __future__ import annotations

import atexit
import fcntl
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

SHARED = "TESTS_PREPARED_IN"
"""Names the folder that several sessions share. They are of one version of the program: `make test` makes it anew."""


def prepared(name: str, make: Callable[[Path], None]) -> Path:
    """The file or folder that `make` made at the path it was given. To be copied, never changed."""
    place = _place()
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / name).exists():
            unfinished = place / f"{name}.unfinished"
            make(unfinished)
            unfinished.rename(place / name)
    return place / name


@functools.cache
def _place() -> Path:
    if shared := os.environ.get(SHARED):
        return Path(shared)
    own = Path(tempfile.mkdtemp(prefix="cg-prepared-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own
