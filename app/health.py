"""`chengguan health`: the questions of the alarms, asked once from the command line, with what to read next.

Each check is a figure of `/metrics` and a bound. Figures, bounds and runbooks are those of `deploy/monitoring/alerts.yaml`;
a test compares them.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client.core import Metric

from app.database import NotReady, open_database
from app.facts import of_backups, of_disks, of_workers
from app.gauges_platform import ACCOUNT, of_tokens
from app.gauges_upkeep import of_calendar, of_papers, of_seals
from app.gauges_waiting import what_waits
from app.meters import metrics_folder
from app.profile import calendar_of, profile_in_force, rule_book
from app.refusals import refusals
from kit.clock import SystemClock, local
from kit.db import DATABASE_AWAY
from kit.metrics import gauge
from kit.redis import UNAVAILABLE, connect
from kit.secrets import KeyRing, KeyRingError
from kit.settings import Settings
from kit.valkey import find_valkey

Way = Literal["above", "below", "older"]
MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True)
class Check:
    """`alert` is the rule's name. `way`: the figure is wrong above `bound`, below it, or is a time and is wrong when
    it lies more than `bound` seconds back."""

    alert: str
    what: str
    metric: str
    way: Way
    bound: float
    runbook: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finding:
    """`figure` is None where nobody could tell."""

    check: Check
    figure: float | None
    is_wrong: bool


def _check(alert: str, what: str, metric: str, way: Way, bound: float, runbook: str, **labels: str) -> Check:
    return Check(alert, what, f"chengguan_{metric}", way, bound, runbook, tuple(labels.items()))


CHECKS = (
    _check("DatabaseAway", "数据库", "database_up", "below", 1, "database.md#away"),
    _check("RedisAway", "Redis（没有它也能办，慢一点）", "redis_up", "below", 1, "redis.md#away"),
    _check("WorkerGone", "worker 上次有动静", "worker_heartbeat_timestamp_seconds", "older", 60, "worker.md#gone"),
    _check("DiskFull", "磁盘剩余", "disk_free_bytes", "below", 1e9, "disk.md#full"),
    _check("OldestUnroutedEvent", "最早没派发的事件，已等", "outbox_lag_seconds", "above", 120,
           "deliveries.md#oldest-unrouted"),
    _check("DeadEvents", "多次失败后停下的事件", "outbox_events", "above", 0, "deliveries.md#dead-events", state="dead"),
    _check("OldestUnsentUrgent", "最早没发出的紧急呼叫，已等", "deliveries_oldest_unsent_seconds", "above", 60,
           "deliveries.md#oldest-unsent", lane="urgent"),
    _check("OldestUnsent", "最早没发出的通知，已等", "deliveries_oldest_unsent_seconds", "above", 300,
           "deliveries.md#oldest-unsent", lane="normal"),
    _check("OldestUnsentBulk", "最早没发出的批量通知，已等", "deliveries_oldest_unsent_seconds", "above", 3600,
           "deliveries.md#oldest-unsent", lane="bulk"),
    _check("OldestUnsentExchange", "最早没送到外部平台的消息，已等", "exchange_oldest_unsent_seconds", "above", 1800,
           "exchange.md#oldest-unsent"),
    _check("ExchangeFailed", "没送到外部平台、不再自动发的消息", "exchange_messages", "above", 0, "exchange.md#failed",
           state="failed"),
    _check("DeadlineClockLate", "最早没响的期限提醒，已迟", "deadline_lag_seconds", "above", 60, "deadlines.md#clock"),
    _check("OldestUnroutedCase", "最早没人接手的投诉，已等（办公时间）", "cases_unrouted_working_seconds", "above",
           14400, "deadlines.md#oldest-unrouted-case"),
    _check("CasesOverdue", "超期的办件", "cases", "above", 0, "deadlines.md#overdue", state="overdue"),
    _check("DangerUntaken", "没人确认的险情", "cases", "above", 0, "calls.md#danger", kind="danger", state="untaken"),
    _check("StaffAlertStuck", "到点没有上报的呼叫", "staff_alerts", "above", 0, "calls.md#stuck", state="late"),
    _check("TokenBreakerOpen", "access_token 暂停换取，还要", "wechat_token_breaker_seconds", "above", 0,
           "wechat.md#token"),
    _check("CalendarEnding", "放假安排还够（天）", "calendar_known_days", "below", 31, "deadlines.md#calendar"),
    _check("BackupOld", "上次备份", "backup_last_timestamp_seconds", "older", 26 * HOUR, "backup.md#old"),
    _check("SealOld", "上次封存审计链", "audit_sealed_timestamp_seconds", "older", 26 * HOUR, "backup.md#seal"),
    _check("PaperMismatch", "排出来与出具时不一致、打不开的文书", "papers_mismatched", "above", 0,
           "papers.md#mismatch"),
)  # fmt: skip


async def figures(settings: Settings) -> list[Metric]:
    """Everything that can be told from here. A database or Redis that is away has only the figure that it is."""
    found = [
        *of_disks(settings.data_dir, settings.database_url),
        *of_backups(settings.data_dir),
        *of_workers(metrics_folder(settings.data_dir)),
    ]
    found += await _or_away("chengguan_database_up", lambda: _of_database(settings))
    found += await _or_away("chengguan_redis_up", lambda: _of_redis(settings))
    return found


async def _or_away(name: str, ask: Callable[[], Awaitable[list[Metric]]]) -> list[Metric]:
    try:
        families = await ask()
    except (NotReady, KeyRingError):
        # Not away, but not set up: said as a sentence.
        raise
    except (*refusals(), *DATABASE_AWAY, *UNAVAILABLE):
        return [gauge(name, "", [({}, 0)])]
    return [*families, gauge(name, "", [({}, 1)])]


async def _of_database(settings: Settings) -> list[Metric]:
    keys = KeyRing.open(settings.key_dir, create=False)
    async with open_database(settings, keys) as db:
        profile = await profile_in_force()
        calendar = calendar_of(profile, settings.data_dir)
        return [
            *await what_waits(db, calendar, rule_book(profile).quiet),
            *await of_seals(),
            *await of_papers(),
            *of_calendar(calendar.days, local(db.clock.now()).date()),
        ]


async def _of_redis(settings: Settings) -> list[Metric]:
    embedded = None if settings.redis_url else find_valkey(settings.data_dir)
    url = settings.redis_url or (embedded.url if embedded is not None else None)
    if url is None:
        raise ConnectionError
    redis = connect(url)
    try:
        await redis.ping()
        apps = [(ACCOUNT, settings.wechat_app_id)] if settings.wechat_app_id else []
        return await of_tokens(redis, apps, SystemClock().now())
    finally:
        await redis.aclose()


def judge(families: Iterable[Metric], now: float, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Each check with its worst figure. `now` is in seconds since 1970."""
    samples: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in families:
        samples.setdefault(family.name, []).extend((one.labels, one.value) for one in family.samples)
    return [_judged(check, samples.get(check.metric, []), now) for check in checks]


