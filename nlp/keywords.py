"""Rules of the form "these words -> this code", for suggesting a category and for spotting danger."""

from collections.abc import Iterable, Sequence

import msgspec

from nlp.normalise import normalise

# One long word, or two short ones, are as sure as keywords can make us.
_SURE_WEIGHT = 4.0


class KeywordMatch(msgspec.Struct, frozen=True):
    """The code keywords point to, the words that led there, and how sure that is (0 to 1)."""

    code: str
    words: tuple[str, ...]
    confidence: float


class KeywordRules:
    """Keyword rules compiled once; matching looks for the keywords inside the normalised text.

    A word counts by its length, and less when several codes claim it; a word inside a longer matched
    word of the same code does not count again. Ties go to the rule that stands first.
    """

    def __init__(self, rules: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._rules: list[tuple[str, list[str]]] = []
        self._claims: dict[str, int] = {}
        for code, keywords in rules:
            words = sorted({word for word in map(normalise, keywords) if word}, key=lambda w: (-len(w), w))
            self._rules.append((code, words))
            for word in words:
                self._claims[word] = self._claims.get(word, 0) + 1

    def suggest(self, text: str) -> KeywordMatch | None:
        """The best matching code, or None when no keyword occurs."""
        ranked = self.ranked(text)
        return ranked[0] if ranked else None

    def ranked(self, text: str) -> list[KeywordMatch]:
        """Every code with a keyword in the text, the likeliest first."""
        asked = normalise(text)
        if not asked:
            return []
        weighed: list[tuple[float, str, tuple[str, ...]]] = []
        for code, words in self._rules:
            matched: list[str] = []
            for word in words:
                if word in asked and not any(word in longer for longer in matched):
                    matched.append(word)
            if matched:
                weight = sum(max(len(word), 1.5) / self._claims[word] for word in matched)
                weighed.append((weight, code, tuple(sorted(matched, key=asked.index))))
        weighed.sort(key=lambda item: -item[0])
        total = sum(weight for weight, _, _ in weighed)
        return [
            KeywordMatch(code, words, round(weight / total * min(1.0, weight / _SURE_WEIGHT), 3))
            for weight, code, words in weighed
        ]


def spotted(text: str, keywords: Iterable[str]) -> tuple[str, ...]:
    """Those keywords that occur in the text, in the order of the list."""
    asked = normalise(text)
    return tuple(word for word in keywords if (plain := normalise(word)) and plain in asked)
