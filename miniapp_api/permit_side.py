"""What the operations about permits work with, beside what all have."""

from __future__ import annotations

from dataclasses import dataclass

from casework.permits.desk import PermitDesk
from kit.signing_keys import SigningKeys


@dataclass(frozen=True)
class PermitSide:
    """`keys` sign e-permits; `public_url` is where they are verified."""

    desk: PermitDesk
    keys: SigningKeys
    public_url: str
