"""Steps that take one of several: a number the question explains, or one of the options it lists."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kinds import Accepted, Answer, Heard, Refused, Taken


@dataclass(frozen=True)
class NumberKind:
    """One of the numbers 1 to `at_most`, each of which the prompt explains."""

    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.number is None or not 1 <= heard.number <= self.at_most:
            return Refused("number_please", {"at_most": self.at_most})
        return Accepted(Answer(text=str(heard.number)))

    def recognises(self, heard: Heard) -> bool:
        return False

    def accepts_words(self, heard: Heard) -> bool:
        return False

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return answer.text


@dataclass(frozen=True)
class PickKind:
    """One of the session's options, by its number in the list or by its name."""

    def take(self, before: Answer, heard: Heard) -> Taken:
        return Accepted(Answer(text=heard.picked)) if heard.picked else Refused("pick_please")

    def recognises(self, heard: Heard) -> bool:
        return False

    def accepts_words(self, heard: Heard) -> bool:
        return False

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return answer.text


def number(at_most: int) -> NumberKind:
    """A number from 1 on."""
    return NumberKind(at_most)


one_of_the_options = PickKind()
"""One of those the session lists."""
