"""What the mini-program's own pushes lead to: consents and reports are noted, its chat is handed to people.

A mini-program cannot answer with a text; whoever writes there wants a person, and gets the customer service.
Nothing that is written there is kept by us, unless somebody's life may depend on it: then the duty officer is
paged as from every other door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from bot.phrases import Phrases
from bot.replying import Reply
from bot.singleflight import Entry
from bot.standing_events import StandingEvents
from bot.turns import Message, Turns
from casework.complaints.desk import Desk
from casework.dangers.alerts import raise_alert
from casework.dangers.finding import find_danger
from wechat.messages import Inbound, Kind

SOURCE = "miniprogram_chat"
SILENCE = Reply()


class MiniProgramPushes:
    """One per process; what `bot.webhook` works with at the mini-program's door."""

    def __init__(
        self, desk: Desk, turns: Turns, phrases: Phrases, may_be_kept: Callable[[Inbound], bool]
    ) -> None:
        """`may_be_kept`: whether what was said may be stored at all, see `Conversation.may_be_kept`."""
        self.events = StandingEvents(desk.db, turns, phrases)
        self._desk = desk
        self._turns = turns
        self._may_be_kept = may_be_kept
        self._to_a_person = Reply(phrases.say("bot.person_closed"), transfer=True)

    @property
    def unknown(self) -> Counter[str]:
        """How often what came that this release has no meaning for, by the event's name."""
        return self.events.unknown

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Never: a late answer could not be sent, so the platform is left to try again."""
        return False

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Reply:
        """A transfer for whatever a person wrote, silence for everything else."""
        if inbound.is_known and inbound.kind is not Kind.EVENT:
            await self._page_if_dangerous(inbound, message)
            return self._to_a_person
        await self.events.handle(inbound, message)
        return SILENCE

    async def _page_if_dangerous(self, inbound: Inbound, message: Message) -> None:
        matched = find_danger(self._desk.policy.danger, inbound.text)
        if matched and self._may_be_kept(inbound):
            await raise_alert(
                self._desk.db,
                act=message.act,
                account_id=await self._turns.account_id(message.openid),
                source=SOURCE,
                words=inbound.text,
                matched=matched,
            )
