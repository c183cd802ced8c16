"""Reaching a person: handed over while somebody is there, otherwise a message that takes the question along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.capabilities import Capabilities
from bot.inquiring import Inquiring
from bot.offers import Last, Offers, encode
from bot.phrases import Phrases
from bot.replying import Reply
from bot.singleflight import Flight
from bot.turns import Message


class People:
    """One per process. `is_office_hour` tells whether somebody is there."""

    def __init__(
        self,
        *,
        phrases: Phrases,
        capabilities: Capabilities,
        is_office_hour: Callable[[datetime], bool],
        inquiring: Inquiring,
        flight: Flight,
    ) -> None:
        self._phrases = phrases
        self._capabilities = capabilities
        self._is_office_hour = is_office_hour
        self._inquiring = inquiring
        self._flight = flight

    async def reach(self, message: Message, at: datetime, offers: Offers) -> Reply | str:
        """Hand over, or begin a message that the question asked last goes along with."""
        handed = self.now(at)
        if handed is not None:
            return handed
        return await self._start(message, at, offers, offers.last.asked, self.where(at))

    async def leave(self, message: Message, at: datetime, offers: Offers) -> str:
        """Begin a message; a question that was not answered goes along with it."""
        return await self._start(message, at, offers, offers.last.asked if offers.last.misses else "")

    async def _start(
        self, message: Message, at: datetime, offers: Offers, asked: str, before: str = ""
    ) -> str:
        if asked:
            # It stands in the message from now on; asked for again, a person gets a message of its own.
            kept = Offers(sent=offers.sent, recent=offers.recent, last=Last(offers.last.slug))
            self._flight.remember(message.citizen, encode(kept))
        return await self._inquiring.start(message, at, before, asked=asked)

    def now(self, at: datetime) -> Reply | None:
        """Hand over to somebody who answers in the platform's own client, while somebody is there."""
        if self._capabilities.hands_to_person and self._is_office_hour(at):
            # The words are for where only words can be sent: in a late answer, or after telephone numbers.
            return Reply(text=self.where(at), transfer=True)
        return None

    def where(self, at: datetime) -> str:
        """How to reach a person otherwise."""
        return self._phrases.say("bot.person_open" if self._is_office_hour(at) else "bot.person_closed")
