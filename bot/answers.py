"""Questions in chat: the answer with its articles, or a choice of questions, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.offers import Choice
from bot.phrases import Phrases
from content.interpretations.render import render_answer
from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from kit.catalogue import Catalogue

SUGGESTED = 3


class Answerer(Protocol):
    """Finds the entry a question asks for. Pure and fast: nothing is awaited."""

    def answer(self, question: str) -> Answer:
        """What to do with a question."""
        ...

    def entry(self, slug: str) -> EntryView | None:
        """A published entry by its name."""
        ...


@dataclass(frozen=True)
class Told:
    """A text, and the questions that a number sent after it stands for."""

    text: str
    band: str
    choices: tuple[Choice, ...] = ()


class Answers:
    """Turns answers into what the chat shows."""

    def __init__(self, answerer: Answerer, catalogue: Catalogue, phrases: Phrases) -> None:
        self._answerer = answerer
        self._catalogue = catalogue
        self._phrases = phrases

    def ask(self, question: str) -> Told:
        """The answer to a question, as text."""
        answer = self._answerer.answer(question)
        if answer.band == "unsure" and answer.suggestions:
            return self._unsure(answer.suggestions[:SUGGESTED])
        return Told(render_answer(self._catalogue, answer), answer.band)

    def entry(self, slug: str) -> str | None:
        """An entry that was picked from suggestions; None when it was withdrawn meanwhile."""
        found = self._answerer.entry(slug)
        if found is None:
            return None
        answer = Answer(band="answer", entry=found, citations=found.citations, reason="picked")
        return render_answer(self._catalogue, answer)

    def _unsure(self, suggestions: tuple[SuggestedQuestion, ...]) -> Told:
        lines = [self._catalogue.text("qa.unsure")]
        for number, one in enumerate(suggestions, start=1):
            lines.append(self._catalogue.text("qa.suggestion", number=number, question=one.question))
        lines.append(self._phrases.say("bot.pick"))
        return Told("\n".join(lines), "unsure", tuple(Choice("entry", one.slug) for one in suggestions))
