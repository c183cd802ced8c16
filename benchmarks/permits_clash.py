"""What clashes at a place and time, among 200,000 permits.

*clash_200k_ms_p99*: milliseconds, 99th percentile over places drawn as those of the permits are, half of them with an
outline, for some days of the months to come: rows read and shapes compared (`casework.permits.clashes.clashes`).
"""

from __future__ import annotations

import random
from datetime import timedelta

from benchmarks.complaints_frame import p99, times_ms
from benchmarks.permits_frame import Frame, outline, spot
from benchmarks.report import Figure, median
from casework.complaints.place import Position
from casework.permits.clashes import clashes

ROUNDS = 500


async def figures(frame: Frame) -> list[Figure]:
    """Each round asks for another place and time."""
    draw = random.Random(7)
    found: list[int] = []

    async def ask(number: int) -> None:
        latitude, longitude = spot(draw)
        begins = frame.at + timedelta(hours=draw.randrange(1, 60 * 24))
        where = (
            outline(latitude, longitude, draw.uniform(2, 30), draw.uniform(2, 6))
            if number % 2
            else Position(latitude, longitude, "wgs84")
        )
        ends = begins + timedelta(hours=draw.choice((9, 24, 72, 168)))
        found.append(len(await clashes(frame.desk, where, draw.uniform(4, 200), begins, ends)))

    ordered = await times_ms(ask, ROUNDS)
    print(
        f"{frame.engine}: clashes: median {median(ordered):.1f}, p99 {p99(ordered):.1f} ms, "
        f"{sum(map(bool, found))} of {ROUNDS} places clash"
    )
    return [Figure("permits", "clash_200k_ms_p99", p99(ordered), "ms", 10)]
