"""Steps that take one of several: a number the question explains, an option it lists, a choice or a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.kinds import Accepted, Answer, Heard, Refused, Taken, looks_like_mobile, shown

if TYPE_CHECKING:
    from bot.dialogue_shape import Asked

_NAMES_AT_LEAST = 2
_UNLINKED = frozenset('<>&"')
_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid=choice_{number}">{words}</a>'


class _OnlyWhenAsked:
    """Answers such a step when it is asked, and is heard nowhere else."""

    def recognises(self, heard: Heard) -> bool:
        return False

    def accepts_words(self, heard: Heard) -> bool:
        return False

    def goes_on(self, heard: Heard) -> bool:
        return False


@dataclass(frozen=True)
class NumberKind(_OnlyWhenAsked):
    """One of the numbers 1 to `at_most`, each of which the prompt explains."""

    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.number is None or not 1 <= heard.number <= self.at_most:
            return Refused("number_please", {"at_most": self.at_most})
        return Accepted(Answer(text=str(heard.number)))

    def show(self, answer: Answer) -> str:
        return answer.text


@dataclass(frozen=True)
class PickKind(_OnlyWhenAsked):
    """One of the session's options, by its number in the list or by its name."""

    def take(self, before: Answer, heard: Heard) -> Taken:
        return Accepted(Answer(text=heard.picked)) if heard.picked else Refused("pick_please")

    def show(self, answer: Answer) -> str:
        return answer.text


@dataclass(frozen=True)
class ParticularKind(_OnlyWhenAsked):
    """The answer to a question of the session's own: one of its choices, or a few words."""

    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.picked:
            return Accepted(Answer(text=heard.picked))
        text = heard.text.strip()
        if not text or looks_like_mobile(text):
            return Refused("particular_please")
        if len(text) > self.at_most:
            return Refused("too_long", {"at_most": self.at_most})
        return Accepted(Answer(text=text))

    def accepts_words(self, heard: Heard) -> bool:
        return bool(heard.text.strip())

    def show(self, answer: Answer) -> str:
        return shown(answer.text)


@dataclass(frozen=True)
class ChoiceKind(_OnlyWhenAsked):
    """One of the choices of a question of the session's own, and nothing else: other words are about something else."""

    def take(self, before: Answer, heard: Heard) -> Taken:
        return Accepted(Answer(text=heard.picked)) if heard.picked else Refused("choose_please")

    def show(self, answer: Answer) -> str:
        return shown(answer.text)


def chosen(question: Asked, heard: Heard) -> Heard:
    """The message with the choice it names, by number or in words. Then it is no word of the engine's."""
    choices, text = question.choices, heard.text.strip()
    if heard.number is not None and choices:
        if not 1 <= heard.number <= len(choices):
            return msgspec.structs.replace(heard, text="")
        picked = choices[heard.number - 1]
    elif text in choices:
        picked = text
    elif heard.word == "yes" and len(question.values) == 1:
        picked = choices[0]
    else:
        named = [one for one in choices if len(text) >= _NAMES_AT_LEAST and (text in one or one in text)]
        picked = named[0] if len(named) == 1 else ""
    return msgspec.structs.replace(heard, picked=picked, word="" if picked else heard.word)


def listed(choices: Sequence[str]) -> str:
    """Choices one below the other; each is said with one tap where the phone shows links."""
    return "\n".join(f"{number}. {_tapped(number, one)}" for number, one in enumerate(choices, start=1))


def _tapped(number: int, words: str) -> str:
    return words if _UNLINKED & set(words) else _LINK.format(words=words, number=number)


def particular(at_most: int) -> ParticularKind:
    """The answer to a question of the session's own, in so many characters."""
    return ParticularKind(at_most)


def number(at_most: int) -> NumberKind:
    """A number from 1 on."""
    return NumberKind(at_most)


one_of_the_options = PickKind()
"""One of those the session lists."""

one_of_the_choices = ChoiceKind()
"""One of those its own question lists."""
