"""Work queues at a million cases: how long a list takes to read, and what the page around it adds.

*queue_query_ms_p99*: `casework.queues.reading.queue`, the door's own function, for every tab of a dispatcher, an officer
and an officer of two units who stands in for a colleague; unfiltered, narrowed by category, street, urgency, source and
days as people do, first pages and second ones. One question at a time, nothing else running.

*queue_page_vs_query*: the whole page over HTTP from a service of its own (session, roles, alarm, tabs with their
numbers, list, template, compression), median, over the median of what this page asks about the queue: the list and the
numbers on the tabs, asked in the same way from here. Both for the same tabs of the same officer and dispatcher.
"""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from benchmarks.complaints_city import CATEGORIES, SOURCES, STREETS, Officer
from benchmarks.complaints_frame import Frame, p99, times_ms
from benchmarks.complaints_service import serving
from benchmarks.report import Figure, median
from casework.actors import EVERY_UNIT, Actor, Held
from casework.complaints.urgency import Urgency
from casework.people.models import Grant, Staff
from casework.queues.filters import QueueFilter
from casework.queues.reading import counts, queue
from casework.queues.tabs import UNCOUNTED, Tab, tab_filter, tabs_of
from casework.roles import Role
from kit.db import Change
from kit.http.sessions import Sessions

ROUNDS, WARM, PAGES = 2_000, 300, 400
DISPATCHER = UUID(int=(7 << 76) | (2 << 62) | 1)


@dataclass(frozen=True)
class Asked:
    """One look at a list."""

    wanted: QueueFilter
    second: bool


def viewers(officers: tuple[Officer, ...]) -> tuple[Actor, ...]:
    """A dispatcher, officers of several units, one of two units who stands in for a colleague."""
    one, other, third = officers[3], officers[40], officers[100]
    deputy = (
        Held(Role.HANDLER, third.unit),
        Held(Role.HANDLER, one.unit),
        Held(Role.HANDLER, other.unit, other.id),
    )
    return (
        _actor(DISPATCHER, Role.DISPATCHER, EVERY_UNIT),
        *(_actor(officer.id, Role.HANDLER, officer.unit) for officer in (one, other, third)),
        Actor(
            kind="staff", id=third.id, roles=frozenset({Role.HANDLER}), held=deputy,
            units=frozenset(held.unit for held in deputy),
        ),
    )  # fmt: skip


def _actor(id: UUID, role: Role, unit: str) -> Actor:
    return Actor(kind="staff", id=id, roles=frozenset({role}), units=frozenset({unit}))


def looks(frame: Frame) -> Iterator[Asked]:
    """What is looked at, without end: every tab of everybody in turn, narrowed as it falls out."""
    draw, now = random.Random(17), frame.core.clock.now()
    while True:
        for viewer in viewers(frame.officers):
            for tab in tabs_of(viewer):
                base = tab_filter(tab, viewer, now)
                yield Asked(_narrowed(draw, base, viewer, frame), draw.random() < 0.2)


def _narrowed(draw: random.Random, base: QueueFilter, viewer: Actor, frame: Frame) -> QueueFilter:
    own = [code for code, unit, _ in CATEGORIES if EVERY_UNIT in viewer.units or unit in viewer.units]
    choices: dict[str, dict[str, object]] = {
        "nothing": {},
        "category": {"category": draw.choice(own or [CATEGORIES[0][0]])},
        "area": {"area": f"S{draw.randrange(STREETS):02d}"},
        "urgency": {"urgency": draw.choice((Urgency.URGENT, Urgency.EMERGENCY))},
        "source": {"source": draw.choices([one for one, _ in SOURCES], [share for _, share in SOURCES])[0]},
        "days": {"submitted_from_at": frame.core.clock.now() - timedelta(days=draw.choice((1, 3, 7, 30)))},
    }
    choices["two"] = {**choices["category"], **choices["area"]}
    name = draw.choices(list(choices), (50, 16, 11, 8, 5, 6, 4))[0]
    return msgspec.structs.replace(base, **choices[name])


