"""Words that ask nothing anybody could look up, and what to say to them: for the doors that are no chat."""

from __future__ import annotations

import re
from typing import Literal

from kit.catalogue import Catalogue
from nlp.normalise import normalise
from nlp.redact import holds_personal_number, redact

NoQuestion = Literal["insult", "foreign", "numbers", ""]

_HAN = re.compile(r"[\u3400-\u9fff]")
_TWO_WORDS = re.compile(r"[^\W\d_]{2,}\W+[^\W\d_]{2,}")
# Kana, Hangul, Cyrillic, Arabic, Hebrew, Thai, Devanagari: whoever writes them asks in another language.
_OTHER_SCRIPT = re.compile(
    r"[\u3041-\u30fa\uac00-\ud7af\u0400-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f]{2}"
)
_FEW = 2
"""Characters left beside a number that make no question yet."""


class Manners:
    """The words people scold with stand in the catalogue, where the chat has them too."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = (normalise(word) for word in catalogue.text("bot.patterns.insult").split("|"))
        self._insult = re.compile("|".join(re.escape(word) for word in words if word))

    def unasked(self, text: str) -> NoQuestion:
        """What a text is that nothing was found for; "" for a question like others."""
        if self._insult.search(normalise(text)):
            return "insult"
        if _OTHER_SCRIPT.search(text) or (_HAN.search(text) is None and _TWO_WORDS.search(text)):
            return "foreign"
        if holds_personal_number(text) and len(normalise(redact(text))) <= _FEW:
            return "numbers"
        return ""


def looked_up(text: str) -> str:
    """The question without telephone numbers and numbers of documents: they are shown and kept nowhere."""
    return redact(text).replace("*", "") if holds_personal_number(text) else text
