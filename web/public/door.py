"""What the public pages work with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.figures.desk import FiguresDesk
from casework.penalties.kinds import PenaltiesSection
from casework.permits.kinds import PermitsSection
from content.bureau_profile import BureauSection
from kit.catalogue import Catalogue
from kit.clock import Clock
from kit.http.addresses import ClientAddresses
from kit.http.assets import Assets
from kit.http.rate_limit import RateLimit
from kit.signing_keys import SigningKeys
from web.rendering import Pages


@dataclass(frozen=True)
class PublicDoor:
    """Collaborators of every public page, found at `app.ctx.public`."""

    figures: FiguresDesk
    bureau: BureauSection
    catalogue: Catalogue
    pages: Pages
    assets: Assets
    clock: Clock
    permits: PermitsSection
    penalties: PenaltiesSection
    keys: SigningKeys
    limits: RateLimit
    addresses: ClientAddresses


def build_public(
    *,
    figures: FiguresDesk,
    bureau: BureauSection,
    catalogue: Catalogue,
    assets: Assets,
    permits: PermitsSection,
    keys: SigningKeys,
    limits: RateLimit,
    penalties: PenaltiesSection | None = None,
    trusted_proxies: Sequence[str] = (),
) -> PublicDoor:
    """Put the door together. `keys` sign e-permits; `limits` keep whoever asks too often away."""
    return PublicDoor(
        figures=figures,
        bureau=bureau,
        catalogue=catalogue,
        pages=Pages(catalogue, assets.url),
        assets=assets,
        clock=figures.desk.db.clock,
        permits=permits,
        penalties=penalties or PenaltiesSection(),
        keys=keys,
        limits=limits,
        addresses=ClientAddresses(trusted_proxies),
    )


def door_of(request: Request) -> PublicDoor:
    """The public pages of the application that serves this request."""
    return cast("PublicDoor", request.app.ctx.public)
