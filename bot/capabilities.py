"""What the account can do for citizens today: the rights of its kind, less those the platform has refused.

Hearing messages, answering at once and the mobile pages need no right. Everything else has a way to do
without, and a sentence in the catalogue that says which (`sentence_key`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import structlog

from kit.clock import Clock, local
from wechat.account_kinds import AccountKind, Right, rights

_log = structlog.get_logger("bot")


class Capabilities:
    """One per process. A right the platform refused (48001) is not asked for again on the same local day."""

    def __init__(self, allowed: Iterable[Right], clock: Clock) -> None:
        self._allowed = frozenset(allowed)
        self._clock = clock
        self._missing: dict[Right, date] = {}

    @classmethod
    def of_kind(cls, kind: AccountKind, clock: Clock) -> Capabilities:
        """Everything the platform allows an account of this kind."""
        return cls(rights(kind), clock)

    def may(self, right: Right) -> bool:
        """Whether it is worth asking the platform."""
        if right not in self._allowed:
            return False
        return not self._missing or self._missing.get(right) != self._today()

    def note_missing(self, right: Right) -> None:
        """The platform says that the account has no such right. Logged once a day."""
        if self._missing.get(right) != self._today():
            self._missing[right] = self._today()
            _log.error("wechat.right_missing", right=right.value, remedy="chengguan wechat check")

    def missing(self) -> list[Right]:
        """What has to be done without, in the order of `Right`."""
        return [right for right in Right if not self.may(right)]

    def refused(self) -> dict[Right, bool]:
        """Every right that an account of this kind has, and whether the platform has refused it today."""
        today = self._today()
        return {right: self._missing.get(right) == today for right in Right if right in self._allowed}

    def _today(self) -> date:
        return local(self._clock.now()).date()

    # What dialogues ask.

    @property
    def answers_later(self) -> bool:
        """Without: a late answer is handed over with the citizen's next message."""
        return self.may(Right.CUSTOM_MESSAGE)

    @property
    def hands_to_person(self) -> bool:
        """Without: whoever asks for a person leaves a message."""
        return self.may(Right.CUSTOMER_SERVICE)

    @property
    def takes_media(self) -> bool:
        """Without: photos, voice and films sent in chat never reach us; the mobile page takes photos."""
        return self.may(Right.MEDIA)

    @property
    def tells_news(self) -> bool:
        """Without: news of a case is only to be seen where the citizen asks for it."""
        ways = (Right.SUBSCRIBE_MESSAGE, Right.TEMPLATE_MESSAGE, Right.CUSTOM_MESSAGE)
        return any(self.may(way) for way in ways)


def sentence_key(right: Right) -> str:
    """The catalogue key of the sentence that says what happens without it."""
    return f"wechat_check.degrades.{right.value}"
