"""Questions and answers: right, honest, instant. Each part explains its figures.

    python -m benchmarks qa

says them all; `python -m benchmarks.qa speed` one part of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

from benchmarks import qa_own, qa_speed, qa_swap
from benchmarks.report import Figure, show

PARTS: dict[str, Callable[[], list[Figure]]] = {
    "speed": qa_speed.figures,
    "own": qa_own.figures,
    "swap": qa_swap.figures,
}


def measure() -> Iterator[Figure]:
    """All parts, one after the other."""
    for part in PARTS.values():
        yield from part()


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    show([figure for name in names or PARTS for figure in PARTS[name]()])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
