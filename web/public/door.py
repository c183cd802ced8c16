"""What the public pages work with; built once per process by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sanic import Request

from casework.figures.desk import FiguresDesk
from content.bureau_profile import BureauSection
from kit.catalogue import Catalogue
from kit.http.assets import Assets
from web.rendering import Pages


@dataclass(frozen=True)
class PublicDoor:
    """Collaborators of every public page, found at `app.ctx.public`."""

    figures: FiguresDesk
    bureau: BureauSection
    catalogue: Catalogue
    pages: Pages
    assets: Assets


def build_public(
    *, figures: FiguresDesk, bureau: BureauSection, catalogue: Catalogue, assets: Assets
) -> PublicDoor:
    """Put the door together."""
    return PublicDoor(
        figures=figures,
        bureau=bureau,
        catalogue=catalogue,
        pages=Pages(catalogue, assets.url),
        assets=assets,
    )


def door_of(request: Request) -> PublicDoor:
    """The public pages of the application that serves this request."""
    return cast("PublicDoor", request.app.ctx.public)
