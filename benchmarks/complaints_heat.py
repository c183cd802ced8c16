"""The map's heat layer over 100,000 cases in the window of a table of a million.

*heat_layer_100k_ms*: the whole answer over HTTP from a service of its own: session, roles, counting by squares of 16
pixels, JSON, compression. The whole city, at each zoom at which it fills a screen, every state, as many days back as
hold 100,000 cases; of an hour's look at the map the 95th percentile. One question at a time, nothing else running.
"""

from __future__ import annotations

import http.client
import json
import zlib
from math import ceil
from time import perf_counter
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.complaints_city import DAYS, EAST, NORTH, SOUTH, WEST
from benchmarks.complaints_frame import Frame
from benchmarks.complaints_service import serving
from benchmarks.report import Figure, median
from casework.people.models import Grant, Staff
from kit.db import Change
from kit.http.sessions import Sessions

CASES_IN_VIEW = 100_000
ZOOMS, ROUNDS, WARM = (11, 12, 13), 25, 3
VIEWER = UUID(int=(7 << 76) | (2 << 62) | 41)


async def figures(frame: Frame) -> list[Figure]:
    """The one figure of the map."""
    await _hire(frame)
    token = (await Sessions(frame.core.db, frame.core.keys).create("staff", VIEWER)).token
    taken = []
    with serving(frame) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for round in range(WARM + ROUNDS):
            for zoom in ZOOMS:
                begun = perf_counter()
                body = _get(connection, token, frame.cases, zoom)
                if round >= WARM:
                    taken.append((perf_counter() - begun) * 1000)
        connection.close()
        shown = sum(json.loads(zlib.decompress(body, 16 + zlib.MAX_WBITS))["cells"][1::2])
    taken.sort()
    slow = taken[int(len(taken) * 0.95) - 1]
    print(
        f"{frame.engine}: heat of {shown} cases {median(taken):.1f} ms, 95 of 100 {slow:.1f} ms, "
        f"{len(body) / 1024:.0f} kB",
        flush=True,
    )
    return [Figure("complaints", "heat_layer_100k_ms", slow, "ms", 100)]


def _get(connection: http.client.HTTPConnection, token: str, cases: int, zoom: int) -> bytes:
    asked = {
        "box": f"{WEST},{SOUTH},{EAST},{NORTH}",
        "zoom": str(zoom),
        "state": "all",
        "days": str(min(365, ceil(DAYS * CASES_IN_VIEW / cases))),
    }
    headers = {"accept-encoding": "gzip", "cookie": f"cg_staff={token}"}
    connection.request("GET", f"/console/map/cells?{urlencode(asked)}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body[:300])
    return body


async def _hire(frame: Frame) -> None:
    """A head of the whole bureau, unless there is one already."""
    if await Staff.exists(id=VIEWER):
        return
    now = frame.core.clock.now()

    async def work(_: Change) -> None:
        row = Staff(
            id=VIEWER, login="b-fuze", name="负责人", password_hash="-", created_at=now, password_changed_at=now
        )  # fmt: skip
        await row.save(force_create=True)
        grant = Grant(id=VIEWER, staff_id=VIEWER, role="head", from_on=now.date())
        await grant.save(force_create=True)

    await frame.core.db.change(work)
