"""A link that ends notices of one topic for one person without signing in, signed and good for ninety days.

Nothing is stored: the link says for whom and for what, and a keyed checksum says that we made it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from casework.notifications.preferences import ACCOUNT, TOPICS_OF
from casework.notifications.shape import Topic
from kit.clock import Clock, local
from kit.secrets import KeyRing

GOOD_FOR: Final = timedelta(days=90)
_TOPICS: Final = TOPICS_OF[ACCOUNT]
_NUMBERS: Final = {Topic.RESULT: 1, Topic.PROGRESS: 2, Topic.RECEIPT: 3}
"""Stay as they are: links that are out bear them."""
_BODY, _CHECK = 1 + 16 + 4, 16


@dataclass(frozen=True)
class Stop:
    """What a link is good for."""

    account_id: UUID
    topic: Topic


class StopLinks:
    """One per process."""

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._key = keys.derive("sessions", "stop-notices/1", 32)
        self._clock = clock

    def token(self, account_id: UUID, topic: Topic) -> str:
        """Raises KeyError for a topic nobody may choose about."""
        until = self._today() + GOOD_FOR
        body = bytes([_NUMBERS[topic]]) + account_id.bytes + until.toordinal().to_bytes(4, "big")
        return base64.urlsafe_b64encode(body + self._check(body)).decode().rstrip("=")

    def read(self, token: str) -> Stop | None:
        """None for a link that is not ours, or too old."""
        try:
            content = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        body, check = content[:_BODY], content[_BODY:]
        if len(content) != _BODY + _CHECK or not hmac.compare_digest(self._check(body), check):
            return None
        topic = next((one for one in _TOPICS if _NUMBERS[one] == body[0]), None)
        if topic is None or date.fromordinal(int.from_bytes(body[17:], "big")) < self._today():
            return None
        return Stop(UUID(bytes=body[1:17]), topic)

    def _check(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_CHECK]

    def _today(self) -> date:
        return local(self._clock.now()).date()
