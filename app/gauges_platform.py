"""How we stand with the platform: the token and its breaker, what is left of the day's quotas, certification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from prometheus_client.core import Metric

from bot.models import PlatformReport
from bot.platform_reports import ENDING, RENEWED
from kit.clock import Clock
from kit.metrics import gauge
from kit.redis import Redis
from wechat import endpoints
from wechat.endpoints import Endpoint
from wechat.quota import QuotaBook
from wechat.token_state import TokenState, breaker_left_s, calls_left_alone_s, forced_today
from wechat.tokens import known_state

Samples = list[tuple[dict[str, str], float]]

ACCOUNT, MINI_PROGRAM = "official", "miniprogram"
BASE_QUOTAS = {
    one.path: one.day_quota
    for one in vars(endpoints).values()
    if isinstance(one, Endpoint) and one.day_quota is not None
}


async def of_tokens(redis: Redis, apps: Sequence[tuple[str, str]], now: datetime) -> list[Metric]:
    """`apps` are the name of an account as a label and its app id. What nobody knows yet counts as closed."""
    at = now.timestamp()
    breaker: Samples = []
    failures: Samples = []
    forced: Samples = []
    expires: Samples = []
    for name, app_id in apps:
        state = await known_state(redis, app_id) or TokenState()
        label = {"app": name}
        breaker.append((label | {"of": "refresh"}, breaker_left_s(state, at)))
        breaker.append((label | {"of": "calls"}, calls_left_alone_s(state, at)))
        failures.append((label, state.failures))
        forced.append((label, forced_today(state, at)))
        expires.append((label, state.expires_at))
    return [
        gauge(
            "chengguan_wechat_token_breaker_seconds",
            "How much longer no other token is asked for; 0 while the breaker is closed.",
            breaker,
        ),
        gauge("chengguan_wechat_token_failures", "Failed calls of the token endpoint in a row.", failures),
        gauge("chengguan_wechat_token_forced_last_day", "Forced changes of the token within a day.", forced),
        gauge(
            "chengguan_wechat_token_expires_timestamp_seconds",
            "When the token in use expires; 0 while there is none.",
            expires,
        ),
    ]


async def of_quotas(redis: Redis, apps: Sequence[tuple[str, str]], clock: Clock) -> list[Metric]:
    """Of the endpoints that were called today."""
    used: Samples = []
    left: Samples = []
    for name, app_id in apps:
        book = QuotaBook(redis, clock, app_id)
        told = await book.limits()
        for path, number in (await book.used()).items():
            label = {"app": name, "endpoint": path}
            used.append((label, number))
            limit = told.get(path, BASE_QUOTAS.get(path))
            if limit:
                left.append((label, max(0.0, 1 - number / limit)))
    return [
        gauge("chengguan_wechat_quota_used", "Calls today, by endpoint.", used),
        gauge("chengguan_wechat_quota_left_ratio", "What is left of a day's quota, 1 to 0.", left),
    ]


async def of_certification() -> list[Metric]:
    """What the platform last said of the account's certification; 0 where it never said anything."""
    # Rare events among many: asked without an order, so that no engine walks through all by their time.
    reports = await PlatformReport.filter(kind__in=[*ENDING, *RENEWED]).only("id", "at", "facts")
    latest = max(reports, key=lambda one: (one.at, one.id), default=None)
    expires = 0.0
    if latest is not None and (found := msgspec.json.decode(latest.facts).get("ExpiredTime", "")).isdigit():
        expires = float(found)
    return [
        gauge(
            "chengguan_wechat_certification_expires_timestamp_seconds",
            "When the account's certification ends, as far as the platform has said; 0 where it has not.",
            [({}, expires)],
        )
    ]
