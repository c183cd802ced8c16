"""What a template is given, as it is kept: a paper's own particulars and all that surrounds them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from casework.documents.desk import Issuer
from casework.documents.papers import Paper, Particulars
from kit.clock import local


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in the paper's row and never read from anywhere else afterwards. `issued_on` is the local day."""

    paper: Paper
    number: str | None
    issued_on: date
    issuer: Issuer
    seal: str | None
    data: Particulars

    def encoded(self) -> str:
        """As JSON, the same text for the same sheet; moments as a wall clock in Shanghai shows them."""
        plain = msgspec.to_builtins(self, order="deterministic", builtin_types=(datetime, date))
        return msgspec.json.encode(_as_shown(plain), order="deterministic").decode()


def _as_shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_shown(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_shown(one) for one in value]
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%dT%H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value
