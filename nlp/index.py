"""A small in-memory index of questions: words plus character 1-2-grams, weighed as in BM25.

Short questions rarely repeat a word, so of BM25 only the rarity of a token is kept. Each field is
divided by what could have been attained: the weight of everything asked, blended with the weight of
everything the phrasing says. A phrasing equal to the question scores 1.0; one shared word of a long
question scores little. Questions are indexed, never answers.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from nlp.lexicon import GENERIC_WORDS, STOP_WORDS
from nlp.normalise import normalise
from nlp.segment import Segmenter

# Questions worth answering are short; the tail of a longer text only costs time.
MAX_QUESTION_CHARACTERS = 120

# Tuned on questions kept apart from the shipped phrasings and from the test questions.
_ASKED_SHARE = 0.6  # what was asked, against what the phrasing says, in the denominator
_WORD_SHARE = 0.45  # words, against character grams, in the score
_GENERIC_FACTOR = 0.45  # generic words choose between neighbours, topic words choose the topic
_UNKNOWN_FACTOR = 0.75  # an unknown word says "something else" less surely than a rare one says "this"


class Hit(msgspec.Struct, frozen=True):
    """One entry found: its position in the given list, a score of 0 to 1, and why.

    `words` are those asked that its best phrasing holds, in the order asked; `topical` tells whether
    one of them names a topic rather than something asked about every topic (罚款, 投诉, 怎么办).
    """

    entry: int
    score: float
    words: tuple[str, ...]
    topical: bool


class _Text(msgspec.Struct, frozen=True):
    plain: str
    words: tuple[str, ...]
    grams: tuple[str, ...]


def _grams(words: Sequence[str]) -> tuple[str, ...]:
    text = "".join(words)
    return tuple(dict.fromkeys([*text, *(text[i : i + 2] for i in range(len(text) - 1))]))


class _Field:
    """Postings and weights of one kind of token."""

    def __init__(self, rows: Sequence[tuple[str, ...]], owners: Sequence[int], entries: int) -> None:
        self.postings: dict[str, list[int]] = {}
        for number, tokens in enumerate(rows):
            for token in tokens:
                self.postings.setdefault(token, []).append(number)
        self.weights: dict[str, float] = {}
        for token, numbers in self.postings.items():
            known_in = len({owners[number] for number in numbers})
            rarity = math.log(1 + (entries - known_in + 0.5) / (known_in + 0.5))
            self.weights[token] = rarity * (_GENERIC_FACTOR if token in GENERIC_WORDS else 1.0)
        self.unknown = _UNKNOWN_FACTOR * math.log(1 + (entries + 0.5) / 0.5)
        self.own = [(1 - _ASKED_SHARE) * sum(self.weights[token] for token in tokens) for tokens in rows]

    def matched(self, tokens: Iterable[str]) -> tuple[dict[int, float], float]:
        """Weight shared with each phrasing that shares any, and the attainable weight of the tokens."""
        shared: dict[int, float] = {}
        asked = 0.0
        for token in tokens:
            weight = self.weights.get(token)
            if weight is None:
                asked += self.unknown * (_GENERIC_FACTOR if token in GENERIC_WORDS else 1.0)
                continue
            asked += weight
            for number in self.postings[token]:
                shared[number] = shared.get(number, 0.0) + weight
        return shared, asked * _ASKED_SHARE


class QuestionIndex:
    """Immutable once built: to publish, build a new one and replace the reference.

    `entries` gives the question and phrasings of each entry. A phrasing two entries share belongs to
    the first of them; `content check` refuses such a knowledge base.
    """

    def __init__(self, entries: Iterable[Iterable[str]], segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._owners: list[int] = []
        self._exact: dict[str, int] = {}
        texts: list[_Text] = []
        self._size = 0
        for position, phrasings in enumerate(entries):
            self._size = position + 1
            for phrasing in phrasings:
                text = self._read(phrasing)
                if text.plain and text.plain not in self._exact:
                    self._exact[text.plain] = len(texts)
                    self._owners.append(position)
                    texts.append(text)
        self._plain = [text.plain for text in texts]
        self._words = _Field([text.words for text in texts], self._owners, self._size)
        self._grams = _Field([text.grams for text in texts], self._owners, self._size)

    def __len__(self) -> int:
        return self._size

    def search(self, question: str, limit: int = 4) -> list[Hit]:
        """The entries nearest to the question, best first; empty when nothing is shared."""
        asked = self._read(question)
        if not asked.plain:
            return []
        exact = self._exact.get(asked.plain)
        if exact is not None:
            hit = self._hit(asked, exact, 1.0)
            others = (other for other in self._ranked(asked, limit) if other.entry != hit.entry)
            return [msgspec.structs.replace(hit, topical=True), *others][:limit]
        return self._ranked(asked, limit)

    def _ranked(self, asked: _Text, limit: int) -> list[Hit]:
        by_words, words_asked = self._words.matched(asked.words)
        by_grams, grams_asked = self._grams.matched(asked.grams)
        own_words, own_grams, owners = self._words.own, self._grams.own, self._owners
        best: dict[int, tuple[float, int]] = {}
        for number, grams in by_grams.items():
            score = (1 - _WORD_SHARE) * grams / (grams_asked + own_grams[number])
            words = by_words.get(number)
            if words is not None:
                score += _WORD_SHARE * words / (words_asked + own_words[number])
            owner = owners[number]
            known = best.get(owner)
            if known is None or score > known[0]:
                best[owner] = (score, number)
        leading = sorted(best.values(), reverse=True)[:limit]
        return [self._hit(asked, number, score) for score, number in leading]

    def _hit(self, asked: _Text, number: int, score: float) -> Hit:
        phrasing = self._plain[number]
        words = tuple(word for word in asked.words if word in phrasing)
        topical = any(len(word) > 1 and word not in GENERIC_WORDS for word in words)
        if not topical:
            # The same term may be cut differently on the two sides: look for shared pairs instead.
            pairs = tuple(gram for gram in asked.grams if len(gram) == 2 and gram in phrasing)
            told = tuple(pair for pair in pairs if not any(pair in word for word in GENERIC_WORDS))
            words, topical = (*words, *told), bool(told)
        return Hit(self._owners[number], round(min(score, 1.0), 4), words, topical)

    def _read(self, text: str) -> _Text:
        plain = normalise(text)[:MAX_QUESTION_CHARACTERS]
        kept = [word for word in self._segmenter.cut(plain) if word not in STOP_WORDS] if plain else []
        return _Text(plain, tuple(dict.fromkeys(kept)), _grams(kept))
