"""`make test`: every suite, with what it took and what it may take.

Two run at a time, one a processor: whoever is free takes the next. One that mostly waits runs beside them. What a suite
prints is shown when it has ended.
Budgets are for people: a suite over budget is named, not failed, because machines are shared. The last line sums up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.prepared import SHARED


@dataclass(frozen=True)
class Suite:
    """One pytest run."""

    name: str
    arguments: tuple[str, ...]
    budget_s: int


QUIET = ("-m", "not postgres and not browser")

WAITING = tuple(
    f"tests/e2e/test_{name}.py"
    for name in (
        "bot_singleflight", "bot_webhook", "embedded_valkey", "faults_in_short", "forking", "hang_ups",
        "operations_metrics", "operations_slow_clients", "slow_parts", "standin_pushes",
    )
)  # fmt: skip
"""Files whose tests wait for a clock more than they work: leases that run out, two seconds without a writer."""

SUITES = (
    Suite("whole", ("tests/e2e", *QUIET, *(f"--ignore={one}" for one in WAITING)), 420),
    Suite("postgres", ("tests", "-m", "postgres"), 320),
    Suite("screens", ("tests/e2e/test_accessibility.py",), 300),
    Suite("contract", ("tests/contract", *QUIET), 200),
    Suite("waiting", (*WAITING, *QUIET), 200),
    Suite("browser", ("tests", "-m", "browser", "--ignore=tests/e2e/test_accessibility.py"), 240),
    Suite("transcripts", ("tests/transcripts", "tests/test_whole.py", *QUIET), 60),
    Suite("property", ("tests/property", *QUIET), 60),
    Suite("unit", ("tests/unit",), 60),
)  # fmt: skip
"""In the order they are begun: the longest first, so that both processors have work to the end."""

ALL_BUDGET_S = 900
"""For every suite, on two processors: whoever changes something should not wait longer."""

BESIDE = ("waiting",)
"""Begun with the first two, as a third: it hardly needs a processor."""

LAST = "browser"
"""Two phones, two clerks, a worker and the platform want both processors: nothing but what is short and has no processes
of its own runs beside them."""

LAST_BESIDE = ("transcripts", "property", "unit")

AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """One suite's end."""

    suite: Suite
    took_s: float
    passed: int
    failed: int
    skipped: int


def run(suite: Suite) -> Outcome:
    """Run it to its end and show what it printed."""
    print(f"== {suite.name} …", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report, log = Path(folder) / "report.xml", Path(folder) / "log.txt"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "--durations=3", *suite.arguments]
        with log.open("wb") as out:
            code = subprocess.run(command, check=False, stdout=out, stderr=out, env=_environment()).returncode
        took = time.monotonic() - begun
        passed, failed, skipped = _counts(report)
        text = log.read_text(errors="replace")
    if code not in (0, 1):  # nothing collected, or pytest itself failed
        failed += 1
    print(f"\n{text}\n== {suite.name}: {took:.0f} s of {suite.budget_s} s", flush=True)
    return Outcome(suite, took, passed, failed, skipped)


def main(names: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="cg-prepared-") as folder:
        os.environ[SHARED] = folder
        return run_all(names)


def phases(wanted: list[Suite]) -> list[tuple[list[Suite], list[Suite]]]:
    """What is run one after the other: suites that two lanes share out, and what has a lane of its own beside them."""
    last = [one for one in wanted if one.name == LAST or one.name in LAST_BESIDE]
    beside = [one for one in wanted if one.name in BESIDE]
    return [([one for one in wanted if one not in last + beside], beside), (last, [])]


def run_all(names: list[str]) -> int:
    """Run the suites of these names, or every one. The exit code."""
    wanted = [suite for suite in SUITES if not names or suite.name in names]
    started = time.monotonic()
    done: list[Outcome] = []
    for shared, beside in phases(wanted):
        with ThreadPoolExecutor(AT_ONCE) as lanes, ThreadPoolExecutor(1) as third:
            outcomes = [third.submit(run, one) for one in beside] + [lanes.submit(run, one) for one in shared]
        done += [one.result() for one in outcomes]
    late = [one.suite.name for one in done if one.took_s > one.suite.budget_s]
    if late:
        print(f"\nover budget: {', '.join(late)}")
    passed, failed = sum(one.passed for one in done), sum(one.failed for one in done)
    budget = f" of {ALL_BUDGET_S} s" if len(wanted) == len(SUITES) else ""
    print(f"\nall suites took {time.monotonic() - started:.0f} s{budget}")
    print(f"{passed} passed, {failed} failed, {sum(one.skipped for one in done)} skipped")
    return 1 if failed or not passed else 0


def _environment() -> dict[str, str]:
    """Every suite, and every command that a test runs, would compile some two thousand modules for itself again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


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
