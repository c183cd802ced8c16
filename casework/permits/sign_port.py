"""What becomes of a filing or an approval of a sign, as another feature knows: the register of signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from casework.actors import Actor
from casework.permits.forms import Filled
from casework.permits.kinds import PermitKind
from casework.permits.models import Permit, PermitApplication
from kit.db import Change

if TYPE_CHECKING:
    from kit.sealing import FieldSealer


class DecidedSign(msgspec.Struct, frozen=True, kw_only=True):
    """A sign that was registered or approved: what was filled in, by whom, and the approval where there is one.

    `holder` in clear and `holder_shown` as anybody may read it. `row` is locked.
    """

    row: PermitApplication
    kind: PermitKind
    filled: Filled
    holder: str
    holder_shown: str
    permit: Permit | None


class Signs(Protocol):
    """The register of signs; called in the transaction of the decision."""

    async def decided(self, change: Change, actor: Actor, sealer: FieldSealer, decided: DecidedSign) -> None:
        """Put the sign into the register with its code, or its new particulars behind the old one."""


class NoSigns:
    """Where no register of signs is kept."""

    async def decided(self, change: Change, actor: Actor, sealer: FieldSealer, decided: DecidedSign) -> None:
        """Nothing."""
