"""Notices the account sends: which there are, how many were agreed to, and wanting none of them."""

from __future__ import annotations

from uuid import UUID

from bot.capabilities import Capabilities
from bot.consents import is_unsubscribed, resubscribe, unsubscribe
from bot.models import PushConsent
from bot.phrases import Phrases
from bot.turns import Message, Turns
from kit.db import Change, Database


class Notices:
    """One per process."""

    def __init__(self, db: Database, turns: Turns, phrases: Phrases, capabilities: Capabilities) -> None:
        self._db = db
        self._turns = turns
        self._phrases = phrases
        self._capabilities = capabilities

    async def told(self, account_id: UUID | None) -> str:
        """Which notices there are and how to get them."""
        say = self._phrases.say
        if not self._capabilities.tells_news:
            return say("bot.notices.none_sent")
        if account_id is not None and await is_unsubscribed(account_id):
            return say("bot.notices.unsubscribed")
        left = 0
        if account_id is not None:
            counts = await PushConsent.filter(account_id=account_id, refused_at=None).values_list(
                "remaining", flat=True
            )
            left = sum(int(str(count)) for count in counts)
        return f"{say('bot.notices.kinds')}\n{say('bot.notices.left', count=left)}\n{say('bot.notices.how')}"

    async def stop(self, message: Message) -> str:
        """Only what must be told is told from now on."""
        account_id = await self._turns.account_for(message)

        async def work(change: Change) -> None:
            await unsubscribe(change, account_id)

        await self._db.change(work)
        return self._phrases.say("bot.notices.stopped")

    async def start(self, message: Message) -> str:
        """Notices are wanted again."""
        account_id = await self._turns.account_id(message.openid)
        if account_id is not None:

            async def work(change: Change) -> None:
                await resubscribe(change, account_id)

            await self._db.change(work)
        return self._phrases.say("bot.notices.resumed")
