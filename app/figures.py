"""Figures, built from the core: the desk, and what the worker does for them."""

from __future__ import annotations

from app.core import Core
from casework.actors import system
from casework.complaints.desk import Desk
from casework.figures.building import build_changed
from casework.figures.desk import FiguresDesk
from casework.figures.keeping import FigureWalk
from casework.figures.profile import FiguresSection
from casework.figures.publishing import publish_due
from casework.penalties.kinds import PenaltiesSection
from casework.permits.kinds import PermitsSection
from content.bureau_profile import BureauSection
from kit.http.assets import Assets
from kit.http.rate_limit import RateLimit
from kit.signing_keys import SigningKeys
from web.public.door import PublicDoor, build_public


def figures_desk(core: Core, desk: Desk) -> FiguresDesk:
    """The cases of the complaint desk, and the rules by which months are published."""
    section = core.profile.section(FiguresSection)
    return FiguresDesk(desk=desk, section=section, public_url=core.settings.public_url)


def public_pages(core: Core, desk: Desk, assets: Assets) -> PublicDoor:
    """The pages under /public."""
    return build_public(
        figures=figures_desk(core, desk),
        bureau=core.profile.section(BureauSection),
        catalogue=core.catalogue,
        assets=assets,
        permits=core.profile.section(PermitsSection),
        penalties=core.profile.section(PenaltiesSection),
        keys=SigningKeys(core.settings.key_dir),
        limits=RateLimit(core.redis, core.keys, core.clock, enabled=core.settings.rate_limits),
        trusted_proxies=core.settings.trusted_proxies,
    )


class FiguresDuty:
    """Mends figures, makes the blocks of months that have changed, publishes the month whose day has come."""

    def __init__(self, core: Core, desk: Desk) -> None:
        self._core = core
        self._desk = figures_desk(core, desk)
        self._walk = FigureWalk(desk)

    async def step(self) -> int:
        """Returns how much was done: cases mended, months made and published."""
        done = await self._walk.step()
        done += await build_changed(self._core.db)
        return done + await publish_due(self._desk, self._core.catalogue, system())
