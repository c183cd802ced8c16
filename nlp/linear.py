"""A linear model that tells labels by words and characters, held as plain numbers and read in microseconds.

Two fields are summed, each divided by its own length so that long and short texts are judged alike: `grams`, single
characters and pairs of them, which know what the training texts said; and `meanings`, words, which also know words
that no training text held, by what they mean (`nlp.meanings`).

A row of a field holds a token's square, its own weight and one weight a label, side by side in one integer: adding
rows adds all labels at once, which is what makes pure Python quick enough. Numbers are `LANE` bits apart and below
2**WEIGHT_BITS, so that no sum over a text runs into its neighbour.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from operator import add

import msgspec

from nlp.lexicon import STOP_WORDS
from nlp.normalise import normalise
from nlp.placing import standing
from nlp.segment import Segmenter

MOST_CHARACTERS = 400
"""Of a text, at most so many are looked at: who complains says at once of what."""
WEIGHT_BITS = 12
TOP_WEIGHT = (1 << WEIGHT_BITS) - 1
LANE = 24
LANE_MASK = (1 << LANE) - 1
BESIDE_LABELS = 2
"""Numbers of a row before those of the labels: the square and the token's own weight."""
QUARTERS = 4
"""A token's count is taken in quarters, so that counts stay whole numbers."""
WORDS_SHOWN = 5
_MOST_TYPED = 2 * MOST_CHARACTERS
_LONGEST_PIECE = 4
_DIGITS = str.maketrans("0123456789", "0" * 10)
_COUNTED = tuple(round(QUARTERS * (1 + math.log(max(1, times)))) for times in range(MOST_CHARACTERS + 1))


class Prediction(msgspec.Struct, frozen=True):
    """A label, how often such a prediction is right (0 to 1), and the words of the text that led there.

    `words` stand in the text exactly so, the weightiest first.
    """

    label: str
    confidence: float
    words: tuple[str, ...]


class Read(msgspec.Struct, frozen=True):
    """A text as the model sees it. `grams` and `words` count in quarters, damped: twice is not twice as much."""

    plain: str
    cut: tuple[str, ...]
    grams: dict[str, int]
    words: dict[str, int]


class Field(msgspec.Struct, frozen=True):
    """Weights of one kind of token.

    `scale` turns a number of a label back into its weight, `bound` is what was added to make them all positive;
    `top` is the largest weight that a token has of its own. `likeness` says how much two tokens of one text point the
    same way (0: not at all), which makes the text's length grow faster than they are many.
    """

    rows: dict[str, int]
    scale: float
    bound: int
    top: float
    likeness: float

    def sums(self, tokens: Mapping[str, int], labels: int) -> tuple[list[float], float]:
        """Of each label, the weights of the tokens divided by the length they have together; and that length.

        Unknown tokens count nothing; of nothing but them the length is 0.
        """
        rows = self.rows
        total = counted = 0
        for token, count in tokens.items():
            row = rows.get(token)
            if row is not None:
                total += row * count
                counted += count
        if not counted:
            return [0.0] * labels, 0.0
        square = (total & LANE_MASK) * self.top * self.top / (TOP_WEIGHT * QUARTERS)
        own = (total >> LANE & LANE_MASK) * self.top / (TOP_WEIGHT * QUARTERS)
        length = length_of(square, own, self.likeness)
        offset, factor = self.bound * counted, self.scale / (QUARTERS * length)
        total >>= LANE * (BESIDE_LABELS - 1)
        summed = []
        for _ in range(labels):
            total >>= LANE
            summed.append(((total & LANE_MASK) - offset) * factor)
        return summed, length

    def teller(self, label: int, length: float) -> Callable[[str], float]:
        """A function that says how much a token speaks for a label, against the others, in a text of this length."""
        get, bound, factor = self.rows.get, self.bound, self.scale / length
        shift = LANE * (label + BESIDE_LABELS)

        def told(token: str) -> float:
            row = get(token)
            return ((row >> shift & LANE_MASK) - bound) * factor if row is not None else 0.0

        return told


