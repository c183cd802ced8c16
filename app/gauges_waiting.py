"""What waits, and for how long: events, messages, alarms of deadlines, calls to staff, cases.

Every question reads an index and no more than what is open, however old the installation is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client.core import Metric
from tortoise.functions import Count, Min

from app.gauges_exchange import of_exchange
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.dangers.lifecycle import State as DangerState
from casework.dangers.models import DangerAlert
from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import WAITING
from casework.inquiries.models import Inquiry
from casework.notifications.models import Delivery, StaffAlert
from casework.notifications.shape import Lane
from casework.notifications.states import BUNDLED, QUEUED, SENDING
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.files.models import FileState, StoredFile, Upload, UploadState
from kit.metrics import gauge
from kit.outbox_models import DEAD, PENDING, OutboxEvent
from kit.quiet_hours import QuietHours

HELD = "held"
"""Not a state of a row: queued, but for later, because of the night."""
LANES = tuple((lane, lane.name.lower()) for lane in Lane)
ESCALATED_FOR = timedelta(hours=1)
LATE_AFTER = timedelta(seconds=30)
"""The duty that passes calls on looks every few seconds."""
UNROUTED = (State.SUBMITTED, State.ACCEPTED, State.REOPENED)
"""States in which nobody has the case in hand."""

Samples = list[tuple[dict[str, str], float]]


async def of_events(now: datetime) -> list[Metric]:
    """The outbox. `now` by our own clock, as events are."""
    pending = OutboxEvent.filter(state=PENDING)
    oldest = (await pending.annotate(at=Min("created_at")).values("at"))[0]["at"]
    counts: Samples = [
        ({"state": PENDING}, await pending.count()),
        ({"state": DEAD}, await OutboxEvent.filter(state=DEAD).count()),
    ]
    return [
        gauge("chengguan_outbox_events", "Events that wait, and those given up.", counts),
        gauge(
            "chengguan_outbox_lag_seconds",
            "How long the oldest event that nobody has handled has waited.",
            [({}, seconds_since(oldest, now))],
        ),
    ]


async def of_deliveries(now: datetime, quiet: QuietHours) -> list[Metric]:
    """Messages on their way, by lane. `now` is the database's, as their times are.

    The age of the oldest counts from when it was first due: from its planning, but for the night's rest.
    """
    rows = (
        await Delivery.filter(state__in=[QUEUED, SENDING, BUNDLED])
        .annotate(number=Count("id"))
        .group_by("state", "lane")
        .values("state", "lane", "number")
    )
    queued = Delivery.filter(state=QUEUED)
    untried = await _by_lane(queued.filter(attempts=0, next_at__lte=now), "next_at")
    tried = await _by_lane(queued.filter(attempts__gt=0), "created_at")
    depth: dict[tuple[str, Lane], int] = {}
    for row in rows:
        place = (row["state"], _lane(row["lane"]))
        depth[place] = depth.get(place, 0) + row["number"]
    waiting: Samples = []
    oldest: Samples = []
    for lane, name in LANES:
        due = untried.get(lane, (0, None))
        again = tried.get(lane, (0, None))
        sendable = due[0] + again[0]
        held = max(0, depth.get((QUEUED, lane), 0) - sendable)
        for state, number in (
            (QUEUED, sendable),
            (HELD, held),
            (BUNDLED, depth.get((BUNDLED, lane), 0)),
            (SENDING, depth.get((SENDING, lane), 0)),
        ):
            waiting.append(({"state": state, "lane": name}, number))
        first = again[1]
        if first is not None and lane is not Lane.URGENT:
            first = quiet.over(first)
        ages = [seconds_since(at, now) for at in (due[1], first)]
        oldest.append(({"lane": name}, max(ages)))
    return [
        gauge("chengguan_deliveries_waiting", "Messages not yet in a final state, by lane.", waiting),
        gauge(
            "chengguan_deliveries_oldest_unsent_seconds",
            "How long the oldest message that could be sent has not been, by lane.",
            oldest,
        ),
    ]


async def of_deadlines(now: datetime) -> list[Metric]:
    """Alarms of deadlines whose moment has come and which nobody has sounded. `now` is the database's."""
    due = DeadlineAlarm.filter(state=WAITING, fire_at__lte=now)
    row = (await due.annotate(at=Min("fire_at"), number=Count("id")).values("at", "number"))[0]
    return [
        gauge(
            "chengguan_deadline_lag_seconds",
            "How long the oldest alarm of a deadline is past its moment.",
            [({}, seconds_since(row["at"], now))],
        ),
        gauge("chengguan_deadline_alarms_due", "Alarms whose moment has come.", [({}, row["number"])]),
    ]


