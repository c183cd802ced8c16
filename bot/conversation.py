"""What the official account does with a message.

An open conversation goes first, unless the message is a command about something else. Then commands, then
numbers that take up an offer, then sentences: trouble is offered to be filed, everything else is a question.
A question touches no SQL: whether a conversation is open is known from `Entry.presence`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.answers import Answers
from bot.cases import Cases
from bot.filing import Filing
from bot.inbound_words import Understood, understand
from bot.offers import Choice, Offers, Sent, decode, encode_choices, encode_sent
from bot.phrases import Phrases
from bot.singleflight import Entry, Flight
from bot.standing_events import StandingEvents
from bot.turns import Message, Standing, Turns
from bot.vocabulary import Vocabulary
from kit.references import Reference, find_references, holds_mistyped_reference
from wechat.messages import Inbound

SCORES = {"satisfied": 3, "on_the_whole": 2, "unsatisfied": 1}
STORY_AT_LEAST = 6
_MAY_HOLD_REFERENCE = re.compile(r"\d{6}|[０-９]{6}")

Rebuild = Callable[[], None]


class Conversation:
    """One per process. `messages_per_minute` None: no limit."""

    def __init__(
        self,
        *,
        vocabulary: Vocabulary,
        phrases: Phrases,
        answers: Answers,
        cases: Cases,
        filing: Filing,
        turns: Turns,
        events: StandingEvents,
        flight: Flight,
        rebuild_presence: Rebuild,
        danger_key: str,
        messages_per_minute: int | None = 60,
    ) -> None:
        self._vocabulary = vocabulary
        self._phrases = phrases
        self._answers = answers
        self._cases = cases
        self._filing = filing
        self._turns = turns
        self._events = events
        self._flight = flight
        self._rebuild_presence = rebuild_presence
        self._limit = messages_per_minute
        self._danger = f"{phrases.say(danger_key)}\n{phrases.say('bot.danger_duty')}"

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Whether the message may be stored at all: what tells on the bureau's own people may not."""
        return not self._vocabulary.is_tip_off(inbound.text or inbound.recognition)

    async def handle(self, inbound: Inbound, entry: Entry, message: Message, at: datetime) -> str:
        """The reply, or "" for a message that needs none. Raises Busy and database errors."""
        heard = understand(inbound, self._vocabulary)
        if heard.unfit == "silence":
            return await self._events.handle(inbound, message)
        if self._limit is not None and entry.count > self._limit:
            return self._phrases.say("bot.too_many")
        if heard.text and self._vocabulary.is_tip_off(heard.text):
            return self._phrases.say("bot.tip_off")
        if entry.presence is None:
            # Redis knows nothing: it is told anew, and meanwhile SQL says what is true.
            self._rebuild_presence()
            stored = await self._turns.stored_reply(message.act)
            if stored is not None:
                return stored
        reply = await self._reply(heard, entry, message, at)
        if heard.text and self._vocabulary.is_danger(heard.text):
            return f"{self._danger}\n\n{reply}"
        return reply

    async def _reply(self, heard: Understood, entry: Entry, message: Message, at: datetime) -> str:
        if entry.presence is False:
            return await self._free(heard, message, at)
        standing = await self._turns.standing(message.openid)
        if standing.session is None:
            stored = await self._turns.stored_reply(message.act)
            if stored is not None:
                return stored
            self._flight.clear(message.citizen, standing.revision)
            return await self._free(heard, message, at)
        aside = self._aside(heard, message, standing)
        if aside is not None:
            # Something else in between: answered, and then the open question again.
            return self._with_prompt(await aside, standing, at)
        if heard.unfit:
            return self._with_prompt(self._phrases.say(heard.unfit), standing, at)
        return await self._filing.go_on(message, heard, at, self._free_words(heard, message, at))

    def _free_words(self, heard: Understood, message: Message, at: datetime) -> Callable[[], Awaitable[str]]:
        return lambda: self._free(heard, message, at)

    def _with_prompt(self, text: str, standing: Standing, at: datetime) -> str:
        return f"{text}\n\n{self._filing.reminder(standing, at)}".rstrip()

    def _aside(self, heard: Understood, message: Message, standing: Standing) -> Awaitable[str] | None:
        """What is dealt with beside an open conversation, leaving it as it is."""
        if heard.word in ("my_cases", "hours", "tip_off", "withdraw", "satisfied", "on_the_whole"):
            return self._command(heard, message)
        if heard.word == "unsatisfied" and standing.session and standing.session.dialogue == "file_complaint":
            return self._command(heard, message)
        if heard.from_menu and heard.word in ("ask", "help", "person"):
            return self._command(heard, message)
        found = self._references(heard.text)
        if found and len(heard.text) < 40:
            return self._about_cases(heard, found, message)
        return None

    # ---- outside a conversation

    async def _free(self, heard: Understood, message: Message, at: datetime) -> str:
        if heard.unfit:
            return self._phrases.say(heard.unfit)
        if heard.media or heard.spot is not None:
            return await self._keep_for_filing(heard, message)
        if heard.word == "file":
            return await self._filing.start(message, at)
        if heard.word == "restart":
            return await self._filing.start(message, at, anew=True)
        if heard.word == "person":
            return self._filing.person(at)
        if heard.word in ("yes", "skip", "done", "back"):
            return await self._yes_or_no(heard.word == "yes", message, at)
        if heard.word:
            return await self._command(heard, message)
        if heard.number is not None:
            return await self._number(heard.number, message, at)
        found = self._references(heard.text)
        if found:
            return await self._about_cases(heard, found, message)
        if _MAY_HOLD_REFERENCE.search(heard.text) and holds_mistyped_reference(heard.text):
            return self._phrases.say("bot.cases.mistyped")
        return await self._sentence(heard.text.strip(), message, at)

    async def _command(self, heard: Understood, message: Message) -> str:
        say = self._phrases.say
        match heard.word:
            case "my_cases":
                told = await self._cases.mine(await self._turns.account_id(message.openid))
                self._flight.remember(message.citizen, encode_choices(told.choices))
                return told.text
            case "satisfied" | "on_the_whole" | "unsatisfied":
                return await self._rate(SCORES[heard.word], message)
            case "withdraw":
                return await self._cases.withdraw(None, [])
            case "resume":
                return say("bot.nothing_to_resume")
            case "cancel":
                return say("bot.nothing_to_cancel")
            case "tip_off" | "hours" | "ask" | "thanks":
                return say(f"bot.{heard.word}")
            case "hello":
                return say("bot.welcome")
            case "help":
                return say("bot.help")
            case "person":
                return self._filing.person(self._filing.now())
        return say("bot.unclear")

    async def _rate(self, score: int, message: Message) -> str:
        account_id = await self._turns.account_id(message.openid)
        rated = await self._cases.rate(account_id, message.act, score)
        if rated.dispute_id is None:
            return rated.text
        return await self._filing.start_dispute(message, rated.dispute_id, rated.text)

    async def _about_cases(self, heard: Understood, found: list[Reference], message: Message) -> str:
        account_id = await self._turns.account_id(message.openid)
        if self._vocabulary.begins_with_withdraw(heard.text):
            return await self._cases.withdraw(account_id, found)
        return await self._cases.show(account_id, str(found[0]))

    @staticmethod
    def _references(text: str) -> list[Reference]:
        # Most sentences hold no six digits in a row: not worth a full look.
        return find_references(text) if _MAY_HOLD_REFERENCE.search(text) else []

    async def _keep_for_filing(self, heard: Understood, message: Message) -> str:
        self._flight.remember_also(message.citizen, encode_sent(Sent(heard.media, heard.spot)))
        if heard.spot is not None:
            return self._phrases.say("bot.offer_spot")
        return self._phrases.say("bot.offer_photo")

    async def _number(self, number: int, message: Message, at: datetime) -> str:
        """A bare number: it takes up what was offered, or rates the case that waits for it."""
        offers = decode(await self._flight.recall(message.citizen))
        if offers.choices or offers.sent:
            return await self._take_up(number, offers, message, at)
        stored = await self._turns.stored_reply(message.act)
        if stored is not None:
            return stored
        if number in SCORES.values():
            account_id = await self._turns.account_id(message.openid)
            if account_id is not None and await self._cases.to_rate(account_id, message.act) is not None:
                return await self._rate(number, message)
        return self._phrases.say("bot.pick_gone")

    async def _yes_or_no(self, yes: bool, message: Message, at: datetime) -> str:
        """A yes takes up an offer that has only one side to it; anything else leaves it."""
        offers = decode(await self._flight.recall(message.citizen))
        is_single = len(offers.choices) == 1 and offers.choices[0].kind == "story"
        if yes and (is_single or (offers.sent and not offers.choices)):
            return await self._take_up(1, offers, message, at)
        stored = await self._turns.stored_reply(message.act)
        return stored if stored is not None else self._phrases.say("bot.fine")

    async def _take_up(self, number: int, offers: Offers, message: Message, at: datetime) -> str:
        if not offers.choices:
            if number != 1:
                return self._phrases.say("bot.pick_range")
            self._flight.forget(message.citizen)
            return await self._filing.start(message, at, sent=offers.sent)
        if not 1 <= number <= len(offers.choices):
            return self._phrases.say("bot.pick_range")
        choice = offers.choices[number - 1]
        if choice.kind == "case":
            return await self._cases.show(await self._turns.account_id(message.openid), choice.value)
        if choice.kind == "story":
            self._flight.forget(message.citizen)
            return await self._filing.start(message, at, story=choice.value, sent=offers.sent)
        return self._answers.entry(choice.value) or self._phrases.say("bot.pick_gone")

    # ---- sentences

    async def _sentence(self, text: str, message: Message, at: datetime) -> str:
        if not text:
            return self._phrases.say("bot.unclear")
        vocabulary = self._vocabulary
        asks = vocabulary.is_question(text)
        if not asks:
            rest = vocabulary.story_after_file_words(text)
            if rest is not None:
                return await self._filing.start(message, at, story=rest)
        told = self._answers.ask(text)
        may_be_filed = len(text) >= STORY_AT_LEAST and vocabulary.is_ours(text)
        tells_of_trouble = vocabulary.sounds_like_complaint(text)
        if may_be_filed and not asks and (told.band != "answer" or tells_of_trouble):
            self._flight.remember(message.citizen, encode_choices([Choice("story", text)]))
            return self._phrases.say("bot.offer_story")
        choices, reply = told.choices, told.text
        if told.band == "lost" and vocabulary.is_danger(text):
            # Told to telephone first, nobody wants to hear that we do not know.
            return self._phrases.say("bot.danger_report")
        if may_be_filed and (choices or tells_of_trouble or not asks):
            # "油烟太大怎么办" asks, and tells of something that could be filed; "渣土车洒了一路" only tells.
            choices = (*choices, Choice("story", text))
            reply += "\n" + self._phrases.say("bot.offer_story_also", number=len(choices))
        if choices:
            self._flight.remember(message.citizen, encode_choices(choices))
        return reply
