"""What citizens' words mean. The words themselves stand in the catalogue, under `bot.words` and `bot.patterns`.

`word_of` looks at a whole message: "取消" is a command, "不要取消夜市" is not. The patterns look into a
sentence, so they only ever lead to an offer, a plain hint or a telephone number, never to a change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from casework.misconduct import Misconduct, spelling
from casework.misconduct import alternatives as _alternatives
from kit.catalogue import Catalogue
from nlp.normalise import simplified

_LONGEST_WORD = 12
_AROUND = " \t\n\r。.!！~～,，、\"'“”‘’「」【】[]()（）"
_MANY_DIGITS = 2
_LATIN = re.compile(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}")
_BEYOND_LATIN = re.compile(r"[\u2e80-\uffff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_TWO_WORDS = re.compile(r"[^\W\d_]{2,}\W+[^\W\d_]{2,}")
# Kana, Hangul, Cyrillic, Arabic, Hebrew, Thai, Devanagari: whoever writes them asks in another language.
_OTHER_SCRIPT = re.compile(
    r"[\u3041-\u30fa\uac00-\ud7af\u0400-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f]{2}"
)


class Vocabulary:
    """Compiled once; every look-up is one dictionary access or one pass of a compiled pattern."""

    def __init__(self, catalogue: Catalogue, ours: Iterable[str]) -> None:
        """`ours`: what our categories of complaints are known by, from the bureau profile."""
        self._words: dict[str, str] = {}
        for meaning, spellings in catalogue.under("bot.words").items():
            for one in spellings.split("|"):
                word = _plain(one)
                if self._words.setdefault(word, meaning) != meaning:
                    raise ValueError(f"bot.words: {one!r} stands under two meanings")
                if len(word) > _LONGEST_WORD:
                    raise ValueError(f"bot.words: {one!r} is too long to be looked for")
        patterns = {name: spellings.split("|") for name, spellings in catalogue.under("bot.patterns").items()}
        self._question = _any_of(patterns["question"])
        self._complaint = _any_of(patterns["complaint"])
        self._insult = _any_of(patterns["insult"])
        self._misconduct = Misconduct(catalogue)
        self._ours = _any_of(spelling(word) for word in ours)
        self._file_prefix = re.compile(rf"(?:{_alternatives(patterns['file_prefix'])})[\s:：,，。]*")
        self._prefixes = {
            name: re.compile(rf"\s*(?:{_alternatives(patterns[f'{name}_prefix'])})[\s:：,，。]*")
            for name in ("withdraw", "add", "rate")
        }

    def word_of(self, text: str) -> str:
        """What the whole message means, as one of the names under `bot.words`; "" when it is a sentence."""
        if len(text) > _LONGEST_WORD + 4:
            return ""
        return self._words.get(_plain(text), "")

    def number_of(self, text: str) -> int | None:
        """The number that the message consists of: 1 or ２ or "3."."""
        if len(text) > _MANY_DIGITS + 4:
            return None
        digits = _plain(text)
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MANY_DIGITS else None

    def is_ours(self, text: str) -> bool:
        """Whether the words belong to one of our categories of complaints."""
        return self._ours.search(spelling(text)) is not None

    def is_tip_off(self, text: str) -> bool:
        """Whether the text is about misconduct of the bureau's own people: never taken in chat."""
        return self._misconduct.is_told_in(text)

    def is_report(self, text: str) -> bool:
        """Whether the word for a tip-off is used, which people also use for ordinary complaints."""
        return self._misconduct.is_report(text)

    def is_question(self, text: str) -> bool:
        """Whether the sentence asks something."""
        return self._question.search(simplified(text)) is not None

    def sounds_like_complaint(self, text: str) -> bool:
        """Whether the sentence tells of trouble, in words that questions about rules do not use."""
        return self._complaint.search(simplified(text)) is not None

    def story_after_file_words(self, text: str) -> str | None:
        """What follows "我要投诉…" in a sentence that begins like this; None for any other sentence."""
        found = self._file_prefix.match(simplified(text))
        return text[found.end() :].strip() if found else None

    def asks_for(self, text: str) -> str:
        """What the sentence begins by asking to be done with a case: "withdraw", "add", "rate" or ""."""
        text = simplified(text)
        return next((name for name, prefix in self._prefixes.items() if prefix.match(text)), "")

    def after_prefix(self, name: str, text: str) -> str:
        """What follows that beginning."""
        found = self._prefixes[name].match(simplified(text))
        return text[found.end() :].strip() if found else text.strip()

    def is_insult(self, text: str) -> bool:
        """Whether the sentence calls names."""
        return self._insult.search(_plain(text)) is not None

    @staticmethod
    def is_foreign(text: str) -> bool:
        """Whether a sentence is written in another language."""
        if _OTHER_SCRIPT.search(text):
            return True
        return _HAN.search(text) is None and _TWO_WORDS.search(text) is not None

    @staticmethod
    def is_latin(text: str) -> bool:
        """Whether a sentence is written in Latin letters only."""
        return _LATIN.search(text) is not None and _BEYOND_LATIN.search(text) is None


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text.strip(_AROUND)).casefold().strip(_AROUND))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    # Without words it must match nothing; an empty alternative would match everything.
    return re.compile(_alternatives(words) or r"(?!)")
