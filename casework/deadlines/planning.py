"""From a running limit to alarm rows: after every event of a case, and for cases that have none yet.

The case row is locked first by whoever touches its alarms, so that planning, sounding and moves follow one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from casework.case_event import CaseEvent
from casework.complaints.wording import moment_params
from casework.deadlines.clocks import ClockedKind, RunningClock
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.marks import ORDER, Mark, moments
from casework.deadlines.models import DeadlineAlarm
from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, EXPIRED, QUEUED
from kit.db import Change

WAITING, FIRED, CANCELLED = "waiting", "fired", "cancelled"
PORTION, TOGETHER = 200, 25


class DeadlinePlanner:
    """Hears every event in the relay's transaction."""

    def __init__(self, desk: DeadlineDesk) -> None:
        self._desk = desk

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        kind = self._desk.kind_of(event)
        if kind is not None and event.case_id is not None:
            await plan_case(self._desk, change, kind, event.case_id)


async def adopt_cases(desk: DeadlineDesk) -> int:
    """Plan for running limits that have no alarms: cases from before an upgrade, a clock switched on again.

    Returns for how many cases, `PORTION` of each kind at most. Safe to repeat and to run in several workers.
    """
    adopted = 0
    for kind in desk.kinds:
        ids = await _unplanned(desk, kind)
        for first in range(0, len(ids), TOGETHER):

            async def work(
                change: Change, kind: ClockedKind = kind, some: list[UUID] = ids[first : first + TOGETHER]
            ) -> int:
                return sum([await plan_case(desk, change, kind, id) > 0 for id in some])

            adopted += await desk.db.change(work)
    return adopted


async def plan_case(desk: DeadlineDesk, change: Change, kind: ClockedKind, case_id: UUID) -> int:
    """Make the alarm rows of a case what its running limit asks for. Returns how many wait that did not before."""
    row = await change.lock(kind.model, case_id)
    running = desk.running(kind, row) if row is not None else None
    stored = await DeadlineAlarm.filter(case_id=case_id)
    ended = [one.id for one in stored if one.state == WAITING and not is_of(one, running)]
    if ended:
        await DeadlineAlarm.filter(id__in=ended).update(state=CANCELLED, updated_at=change.now)
    now = await desk.now(change.connection)
    if any(one.state == FIRED and not is_of(one, running) for one in stored):
        await _take_back(kind.name, case_id, running, now)
    if running is None:
        return 0
    at = moments(running.started_at, running.due_at, running.limit_unit, desk.calendar, desk.section)
    wanted = still_wanted(at, now, _fired(stored, running))
    own = {Mark(one.mark): one for one in stored if is_of(one, running)}
    again = [(own[mark], at) for mark, at in wanted.items() if mark in own and own[mark].state == CANCELLED]
    for alarm, fire_at in again:
        query = DeadlineAlarm.filter(id=alarm.id)
        await query.update(state=WAITING, fire_at=fire_at, updated_at=change.now)
    if own:
        return len(again)
    rows = [_alarm(change, running, mark, fire_at) for mark, fire_at in wanted.items()]
    await DeadlineAlarm.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def still_wanted(
    at: Mapping[Mark, datetime], now: datetime, fired: Iterable[Mark] = ()
) -> dict[Mark, datetime]:
    """Of all marks of a limit those to come and the last that has passed, unless that much was told already.

    Whoever plans late must not tell the same people four things at once.
    """
    told = max((ORDER[mark] for mark in fired), default=-1)
    passed = [mark for mark, moment in at.items() if moment <= now]
    last = [mark for mark in passed[-1:] if ORDER[mark] > told]
    return {mark: moment for mark, moment in at.items() if moment > now or mark in last}


def is_of(alarm: DeadlineAlarm, running: RunningClock | None) -> bool:
    """Whether this alarm is one of this very limit."""
    return (
        running is not None
        and alarm.clock == running.clock
        and alarm.started_at == running.started_at
        and alarm.due_at == running.due_at
    )


async def _take_back(case_kind: str, case_id: UUID, running: RunningClock | None, now: datetime) -> None:
    """Of a limit that has ended nobody is told any more, staff or citizen: what waits for the morning or a bundle stays unsent.

    What waits about the limit that runs still goes out, and so does what is in a bundle that was made.
    """
    waiting = await Delivery.filter(
        case_id=case_id, state__in=(QUEUED, BUNDLED), digest_id=None, lost_at=None
    ).only("id", "params")
    ended = [row.id for row in waiting if _is_of_another_limit(row, case_kind, running)]
    if ended:
        # Not what a sender has taken meanwhile, nor what was put into a bundle.
        still = Delivery.filter(id__in=ended, state__in=(QUEUED, BUNDLED), digest_id=None)
        await still.update(state=EXPIRED, final_reason="limit_ended", settled_at=now, updated_at=now)


def _is_of_another_limit(row: Delivery, case_kind: str, running: RunningClock | None) -> bool:
    """Whether the notice is about a limit of this case (not of one that hangs on it), and not about the one that runs."""
    params = msgspec.json.decode(row.params, type=dict[str, str])
    if params.get("case_kind") != case_kind or "mark" not in params:
        return False
    if running is None:
        return True
    due = moment_params("due", running.due_at)["due"]
    return params.get("clock") != running.clock or params.get("due") != due


def _fired(stored: Iterable[DeadlineAlarm], running: RunningClock) -> list[Mark]:
    """What was told of this limit already, also while it was to end at another time."""
    return [
        Mark(one.mark)
        for one in stored
        if one.state == FIRED and one.clock == running.clock and one.started_at == running.started_at
    ]


def _alarm(change: Change, running: RunningClock, mark: Mark, fire_at: datetime) -> DeadlineAlarm:
    return DeadlineAlarm(
        id=change.ids.new(),
        case_kind=running.case_kind,
        case_id=running.case_id,
        clock=running.clock,
        mark=mark.value,
        started_at=running.started_at,
        due_at=running.due_at,
        fire_at=fire_at,
        state=WAITING,
        updated_at=change.now,
    )


async def _unplanned(desk: DeadlineDesk, kind: ClockedKind) -> list[UUID]:
    """Cases whose running limit has no alarm that waits, nor had its last one."""
    states = [str(state) for state, clock in kind.clocks.items() if clock not in desk.section.silent]
    if not states:
        return []
    postgres = desk.db.is_postgres
    holes = ", ".join(f"${number}" if postgres else "?" for number in range(1, len(states) + 1))
    sql = (
        f"SELECT c.id FROM {kind.model._meta.db_table} c "  # noqa: S608 - our own names
        f"WHERE c.state IN ({holes}) AND c.due_at IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM deadline_alarm a WHERE a.case_id = c.id AND a.due_at = c.due_at "
        f"AND (a.state = '{WAITING}' OR a.state = '{FIRED}' AND a.mark = '{Mark.OVERDUE}')) "
        f"ORDER BY c.id LIMIT {PORTION}"
    )
    rows = await desk.db.reading.execute_query_dict(sql, states)
    return [UUID(str(row["id"])) for row in rows]
