"""What the mini-program's own pushes lead to: consents and reports are noted, its chat is handed to people.

A push to a mini-program takes no text for an answer; whoever writes there wants a person, and gets the customer
service. Two kinds of messages do not go there. What tells on the bureau's own people would be read by just those:
it is answered with where to turn instead, and kept nowhere. Where somebody's life may depend on it the telephone
numbers come first, at night too, and the duty officer is paged as from every other door. Both answers are written
down here and sent by the worker (`bot.miniprogram_replies`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from bot.alarms import Alarms
from bot.inbound_words import all_words
from bot.kinds import Spot
from bot.miniprogram_replies import MiniProgramReplies
from bot.phrases import Phrases
from bot.replying import Reply
from bot.singleflight import Entry
from bot.standing_events import StandingEvents
from bot.turns import Message, Turns
from kit.db import Database
from kit.problems import Busy
from wechat.messages import Inbound, Kind

SOURCE = "miniprogram_chat"
SILENCE = Reply()
WRITTEN_WITHIN_S = 1.0
"""With `bot.alarms.PATIENCE_S` still within the door's budget."""


class MiniProgramPushes:
    """One per process; what `bot.webhook` works with at the mini-program's door."""

    def __init__(
        self,
        *,
        db: Database,
        turns: Turns,
        phrases: Phrases,
        alarms: Alarms,
        replies: MiniProgramReplies,
        is_tip_off: Callable[[Inbound], bool],
        is_too_many: Callable[[Entry], bool],
    ) -> None:
        """`is_tip_off`: whether a message may not be heard here; `is_too_many`: see `Conversation`."""
        self.events = StandingEvents(db, turns, phrases)
        self._phrases = phrases
        self._alarms = alarms
        self._replies = replies
        self._is_tip_off = is_tip_off
        self._is_too_many = is_too_many
        self._to_a_person = Reply(phrases.say("bot.person_closed"), transfer=True)

    @property
    def unknown(self) -> Counter[str]:
        """How often what came that this release has no meaning for, by the event's name."""
        return self.events.unknown

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Never: a late answer could not be sent, so the platform is left to try again."""
        return False

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> Reply:
        """A transfer for what a person wrote, silence for everything else. Raises Busy: try again."""
        if not inbound.is_known or inbound.kind is Kind.EVENT:
            await self.events.handle(inbound, message)
            return SILENCE
        words = all_words(inbound)
        danger = self._alarms.found_in(words) if words else ()
        if words and self._is_tip_off(inbound):
            return await self._tip_off(entry, message, is_danger=bool(danger))
        if danger:
            return await self._danger(words, danger, entry, message)
        if entry.after_danger and not self._is_too_many(entry):
            await self._tell_officers(inbound, message)
        return self._to_a_person

    async def _tip_off(self, entry: Entry, message: Message, *, is_danger: bool) -> Reply:
        """Nobody is paged and nobody takes over: those who are told on may be the ones who would."""
        if self._is_too_many(entry):
            return SILENCE
        said = self._phrases.say("miniprogram.tip_off")
        if is_danger:
            said = f"{self._alarms.numbers()}\n\n{said}"
        if not await self._say(message, said):
            raise Busy("problem.busy")
        return SILENCE

    async def _danger(self, words: str, matched: tuple[str, ...], entry: Entry, message: Message) -> Reply:
        if self._is_too_many(entry) and entry.after_danger and entry.presence is not None:
            # Told and paged within this very half hour.
            return SILENCE
        said = await self._alarms.raised(message, words, matched, _nothing)
        # Words that cannot even be written down are at least read by somebody.
        return SILENCE if await self._say(message, said) else self._to_a_person

    async def _tell_officers(self, inbound: Inbound, message: Message) -> None:
        spot = None
        if inbound.latitude is not None and inbound.longitude is not None:
            spot = Spot(inbound.latitude, inbound.longitude, inbound.label.strip())
        words = inbound.text.strip()
        if not words and spot is None:
            return
        told = await self._alarms.told_more(message, words, spot)
        if told:
            await self._say(message, told)

    async def _say(self, message: Message, text: str) -> bool:
        return await self._alarms.wrote(self._replies.owe(message, text), WRITTEN_WITHIN_S)


async def _nothing() -> str:
    return ""
