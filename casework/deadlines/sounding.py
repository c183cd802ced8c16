"""Sounding the alarms whose moment has come: a duty of every worker, over rows.

State, audit entry and event are one transaction, under a lock on the case: two workers, a kill in the middle or a
clock that is set back cannot sound an alarm twice, and one whose moment passed unseen is sounded at the next look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.actors import clock
from casework.deadlines.clocks import ClockedKind, RunningClock
from casework.deadlines.desk import DeadlineDesk
from casework.deadlines.events import DeadlineReached
from casework.deadlines.marks import ORDER, Mark, span
from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import CANCELLED, FIRED, PORTION, TOGETHER, WAITING, is_of
from kit.db import DATABASE_AWAY, Change

Report = Callable[[UUID, BaseException], object]


async def sound_due(desk: DeadlineDesk, report: Report, at_most: int = PORTION) -> int:
    """Sound what is due, oldest first. Returns how many alarms were settled: sounded, or found to be over.

    A case that cannot be told of is reported by its id and does not hold up the others. Cases that somebody else
    holds just now are left to the next look.
    """
    now = await desk.now(desk.db.reading)
    names = [kind.name for kind in desk.kinds]
    due = (
        await DeadlineAlarm.filter(state=WAITING, fire_at__lte=now, case_kind__in=names)
        .order_by("fire_at", "id")
        .limit(at_most)
        .only("id", "case_kind", "case_id")
    )
    cases: dict[str, dict[UUID, None]] = defaultdict(dict)
    for alarm in due:
        cases[alarm.case_kind][alarm.case_id] = None
    settled = 0
    for name, ids in cases.items():
        kind = desk.kind(name)
        for some in _portions(sorted(ids)):
            settled += await _sound_together(desk, kind, some, now, report)
    return settled


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """So few that other writers need not wait for them."""
    for first in range(0, len(ids), TOGETHER):
        yield ids[first : first + TOGETHER]


async def _sound_together(
    desk: DeadlineDesk, kind: ClockedKind, ids: Sequence[UUID], now: datetime, report: Report
) -> int:
    try:
        return await _sound(desk, kind, ids, now)
    except DATABASE_AWAY:
        raise
    except Exception as exc:  # noqa: BLE001 - one bad case must not silence the others; it is reported
        if len(ids) == 1:
            report(ids[0], exc)
            return 0
    return sum([await _sound_together(desk, kind, [id], now, report) for id in ids])


async def _sound(desk: DeadlineDesk, kind: ClockedKind, ids: Collection[UUID], now: datetime) -> int:
    async def work(change: Change) -> int:
        rows = await _held(change, kind, ids)
        found = await DeadlineAlarm.filter(
            case_id__in=list(rows), state=WAITING, fire_at__lte=now, case_kind=kind.name
        ).order_by("fire_at", "id")
        by_case: dict[UUID, list[DeadlineAlarm]] = defaultdict(list)
        for alarm in found:
            by_case[alarm.case_id].append(alarm)
        for case_id, alarms in by_case.items():
            await _settle(desk, change, kind, rows[case_id], alarms, now)
        return len(found)

    return await desk.db.change(work)


async def _held(change: Change, kind: ClockedKind, ids: Collection[UUID]) -> dict[UUID, Any]:
    """The cases, held until the transaction ends; without those that another worker or a clerk holds."""
    query = kind.model.filter(pk__in=list(ids)).order_by("id")
    if change.is_postgres:
        query = query.select_for_update(skip_locked=True)
    return {row.pk: row for row in await query}


async def _settle(
    desk: DeadlineDesk,
    change: Change,
    kind: ClockedKind,
    row: Any,
    alarms: Sequence[DeadlineAlarm],
    now: datetime,
) -> None:
    """What is due of one case: sounded as far as the limit still runs, otherwise over."""
    running = desk.running(kind, row)
    over = [alarm.id for alarm in alarms if not is_of(alarm, running)]
    if over:
        await DeadlineAlarm.filter(id__in=over).update(state=CANCELLED, updated_at=change.now)
    sounding = [alarm for alarm in alarms if is_of(alarm, running)]
    if running is None or not sounding:
        return
    await DeadlineAlarm.filter(id__in=[alarm.id for alarm in sounding]).update(
        state=FIRED, fired_at=now, updated_at=change.now
    )
    last = max(ORDER[Mark(alarm.mark)] for alarm in sounding)
    for alarm in sounding:
        event = _event(desk, running, alarm, now, overtaken=ORDER[Mark(alarm.mark)] < last)
        facts = {
            "content": {"clock": event.clock, "mark": event.mark},
            "due_at": event.due_at.isoformat(),
            "overtaken": event.overtaken,
        }
        await change.audit(running.case_id, clock(), "deadline.alarm", facts)
        change.emit(event, running.case_id)


def _event(
    desk: DeadlineDesk, running: RunningClock, alarm: DeadlineAlarm, now: datetime, *, overtaken: bool
) -> DeadlineReached:
    name, count = span(now, running.due_at, running.limit_unit, desk.calendar)
    return DeadlineReached(
        case_kind=running.case_kind,
        of_id=running.of_id,
        reference=running.reference,
        clock=running.clock,
        mark=alarm.mark,
        due_at=running.due_at,
        what=desk.catalogue.text(f"deadline.what.{running.clock}"),
        left=desk.catalogue.text(f"deadline.span.{name}", count=count),
        unit=running.unit,
        assignee_id=running.assignee_id,
        contractor_id=running.contractor_id,
        organ_unit=running.organ_unit,
        account_id=running.account_id,
        overtaken=overtaken,
        at=now,
    )
