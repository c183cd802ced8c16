"""The unified government login (统一身份认证) as a port: it says who somebody is, and how sure it is of that.

Which login a province has, and how it is spoken to, is the adapter's part. The way there and back is the usual one: out with
a state, a nonce and a challenge, back with a code that is good once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

VouchedKind = Literal["person", "organisation"]
PERSON: VouchedKind = "person"


class LoginRefusedError(Exception):
    """The login does not take the code: it was used, is over, or is not ours."""


class LoginAwayError(Exception):
    """The login does not answer, or says what nobody understands."""


@dataclass(frozen=True, repr=False)
class Vouched:
    """Whom the login vouches for. `number` is the identity number or the USCC; of an organisation `person` is its legal
    representative. `subject` is the login's own name for them, `level` how sure it is, in its words.
    """

    kind: VouchedKind
    name: str
    number: str
    subject: str
    level: str
    nonce: str
    person: str = ""


class UnifiedLogin(Protocol):
    """One login. `provider` names it in rows."""

    provider: str

    def start(self, back: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes to say who it is; it comes back to `back` with the state and a code."""
        ...

    async def finish(self, code: str, back: str, verifier: str) -> Vouched:
        """Who it was. Raises LoginRefusedError, LoginAwayError."""
        ...
