"""Words that are commands: what is told at once, and what begins a dialogue."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime

from bot.adding import Adding
from bot.cases import Cases
from bot.inquiring import Inquiring
from bot.notices import STOPS, Notices
from bot.offers import Choice, encode_choices
from bot.permits import Permits
from bot.personal import Personal
from bot.phrases import Phrases
from bot.rating import Rating
from bot.singleflight import Flight
from bot.talks import SCORES
from bot.turns import Message, Turns
from bot.withdrawing import Withdrawing
from kit.references import Reference

BEGINNING = frozenset({"withdraw", "add", "rate", "leave", "guardian", "revoke", "unbind", *SCORES})
"""Words that begin a dialogue, or do at once what it would do."""
ASIDE = frozenset(
    {
        "my_cases", "my_messages", "hours", "tip_off", "report", "permits", "my_permits", "my_penalties", "notices", "unsubscribe", "resubscribe",
        "personal", "hello", "thanks", "voice", *STOPS,
    }
)  # fmt: skip
"""Words that are dealt with beside an open conversation, leaving it as it is."""
_TOLD = frozenset({"tip_off", "hours", "my_penalties", "ask", "thanks", "help", "voice"})


class Commands:
    """One per process."""

    def __init__(
        self,
        *,
        phrases: Phrases,
        turns: Turns,
        flight: Flight,
        cases: Cases,
        rating: Rating,
        withdrawing: Withdrawing,
        adding: Adding,
        inquiring: Inquiring,
        permits: Permits,
        personal: Personal,
        notices: Notices,
    ) -> None:
        self._phrases = phrases
        self._turns = turns
        self._flight = flight
        self._cases = cases
        self._rating = rating
        self._withdrawing = withdrawing
        self._adding = adding
        self._inquiring = inquiring
        self._permits = permits
        self._personal = personal
        self._notices = notices

    async def tell(self, word: str, message: Message, at: datetime) -> str:
        """The answer to a word that begins nothing."""
        say = self._phrases.say
        if word in _TOLD:
            return say(f"bot.{word}")
        if word in STOPS:
            return await self._notices.choose(word, message)
        match word:
            case "my_cases" | "my_messages":
                account_id = await self._turns.account_id(message.openid)
                if word == "my_messages":
                    told = await self._inquiring.mine(account_id)
                else:
                    told = await self._permits.beside(await self._cases.mine(account_id), account_id, at)
                self._flight.remember_also(message.citizen, encode_choices(told.choices))
                return told.text
            case "permits":
                return self._permits.kinds()
            case "my_permits":
                told = await self._permits.mine(await self._turns.account_id(message.openid), at)
                self._flight.remember_also(message.citizen, encode_choices(told.choices))
                return told.text
            case "report":
                choices = [Choice("file"), Choice("tip_off")]
                self._flight.remember_also(message.citizen, encode_choices(choices))
                return say("bot.report_which")
            case "notices":
                return await self._notices.told(await self._turns.account_id(message.openid))
            case "unsubscribe":
                return await self._notices.stop(message)
            case "resubscribe":
                return await self._notices.start(message)
            case "personal":
                return await self._personal.told(await self._turns.account_id(message.openid))
            case "resume":
                return say("bot.nothing_to_resume")
            case "cancel":
                return say("bot.nothing_to_cancel")
            case "hello":
                return say("bot.welcome")
        return say("bot.unclear")

    def begin(
        self, word: str, message: Message, at: datetime, found: list[Reference]
    ) -> Awaitable[str] | None:
        """Begin what a word asks for; None when it begins nothing. `found`: cases that were named with it."""
        match word:
            case "withdraw":
                return self._withdrawing.start(message, at, found)
            case "add":
                return self._adding.start(message, at, found)
            case "rate":
                return self._rating.start(message, at, found)
            case "leave":
                return self._inquiring.start(message, at)
            case "guardian":
                return self._personal.start_guardian(message, at)
            case "revoke":
                return self._personal.start_revoking(message, at)
            case "unbind":
                return self._personal.start_unlinking(message, at)
            case "satisfied" | "on_the_whole" | "unsatisfied":
                return self._rating.rate(message, at, SCORES[word])
        return None

    async def about(
        self, asked: str, rest: str, found: list[Reference], message: Message, at: datetime
    ) -> str:
        """A case or a thread was named: do with it what was asked for, or show it. `rest`: the words beside it."""
        reference = str(found[0])
        if self._permits.is_ours(reference):
            return await self._about_permit(asked, rest, reference, message, at)
        if asked == "add" and len(rest) >= 2 and not self._inquiring.is_ours(reference):
            return await self._adding.add_now(message, at, reference, words=rest)
        begun = self.begin(asked, message, at, found) if asked else None
        if begun is not None:
            return await begun
        account_id = await self._turns.account_id(message.openid)
        if not self._inquiring.is_ours(reference):
            return await self._cases.show(account_id, reference)
        told = await self._inquiring.show(account_id, reference)
        self._flight.remember_also(message.citizen, encode_choices(told.choices))
        return told.text

    async def _about_permit(
        self, asked: str, rest: str, reference: str, message: Message, at: datetime
    ) -> str:
        if asked == "rate":
            return await self._permits.rate(message, at, reference, rest)
        if asked in ("withdraw", "add"):
            return self._permits.elsewhere(reference)
        return await self._permits.show(await self._turns.account_id(message.openid), reference, at)
