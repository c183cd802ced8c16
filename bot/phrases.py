"""What the official account says: catalogue texts with the bureau's own names and numbers filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bot.dialogue_shape import Line
from kit.catalogue import Catalogue
from kit.clock import local, shown_end
from kit.problems import Problem

_WITHOUT_MEDIA = "bot.without_media"


class Phrases:
    """`common` are placeholders any text may use: the bureau's phone, hours and so on.

    `tells_news`: whether the account can tell people by itself how their case goes on. Otherwise no text may
    promise it. `takes_media`: whether photos and recordings sent here reach us; otherwise no text may ask for them,
    and those that do have another wording under `bot.without_media`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        common: Mapping[str, str],
        tells_news: Callable[[], bool] = lambda: True,
        takes_media: Callable[[], bool] = lambda: True,
    ) -> None:
        self._catalogue = catalogue
        self._common: dict[str, object] = dict(common)
        self._tells_news = tells_news
        self._takes_media = takes_media

    def say(self, key: str, **params: object) -> str:
        """One text."""
        if not self._takes_media() and self._catalogue.has(without := ".".join((_WITHOUT_MEDIA, key))):
            key = without
        return self._catalogue.filled(key, self._common | params if params else self._common)

    def later(self) -> str:
        """How people will hear more: from us, or by looking."""
        return self.say("bot.later_told" if self._tells_news() else "bot.later_look")

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

    def end(self, at: datetime) -> str:
        """When something ends: midnight belongs to the day before."""
        on, time = shown_end(at)
        return self.say("bot.moment", month=on.month, day=on.day, time=time)
