"""`make test`: every suite in turn, with what it took and what it may take.

Budgets are for people: a suite over budget is named, not failed, because
machines are shared. The last line sums up.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Suite:
    """One pytest run."""

    name: str
    arguments: tuple[str, ...]
    budget_s: int


SUITES = (
    Suite("unit", ("tests/unit",), 60),
    Suite("property", ("tests/property",), 60),
    Suite(
        "parts",
        ("tests/contract", "tests/e2e", "tests/transcripts", "tests/test_whole.py",
         "-m", "not postgres and not browser"),
        400,
    ),
    Suite("postgres", ("tests", "-m", "postgres"), 180),
    Suite("browser", ("tests", "-m", "browser"), 180),
)  # fmt: skip


def main(names: list[str]) -> int:
    passed = failed = skipped = 0
    late: list[str] = []
    started = time.monotonic()
    for suite in SUITES:
        if names and suite.name not in names:
            continue
        print(f"\n== {suite.name}", flush=True)
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            code = subprocess.run(
                [sys.executable, "-m", "pytest", f"--junitxml={report}", "--durations=3", *suite.arguments],
                check=False,
            ).returncode
            counts = _counts(report)
        took = time.monotonic() - begun
        print(f"== {suite.name}: {took:.0f} s of {suite.budget_s} s", flush=True)
        if took > suite.budget_s:
            late.append(suite.name)
        passed += counts[0]
        failed += counts[1]
        skipped += counts[2]
        if code not in (0, 1):  # nothing collected, or pytest itself failed
            failed += 1
    if late:
        print(f"\nover budget: {', '.join(late)}")
    print(f"\nall suites took {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def _counts(report: Path) -> tuple[int, int, int]:
    if not report.exists():
        return 0, 1, 0
    total = failed = skipped = 0
    for suite in ET.parse(report).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return max(0, total - failed - skipped), failed, skipped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
