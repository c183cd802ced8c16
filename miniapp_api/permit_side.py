"""What the operations about permits work with, beside what all have."""

from __future__ import annotations

from dataclasses import dataclass

from casework.people.unified_login import UnifiedLogin
from casework.permits.desk import PermitDesk
from kit.http.slow_down import LoginSlowDown
from kit.signing_keys import SigningKeys


@dataclass(frozen=True)
class PermitSide:
    """`keys` sign e-permits; `public_url` is where they are verified. `receipt_tries` slows down who guesses at receipts.
    `login` None: the bureau is connected to no unified login, so that who somebody is is checked at the window.
    """

    desk: PermitDesk
    keys: SigningKeys
    public_url: str
    receipt_tries: LoginSlowDown
    login: UnifiedLogin | None = None
