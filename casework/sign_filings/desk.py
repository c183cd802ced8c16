"""What the actions and queries of signs work with; built once in the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from casework.permits.kinds import PermitsSection
from casework.sign_filings.section import SignsSection
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class SignDesk:
    """`kinds` says which kinds of filings and approvals there are, `section` how signs are looked after,
    `public_url` where the pages behind the codes are, without a slash at the end.
    """

    db: Database
    section: SignsSection
    kinds: PermitsSection
    sealer: FieldSealer
    public_url: str = ""

    def kind_name(self, code: str) -> str:
        """The kind's name; the code itself for one that is not in the profile any more."""
        kind = self.kinds.kind(code)
        return kind.name if kind is not None else code
