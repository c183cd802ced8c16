"""The exchange with other platforms, put together: its door, what hears of steps, and what sends them."""

from __future__ import annotations

from collections.abc import Callable

from app.core import Core
from casework.complaints.desk import Desk
from casework.exchange.profile import ExchangeSection
from casework.exchange.sending import Courier, Post
from casework.misconduct import Misconduct
from kit.http.rate_limit import RateLimit
from kit.shared_secrets import SharedSecrets
from miniapp_api.exchange.door import ExchangeDoor, build_exchange


def exchange_section(core: Core) -> ExchangeSection:
    """The platforms of the profile in force."""
    return core.profile.section(ExchangeSection)


def exchange_door(core: Core, desk: Desk) -> ExchangeDoor:
    """The door under /exchange/v1."""
    settings = core.settings
    return build_exchange(
        desk=desk,
        section=exchange_section(core),
        secrets=SharedSecrets(settings.key_dir).of,
        misconduct=Misconduct(core.catalogue),
        limit=RateLimit(core.redis, core.keys, core.clock, enabled=settings.rate_limits),
        trusted_proxies=settings.trusted_proxies,
    )


def courier(core: Core, desk: Desk, post: Post, report: Callable[..., object]) -> Courier:
    """What sends to the platforms."""
    secrets = SharedSecrets(core.settings.key_dir).of
    return Courier(desk, exchange_section(core), secrets, post, report=report)
