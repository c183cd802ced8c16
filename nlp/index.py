"""A small in-memory index of questions: words plus character 1-2-grams, weighed as in BM25.

Short questions rarely repeat a word, so of BM25 only the rarity of a token is kept. Each field is
divided by what could have been attained: the weight of everything asked, blended with the weight of
everything the phrasing says. A phrasing equal to the question scores 1.0; one shared word of a long
question scores little. Questions are indexed, never answers.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from nlp.lexicon import GENERIC_WORDS, INTENTS, SAME_WORD, STOP_WORDS, TRADE_TERMS
from nlp.normalise import normalise
from nlp.segment import Segmenter

# Questions worth answering are short; the tail of a longer text only costs time.
MAX_QUESTION_CHARACTERS = 120

# Tuned on questions kept apart from the shipped phrasings and from the test questions.
_ASKED_SHARE = 0.7  # what was asked, against what the phrasing says, in the denominator
_WORD_SHARE = 0.45  # words, against character grams, in the score
_GRAM_SHARE = 1 - _WORD_SHARE
_WORTH_SCORING = 0.4  # of the most characters any phrasing shares, for one that shares no word
_GENERIC_FACTOR = 0.45  # generic words choose between neighbours, topic words choose the topic
_OTHER_INTENT = 0.85  # for each thing asked about the topic that no phrasing of the entry asks
_UNKNOWN_FACTOR = 0.5  # an unknown word says "something else" less surely than a rare one says "this"


class Hit(msgspec.Struct, frozen=True):
    """One entry found: its position in the given list, a score of 0 to 1, and why.

    `words` are those asked that the entry's phrasings hold, in the order asked. `coverage` is the share
    of the asked topic words, by weight, that they hold; generic words (罚款, 投诉, 怎么办) name no topic.
    `topics` counts the topic words held; `anchored` tells that one of them is a term of the trade.
    """

    entry: int
    score: float
    words: tuple[str, ...]
    coverage: float
    topics: int
    anchored: bool


class _Text(msgspec.Struct, frozen=True):
    """A text ready to compare: `words` as asked, `terms` the words that stand for them, in step."""

    plain: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
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

    def weight(self, token: str) -> float:
        """The weight of a token, known or not."""
        known = self.weights.get(token)
        if known is not None:
            return known
        return self.unknown * (_GENERIC_FACTOR if token in GENERIC_WORDS else 1.0)

    def matched(self, tokens: Iterable[str]) -> tuple[dict[int, float], float]:
        """Weight shared with each phrasing that shares any, and the attainable weight of the tokens."""
        shared: dict[int, float] = {}
        asked = 0.0
        for token in tokens:
            weight = self.weight(token)
            asked += weight
            for number in self.postings.get(token, ()):
                shared[number] = shared.get(number, 0.0) + weight
        return shared, asked * _ASKED_SHARE


class QuestionIndex:
    """Immutable once built: to publish, build a new one and replace the reference.

    `entries` gives the question and phrasings of each entry. A phrasing two entries share belongs to
    the first of them; the knowledge check refuses such a knowledge base.
    """

    def __init__(self, entries: Iterable[Iterable[str]], segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._owners: list[int] = []
        self._exact: dict[str, int] = {}
        self._entry_text: list[str] = []
        self._entry_terms: list[set[str]] = []
        texts: list[_Text] = []
        for position, phrasings in enumerate(entries):
            own: list[_Text] = []
            for phrasing in phrasings:
                text = self._read(phrasing)
                if text.plain and text.plain not in self._exact:
                    self._exact[text.plain] = position
                    self._owners.append(position)
                    own.append(text)
            texts += own
            self._entry_text.append("\n".join(text.plain for text in own))
            self._entry_terms.append({term for text in own for term in text.terms})
        size = len(self._entry_text)
        self._terms = _Field([text.terms for text in texts], self._owners, size)
        self._grams = _Field([text.grams for text in texts], self._owners, size)

    def __len__(self) -> int:
        return len(self._entry_text)

    def search(self, question: str, limit: int = 4) -> list[Hit]:
        """The entries nearest to the question, best first; empty when nothing is shared."""
        asked = self._read(question)
        if not asked.plain:
            return []
        hits = [self._hit(asked, owner, score) for score, owner in self._ranked(asked, limit)]
        exact = self._exact.get(asked.plain)
        if exact is not None:
            known = Hit(exact, 1.0, asked.words or (asked.plain,), 1.0, 1, True)
            hits = [known, *(hit for hit in hits if hit.entry != exact)][:limit]
        return hits

    def _ranked(self, asked: _Text, limit: int) -> list[tuple[float, int]]:
        by_terms, terms_asked = self._terms.matched(asked.terms)
        by_grams, grams_asked = self._grams.matched(asked.grams)
        own_terms, own_grams, owners = self._terms.own, self._grams.own, self._owners
        # Hundreds of phrasings share a common character with any question. One that shares no word and
        # few characters cannot come near the first; leaving it out halves the cost of a question.
        floor = _WORTH_SCORING * max(by_grams.values(), default=0.0)
        best: dict[int, float] = {}
        for number, grams in by_grams.items():
            terms = by_terms.get(number)
            if terms is None:
                if grams < floor:
                    continue
                score = _GRAM_SHARE * grams / (grams_asked + own_grams[number])
            else:
                score = _GRAM_SHARE * grams / (grams_asked + own_grams[number]) + _WORD_SHARE * terms / (
                    terms_asked + own_terms[number]
                )
            owner = owners[number]
            if score > best.get(owner, 0.0):
                best[owner] = score
        for number in by_terms.keys() - by_grams.keys():  # a word that stands for another shares no character
            score = _WORD_SHARE * by_terms[number] / (terms_asked + own_terms[number])
            owner = owners[number]
            if score > best.get(owner, 0.0):
                best[owner] = score
        leading = sorted(((score, owner) for owner, score in best.items()), reverse=True)[: limit + 4]
        wanted = INTENTS.intersection(asked.terms)
        if wanted:
            # What is asked about the topic (罚多少, 要批准吗) must be something the entry speaks of.
            leading = [
                (score * _OTHER_INTENT ** len(wanted - self._entry_terms[owner]), owner)
                for score, owner in leading
            ]
            leading.sort(reverse=True)
        return leading[:limit]

    def _hit(self, asked: _Text, entry: int, score: float) -> Hit:
        text, terms = self._entry_text[entry], self._entry_terms[entry]
        words: list[str] = []
        held = topic = 0.0
        topics, anchored = 0, False
        for word, term in zip(asked.words, asked.terms, strict=True):
            weight = 0.0 if word in GENERIC_WORDS or term in GENERIC_WORDS else self._terms.weight(term)
            topic += weight
            if term in terms or (len(word) > 1 and word in text):
                held += weight
                words.append(word)
                topics += bool(weight)
                anchored = anchored or word in TRADE_TERMS
            elif len(word) > 1 and any(word[i : i + 2] in text for i in range(len(word) - 1)):
                held += weight / 2  # the dictionary cut the two sides differently
                words.append(word)
        score = round(min(score, 1.0), 4)
        if not topic:  # only generic words were asked: two of them may still say which entry is meant
            return Hit(entry, score, tuple(words), float(bool(words)), len(words), anchored)
        return Hit(entry, score, tuple(words), round(held / topic, 3), topics, anchored)

    def _read(self, text: str) -> _Text:
        plain = normalise(text)[:MAX_QUESTION_CHARACTERS]
        cut = self._segmenter.cut(plain) if plain else []
        words = tuple(dict.fromkeys(word for word in cut if word not in STOP_WORDS))
        return _Text(plain, words, tuple(SAME_WORD.get(word, word) for word in words), _grams(words))
