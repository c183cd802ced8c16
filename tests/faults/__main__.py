"""`make faults`: every fault on both databases, a line for each, and the table of promises.

`python -m tests.faults [sqlite|postgres] [--short] [I4 …|names of faults]` runs a part. Only a whole engine at full
size writes its results.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.fault import ENGINES, Size
from tests.faults.registry import FAULTS
from tests.faults.report import PROMISES, Outcome, show, write
from tests.faults.running import run_all


def main(words: list[str]) -> int:
    size = Size.SHORT if "--short" in words else Size.FULL
    engines = [word for word in words if word in ENGINES] or list(ENGINES)
    wanted = [word for word in words if word != "--short" and word not in ENGINES]
    unknown = [word for word in wanted if word not in PROMISES and word not in FAULTS]
    if unknown:
        names = "、".join([*PROMISES, *FAULTS])
        print(f"错误：没有 {unknown[0]}，可用的承诺和故障：{names}。", file=sys.stderr)
        return 2
    chosen = [
        fault
        for fault in FAULTS.values()
        if not wanted or fault.name in wanted or any(promise in wanted for promise in fault.promises)
    ]
    outcomes: list[Outcome] = []
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="cgf-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL runs as another user
        for engine in engines:
            here = [fault for fault in chosen if engine in fault.engines]
            print(f"{engine}: {len(here)} faults …", flush=True)
            begun = time.monotonic()
            folder = Path(scratch) / engine[0]
            folder.mkdir(mode=0o755)
            outcomes += run_all(here, engine, size, folder)
            seconds[engine] = time.monotonic() - begun
    kept = show(outcomes, seconds)
    if wanted or size is Size.SHORT:
        return 0 if outcomes and all(one.ok for one in outcomes) else 1
    write(outcomes, seconds)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
