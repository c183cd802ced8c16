"""Events that are no conversation: following, consents, what became of our sends, what the platform reports.

Each is noted once however often it comes. Everything this release has no meaning for is counted.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from bot.auto_replies import AutoReplies, AutoRepliesSection
from bot.consent_counting import note_consents, note_undelivered
from bot.phrases import Phrases
from bot.platform_reports import REPORTED, note_report, sound_alarm
from bot.receipts import note_receipts
from bot.turns import Message, Turns
from casework.people.identities import note_follow
from kit.db import Change, Database
from wechat.messages import Inbound

UNKNOWN_AT_MOST: Final = 100
_REFUSED_BY_PERSON: Final = 43101
_END_OF_TIME_S: Final = 4_102_444_800


class StandingEvents:
    """One per process and account. `unknown` counts messages and events this release has no meaning for."""

    def __init__(
        self, db: Database, turns: Turns, phrases: Phrases, auto_replies: AutoReplies | None = None
    ) -> None:
        self._db = db
        self._turns = turns
        self._phrases = phrases
        self._auto_replies = auto_replies or AutoReplies(AutoRepliesSection())
        self.unknown: Counter[str] = Counter()

    async def handle(self, inbound: Inbound, message: Message) -> str:
        """The reply, "" for most."""
        match inbound.event:
            case "subscribe":
                await self._note_follow(message, follows=True)
                return self.welcome()
            case "unsubscribe":
                await self._note_follow(message, follows=False)
            case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
                await self._note_consents(message)
            case "templatesendjobfinish":
                await note_receipts(self._db, message)
            case "subscribe_msg_sent_event":
                await note_receipts(self._db, message)
                await self._note_refusals(message)
            case event if event in REPORTED:
                if await note_report(self._db, message):
                    sound_alarm(inbound)
            case _ if not inbound.is_known:
                # The name comes from outside: only so many different ones are told apart.
                known = inbound.event in self.unknown or len(self.unknown) < UNKNOWN_AT_MOST
                self.unknown[inbound.event if known else "other"] += 1
        return ""

    def welcome(self) -> str:
        """To a new follower: what the account always said, then what it can do now."""
        return f"{self._auto_replies.on_follow}\n\n{self._phrases.say('bot.welcome')}".strip()

    async def _note_follow(self, message: Message, *, follows: bool) -> None:
        identity_id = await self._turns.identity_id(message.openid)
        if identity_id is None:
            return  # nobody we know anything of: nothing to note

        async def work(change: Change) -> None:
            await note_follow(change, identity_id, follows=follows)

        await self._db.change(work)

    async def _note_consents(self, message: Message) -> None:
        consents = message.inbound.consents
        if not consents:
            return
        account_id = await self._turns.account_id(message.openid)
        if account_id is None:
            if not any(one.is_accepted for one in consents):
                return
            # Whoever wants news before telling anything gets an account to count by.
            account_id = await self._turns.account_for(message)
        own_id = account_id

        async def work(change: Change) -> bytes:
            await note_consents(change, own_id, consents, said_at(message))
            return b""

        # Delivered again, the event must not count twice.
        await self._db.once(f"wx:{message.act}", message.body_hash, work)

    async def _note_refusals(self, message: Message) -> None:
        """A subscribe message that was not shown because the person refuses its kind: ours is not to ask again."""
        refused = [
            one.template_id for one in message.inbound.delivered if one.error_code == _REFUSED_BY_PERSON
        ]
        account_id = await self._turns.account_id(message.openid) if refused else None
        if account_id is None:
            return
        own_id = account_id

        async def work(change: Change) -> None:
            for template_id in refused:
                await note_undelivered(change, own_id, template_id, said_at(message))

        await self._db.change(work)


def said_at(message: Message) -> datetime:
    """When it happened, by the platform's clock; a number beyond all calendars counts as their end."""
    return datetime.fromtimestamp(min(message.inbound.created_at, _END_OF_TIME_S), UTC)