async def of_calls(now: datetime, database_now: datetime) -> list[Metric]:
    """Calls to staff that nobody has answered: open, past the time to call somebody else, passed on just now."""
    answerless = StaffAlert.filter(settled=False)
    row = (await answerless.annotate(at=Min("raised_at"), number=Count("id")).values("at", "number"))[0]
    escalated = StaffAlert.filter(
        settled=True,
        # Passed on at the moment set for it or after it: by the index.
        escalate_at__gte=database_now - 24 * ESCALATED_FOR,
        escalated_at__gte=now - ESCALATED_FOR,
        acknowledged_at__isnull=True,
    )
    return [
        gauge(
            "chengguan_staff_alerts",
            "Calls to staff without an answer: open; late to be passed on; passed on within an hour.",
            [
                ({"state": "open"}, row["number"]),
                (
                    {"state": "late"},
                    await answerless.filter(escalate_at__lt=database_now - LATE_AFTER).count(),
                ),
                ({"state": "escalated"}, await escalated.count()),
            ],
        ),
        gauge(
            "chengguan_staff_alerts_oldest_seconds",
            "How long the oldest call to staff has been without an answer.",
            [({}, seconds_since(row["at"], now))],
        ),
    ]


async def of_cases(now: datetime, calendar: WorkingCalendar) -> list[Metric]:
    """Open cases, those past their limit, and how long, in office hours, the oldest has been in nobody's hands."""
    cases: Samples = []
    for kind, rows in (
        ("complaint", Complaint.filter(due_at__isnull=False, closed_at__isnull=True)),
        ("inquiry", Inquiry.filter(due_at__isnull=False)),
    ):
        cases.append(({"kind": kind, "state": "open"}, await rows.count()))
        cases.append(({"kind": kind, "state": "overdue"}, await rows.filter(due_at__lt=now).count()))
    untaken = DangerAlert.filter(state=DangerState.RAISED.value)
    cases.append(({"kind": "danger", "state": "untaken"}, await untaken.count()))
    oldest = (
        await Complaint.filter(
            due_at__isnull=False, closed_at__isnull=True, state__in=[one.value for one in UNROUTED]
        )
        .annotate(at=Min("state_since_at"))
        .group_by("state")
        .values("state", "at")
    )
    since = {row["state"]: moment(row["at"]) for row in oldest}
    unrouted: Samples = []
    for state in UNROUTED:
        at = since.get(state.value)
        waited = calendar.working_time_between(at, now) if at is not None and at < now else timedelta()
        unrouted.append(({"state": state.value}, waited.total_seconds()))
    files: Samples = [
        ({"state": "to_decode"}, await StoredFile.filter(state=FileState.RECEIVED.value).count()),
        ({"state": "uploading"}, await Upload.filter(state=UploadState.OPEN.value).count()),
    ]
    return [
        gauge("chengguan_cases", "Open cases; those past their limit; calls nobody took.", cases),
        gauge(
            "chengguan_cases_unrouted_working_seconds",
            "Office hours for which the oldest complaint of a state has been in nobody's hands.",
            unrouted,
        ),
        gauge("chengguan_files", "Files on their way in.", files),
    ]


async def what_waits(db: Database, calendar: WorkingCalendar, quiet: QuietHours) -> list[Metric]:
    """All of the above."""
    now, database_now = db.clock.now(), await db.database_now()
    return [
        *await of_events(now),
        *await of_deliveries(database_now, quiet),
        *await of_deadlines(database_now),
        *await of_calls(now, database_now),
        *await of_cases(now, calendar),
        *await of_exchange(now),
    ]


def seconds_since(at: datetime | str | None, now: datetime) -> float:
    """0 for what is not there and for what is to come."""
    then = moment(at)
    return max(0.0, (now - then).total_seconds()) if then is not None else 0.0


def moment(at: datetime | str | None) -> datetime | None:
    """What an aggregate over times gives: text on SQLite, a time on PostgreSQL."""
    if at is None or isinstance(at, datetime):
        return at
    return datetime.fromisoformat(at)


async def _by_lane(query: object, field: str) -> dict[Lane, tuple[int, datetime | None]]:
    rows = (
        await query.annotate(at=Min(field), number=Count("id"))  # type: ignore[attr-defined]
        .group_by("lane")
        .values("lane", "at", "number")
    )
    found: dict[Lane, tuple[int, datetime | None]] = {}
    for row in rows:
        lane, at = _lane(row["lane"]), moment(row["at"])
        number, before = found.get(lane, (0, None))
        first = min((one for one in (before, at) if one is not None), default=None)
        found[lane] = (number + row["number"], first)
    return found


def _lane(stored: int | None) -> Lane:
    """A release before wrote none."""
    return Lane.NORMAL if stored is None else Lane(stored)
