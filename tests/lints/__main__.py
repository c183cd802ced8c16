"""`python -m tests.lints`: apply every rule to every Python file git knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

from tests.lints.rules import RULES, Source


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True)
    findings = 0
    for name in listed.stdout.split():
        if name.startswith("migrations/") or not Path(name).exists():
            continue
        source = Source(PurePosixPath(name), Path(name).read_text())
        for rule in RULES:
            for line, sentence in rule(source):
                print(f"{name}:{line}: {rule.__name__}: {sentence}")
                findings += 1
    if findings:
        print(f"{findings} finding(s)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
