"""Cases that may be the same matter, at a million cases.

*duplicate_ms_p99*: milliseconds, 99th percentile over open cases drawn at random, for what a clerk's page asks
(`casework.complaints.near.near_cases`: rows read, words compared, grounds made) and, on the same places, for what
somebody about to file is shown (`casework.complaints.me_too.near_shown`). The slower of the two.
"""

from __future__ import annotations

import random

from benchmarks.complaints_frame import Frame, p99, times_ms
from benchmarks.report import Figure, median
from casework.complaints.me_too import near_shown
from casework.complaints.models import Complaint
from casework.complaints.near import near_cases
from casework.complaints.place import Position

ROUNDS, DRAWN = 300, 400
_KEY = b"a key of the bench, 32 bytes long"


async def figures(frame: Frame) -> list[Figure]:
    """Both ways of asking, each over cases that have a place."""
    draw = random.Random(7)
    rows = await Complaint.filter(place_cell__isnull=False).order_by("-submitted_at").limit(20_000)
    cases = draw.sample(rows, min(DRAWN, len(rows)))

    async def of_a_case(number: int) -> None:
        await near_cases(frame.desk, cases[number % len(cases)])

    async def before_filing(number: int) -> None:
        case = cases[number % len(cases)]
        place = Position(case.latitude or 0.0, case.longitude or 0.0, "wgs84")
        category = case.category or next(iter(frame.desk.policy.categories))
        await near_shown(frame.desk, _KEY, position=place, categories=(category,), at=frame.at)

    slowest = 0.0
    for name, act in (("of a case", of_a_case), ("before filing", before_filing)):
        ordered = await times_ms(act, ROUNDS)
        print(f"{frame.engine}: near cases {name}: median {median(ordered):.1f}, p99 {p99(ordered):.1f} ms")
        slowest = max(slowest, p99(ordered))
    return [Figure("complaints", "duplicate_ms_p99", slowest, "ms", 20)]
