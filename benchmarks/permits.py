"""Permits at 200,000 of them, on SQLite and on PostgreSQL; each figure is the worse of the two.

A part is a function `figures(frame)` in a module of its own, see `permits_frame.Frame`; a figure that needs no database
is a function without arguments in `ALONE`. While a part is being written:

    python -m benchmarks.permits --only clash
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.shipped import ROOT
from benchmarks import permits_clash, permits_find, permits_papers, permits_reminders, permits_verify
from benchmarks.complaints import worst
from benchmarks.permits_frame import ENGINES, PERMITS, Part, run_on
from benchmarks.report import Figure, show

KIND_TEST = "tests/contract/test_permit_kind_from_yaml.py"


def kinds_added() -> list[Figure]:
    """How many kinds made of YAML alone a test has taken from application to the end of the permit."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rp", "-p", "no:cacheprovider", KIND_TEST],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode != 0:
        print(found.stdout)
    # One test for each kind; it passes on both engines or not at all.
    passed = set(re.findall(r"^PASSED (\S+?)\[", found.stdout, re.MULTILINE)) if found.returncode == 0 else ()
    return [Figure("permits", "permit_kind_added_without_code", len(passed), "kinds", 1, at_least=True)]


PARTS: dict[str, Part] = {
    "clash": permits_clash.figures,
    "find": permits_find.figures,
    "verify": permits_verify.figures,
}
"""Add a line for a part of your own: `"name": permits_name.figures`."""

ALONE: dict[str, Callable[[], list[Figure]]] = {
    "kind": kinds_added,
    "papers": permits_papers.figures,
    "reminders": permits_reminders.figures,
}
"""What is measured once, without the 200,000."""


def measure(names: frozenset[str] = frozenset()) -> list[Figure]:
    """All parts, or those named."""
    parts = [part for name, part in PARTS.items() if not names or name in names]
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-permits-") as folder:
        Path(folder).chmod(0o755)
        for engine in ENGINES if parts else ():
            for figure in run_on(engine, Path(folder), PERMITS, parts):
                print(f"{engine}: {figure.name} {figure.value:.3f} {figure.unit}", flush=True)
                found.append(figure)
    for name, alone in ALONE.items():
        if not names or name in names:
            found.extend(alone())
    return worst(found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.permits")
    parser.add_argument("--only", action="append", default=[], choices=[*PARTS, *ALONE])
    show(measure(frozenset(parser.parse_args(arguments).only)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
