"""Notices through a platform that answers wrongly, late or not at all (I3): each kind of fault alone, then all at once."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from app.shipped import SHIPPED_PROFILE
from tests.e2e.system import System
from tests.faults.bulk import LONG_TERM, ONE_TIME, TEMPLATE, file_in_bulk, settle
from tests.faults.fault import Counts, Fault, Lane, Size, Start
from tests.faults.sender import Sender
from wechat.standin.faults import FaultKind

WAYS = ((), (LONG_TERM,), (ONE_TIME,))
SENDS = ("message/custom/send", "message/subscribe/bizsend", "message/template/send")
SETTLED_S = 90.0
"""A message that was not delivered is tried again after seconds, then after twice as many."""
STRIKES: dict[FaultKind, int] = {
    "latency": 30,
    "hang": 16,
    "busy": 30,
    "token_40001": 1,
    "html_502": 30,
    "truncated_json": 30,
    "text_plain": 30,
    "reset_before": 30,
    "reset_after": 30,
}
"""How many calls of each way out a kind of fault strikes, of 30. A token is refused once; see `platform_tokens`."""


async def one_kind(kind: FaultKind, system: System, size: Size) -> Counts:
    """The first calls of each way out meet this fault, the later ones none."""
    times = max(1, STRIKES[kind] // size.pick(1, 6))
    with spoilt(system, {"kind": kind, "times": times, "seconds": 2.0}):
        return await _pushed(system, size.pick(90, 15), f"{times} of each way out struck by {kind}")


async def _pushed(system: System, number: int, note: str) -> Counts:
    begun = time.monotonic()
    bulk = await file_in_bulk(system, number, WAYS)
    fate, _ = await settle(system, bulk, SETTLED_S)
    return fate.counts(time.monotonic() - begun, f"{note}; late: filed, sent and settled")


@contextlib.contextmanager
def spoilt(system: System, knob: dict[str, object]) -> Iterator[None]:
    for endpoint in SENDS:
        system.control("faults", {"endpoint": endpoint, **knob})
    try:
        yield
    finally:
        system.control("faults", method="DELETE")


# ---- everything at once

SENDER_LEASE_S = 20.0
STORM = ("reset_before", "reset_after", "truncated_json", "html_502", "latency")
"""What the promise names. With every kind at once so many refreshes of the token fail in a row that its keeper pauses
for up to five minutes, and a push that was refused meanwhile waits as long: no fault of sending, and longer than this
fault has patience. The other kinds are tried each alone."""
STORM_SETTLED_S = 300.0


async def platform_storm(system: System, size: Size) -> Counts:
    """Five kinds of faults on every way out at 5 % each, the worker killed every five seconds."""
    number, kills = size.pick(1_000, 40), size.pick(5, 1)
    with_template_messages(system)
    system.start("standin", "serve")
    for kind in STORM:
        system.control("faults", {"endpoint": "*", "kind": kind, "rate": 0.05, "seconds": 2.0})
    bulk = await file_in_bulk(system, number, WAYS)
    for count in range(kills):
        async with Sender(system, SENDER_LEASE_S, f"killed-{count}"):
            await asyncio.sleep(random.uniform(4, 6))
    system.start("worker")
    fate, took = await settle(system, bulk, STORM_SETTLED_S)
    return fate.counts(took, f"{kills} kills; late: settled after the last of them")


def with_template_messages(system: System) -> None:
    """A bureau whose account has a template for template messages too: those the platform itself shows once."""
    folder = Path(shutil.copytree(SHIPPED_PROFILE, system.folder / "bureau"))
    lines = [f"    - {{id: {id}, kind: {kind}, fields: {fields}}}" for id, kind, fields in TEMPLATES]
    (folder / "wechat.yaml").write_text("\n".join(["wechat:", "  templates:", *lines, ""]))
    (folder / "notifications.yaml").unlink()  # the demo's own has no quiet hours
    system.env["BUREAU_PROFILE"] = str(folder)
    system.cli("migrate")


TEMPLATES = (
    (LONG_TERM, "long_term", "{character_string1: reference, thing2: title, phrase3: phrase, time4: time}"),
    (ONE_TIME, "one_time", "{character_string1: reference, thing2: title, time3: time, thing4: thing}"),
    (TEMPLATE, "template", "{character_string1: reference, thing2: title, phrase3: phrase, time4: time}"),
)

FAULTS = (
    *(
        Fault(f"platform_{kind}", ("I3",), partial(one_kind, kind), limit_s=SETTLED_S, lane=Lane.WAITING)
        for kind in STRIKES
    ),
    Fault(
        "platform_storm",
        ("I3",),
        platform_storm,
        limit_s=STORM_SETTLED_S,
        start=Start.MIGRATED,
        lane=Lane.CLOCK,
    ),
)