def _judged(check: Check, samples: Sequence[tuple[dict[str, str], float]], now: float) -> Finding:
    wanted = set(check.labels)
    values = [value for labels, value in samples if wanted <= set(labels.items())]
    if not values:
        return Finding(check, None, is_wrong=False)
    match check.way:
        case "above":
            figure = max(values)
            return Finding(check, figure, figure > check.bound)
        case "below":
            figure = min(values)
            return Finding(check, figure, figure < check.bound)
    # Never is as long ago as can be.
    figure = now - max(values) if max(values) else math.inf
    return Finding(check, figure, figure > check.bound)


def sentence(finding: Finding) -> str:
    """One line for an operator."""
    check, figure = finding.check, finding.figure
    if figure is None:
        return f"- {check.what}：现在查不到"
    mark = "✗" if finding.is_wrong else "✓"
    told = f"{mark} {check.what}：{_in_words(check, figure)}"
    return f"{told}    见 docs/runbooks/{check.runbook}" if finding.is_wrong else told


def _in_words(check: Check, figure: float) -> str:
    if check.metric.endswith("_up"):
        return "正常" if figure else "连不上"
    if check.metric.endswith("_bytes"):
        return f"{figure / 1e9:.1f} GB"
    if check.way == "older":
        return "从来没有" if math.isinf(figure) else f"{_span(figure)}前"
    if check.metric.endswith("_seconds"):
        return _span(figure)
    return f"{figure:.0f}"


def _span(seconds: float) -> str:
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} 秒"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} 分钟"
    return f"{seconds / HOUR:.0f} 小时"
