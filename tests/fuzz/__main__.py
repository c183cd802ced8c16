"""`make fuzz`: a million cases against codec and parsers, over several processes. Ends with 1 at the first finding."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from multiprocessing import get_context

from tests.fuzz.chunks import CHUNK, run_chunk


def main() -> int:
    """Parse arguments, run, and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun, done, seen = time.monotonic(), 0, Counter[str]()
    chunks = -(-asked.cases // CHUNK)
    parts = [
        (asked.seed * 1_000_000 + number, min(CHUNK, asked.cases - number * CHUNK))
        for number in range(chunks)
    ]
    with get_context("spawn").Pool(asked.processes, maxtasksperchild=20) as pool:
        for part in pool.imap_unordered(run_chunk, parts):
            seen += part
            done += 1
            if done % 20 == 0 or done == chunks:
                print(
                    f"{min(done * CHUNK, asked.cases):>9} cases, {time.monotonic() - begun:.0f} s", flush=True
                )
    for name, count in sorted(seen.items()):
        print(f"{name:<20} {count:>9}")
    print("no crash, no reading over 50 ms, no two readings of one body")
    return 0


if __name__ == "__main__":
    sys.exit(main())
