"""What it costs to find a permit among 200,000 from a part of its place, holder or number, as the console does.

*find_ms*: milliseconds until the page of rows is there, the median of words that are found often, seldom and never.
"""

from __future__ import annotations

import time

from benchmarks.permits_frame import Frame
from benchmarks.report import Figure, median
from casework.actors import EVERY_UNIT, Actor
from casework.permits.permit_queries import permits
from casework.roles import Role
from kit.ids import Ids

ROUNDS = 7
NEVER = "没有这个地方"


async def figures(frame: Frame) -> list[Figure]:
    """Often: part of a street's name; seldom: most of a number; never: nothing like it, so that every row is looked at."""
    viewer = Actor(
        kind="staff",
        id=Ids(frame.desk.db.clock).new(),
        roles=frozenset({Role.HEAD}),
        name="测",
        units=frozenset({EVERY_UNIT}),
    )
    first = (await permits(frame.desk, viewer, "in_force", limit=1)).rows[0]
    said, slowest = {"often": first.place_text[:3], "seldom": first.number[-6:], "never": NEVER}, []
    for name, words in said.items():
        spent = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            await permits(frame.desk, viewer, "in_force", find=words)
            spent.append((time.perf_counter() - begun) * 1000)
        slowest.append(median(spent))
        print(f"{frame.engine}: finding permits, {name}: {median(spent):.1f} ms")
    return [Figure("permits", "find_ms", max(slowest), "ms", 400)]
