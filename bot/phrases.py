"""What the official account says: catalogue texts with the bureau's own names and numbers filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.dialogue import Line
from kit.catalogue import Catalogue
from kit.clock import local
from kit.problems import Problem


class Phrases:
    """`common` are placeholders any text may use: the bureau's phone, hours and so on."""

    def __init__(self, catalogue: Catalogue, common: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self._common = dict(common)

    def say(self, key: str, **params: object) -> str:
        """One text."""
        return self._catalogue.text(key, **{**self._common, **params})

    def lines(self, lines: Iterable[Line]) -> str:
        """The texts of a dialogue, one below the other."""
        return "\n".join(self.say(line.key, **line.params) for line in lines)

    def problem(self, problem: Problem) -> str:
        """The sentence of a refusal."""
        return self.say(problem.key, **problem.params)

    def moment(self, at: datetime) -> str:
        """A moment as citizens read it: 11月23日 17:30. The year is left out: all moments here are near."""
        shown = local(at)
        return self.say("bot.moment", month=shown.month, day=shown.day, time=f"{shown:%H:%M}")
