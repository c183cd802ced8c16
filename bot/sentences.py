"""Sentences outside a conversation: trouble is offered to be filed, everything else is a question.

A question that we can answer touches no SQL, and Redis only where it goes on with the answer before.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.auto_replies import AutoReplies
from bot.filing import Filing
from bot.inquiring import Inquiring
from bot.offers import Choice, Offers, encode_choices
from bot.phrases import Phrases
from bot.questions import Questions, Told, is_missed
from bot.singleflight import Flight
from bot.taking_up import TakingUp
from bot.turns import Message, Turns
from bot.vocabulary import Vocabulary
from nlp.normalise import normalise
from nlp.redact import holds_personal_number, redact

STORY_AT_LEAST = 6
LONGEST = 300
"""Characters of a question: a longer text that finds nothing is asked to be put in one sentence."""


class Sentences:
    """One per process."""

    def __init__(
        self,
        *,
        vocabulary: Vocabulary,
        phrases: Phrases,
        questions: Questions,
        auto_replies: AutoReplies,
        filing: Filing,
        inquiring: Inquiring,
        taking_up: TakingUp,
        turns: Turns,
        flight: Flight,
    ) -> None:
        self._vocabulary = vocabulary
        self._phrases = phrases
        self._questions = questions
        self._auto_replies = auto_replies
        self._filing = filing
        self._inquiring = inquiring
        self._taking_up = taking_up
        self._turns = turns
        self._flight = flight

    async def answer(self, text: str, message: Message, at: datetime, *, is_danger: bool) -> str:
        """What a sentence is answered with."""
        say, vocabulary = self._phrases.say, self._vocabulary
        if not normalise(text):
            return say("bot.unclear")
        asks = vocabulary.is_question(text)
        rest = None if asks else vocabulary.story_after_file_words(text)
        if rest is not None:
            offers = await self._taking_up.offers(message)
            return await self._filing.start(message, at, story=rest, sent=offers.sent)
        automatic = self._auto_replies.find(text)
        if automatic:
            return automatic
        knows = not asks or self._questions.may_go_on(text)
        offers = await self._taking_up.offers(message) if knows else Offers()
        may_be_filed = len(text) >= STORY_AT_LEAST and vocabulary.is_ours(text)
        tells_of_trouble = vocabulary.sounds_like_complaint(text)
        is_offered = may_be_filed and (tells_of_trouble or not asks)
        told = self._questions.ask(text, offers.last, may_file=not is_offered)
        if not asks and offers.recent and (told.band != "answer" or tells_of_trouble or may_be_filed):
            return self._offer_to_add(text, message, offers)
        if not asks and vocabulary.is_report(text):
            may_be_filed = True
        if may_be_filed and not asks and (told.band != "answer" or tells_of_trouble):
            self._taking_up.offer(message, offers, Choice("story", text))
            return say("bot.offer_story")
        if is_danger and (told.band == "lost" or (told.band == "unsure" and not asks)):
            # Told to telephone first, nobody wants to hear that we do not know.
            return say("bot.danger_report")
        if is_missed(told.answer):
            goes_on = await self._goes_on(text, message, at)
            if goes_on:
                return goes_on
        if told.band != "answer":
            unfit = self._no_question(text, told, asks=asks)
            if unfit:
                return unfit
            if not knows:
                # How many in a row were missed counts from here on.
                before = (await self._taking_up.offers(message)).last
                told = replace(told, last=replace(told.last, misses=before.misses + 1))
        choices = told.choices
        if may_be_filed and (choices or tells_of_trouble or not asks):
            # "油烟太大怎么办" asks, and tells of something that could be filed; "渣土车洒了一路" only tells.
            choices = (*choices, Choice("story", redact(text) if asks else text))
            told = replace(told, text=f"{told.text}\n{say('bot.offer_story_also', number=len(choices))}")
        if told.band == "lost" and self._auto_replies.otherwise:
            told = replace(told, text=f"{self._auto_replies.otherwise}\n\n{told.text}")
        if holds_personal_number(text):
            told = replace(told, text=f"{told.text}\n{say('qa.numbers')}")
        return told.text if is_danger else self._questions.noted(told, message, choices)

    def _no_question(self, text: str, told: Told, *, asks: bool) -> str:
        """The reply to words that nothing was found for because they ask nothing we could know."""
        say, vocabulary = self._phrases.say, self._vocabulary
        if vocabulary.is_foreign(text):
            return say("bot.english")
        if vocabulary.is_insult(text) and not asks:
            return say("qa.insult")
        if holds_personal_number(text) and not normalise(redact(text)):
            return say("qa.only_numbers")
        return say("qa.too_long", most=LONGEST) if told.band == "lost" and len(text) > LONGEST else ""

    def _offer_to_add(self, text: str, message: Message, offers: Offers) -> str:
        """Words said right after filing usually belong to what was filed."""
        choices = (Choice("add_words", offers.recent, text), Choice("story", text))
        self._taking_up.offer(message, offers, *choices)
        return self._phrases.say("bot.offer_words_recent", reference=offers.recent)

    async def _goes_on(self, text: str, message: Message, at: datetime) -> str:
        """Words nobody else can make sense of may go on with a message that was answered lately."""
        account_id = await self._turns.account_id(message.openid)
        thread = await self._inquiring.answered_lately(account_id, at) if account_id is not None else ""
        if not thread:
            return ""
        self._flight.remember_also(message.citizen, encode_choices([Choice("write_more", thread, text)]))
        return self._phrases.say("bot.offer_write_more", reference=thread)
