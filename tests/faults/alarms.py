"""Alarms of limits that end while no worker runs, and while the workers' clocks are set forward and back (I4).

    python -m tests.faults.alarms PREFIX COUNT FIRST_IN_S WITHIN_S

files complaints in a process of its own, through the product's own filing, lets their limits end at moments spread
over so many seconds from now on, has the product plan the alarms, and prints when each is due.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from tests.e2e.system import ROOT, System
from tests.faults.fault import Counts
from tests.faults.shifted_clock import ShiftedClock

LOOK_S = 0.5
SCAN_S = 10.0
TWO_HOURS, RIGHT = timedelta(hours=2), timedelta()


@dataclass
class Alarms:
    """Cases whose limits end soon: when, in seconds of the true clock, by id; and when each was seen to be sounded."""

    prefix: str
    due_at: dict[str, float]
    seen_at: dict[str, float] = field(default_factory=dict)


async def alarms_through_outage(
    system: System, count: int = 50, *, outage_s: float = 120.0, workers: int = 2, within_s: float = 90.0
) -> Counts:
    """No worker for `outage_s` seconds, in which `count` limits end; then several at once.

    `late_s`: how long after its moment, or after the workers were started again, the last alarm was sounded.
    The system runs, and runs again with one worker afterwards.
    """
    alarms = await place(system, count, first_in_s=min(10.0, 1 + outage_s / 5), within_s=outage_s * 0.7)
    await asyncio.to_thread(system.kill, "worker")
    early = len(await asyncio.to_thread(_sounded, system, alarms))
    ends_at = max(time.time() + outage_s - 1, *alarms.due_at.values())
    await asyncio.sleep(max(0.0, ends_at - time.time()))
    back_at = time.time()
    await asyncio.to_thread(system.start, "worker")
    with more_workers(system, workers - 1):
        await watch(system, alarms, within_s)
        await asyncio.sleep(1)
        counts = await asyncio.to_thread(
            counts_of, system, alarms, {id: max(due, back_at) for id, due in alarms.due_at.items()}
        )
    note = f"{outage_s:.0f} s without a worker, then {workers}; {early} sounded before"
    return Counts(counts.tried, counts.lost, counts.doubled, counts.unaccounted, counts.late_s, note)


async def alarms_through_clock_steps(system: System, count: int = 25, *, workers: int = 2) -> Counts:
    """The workers' clock is set two hours forward, right, two hours back and right again while limits end.

    On PostgreSQL the alarms go by the server's clock, which stays right: they are due at their moment. On SQLite the
    machine's clock is the only one: they are due as soon as it shows their moment. The system has no worker when this
    begins, nor when it ends. Raises NotHereError where no such clock can be made.
    """
    clock = ShiftedClock(system.folder)
    follows = system.env["DATABASE_URL"].startswith("sqlite")
    total = Counts(tried=0)
    with more_workers(system, workers, clock.env):
        for step in (TWO_HOURS, -TWO_HOURS):
            clock.set(step)
            alarms = await place(system, count, first_in_s=2, within_s=4)
            due_at, placed_at = dict(alarms.due_at), time.time()
            if not follows or step > RIGHT:
                await watch(system, alarms, 90)
            else:
                await asyncio.sleep(SCAN_S + 6)
                assert not _sounded(system, alarms), "sounded before its time"
            clock.set(RIGHT)
            right_at = time.time()
            if follows:
                # Filed by the right clock: for a worker that is ahead they are due at once.
                by_its_clock = (min, placed_at) if step > RIGHT else (max, right_at)
                due_at = {id: by_its_clock[0](at, by_its_clock[1]) for id, at in due_at.items()}
            await watch(system, alarms, 90)
            await asyncio.sleep(SCAN_S + 2)  # another look by the right clock: nothing may be sounded again
            total = _sum(total, await asyncio.to_thread(counts_of, system, alarms, due_at))
    note = f"two hours forward and back for {workers} workers, set right again each time"
    return Counts(total.tried, total.lost, total.doubled, total.unaccounted, total.late_s, note)


async def place(system: System, count: int, *, first_in_s: float, within_s: float) -> Alarms:
    """File cases whose alarms are planned, and due at moments from `first_in_s` on, spread over `within_s`."""
    prefix = f"时限{token_hex(4)}"
    words = (prefix, str(count), str(first_in_s), str(within_s))
    filing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.alarms", *words,
        env=system.env, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await filing.communicate()
    assert filing.returncode == 0, "no limits could be placed"
    return Alarms(prefix, json.loads(printed))


async def watch(system: System, alarms: Alarms, within_s: float) -> None:
    """Note when each alarm is first seen to be sounded, until all are or the time is over."""
    begun = time.monotonic()
    while time.monotonic() - begun < within_s:
        now = time.time()
        for id in await asyncio.to_thread(_sounded, system, alarms):
            alarms.seen_at.setdefault(id, now)
        if len(alarms.seen_at) == len(alarms.due_at) and _told(system, alarms) >= len(alarms.due_at):
            return
        await asyncio.sleep(LOOK_S)


def counts_of(system: System, alarms: Alarms, due_at: Mapping[str, float]) -> Counts:
    """What became of them. Unaccounted: sounded without an audit entry, or nobody of the staff was told."""
    fired = _sounded(system, alarms)
    events = Counter(
        json.loads(payload)["of_id"]
        for (payload,) in system.rows("SELECT payload FROM outbox_event WHERE name = 'deadline.reached'")
        if json.loads(payload)["mark"] == "due"
    )
    entries = Counter(
        str(case_id)
        for case_id, detail in _rows(
            system, alarms, "audit_entry", "case_id, detail", "action = 'deadline.alarm'"
        )
        if json.loads(detail)["content"]["mark"] == "due"
    )
    told = {str(id) for (id,) in _rows(system, alarms, "delivery", "case_id", "rule LIKE 'deadline_due%'")}
    late = [seen - due_at[id] for id, seen in alarms.seen_at.items()]
    return Counts(
        tried=len(alarms.due_at),
        lost=sum(id not in fired or not events[id] for id in alarms.due_at),
        doubled=sum(max(events[id], entries[id], 1) - 1 for id in alarms.due_at),
        unaccounted=sum(id in fired and (entries[id] != 1 or id not in told) for id in alarms.due_at),
        late_s=max(0.0, *late) if late else 0.0,
    )


@contextlib.contextmanager
def more_workers(system: System, number: int, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Workers beside those of the system, killed afterwards."""
    with (system.folder / "more-workers.log").open("ab") as log:
        parts = [
            subprocess.Popen(
                [sys.executable, "-m", "app.cli", "worker"],
                env={**system.env, **(env or {})},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for _ in range(number)
        ]
    try:
        yield
    finally:
        for number, part in enumerate(parts):
            name = f"more-{number}"
            system.parts[name] = part
            system.kill(name)


def _sounded(system: System, alarms: Alarms) -> set[str]:
    found = _rows(
        system, alarms, "deadline_alarm", "case_id", "mark = 'due' AND deadline_alarm.state = 'fired'"
    )
    return {str(id) for (id,) in found}


def _told(system: System, alarms: Alarms) -> int:
    return len({id for (id,) in _rows(system, alarms, "delivery", "case_id", "rule LIKE 'deadline_due%'")})


def _rows(system: System, alarms: Alarms, table: str, columns: str, which: str) -> Sequence[tuple[str, ...]]:
    return system.rows(
        f"SELECT {columns} FROM {table} JOIN complaint ON complaint.id = {table}.case_id "
        f"WHERE complaint.story LIKE '{alarms.prefix}%' AND {which}"
    )


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(
        one.tried + other.tried,
        one.lost + other.lost,
        one.doubled + other.doubled,
        one.unaccounted + other.unaccounted,
        max(one.late_s, other.late_s),
    )


# ---- in the process that files


async def _file(prefix: str, count: int, first_in_s: float, within_s: float) -> dict[str, float]:
    from app.core import open_core, redis_url
    from app.doors import deadline_desk_of, desk_of, inquiry_desk_of
    from app.environment import read_settings
    from casework.actors import citizen
    from casework.complaints.filing import NewComplaint, Source, submit
    from casework.complaints.models import Complaint
    from casework.deadlines.planning import plan_case
    from casework.people.models import Account
    from kit.db import Change

    settings = read_settings()
    async with open_core(settings, redis_url(settings)) as core:
        desk = desk_of(core)
        deadlines = deadline_desk_of(core, desk, inquiry_desk_of(core))
        account = Account(id=core.ids.new(), created_at=core.clock.now())

        async def somebody(change: Change) -> None:
            await account.save(force_create=True)

        await core.db.change(somebody)
        filed = [
            await submit(
                desk,
                citizen(account.id),
                NewComplaint(
                    account_id=account.id, story=f"{prefix}第{number}件，占道摆摊", source=Source.H5
                ),
            )
            for number in range(count)
        ]
        now = datetime.now(UTC)
        ends_in = [timedelta(seconds=first_in_s + within_s * number / count) for number in range(count)]

        async def end_soon(change: Change) -> None:
            for case, soon in zip(filed, ends_in, strict=True):
                await Complaint.filter(id=case.id).update(
                    limit_started_at=now - timedelta(days=3), due_at=now + soon
                )
                await plan_case(deadlines, change, deadlines.kind("complaint"), case.id)

        await core.db.change(end_soon)
        return {str(case.id): (now + soon).timestamp() for case, soon in zip(filed, ends_in, strict=True)}


if __name__ == "__main__":
    prefix, *numbers = sys.argv[1:]
    count, first_in_s, within_s = int(numbers[0]), float(numbers[1]), float(numbers[2])
    print(json.dumps(asyncio.run(_file(prefix, count, first_in_s, within_s))))
