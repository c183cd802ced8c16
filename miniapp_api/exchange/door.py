"""What the platforms' door works with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.complaints.desk import Desk
from casework.exchange.profile import ExchangeSection
from casework.misconduct import Misconduct
from kit.http.addresses import ClientAddresses
from kit.http.rate_limit import RateLimit


@dataclass(frozen=True)
class ExchangeDoor:
    """Collaborators of every route, found at `app.ctx.exchange`. `secrets` gives a platform's secrets, newest first."""

    desk: Desk
    section: ExchangeSection
    secrets: Callable[[str], tuple[bytes, ...]]
    misconduct: Misconduct
    limit: RateLimit
    addresses: ClientAddresses


def build_exchange(
    *,
    desk: Desk,
    section: ExchangeSection,
    secrets: Callable[[str], tuple[bytes, ...]],
    misconduct: Misconduct,
    limit: RateLimit,
    trusted_proxies: Sequence[str] = (),
) -> ExchangeDoor:
    """Put the door together. Without platforms in the profile it refuses everybody."""
    return ExchangeDoor(
        desk=desk,
        section=section,
        secrets=secrets,
        misconduct=misconduct,
        limit=limit,
        addresses=ClientAddresses(trusted_proxies),
    )


def door_of(request: Request) -> ExchangeDoor:
    """The door of the application that serves this request."""
    return cast("ExchangeDoor", request.app.ctx.exchange)
