"""Events that are no conversation: following, leaving, consents to subscribe messages. Everything else is counted."""

from __future__ import annotations

from collections import Counter

from bot.consents import note_consents
from bot.phrases import Phrases
from bot.turns import Message, Turns
from casework.people.identities import note_follow
from kit.db import Change, Database
from wechat.messages import Consent, Inbound


class StandingEvents:
    """One per process. `unknown` counts messages and events this release has no meaning for."""

    def __init__(self, db: Database, turns: Turns, phrases: Phrases) -> None:
        self._db = db
        self._turns = turns
        self._phrases = phrases
        self.unknown: Counter[str] = Counter()

    async def handle(self, inbound: Inbound, message: Message) -> str:
        """The reply, "" for most."""
        match inbound.event:
            case "subscribe":
                await self._note_follow(message, follows=True)
                return self._phrases.say("bot.welcome")
            case "unsubscribe":
                await self._note_follow(message, follows=False)
            case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
                await self._note_consents(inbound.consents, message)
            case _ if not inbound.is_known:
                # The name comes from outside: only so many different ones are told apart.
                known = inbound.event in self.unknown or len(self.unknown) < 100
                self.unknown[inbound.event if known else "other"] += 1
        return ""

    async def _note_follow(self, message: Message, *, follows: bool) -> None:
        identity_id = await self._turns.identity_id(message.openid)
        if identity_id is None:
            return  # nobody we know anything of: nothing to note

        async def work(change: Change) -> None:
            await note_follow(change, identity_id, follows=follows)

        await self._db.change(work)

    async def _note_consents(self, consents: tuple[Consent, ...], message: Message) -> None:
        account_id = await self._turns.account_id(message.openid)
        if account_id is None or not consents:
            return

        async def work(change: Change) -> bytes:
            await note_consents(change, account_id, consents)
            return b""

        # Delivered again, the event must not count twice.
        await self._db.once(f"wx:{message.act}", message.body_hash, work)
