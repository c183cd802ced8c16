"""Whether somebody tells on the bureau's own people: the one judgement for every door. None of them keeps it.

The words stand in the catalogue, under `misconduct.patterns`. A word for misconduct beside a word for staff is enough. So is
a member of staff who takes, or is given, what nobody owes them: both in one clause and a few characters apart.
What only looks like it (油烟, 酒店, 多少钱) is taken out first; fines and fees are owed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from casework.complaints.wording import folded
from kit.catalogue import Catalogue
from nlp.normalise import simplified

_TAKEN_OUT = "▢"
_STOPS = "，。！？；、,.!?;"
_BEFORE, _AFTER, _CLOSE, _GIVEN = 8, 8, 3, 4
"""Characters between a member of staff and the taking, the taking and the thing, at most."""


class Misconduct:
    """Compiled once from the lists of words under `misconduct.patterns`."""

    def __init__(self, catalogue: Catalogue) -> None:
        patterns = {name: some.split("|") for name, some in catalogue.under("misconduct.patterns").items()}
        words = {name: alternatives(spelling(one) for one in some) for name, some in patterns.items()}
        self._staff = re.compile(words["staff"])
        self._you = re.compile(words["you"])
        self._misconduct = re.compile(words["misconduct"])
        self._corruption = re.compile(words["corruption"])
        self._tip_off = re.compile(words["tip_off_word"])
        # "向城管举报": the staff are told of something, not told on.
        self._told_to = re.compile(f"(?:{words['told_to']})(?:{words['you']})?(?:{words['staff']})")
        self._favour = re.compile(words["favour"])
        self._no_favour = re.compile(words["no_favour"])
        self._takes_favour = re.compile(_taking(words))

    def is_told_in(self, text: str) -> bool:
        """Whether the text, in whatever characters and width, is about misconduct of the bureau's own people."""
        text = spelling(text)
        reports = self._tip_off.search(text) is not None
        if self._staff.search(text) is not None:
            if self._misconduct.search(text) is not None or self._corruption.search(text) is not None:
                return True
            if self._favour.search(text) is not None and self._tells_of_favours(text):
                return True
            return reports and self._staff.search(self._told_to.sub("", text)) is not None
        # Nobody is named, but who takes bribes while "you" do nothing is an official all the same.
        about_us = reports or self._you.search(text) is not None
        return about_us and self._corruption.search(text) is not None

    def is_report(self, text: str) -> bool:
        """Whether the word for a tip-off is used, which people also use for ordinary complaints."""
        return self._tip_off.search(simplified(text)) is not None

    def _tells_of_favours(self, text: str) -> bool:
        return self._takes_favour.search(self._no_favour.sub(_TAKEN_OUT, text)) is not None


def spelling(text: str) -> str:
    """The form in which words and patterns meet. Simplified text costs one look at each character."""
    return simplified(folded(text))


def alternatives(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _taking(words: Mapping[str, str]) -> str:
    """队长收了商户的钱; 队长要两条烟; 塞钱给队长. What is owed (罚, 费) in between makes it something else."""
    gap = rf"(?:(?!{words['owed']})[^{_STOPS}])"
    staff, favour = f"(?:{words['staff']})", f"(?:{words['favour']})(?!(?:{words['owed_sum']}))"
    taken = f"(?:{words['taking']}|{words['wanting']})(?:{words['done']}){gap}{{0,{_AFTER}}}?{favour}"
    taken += f"|(?:{words['taking']}){gap}{{0,{_CLOSE}}}?{favour}"
    # "办证要钱吗" asks what it costs.
    taken += f"|(?:{words['wanting']}){gap}{{1,{_CLOSE}}}?{favour}"
    given = (
        f"(?:{words['giving']})(?:{words['done']})?{gap}{{0,{_CLOSE}}}?{favour}{gap}{{0,{_GIVEN}}}?{staff}"
    )
    return f"{staff}{gap}{{0,{_BEFORE}}}?(?:{taken})|{given}"
