"""Questions in chat: the answer with its articles, or a choice of questions, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.offers import Choice
from bot.phrases import Phrases
from content.interpretations.views import Answer, Citation, EntryView, SuggestedQuestion

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

    def __init__(self, answerer: Answerer, phrases: Phrases) -> None:
        self._answerer = answerer
        self._phrases = phrases

    def ask(self, question: str) -> Told:
        """The answer to a question, as text."""
        answer = self._answerer.answer(question)
        if answer.band == "answer" and answer.entry is not None:
            return Told(self._entry(answer.entry, answer.citations, answer.matched), "answer")
        if answer.band == "unsure" and answer.suggestions:
            return self._unsure(answer.suggestions[:SUGGESTED])
        return Told(self._phrases.say("bot.lost"), "lost")

    def entry(self, slug: str) -> str | None:
        """An entry that was picked from suggestions; None when it was withdrawn meanwhile."""
        found = self._answerer.entry(slug)
        return self._entry(found, found.citations, ()) if found is not None else None

    def _entry(self, entry: EntryView, citations: tuple[Citation, ...], matched: tuple[str, ...]) -> str:
        say = self._phrases.say
        lines = [entry.question, "", entry.answer]
        if citations:
            lines += ["", say("bot.qa.basis", articles="；".join(one.label for one in citations))]
        if matched:
            lines.append(say("bot.qa.matched", words="、".join(matched)))
        return "\n".join(lines)

    def _unsure(self, suggestions: tuple[SuggestedQuestion, ...]) -> Told:
        say = self._phrases.say
        lines = [say("bot.qa.unsure")]
        lines += [f"{number}. {one.question}" for number, one in enumerate(suggestions, start=1)]
        lines.append(say("bot.qa.pick"))
        return Told("\n".join(lines), "unsure", tuple(Choice("entry", one.slug) for one in suggestions))