class LinearModel(msgspec.Struct, frozen=True):
    """Trained weights. `sharpness` turns scores into confidences that were measured on texts kept apart."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    sharpness: float
    grams: Field
    meanings: Field

    def predict(self, text: str, segmenter: Segmenter) -> Prediction | None:
        """The likeliest label; None for a text without a character or word that the model knows."""
        read = read_text(text, segmenter)
        by_label, gram_length, word_length = _judged(self, read)
        if not gram_length and not word_length:
            return None
        best = max(range(len(by_label)), key=by_label.__getitem__)
        confidence = 1 / sum(math.exp(self.sharpness * (score - by_label[best])) for score in by_label)
        words = self._words(text, read, best, gram_length or 1.0, word_length or 1.0)
        return Prediction(self.labels[best], round(confidence, 4), words)

    def _words(
        self, text: str, read: Read, label: int, gram_length: float, word_length: float
    ) -> tuple[str, ...]:
        """The words whose characters and meaning speak for a label, as they stand in the text."""
        plain, rows = read.plain, self.meanings.rows
        by_gram, by_word = self.grams.teller(label, gram_length), self.meanings.teller(label, word_length)
        spoken: dict[str, tuple[float, int]] = {}
        place = 0
        for word in read.cut:
            length = len(word)
            if length > 1 and word not in STOP_WORDS and word not in spoken and not word.isdigit():
                said = by_word(word) if word in rows else sum(map(by_word, _pieces(word, rows)))
                said += sum(map(by_gram, word)) + sum(map(by_gram, map(add, word, word[1:])))
                if said > 0:
                    spoken[word] = (said, place)
            place += length
        weightiest = sorted(spoken.items(), key=lambda item: (-item[1][0], item[1][1]))[:WORDS_SHOWN]
        shown = (standing(text, plain, at, at + len(word)) for word, (_, at) in weightiest)
        return tuple(dict.fromkeys(word for word in shown if word))


def scores(model: LinearModel, read: Read) -> list[float]:
    """One a label, in their order; only their differences mean anything."""
    return _judged(model, read)[0]


def _judged(model: LinearModel, read: Read) -> tuple[list[float], float, float]:
    """The scores and the lengths of both fields."""
    count = len(model.labels)
    by_grams, gram_length = model.grams.sums(read.grams, count)
    by_words, word_length = model.meanings.sums(known_words(read.words, model.meanings.rows), count)
    return (
        [sum(parts) for parts in zip(model.bias, by_grams, by_words, strict=True)],
        gram_length,
        word_length,
    )


def read_text(text: str, segmenter: Segmenter) -> Read:
    """What the model looks at. Every digit is the same digit: house numbers tell nothing."""
    plain = normalise(text[:_MOST_TYPED])[:MOST_CHARACTERS]
    if not plain.isalpha():
        plain = plain.translate(_DIGITS)
    cut = tuple(segmenter.cut(plain)) if plain else ()
    grams = _counted([*plain, *map(add, plain, plain[1:])])
    return Read(plain, cut, grams, _counted(cut))


def known_words(words: Mapping[str, int], known: Container[str]) -> dict[str, int]:
    """The words that are known, and of the others the known words they are made of."""
    found = {word: count for word, count in words.items() if word in known}
    if len(found) == len(words):
        return found
    for word, count in words.items():
        if len(word) > 1 and word not in known:
            for piece in _pieces(word, known):
                found[piece] = found.get(piece, 0) + count
    return found


def length_of(square: float, own: float, likeness: float) -> float:
    """The length of a text from the sum of its tokens' squares and the sum of their weights; never 0."""
    return math.sqrt(max(square + likeness * (own * own - square), 1e-9))


def packed(numbers: Sequence[int]) -> int:
    """A row from whole numbers up to TOP_WEIGHT: the square, the token's own weight, the labels in their order."""
    row = 0
    for number in reversed(numbers):
        row = row << LANE | number
    return row


def _pieces(word: str, known: Container[str]) -> list[str]:
    """The word itself, or the longest known words from its start on; characters that begin none are passed over."""
    if word in known:
        return [word]
    if len(word) == 2:
        return [character for character in word if character in known]
    pieces, place = [], 0
    while place < len(word):
        for length in range(min(_LONGEST_PIECE, len(word) - place), 0, -1):
            piece = word[place : place + length]
            if piece in known:
                pieces.append(piece)
                place += length
                break
        else:
            place += 1
    return pieces


def _counted(tokens: Sequence[str]) -> dict[str, int]:
    times = Counter(tokens)
    counted = dict.fromkeys(times, QUARTERS)
    if len(counted) < len(tokens):
        for token, often in times.items():
            if often > 1:
                counted[token] = _COUNTED[often]
    return counted
