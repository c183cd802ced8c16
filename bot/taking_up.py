"""Numbers and yes: they take up what was offered a moment ago, or rate the case that waits for it."""

from __future__ import annotations

from datetime import datetime

from bot.adding import Adding
from bot.cases import Cases
from bot.filing import Filing
from bot.inbound_words import Understood
from bot.inquiring import Inquiring
from bot.offers import Choice, Offers, Sent, decode, encode, encode_choices
from bot.people import People
from bot.permits import Permits
from bot.phrases import Phrases
from bot.questions import Questions
from bot.rating import Rating
from bot.replying import Reply
from bot.scenes import Scenes
from bot.singleflight import Flight
from bot.talks import SCORES
from bot.turns import Message, Turns

SENT_AT_MOST = 14
_ASKED_FIRST = frozenset({"add", "add_words"})
"""Offered as a question that can be answered with yes, although there is something else to choose."""
_TAKES_SENT_ALONG = frozenset({"story", "scene", "file"})
"""What files a complaint with everything that was sent."""
_TAKEN_WITH_YES = frozenset({"story", "scene", "file", "write_more", "add", "add_words", "person"})


class TakingUp:
    """One per process."""

    def __init__(
        self,
        *,
        phrases: Phrases,
        turns: Turns,
        flight: Flight,
        questions: Questions,
        people: People,
        cases: Cases,
        filing: Filing,
        rating: Rating,
        adding: Adding,
        inquiring: Inquiring,
        permits: Permits,
        scenes: Scenes,
    ) -> None:
        self._phrases = phrases
        self._turns = turns
        self._flight = flight
        self._questions = questions
        self._people = people
        self._cases = cases
        self._filing = filing
        self._rating = rating
        self._adding = adding
        self._inquiring = inquiring
        self._permits = permits
        self._scenes = scenes

    async def offers(self, message: Message) -> Offers:
        """What is on offer to the sender."""
        return decode(await self._flight.recall(message.citizen))

    def offer(self, message: Message, offers: Offers, *choices: Choice) -> None:
        """Put these choices in place of the ones before; what was sent before stays beside them."""
        kept = Offers(choices, offers.sent[-SENT_AT_MOST:], offers.recent, offers.last)
        self._flight.remember(message.citizen, encode(kept))

    async def keep_for_filing(self, heard: Understood, message: Message) -> str:
        """A photo, recording or place outside a conversation: what would it be for?"""
        offers = await self.offers(message)
        sent = Sent(heard.media, heard.medium, heard.spot)
        what = "spot" if heard.spot is not None else heard.medium or "photo"
        said = self._phrases.say(f"bot.sent.{what}")
        first = offers.choices[0] if offers.choices else Choice("file")
        if offers.recent:
            # Words said just before go along, whichever of the two it is.
            is_asked = first.kind in _ASKED_FIRST
            self.offer(
                message,
                Offers(sent=(*offers.sent, sent), recent=offers.recent, last=offers.last),
                Choice("add", offers.recent, first.words if is_asked else ""),
                offers.choices[1] if is_asked else Choice("file"),
            )
            return f"{said}{self._phrases.say('bot.offer_sent_recent', reference=offers.recent)}"
        # One by one: several come at once, and none may take another's place. A number that stood for something
        # else stands for filing from now on.
        choices = () if first.kind in _TAKES_SENT_ALONG else (Choice("file"),)
        self._flight.remember_also(message.citizen, encode(Offers(choices, (sent,))).rstrip(b"\n"))
        return said + self._phrases.say(f"bot.offer_sent.{what}")

    async def number(self, number: int, message: Message, at: datetime) -> Reply | str:
        """A bare number."""
        offers = await self.offers(message)
        if offers.choices or offers.sent:
            return await self._take_up(number, offers, message, at)
        stored = await self._turns.stored_reply(message.act)
        if stored is not None:
            return stored
        if number in SCORES.values():
            account_id = await self._turns.account_id(message.openid)
            if account_id is not None and await self._cases.to_rate(account_id, message.act) is not None:
                return await self._rating.rate(message, at, number)
        return self._phrases.say("bot.pick_gone")

    async def yes_or_no(self, yes: bool, message: Message, at: datetime) -> Reply | str:
        """A yes takes up an offer that has only one side to it; anything else leaves it."""
        offers = await self.offers(message)
        first = offers.choices[0].kind if offers.choices else ""
        is_meant = first in _TAKEN_WITH_YES and (len(offers.choices) == 1 or first in _ASKED_FIRST)
        if yes and (is_meant or (offers.sent and not offers.choices)):
            return await self._take_up(1, offers, message, at)
        stored = await self._turns.stored_reply(message.act)
        return stored if stored is not None else self._phrases.say("bot.fine")

    async def _take_up(self, number: int, offers: Offers, message: Message, at: datetime) -> Reply | str:
        choices = offers.choices or (Choice("file"),)
        if not 1 <= number <= len(choices):
            return self._phrases.say("bot.pick_range")
        choice = choices[number - 1]
        if choice.kind == "entry":
            return self._questions.show(choice.value, message, offers)
        if choice.kind == "person":
            return await self._people.reach(message, at, offers)
        if choice.kind == "case":
            return await self._cases.show(await self._turns.account_id(message.openid), choice.value)
        if choice.kind == "inquiry":
            told = await self._inquiring.show(await self._turns.account_id(message.openid), choice.value)
            self._flight.remember_also(message.citizen, encode_choices(told.choices))
            return told.text
        if choice.kind == "permit":
            account_id = await self._turns.account_id(message.openid)
            return await self._permits.show(account_id, choice.value, at)
        if choice.kind == "tip_off":
            return self._phrases.say("bot.tip_off")
        # The rest is done once: what was offered is gone with it, except the case one may go on adding to.
        self._flight.remember(message.citizen, encode(Offers(recent=offers.recent, last=offers.last)))
        match choice.kind:
            case "story":
                return await self._filing.start(message, at, story=choice.value, sent=offers.sent)
            case "scene":
                return await self._scenes.file(choice.value, message, at, offers.sent)
            case "add" | "add_words":
                return await self._adding.add_now(message, at, choice.value, offers.sent, choice.words)
            case "write_more" if choice.words:
                return await self._inquiring.add_now(message, choice.value, choice.words)
            case "write_more":
                return await self._inquiring.start_more(message, at, choice.value)
        return await self._filing.start(message, at, sent=offers.sent)
