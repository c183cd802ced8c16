"""What the mini-program's own pushes lead to: consents and reports are noted, its chat is handed to people.

A mini-program cannot answer with a text; whoever writes there wants a person, and gets the customer service.
Nothing that is written there is kept by us.
"""

from __future__ import annotations

from datetime import datetime

from bot.phrases import Phrases
from bot.replying import Reply
from bot.singleflight import Entry
from bot.standing_events import StandingEvents
from bot.turns import Message
from wechat.messages import Inbound, Kind

SILENCE = Reply()


class MiniProgramPushes:
    """One per process; what `bot.webhook` works with at the mini-program's door."""

    def __init__(self, events: StandingEvents, phrases: Phrases) -> None:
        self.events = events
        self._to_a_person = Reply(phrases.say("bot.person_closed"), transfer=True)

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Never: a late answer could not be sent, so the platform is left to try again."""
        return False

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Reply:
        """A transfer for whatever a person wrote, silence for everything else."""
        if inbound.is_known and inbound.kind is not Kind.EVENT:
            return self._to_a_person
        await self.events.handle(inbound, message)
        return SILENCE
