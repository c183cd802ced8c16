"""Questions in chat: what is answered, what goes on with the last answer, and what people say about an answer.

Answering waits for nothing; only a vote is written down before it is thanked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bot.answers import SUGGESTED, Answerer, AnswerTexts
from bot.offers import Choice, Last, Offers, encode, encode_last
from bot.phrases import Phrases
from bot.singleflight import Flight
from bot.taps import Tap
from bot.turns import Message
from content.interpretations.follow_up import UNSAID, follow_up, may_go_on
from content.interpretations.hearing import Door, Hearing, Vote
from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from nlp.normalise import normalise
from nlp.redact import redact

KEPT_AT_MOST = 1_000
"""Characters of a question that go along to a person."""
OFFERS_PERSON_AFTER = 2
"""Questions in a row that were not answered."""
_PARTS_AT_LEAST = 2
_ENDS = re.compile(r"[?\uff1f\n]+")


class Told(msgspec.Struct, frozen=True):
    """A text, and the questions that a number sent after it stands for. `answer` is what it was made of."""

    text: str
    answer: Answer
    last: Last
    choices: tuple[Choice, ...] = ()

    @property
    def band(self) -> str:
        return self.answer.band


class Questions:
    """One per process."""

    def __init__(
        self, answerer: Answerer, texts: AnswerTexts, phrases: Phrases, flight: Flight, hearing: Hearing
    ) -> None:
        self._answerer = answerer
        self._texts = texts
        self._phrases = phrases
        self._flight = flight
        self._hearing = hearing

    # ---- asking

    @staticmethod
    def may_go_on(text: str) -> bool:
        """Whether a text makes sense only after an answer: what was shown last has to be known."""
        return may_go_on(text)

    def ask(self, question: str, last: Last, *, may_file: bool = True) -> Told:
        """The answer to a question. `last` is looked at where the question may go on with it.

        `may_file` False: filing a complaint is offered beside the answer already.
        """
        masked = redact(question)
        asked = masked[:KEPT_AT_MOST]
        question = asked.replace("*", "") if masked != question else question
        if last.slug and may_go_on(question):
            before = self._answerer.entry(last.slug)
            found = follow_up(self._answerer, last.slug, question)
            if found is not None and before is not None:
                return self._going_on(found, before, f"{before.question}{asked}", last)
        answer, also = self._answered(question)
        if answer.entry is not None:
            text = self._texts.answered(answer, also=also, may_file=may_file)
            return Told(text, answer, Last(answer.entry.slug, asked))
        missed = Last("", asked, last.misses + 1)
        if not answer.suggestions:
            return Told(self._phrases.say("qa.lost"), answer, missed)
        return self._to_choose("qa.unsure", answer, missed)

    def noted(self, told: Told, message: Message, choices: Sequence[Choice] = ()) -> str:
        """The reply to a question that was not danger, trouble or anything else first: now it is remembered."""
        self._hearing.asked(told.last.asked, told.answer, Door.WECHAT)
        self._flight.remember_also(message.citizen, encode_last(told.last, choices or told.choices))
        if told.last.misses < OFFERS_PERSON_AFTER:
            return told.text
        lost = self._phrases.say("qa.lost")
        if lost in told.text:
            return told.text.replace(lost, self._phrases.say("qa.lost_twice"))
        return f"{self._phrases.say('qa.twice')}\n\n{told.text}"

    def _answered(self, question: str) -> tuple[Answer, tuple[EntryView, ...]]:
        """The answer, and other entries that the same message asks for in sentences of their own."""
        answer = self._answerer.answer(question)
        parts = [part for part in _ENDS.split(question) if len(normalise(part)) >= _PARTS_AT_LEAST]
        if len(parts) < 2 or (answer.phrasing and normalise(answer.phrasing) == normalise(question)):
            return answer, ()
        first: Answer | None = None
        also: dict[str, EntryView] = {}
        for part in parts[:SUGGESTED]:
            goes_on = first.entry if first is not None else None
            found = follow_up(self._answerer, goes_on.slug, part) if goes_on is not None else None
            found = found or self._answerer.answer(part)
            if found.entry is None:
                continue
            if first is None:
                first = found
            elif first.entry is not None and found.entry.slug != first.entry.slug:
                also[found.entry.slug] = found.entry
        if first is None or (answer.entry is not None and not also):
            return answer, ()
        return first, tuple(also.values())

    def _going_on(self, found: Answer, before: EntryView, asked: str, last: Last) -> Told:
        if found.entry is not None:
            is_same = found.entry.slug == before.slug
            text = self._texts.answered(found, opens=True, with_more=is_same)
            return Told(text, found, Last(found.entry.slug, asked, goes_on=True))
        missed = Last(before.slug, asked, last.misses + 1)
        if not found.suggestions:
            text = self._phrases.say("qa.unsaid", question=before.question)
            return Told(self._texts.leading(text, before), found, missed)
        told = self._to_choose("qa.unsaid_near", found, missed, question=before.question)
        return msgspec.structs.replace(told, text=self._texts.leading(told.text, before))

    def _to_choose(self, key: str, answer: Answer, missed: Last, **params: object) -> Told:
        suggestions = answer.suggestions[:SUGGESTED]
        text = self._texts.choice(self._phrases.say(key, **params), suggestions, self._answerer)
        return Told(text, answer, missed, tuple(Choice("entry", one.slug) for one in suggestions))

    # ---- what was picked or tapped

    def show(self, slug: str, message: Message, offers: Offers) -> str:
        """An entry that was picked from suggestions."""
        entry = self._answerer.entry(slug)
        if entry is None:
            return self._phrases.say("bot.pick_gone")
        answer = Answer(band="answer", entry=entry, citations=entry.citations, reason="picked")
        self._flight.remember_also(message.citizen, encode_last(Last(slug, offers.last.asked)))
        return self._texts.answered(answer)

    async def said(self, tapped: Tap, message: Message, offers: Offers) -> str:
        """What a person says about an answer, tapped or in words; words are about the entry shown last."""
        entry = self._answerer.entry(tapped.slug or offers.last.slug)
        say = self._phrases.say
        if tapped.act == "see":
            return self.show(tapped.slug, message, offers)
        if tapped.act == "none" or (tapped.act == "not_this" and not tapped.slug and offers.last.misses):
            return say("qa.none")
        if entry is None:
            return say("bot.pick_gone") if tapped.slug else say("qa.nothing_shown")
        if tapped.act == "more":
            return self._texts.more(entry)
        asked = offers.last.asked if offers.last.slug == entry.slug else ""
        counted = await self._hearing.voted(
            Vote(
                person=message.citizen,
                slug=entry.slug,
                version=tapped.version or entry.version,
                helped=tapped.act == "useful",
                door=Door.WECHAT,
                words=asked,
                not_this=tapped.act == "not_this",
            )
        )
        if tapped.act == "not_this":
            return self._others(entry, asked, message, offers)
        if tapped.act == "useless":
            last = Last(entry.slug, asked or entry.question, offers.last.misses)
            self._remember(message, offers, last, Choice("person"))
            return say("qa.useless" if counted else "qa.voted_person")
        # What helped need not be told to a person.
        self._remember(message, offers, Last(entry.slug), *offers.choices)
        return say("qa.useful" if counted else "qa.voted")

    def _others(self, entry: EntryView, asked: str, message: Message, offers: Offers) -> str:
        """Another question was meant: the next ones that come near, or those of the same matter."""
        # What went on with an answer is about its matter, whatever the words of both come near.
        near = self._answerer.answer(asked).suggestions if asked and not offers.last.goes_on else ()
        others = [one for one in near if one.slug != entry.slug]
        if not others and entry.topic:
            matter = (
                one for one in self._answerer.entries if one.topic == entry.topic and one.slug != entry.slug
            )
            others = [SuggestedQuestion(one.slug, one.question) for one in matter]
        others = others[:SUGGESTED]
        missed = Last("", asked, offers.last.misses + 1)
        self._remember(message, offers, missed, *(Choice("entry", one.slug) for one in others))
        person = f"\n\n{self._phrases.say('qa.twice')}" if missed.misses >= OFFERS_PERSON_AFTER else ""
        if not others:
            return self._phrases.say("qa.not_this_none")
        lead = self._phrases.say("qa.not_this_next")
        return self._texts.choice(lead, others, self._answerer) + person

    def _remember(self, message: Message, offers: Offers, last: Last, *choices: Choice) -> None:
        kept = msgspec.structs.replace(offers, choices=choices, last=last)
        self._flight.remember(message.citizen, encode(kept))


def is_missed(answer: Answer) -> bool:
    """Whether the words found nothing, not even after the answer before."""
    return answer.band == "lost" and answer.reason != UNSAID
