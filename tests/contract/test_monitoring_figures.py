"""What the figures say of rows that wait, on both engines; and when figures are no longer shown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, timedelta
from datetime import time as of_day
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from app.facts import of_backups, of_disks, of_workers
from app.gauges import SHOWN_FOR_S, Gauges, Source
from app.gauges_day import LastDay
from app.gauges_platform import of_certification, of_quotas, of_tokens
from app.gauges_upkeep import days_known, of_database_size, of_seals
from app.gauges_waiting import LATE_AFTER, of_calls, of_deadlines, of_deliveries, of_events, what_waits
from app.meters import beat, metrics_folder
from bot.models import PlatformReport
from casework.deadlines.models import DeadlineAlarm
from casework.notifications.models import Delivery, StaffAlert
from casework.notifications.shape import Lane
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.metrics import Board, Spread, gauge
from kit.outbox_models import DEAD, PENDING, OutboxEvent
from kit.quiet_hours import QuietHours
from kit.redis import connect
from tests import read_once
from tests.casework_setting import calendar, desk_on, filed
from tests.monitoring import not_offered
from wechat.endpoints import CUSTOM_SEND, TEMPLATE_SEND
from wechat.quota import QuotaBook
from wechat.token_state import TokenState, obtained, refused
from wechat.tokens import TokenKeeper

NEVER = QuietHours(of_day(0), of_day(0))
SECONDS = timedelta(seconds=1)


def value(families: Iterable[Metric], name: str, **labels: str) -> float:
    """The one sample."""
    found = [
        sample.value
        for family in families
        for sample in family.samples
        if family.name == f"chengguan_{name}" and sample.labels == labels
    ]
    assert len(found) == 1, (name, labels, found)
    return float(found[0])


async def keep(database: Database, *rows: Any) -> None:
    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)

    await database.change(work)


async def delivery(database: Database, **more: Any) -> Delivery:
    """Planned just now and due."""
    now = await database.database_now()
    fields: dict[str, Any] = {
        "id": database.ids.new(),
        "event_id": database.ids.new(),
        "recipient_kind": "account",
        "recipient_id": database.ids.new(),
        "rule": "complaint_answered_owner",
        "template": "notifications.answered",
        "params": "{}",
        "state": "queued",
        "attempts": 0,
        "fence": 0,
        "lane": int(Lane.NORMAL),
        "next_at": now,
        "expires_at": now + timedelta(days=1),
        "created_at": now,
        "updated_at": now,
    }
    return Delivery(**(fields | more))


async def test_the_oldest_unsent_is_told_by_lane_and_what_rests_for_the_night_is_not_late(
    database: Database,
) -> None:
    now = await database.database_now()
    back = lambda s: now - s * SECONDS  # noqa: E731
    await keep(
        database,
        await delivery(database, lane=int(Lane.URGENT), next_at=back(90), created_at=back(90)),
        # A release before wrote no lane.
        await delivery(database, lane=None, next_at=back(400), created_at=back(400)),
        await delivery(database, attempts=3, created_at=back(700), next_at=now + 60 * SECONDS),
        await delivery(database, created_at=back(9_000), next_at=now + timedelta(hours=5)),
        await delivery(database, lane=int(Lane.BULK), state="sending", created_at=back(5_000)),
        await delivery(database, lane=int(Lane.BULK), state="bundled", created_at=back(5_000)),
        await delivery(database, state="sent", created_at=back(99_000), next_at=back(99_000)),
    )
    told = await of_deliveries(now, NEVER)
    ages = {lane: value(told, "deliveries_oldest_unsent_seconds", lane=lane)
            for lane in ("urgent", "normal", "bulk")}  # fmt: skip
    assert ages == pytest.approx({"urgent": 90, "normal": 700, "bulk": 0}, abs=1)
    waiting = {
        (sample.labels["lane"], sample.labels["state"]): sample.value
        for sample in told[0].samples
        if sample.value
    }
    assert waiting == {
        ("urgent", "queued"): 1,
        ("normal", "queued"): 2,
        ("normal", "held"): 1,
        ("bulk", "sending"): 1,
        ("bulk", "bundled"): 1,
    }
    # What was planned in quiet hours that are not over yet has not begun to wait, however often it was tried.
    local = now.astimezone(NEVER.zone)
    quiet = QuietHours((local - timedelta(hours=2)).time(), (local + timedelta(minutes=1)).time())
    resting = await of_deliveries(now + timedelta(minutes=2), quiet)
    assert value(resting, "deliveries_oldest_unsent_seconds", lane="normal") == pytest.approx(520, abs=61)
    assert value(resting, "deliveries_oldest_unsent_seconds", lane="urgent") == pytest.approx(210, abs=1)


async def test_events_deadlines_and_calls_that_nobody_has_seen_to_have_an_age(
    database: Database, clock: FixedClock
) -> None:
    now, database_now = clock.now(), await database.database_now()

    def event(state: str, age_s: int) -> OutboxEvent:
        at = now - age_s * SECONDS
        return OutboxEvent(
            id=database.ids.new(), name="a.b", version=1, payload="{}", state=state, attempts=0, next_at=at,
            created_at=at,
        )  # fmt: skip

    def alarm(state: str, late_s: int) -> DeadlineAlarm:
        at = database_now - late_s * SECONDS
        return DeadlineAlarm(
            id=database.ids.new(), case_kind="complaint", case_id=database.ids.new(), clock="complaint.accept",
            mark="due", started_at=at, due_at=at, fire_at=at, state=state, updated_at=at,
        )  # fmt: skip

    def call(settled: bool, **more: Any) -> StaffAlert:
        return StaffAlert(
            id=database.ids.new(), event_id=database.ids.new(), rule="danger_paged", escalate_to="heads",
            **({"raised_at": now - 300 * SECONDS, "escalate_at": database_now, "settled": settled} | more),
        )  # fmt: skip

    late = database_now - LATE_AFTER - SECONDS
    await keep(
        database,
        *(
            event(state, age)
            for state, age in ((PENDING, 40), (PENDING, 200), (DEAD, 9_000), ("handled", 9_000))
        ),
        *(alarm(state, age) for state, age in (("waiting", 75), ("waiting", -50), ("fired", 900))),
        call(False),
        call(False, escalate_at=late, raised_at=now - 900 * SECONDS),
        call(True, escalated_at=now - 60 * SECONDS),
        call(True, acknowledged_at=now),
    )
    events, deadlines = await of_events(now), await of_deadlines(database_now)
    assert value(events, "outbox_lag_seconds") == 200
    assert [value(events, "outbox_events", state=one) for one in (PENDING, DEAD)] == [2, 1]
    assert value(deadlines, "deadline_lag_seconds") == pytest.approx(75, abs=1)
    assert value(deadlines, "deadline_alarms_due") == 1
    calls = await of_calls(now, database_now)
    states = ("open", "late", "escalated")
    assert [value(calls, "staff_alerts", state=one) for one in states] == [2, 1, 1]
    assert value(calls, "staff_alerts_oldest_seconds") == 900


async def test_a_complaint_in_nobodys_hands_waits_in_office_hours_alone(
    database: Database, clock: FixedClock
) -> None:
    assert value(await what_waits(database, calendar(), NEVER), "outbox_lag_seconds") == 0
    await filed(desk_on(database))
    # From Monday 09:30 to Tuesday 09:30: 7 of 24 hours.
    clock.advance(timedelta(days=1))
    told = await what_waits(database, calendar(), NEVER)
    assert value(told, "cases_unrouted_working_seconds", state="submitted") == 7 * 3600
    assert value(told, "cases_unrouted_working_seconds", state="accepted") == 0
    assert value(told, "cases", kind="complaint", state="open") == 1


async def test_the_last_day_is_counted_by_rule_and_reason_and_what_the_console_shows_apart(
    database: Database, clock: FixedClock
) -> None:
    day = LastDay(database)
    old = await delivery(database, state="failed", final_reason="not_a_follower")
    clock.advance(timedelta(hours=23))
    await keep(
        database,
        old,
        await delivery(database, state="sent", channel="template", repeats=1),
        await delivery(database, state="sent", channel="console"),
        await delivery(database, state="uncertain", final_reason="lease_lapsed", rule="other"),
    )
    told = await day.read()
    rule = "complaint_answered_owner"
    assert value(told, "deliveries_last_day", rule=rule, state="failed") == 1
    assert value(told, "deliveries_last_day", rule=rule, state="sent") == 1
    assert value(told, "deliveries_last_day", rule=rule, state="console") == 1
    assert value(told, "deliveries_last_day", rule="other", state="uncertain") == 1
    assert value(told, "deliveries_reasons_last_day", state="failed", reason="not_a_follower") == 1
    assert value(told, "deliveries_repeats_last_day", rule=rule) == 1
    clock.advance(timedelta(hours=2))
    told = await day.read()
    assert "failed" not in {sample.labels["state"] for sample in told[0].samples}
    assert value(await of_seals(), "audit_sealed_timestamp_seconds") == 0


async def test_the_size_of_the_database_is_told(database: Database, database_url: str) -> None:
    assert value(await of_database_size(database, database_url), "database_bytes") > 100_000


async def test_certification_ends_when_the_platform_said(database: Database) -> None:
    name = "wechat_certification_expires_timestamp_seconds"
    assert value(await of_certification(), name) == 0
    report = PlatformReport(
        id=database.ids.new(), act="x", kind="annual_renew", job_id="", status="",
        facts='{"ExpiredTime": "1800000000"}', at=database.clock.now(),
    )  # fmt: skip
    await keep(database, report)
    assert value(await of_certification(), name) == 1_800_000_000


async def test_the_breaker_and_the_quotas_are_read_where_all_processes_keep_them(
    valkey_url: str, clock: FixedClock
) -> None:
    redis = connect(valkey_url)
    try:
        await redis.flushall()
        apps = [("official", "wx-figures")]
        assert value(await of_tokens(redis, apps, clock.now()), "wechat_token_failures", app="official") == 0
        at = clock.now().timestamp()
        keeper = TokenKeeper(redis, None, "wx-figures", "", "", clock)  # type: ignore[arg-type]
        fresh = obtained(TokenState(), "token", 7200, at)
        await keeper._save(refused(fresh, fresh, at))
        told = await of_tokens(redis, apps, clock.now())
        assert value(told, "wechat_token_breaker_seconds", app="official", of="refresh") > 0
        assert value(told, "wechat_token_breaker_seconds", app="official", of="calls") == 0
        clock.advance(timedelta(hours=1))
        told = await of_tokens(redis, apps, clock.now())
        assert value(told, "wechat_token_breaker_seconds", app="official", of="refresh") == 0
        book = QuotaBook(redis, clock, "wx-figures")
        await book.told(CUSTOM_SEND.path, 4)
        for _ in range(3):
            await book.spend(CUSTOM_SEND)
        await book.spend(TEMPLATE_SEND)
        told = await of_quotas(redis, apps, clock)
        left = "wechat_quota_left_ratio"
        assert value(told, left, app="official", endpoint=CUSTOM_SEND.path) == 0.25
        assert value(told, left, app="official", endpoint=TEMPLATE_SEND.path) == 1 - 1 / 100_000
        assert value(told, "wechat_quota_used", app="official", endpoint=CUSTOM_SEND.path) == 3
    finally:
        await redis.aclose()


def test_the_calendar_is_known_to_the_end_of_the_last_year_without_a_gap() -> None:
    shipped = read_once.holidays()
    last = max(shipped.years)
    assert days_known(shipped, date(last, 11, 23)) == 38
    assert days_known(shipped, date(last - 1, 12, 31)) == (date(last, 12, 31) - date(last - 1, 12, 31)).days
    assert days_known(shipped, date(last + 1, 1, 1)) == 0


async def test_a_failed_question_hides_no_other_and_old_answers_are_shown_no_more() -> None:
    now, asked, away = [1000.0], [], [False]

    def source(name: str, every_s: float = 15.0) -> Source:
        async def read() -> list[Metric]:
            asked.append(name)
            if away[0] and name == "one":
                raise ConnectionError
            return [gauge(f"of_{name}", "", [({}, len(asked))])]

        return Source(name, read, every_s)

    gauges = Gauges([source("one"), source("two", 60)], elapsed=lambda: now[0], epoch=lambda: now[0])
    shown = lambda: {family.name for family in gauges.collect() if family.samples}  # noqa: E731
    assert shown() == set()
    assert await gauges.step() == 0
    assert shown() == {"of_one", "of_two", "chengguan_gauges_read_timestamp_seconds"}
    now[0] += 15
    away[0] = True
    with pytest.raises(ConnectionError):
        await gauges.step()
    assert asked == ["one", "two", "one"]
    assert shown() == {"of_two", "chengguan_gauges_read_timestamp_seconds"}
    away[0] = False
    await gauges.step()
    # The worker hangs, or another has the duty: nothing is left to contradict it.
    now[0] += 60 + SHOWN_FOR_S
    assert shown() == set()


def test_without_a_worker_the_page_tells_since_when(tmp_path: Path) -> None:
    folder = metrics_folder(tmp_path)
    worker = Board(folder, "worker", CollectorRegistry())
    beat(folder)
    assert value(of_workers(folder), "workers") == 1
    # kill -9: no file is taken away, the lock is free.
    os.close(worker._lock)
    os.utime(folder / "worker.beat", (1000, 1000))
    assert value(of_workers(folder), "workers") == 0
    assert value(of_workers(folder), "worker_heartbeat_timestamp_seconds") == 1000
    assert value(of_workers(tmp_path), "worker_heartbeat_timestamp_seconds") == 0
    assert value(of_backups(tmp_path), "backup_last_timestamp_seconds") == 0
    assert value(of_disks(tmp_path, f"sqlite://{tmp_path}/x.db"), "disk_free_bytes", of="database") > 0


def test_a_spread_counts_like_a_histogram() -> None:
    spread = Spread((0.1, 1.0))
    for seconds in (0.1, 0.2, 5.0):
        spread.observe(seconds)
    family = Metric("took", "", "histogram")
    spread.add_to(family, {"door": "a"})
    assert {(one.name, one.labels.get("le")): one.value for one in family.samples} == {
        ("took_bucket", "0.1"): 1,
        ("took_bucket", "1.0"): 2,
        ("took_bucket", "+Inf"): 3,
        ("took_count", None): 3,
        ("took_sum", None): pytest.approx(5.3),
    }


def test_a_query_for_what_is_not_offered_is_named() -> None:
    found = not_offered("# TYPE chengguan_redis_up gauge\nchengguan_redis_up 1\n")
    assert "OldestUnsent: no metric chengguan_deliveries_oldest_unsent_seconds" in found
    assert not any(line.startswith("RedisAway") for line in found)
