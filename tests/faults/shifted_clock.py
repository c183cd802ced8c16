"""Processes whose clock on the wall is wrong, and is set while they run; the machine's stays right."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from tests.faults.fault import NotHereError

SOURCE = Path(__file__).with_suffix(".c")


class ShiftedClock:
    """One clock for any number of processes: start them with `env`, then `set` it. Needs a C compiler."""

    def __init__(self, folder: Path) -> None:
        """Raises NotHereError where the machine has no compiler."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise NotHereError("no C compiler for a clock of its own")
        library, self._shift = folder / "shifted_clock.so", folder / "shifted_clock"
        if not library.exists():
            words = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)]
            subprocess.run(words, check=True, capture_output=True, timeout=60)
        self._shift.write_bytes(struct.pack("i", 0))
        self.env: Mapping[str, str] = {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(self._shift)}

    def set(self, off_by: timedelta) -> None:
        """From now on the clock is off by so much (whole seconds); negative: it is behind."""
        with self._shift.open("r+b") as file:
            file.write(struct.pack("i", int(off_by.total_seconds())))
