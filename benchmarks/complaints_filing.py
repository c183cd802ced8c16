"""Filing one complaint at a million cases: what our own work adds to the disk's.

*filing_ms_p99_over_fsync*: milliseconds by which the 99th percentile of filing exceeds that of a bare commit. Filing is
`casework.complaints.receipts.submit_once`, as the API and the mobile pages file: guard key, case, first audit entry,
receipt and event in one transaction, with a place and a telephone. A bare commit is one row of the guard keys in a
`Database.change`: the same connection, lock and fsync and nothing else. They take turns, one at a time, so that the
disk's mood is the same for both.
"""

from __future__ import annotations

import random
import time
from uuid import uuid4

from benchmarks.complaints_city import EAST, MANNERS, MATTERS, NORTH, PLACES, SOUTH, SPOTS, WEST
from benchmarks.complaints_frame import Frame, p99
from benchmarks.report import Figure, median
from casework.actors import citizen
from casework.complaints.filing import NewComplaint, Source
from casework.complaints.place import Position
from casework.complaints.receipts import ReceiptKind, submit_once
from casework.people.models import Account
from kit.db import Change
from kit.db.models import GuardKey

ROUNDS, WARM = 500, 40


async def figures(frame: Frame) -> list[Figure]:
    """How much longer filing takes than a commit."""
    draw, db = random.Random(5), frame.core.db
    person = Account(id=db.ids.new(), created_at=db.clock.now())

    async def known(_: Change) -> None:
        await person.save(force_create=True)

    await db.change(known)

    def told() -> NewComplaint:
        return NewComplaint(
            account_id=person.id,
            source=Source.MINIPROGRAM,
            story=f"{draw.choice(PLACES)}{draw.randint(1, 400)}号{draw.choice(SPOTS)}{draw.choice(MATTERS)}{draw.choice(MANNERS)}",
            place_text=f"{draw.choice(PLACES)}{draw.randint(1, 400)}号",
            position=Position(draw.uniform(SOUTH, NORTH), draw.uniform(WEST, EAST), "wgs84"),
            phone=f"138{draw.randrange(10**8):08d}",
        )

    async def file() -> None:
        act = uuid4().hex
        await submit_once(
            frame.desk, frame.core.keys, citizen(person.id), told(),
            key=act, body=act.encode(), kind=ReceiptKind.RECEIPT,
        )  # fmt: skip

    async def commit() -> None:
        async def work(change: Change) -> None:
            row = GuardKey(key=f"bench:{uuid4().hex}", body_hash=b"", result=b"", created_at=change.now)
            await row.save(force_create=True)

        await db.change(work)

    filing, bare = [], []
    for round in range(WARM + ROUNDS):
        before = time.perf_counter()
        await file()
        between = time.perf_counter()
        await commit()
        if round >= WARM:
            filing.append((between - before) * 1000)
            bare.append((time.perf_counter() - between) * 1000)
    filing.sort()
    bare.sort()
    print(
        f"{frame.engine}: filing {median(filing):.2f} ms, 99 of 100 {p99(filing):.2f} ms; "
        f"a bare commit {median(bare):.2f} and {p99(bare):.2f} ms",
        flush=True,
    )
    return [Figure("complaints", "filing_ms_p99_over_fsync", p99(filing) - p99(bare), "ms", 25)]
