"""What the pages of permits work with, beside what every citizens' page has."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from casework.areas.profile import BaseMap
from casework.people.unified_login import UnifiedLogin
from casework.permits.desk import PermitDesk
from casework.sign_filings.desk import SignDesk
from kit.signing_keys import SigningKeys


@dataclass(frozen=True)
class MapGround:
    """The ground a place is picked on. `tiles` are the base map's addresses for the browser; none without one."""

    base: BaseMap | None = None
    tiles: tuple[str, ...] = ()


@dataclass(frozen=True)
class PermitSide:
    """`keys` sign e-permits, `samples` is the folder of sample papers of the profile, `signs` the register. `login` None: the
    bureau is connected to no unified login, so that who somebody is is checked at the window.
    """

    desk: PermitDesk
    keys: SigningKeys
    samples: Path
    signs: SignDesk
    ground: MapGround = field(default_factory=MapGround)
    login: UnifiedLogin | None = None
