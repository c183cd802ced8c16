"""`make bench`: every figure, with its goal; the peer and we do the same work in one run."""

from __future__ import annotations

import sys

from benchmarks import complaints, doors, gateway, intake, notifications, permits, qa, survival, webhook
from benchmarks.report import Figure, show, write

SUITES = {
    "webhook": webhook.measure,
    "intake": intake.measure,
    "survival": survival.measure,
    "gateway": gateway.measure,
    "doors": doors.measure,
    "notifications": notifications.measure,
    "complaints": complaints.measure,
    "qa": qa.measure,
    "permits": permits.measure,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"no such suite: {unknown[0]}; there are {', '.join(SUITES)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name, measure in SUITES.items():
        if names and name not in names:
            continue
        print(f"== {name}", flush=True)
        figures.extend(measure())
    show(figures)
    if not names:
        write(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
