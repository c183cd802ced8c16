"""The questions the worker asks for everybody, and how often."""

from __future__ import annotations

from prometheus_client.core import Metric

from app.core import Core
from app.gauges import Gauges, Source
from app.gauges_day import LastDay
from app.gauges_knowledge import of_knowledge
from app.gauges_platform import ACCOUNT, MINI_PROGRAM, of_certification, of_quotas, of_tokens
from app.gauges_upkeep import (
    of_calendar,
    of_campaigns,
    of_certificate,
    of_database_size,
    of_papers,
    of_redis_memory,
    of_seals,
)
from app.gauges_waiting import what_waits
from app.profile import rule_book
from bot.capabilities import Capabilities
from bot.mass import quota_of
from bot.profile import WechatSection
from casework.complaints.desk import Desk
from kit.clock import local

DAY_EVERY_S, UPKEEP_EVERY_S, CERTIFICATE_EVERY_S = 60.0, 60.0, 3600.0


def build_gauges(core: Core, desk: Desk, capabilities: Capabilities) -> Gauges:
    """The duty of one worker."""
    settings, clock = core.settings, core.clock
    quiet = rule_book(core.profile).quiet
    apps = [(ACCOUNT, settings.wechat_app_id)]
    if settings.miniapp_app_id:
        apps.append((MINI_PROGRAM, settings.miniapp_app_id))
    mass = quota_of(core.profile.section(WechatSection).account_kind, capabilities)

    async def platform() -> list[Metric]:
        return [
            *await of_tokens(core.redis, apps, clock.now()),
            *await of_quotas(core.redis, apps, clock),
            *await of_redis_memory(core.redis),
        ]

    async def upkeep() -> list[Metric]:
        return [
            *await of_seals(),
            *await of_papers(),
            *of_calendar(desk.calendar.days, local(clock.now()).date()),
            *await of_certification(),
            *await of_database_size(core.db, settings.database_url),
            *await of_campaigns(mass(), clock),
        ]

    return Gauges(
        [
            Source("waiting", lambda: what_waits(core.db, desk.calendar, quiet)),
            Source("platform", platform),
            Source("day", LastDay(core.db).read, DAY_EVERY_S),
            Source("upkeep", upkeep, UPKEEP_EVERY_S),
            Source("knowledge", lambda: of_knowledge(clock.now())),
            Source("certificate", lambda: of_certificate(settings.public_url), CERTIFICATE_EVERY_S),
        ]
    )
