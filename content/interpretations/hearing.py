"""What doors pass on about questions: those that were not answered, and whether an answer helped."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

from content.interpretations.views import Answer


class Door(StrEnum):
    """Where a question was asked."""

    WECHAT = "wechat"
    MINIPROGRAM = "miniprogram"
    H5 = "h5"


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One person's word on one answer. `person` is what the door knows them by; it is kept as a keyed digest only.

    `words` is the question as asked, "" where it is not known any more; `not_this`: another question was meant.
    """

    person: str
    slug: str
    version: int
    helped: bool
    door: Door
    words: str = ""
    not_this: bool = False


class Hearing(Protocol):
    """Takes both. A miss is noted when the database has time, a vote before the citizen is thanked."""

    def asked(self, words: str, answer: Answer, door: Door) -> None:
        """Note a question unless it was answered. Never waits, never raises; nothing is kept of an answered one."""
        ...

    async def voted(self, vote: Vote) -> bool:
        """Write it down. False where this person has voted on this entry today already: the first word stands."""
        ...


class NoHearing:
    """Where nobody learns: commands and small tests."""

    def asked(self, words: str, answer: Answer, door: Door) -> None:
        """Forget it."""

    async def voted(self, vote: Vote) -> bool:
        """Forget it."""
        return True
