"""`make faults`: the long versions of the trouble tests on both databases, and a table of promises.

`python -m tests.faults [sqlite|postgres] [I1 …]` runs a part.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.e2e.system import System
from tests.faults.databases import engines
from tests.faults.promises import PROMISES
from tests.faults.report import Kept, show, write

Promise = Callable[[System], Awaitable[list[Kept]]]


def main(words: list[str]) -> int:
    only_engines = [word for word in words if word in ("sqlite", "postgres")]
    only_promises = [word for word in words if word not in only_engines]
    unknown = [word for word in only_promises if word not in PROMISES]
    if unknown:
        print(f"错误：没有承诺 {unknown[0]}，可用的有：{'、'.join(PROMISES)}。", file=sys.stderr)
        return 2
    kept: list[Kept] = []
    with tempfile.TemporaryDirectory(prefix="cgf-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL runs as another user
        for engine, new_database in engines(Path(scratch), only_engines or ["sqlite", "postgres"]):
            begun = time.monotonic()
            for name, promise in PROMISES.items():
                if not only_promises or name in only_promises:
                    kept += _run(name, promise, engine, Path(scratch), new_database())
            print(f"== {engine}: {time.monotonic() - begun:.0f} s", flush=True)
    show(kept)
    write(kept)
    return 0 if all(one.ok for one in kept) else 1


def _run(name: str, promise: Promise, engine: str, scratch: Path, url: str | None) -> list[Kept]:
    print(f"{name} on {engine} …", flush=True)
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=scratch))
    folder.chmod(0o755)
    system = System(folder, url)
    try:
        found = asyncio.run(promise(system))
    except Exception as exc:  # a promise that cannot even be tried is broken; the others are still run
        found = [
            Kept(name, "could not be tried", tried=1, unaccounted=1, note=f"{type(exc).__name__}: {exc}")
        ]
        print(system.log("serve")[-2000:] + system.log("worker")[-2000:], file=sys.stderr)
    finally:
        system.close()
    for one in found:
        one.engine, one.seconds = engine, time.monotonic() - begun
        print(f"  {one.sentence()}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
