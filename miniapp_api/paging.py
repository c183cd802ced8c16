"""Places in a list as callers hold them: 32 characters that every caller may send and none has to understand.

Whatever 32 such characters say is a place; at most an empty page stands behind it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from casework.keyset import page_key, page_token

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOMENT_BYTES = 8

After = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{32}$")]
Rows = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a list: what comes after the place that the part before led to, and how many rows."""

    after: After | msgspec.UnsetType = msgspec.UNSET
    limit: Rows = 20

    @property
    def token(self) -> str | None:
        """The place as casework knows it."""
        if isinstance(self.after, msgspec.UnsetType):
            return None
        raw = urlsafe_b64decode(self.after)
        micros = int.from_bytes(raw[:_MOMENT_BYTES], "big")
        most = (_LATEST - _EPOCH) // _MICROSECOND
        return page_token(_EPOCH + min(micros, most) * _MICROSECOND, UUID(bytes=raw[_MOMENT_BYTES:]))


def place(token: str | None) -> str | None:
    """Casework's place as callers hold it."""
    if token is None:
        return None
    at, id = page_key(token)
    micros = (at - _EPOCH) // _MICROSECOND
    return urlsafe_b64encode(micros.to_bytes(_MOMENT_BYTES, "big") + id.bytes).decode()