async def query_ms(frame: Frame) -> float:
    """The 99th percentile of reading a list."""
    asked, pages = looks(frame), {}

    async def look(number: int) -> None:
        pages[number] = await queue(frame.desk, plan[number].wanted, after[number])

    plan = [next(asked) for _ in range(WARM + ROUNDS)]
    after: list[str | None] = [None] * len(plan)
    for number, one in enumerate(plan):
        if one.second:
            after[number] = (await queue(frame.desk, one.wanted)).after
    await times_ms(look, WARM)
    taken = await times_ms(lambda number: look(WARM + number), ROUNDS)
    print(f"{frame.engine}: a list takes {median(taken):.2f} ms, 99 of 100 {p99(taken):.2f} ms", flush=True)
    return p99(taken)


async def page_vs_query(frame: Frame) -> float:
    """The page's median over that of what it asks about the queue; the worse of an officer and a dispatcher."""
    ratios = []
    officer = frame.officers[3]
    people = (
        (_actor(officer.id, Role.HANDLER, officer.unit), (Tab.MINE, Tab.OPEN, Tab.OVERDUE, Tab.TODAY)),
        (_actor(DISPATCHER, Role.DISPATCHER, EVERY_UNIT), (Tab.FREE, Tab.OPEN, Tab.OVERDUE, Tab.TODAY)),
    )
    await _hire_dispatcher(frame)
    sessions = Sessions(frame.core.db, frame.core.keys)
    with serving(frame) as port:
        for actor, tabs in people:
            assert actor.id is not None
            token = (await sessions.create("staff", actor.id)).token
            # A browser keeps its connection.
            connection = http.client.HTTPConnection("127.0.0.1", port)
            asked, whole = [], []
            for round in range(PAGES // len(tabs)):
                for tab in tabs:
                    # In turn, so that both meet the machine in the same mood.
                    before = time.perf_counter()
                    await _ask(frame, actor, tab)
                    between = time.perf_counter()
                    _get(connection, token, tab)
                    if round:
                        asked.append(between - before)
                        whole.append(time.perf_counter() - between)
            connection.close()
            ratio = median(whole) / median(asked)
            print(
                f"{frame.engine}: {actor.roles} page {median(whole) * 1000:.2f} ms, "
                f"its queries {median(asked) * 1000:.2f} ms, ratio {ratio:.2f}",
                flush=True,
            )
            ratios.append(ratio)
    return max(ratios)


async def _ask(frame: Frame, actor: Actor, tab: Tab) -> None:
    """What the page asks about the queue."""
    now = frame.core.clock.now()
    await queue(frame.desk, tab_filter(tab, actor, now))
    await counts(
        frame.desk, {one.value: tab_filter(one, actor, now) for one in tabs_of(actor) if one not in UNCOUNTED}
    )


def _get(connection: http.client.HTTPConnection, token: str, tab: Tab) -> None:
    headers = {"accept": "text/html", "accept-encoding": "gzip", "cookie": f"cg_staff={token}"}
    connection.request("GET", f"/console/cases?{urlencode({'tab': tab.value})}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body[:300])


async def _hire_dispatcher(frame: Frame) -> None:
    """A dispatcher of the whole bureau, unless there is one already."""
    if await Staff.exists(id=DISPATCHER):
        return
    now = frame.core.clock.now()

    async def work(_: Change) -> None:
        await Staff(
            id=DISPATCHER, login="b-paidan", name="派单员", password_hash="-", created_at=now,
            password_changed_at=now,
        ).save(force_create=True)  # fmt: skip
        await Grant(id=DISPATCHER, staff_id=DISPATCHER, role="dispatcher", from_on=now.date()).save(
            force_create=True
        )

    await frame.core.db.change(work)


async def figures(frame: Frame) -> list[Figure]:
    """Both figures of the queues."""
    return [
        Figure("complaints", "queue_query_ms_p99", await query_ms(frame), "ms", 10),
        Figure("complaints", "queue_page_vs_query", await page_vs_query(frame), "ratio", 6),
    ]
