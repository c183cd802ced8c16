"""A linear model that tells labels by words and characters, held as plain numbers and read in microseconds.

Two fields are summed, each divided by its own length so that long and short texts are judged alike: `grams`, single
characters and pairs of them, which know what the training texts said; and `meanings`, words, which also know words
that no training text held, by what they mean (`nlp.meanings`).

A row of a field holds a token's square, its own weight and one weight a label, side by side in one integer: adding
rows adds all labels at once, which is what makes pure Python quick enough. Numbers are `LANE` bits apart and below
2**WEIGHT_BITS, so that `TOGETHER` rows can be added before one number runs into its neighbour.

A gram is an integer, too: a character by its code, a pair by both. They come out of the text's bytes all at once.
"""

from __future__ import annotations

import html
import math
import re
import struct
import sys
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from nlp.lexicon import STOP_WORDS
from nlp.normalise import normalise
from nlp.placing import standing
from nlp.segment import Segmenter

K = TypeVar("K", bound=Hashable)

MOST_CHARACTERS = 400
"""Of a text, at most so many are looked at: who complains says at once of what."""
WEIGHT_BITS = 8
TOP_WEIGHT = (1 << WEIGHT_BITS) - 1
LANE = 16
LANE_MASK = (1 << LANE) - 1
TOGETHER = LANE_MASK // TOP_WEIGHT
BESIDE_LABELS = 2
"""Numbers of a row before those of the labels: the square and the token's own weight."""
QUARTERS = 4
"""How much a token counts is taken in quarters, so that counts stay whole numbers."""
DAMPED = tuple(round(QUARTERS * (1 + math.log(max(1, times)))) for times in range(2 * MOST_CHARACTERS + 1))
"""How much a token counts that occurs so often: twice is not twice as much."""
WORDS_SHOWN = 5
_WORDS_WEIGHED = 10
_MOST_TYPED = 2 * MOST_CHARACTERS
_MOST_MARKED_UP = 20 * MOST_CHARACTERS
_LONGEST_PIECE = 4
_DIGIT = re.compile("[0-9]")
_MARKUP = re.compile(r"<!--.*?-->|<[a-zA-Z/!][^<>]*>", re.DOTALL)
_RARE = re.compile("[^\u0000-\uffff]")
_STAND_IN = "\u3013"
_UTF_16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


class Prediction(msgspec.Struct, frozen=True):
    """A label, how often such a prediction is right (0 to 1), and the words of the text that led there.

    `words` stand in the text exactly so, the weightiest first.
    """

    label: str
    confidence: float
    words: tuple[str, ...]


class Read(msgspec.Struct, frozen=True):
    """A text as the model sees it: `units` are its characters, `pairs` what begins at each of them.

    `grams` and `words` say how often each occurs.
    """

    cut: tuple[str, ...]
    plain: str
    units: list[int]
    pairs: list[int]
    grams: dict[int, int]
    words: dict[str, int]


class Field(msgspec.Struct, Generic[K], frozen=True):
    """Weights of one kind of token.

    `scale` turns a number of a label back into its weight, `bound` is what was added to make them all positive;
    `top` is the largest weight that a token has of its own. `likeness` says how much two tokens of one text point the
    same way (0: not at all), which makes the text's length grow faster than they are many.
    """

    rows: dict[K, int]
    scale: float
    bound: int
    top: float
    likeness: float

    def sums(self, tokens: Mapping[K, int], labels: int) -> tuple[list[float], float]:
        """Of each label, the weights of the tokens (with how often they occur) divided by the length they have together; and that length.

        Unknown tokens count nothing; of nothing but them the length is 0.
        """
        get = self.rows.get
        known = [*filter(None, map(get, tokens))]
        if not known:
            return [0.0] * labels, 0.0
        width = labels + BESIDE_LABELS
        total = [QUARTERS * number for number in _added(known, width)]
        counted = QUARTERS * len(known)
        repeated: dict[int, list[int]] = {}
        for token, times in tokens.items():
            if times > 1 and (row := get(token)) is not None:
                repeated.setdefault(times, []).append(row)
        for times, rows in repeated.items():
            more = DAMPED[times] - QUARTERS
            counted += more * len(rows)
            total = [
                so_far + more * number for so_far, number in zip(total, _added(rows, width), strict=True)
            ]
        square, own = (number * self.top / (TOP_WEIGHT * QUARTERS) for number in total[:BESIDE_LABELS])
        length = length_of(square * self.top, own, self.likeness)
        offset, factor = self.bound * counted, self.scale / (QUARTERS * length)
        return [(number - offset) * factor for number in total[BESIDE_LABELS:]], length

    def said(self, tokens: Iterable[K], label: int) -> int:
        """How much some tokens speak for a label, against the others: below `TOGETHER` of them, in steps of `scale`."""
        known = [*filter(None, map(self.rows.get, tokens))]
        return (sum(known) >> LANE * (label + BESIDE_LABELS) & LANE_MASK) - self.bound * len(known)


class LinearModel(msgspec.Struct, frozen=True):
    """Trained weights. `sharpness` turns scores into confidences that were measured on texts kept apart."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    sharpness: float
    grams: Field[int]
    meanings: Field[str]

    def predict(self, text: str, segmenter: Segmenter) -> Prediction | None:
        """The likeliest label; None for a text without a character or word that the model knows."""
        read = read_text(text, segmenter)
        pieces = _pieces_of(read.words, self.meanings.rows)
        by_label, gram_length, word_length = _judged(self, read, pieces)
        if not gram_length and not word_length:
            return None
        best = max(range(len(by_label)), key=by_label.__getitem__)
        confidence = 1 / sum(math.exp(self.sharpness * (score - by_label[best])) for score in by_label)
        words = self._words(text, read, pieces, best, (gram_length or 1.0, word_length or 1.0))
        return Prediction(self.labels[best], round(confidence, 4), words)

    def _words(
        self,
        text: str,
        read: Read,
        pieces: Mapping[str, Sequence[str]],
        label: int,
        lengths: tuple[float, float],
    ) -> tuple[str, ...]:
        """The words that speak for a label, as they stand in the text. `lengths`: of the grams and of the meanings.

        Those whose meaning does most are weighed by their characters as well.
        """
        get = self.meanings.rows.get
        shift, bound = LANE * (label + BESIDE_LABELS), self.meanings.bound
        meant: dict[str, int] = {}
        places: dict[str, int] = {}
        place = 0
        for word in read.cut:
            if len(word) > 1 and word not in meant and word not in STOP_WORDS:
                row = get(word)
                meant[word] = (
                    (row >> shift & LANE_MASK) - bound
                    if row is not None
                    else self.meanings.said(pieces[word][:TOGETHER], label)
                )
                places[word] = place
            place += len(word)
        by_gram, by_word = self.grams.scale / lengths[0], self.meanings.scale / lengths[1]
        spoken = []
        for word in sorted(meant, key=meant.__getitem__, reverse=True)[:_WORDS_WEIGHED]:
            at = places[word]
            end = min(at + len(word), at + TOGETHER // 2)
            held = self.grams.said(read.units[at:end] + read.pairs[at : end - 1], label)
            said = meant[word] * by_word + held * by_gram
            if said > 0 and not word.isdigit():
                spoken.append((-said, at, word))
        shown = (
            standing(text, read.plain, at, at + len(word)) for _, at, word in sorted(spoken)[:WORDS_SHOWN]
        )
        return tuple(dict.fromkeys(word for word in shown if word))


def scores(model: LinearModel, read: Read) -> list[float]:
    """One a label, in their order; only their differences mean anything."""
    return _judged(model, read, _pieces_of(read.words, model.meanings.rows))[0]


def _judged(
    model: LinearModel, read: Read, pieces: Mapping[str, Sequence[str]]
) -> tuple[list[float], float, float]:
    """The scores and the lengths of both fields."""
    count = len(model.labels)
    by_grams, gram_length = model.grams.sums(read.grams, count)
    by_words, word_length = model.meanings.sums(_with_pieces(read.words, model.meanings.rows, pieces), count)
    return (
        [sum(parts) for parts in zip(model.bias, by_grams, by_words, strict=True)],
        gram_length,
        word_length,
    )


def read_text(text: str, segmenter: Segmenter) -> Read:
    """What the model looks at. Every digit is the same digit: house numbers tell nothing."""
    if "<" in text or "&" in text:
        text = html.unescape(_MARKUP.sub(" ", text[:_MOST_MARKED_UP]))
    plain = _DIGIT.sub("0", normalise(text.lstrip()[:_MOST_TYPED])[:MOST_CHARACTERS])
    units, pairs = grams_of(plain)
    if len(units) > len(plain):
        # One character is one unit: what needs two is too rare to tell anything.
        plain = _RARE.sub(_STAND_IN, plain)
        units, pairs = grams_of(plain)
    cut = tuple(segmenter.cut(plain)) if plain else ()
    return Read(cut, plain, units, pairs, Counter(units + pairs), Counter(cut))


def grams_of(plain: str) -> tuple[list[int], list[int]]:
    """The characters of a text as numbers, and the pairs of neighbours (one fewer) as larger ones."""
    whole = plain.encode(_UTF_16, "surrogatepass")
    pairs = [0] * max(0, len(whole) // 2 - 1)
    for first in (0, 2):
        pairs[first // 2 :: 2] = (
            memoryview(whole[first : len(whole) - (len(whole) - first) % 4]).cast("I").tolist()
        )
    return memoryview(whole).cast("H").tolist(), pairs


def gram_text(gram: int) -> str:
    """The character or the two that a gram stands for."""
    return gram.to_bytes(4 if gram > LANE_MASK else 2, sys.byteorder).decode(_UTF_16, "surrogatepass")


def known_words(words: Mapping[str, int], known: Container[str]) -> dict[str, int]:
    """The words that are known, and of the others the known words they are made of."""
    return _with_pieces(words, known, _pieces_of(words, known))


def _pieces_of(words: Iterable[str], known: Container[str]) -> dict[str, list[str]]:
    """What the unknown words are made of; characters that begin no known word are passed over."""
    return {
        word: [one for one in word if one in known] if len(word) == 2 else _pieces(word, known)
        for word in words
        if word not in known and len(word) > 1
    }


def _with_pieces(
    words: Mapping[str, int], known: Container[str], pieces_of: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    found = {word: times for word, times in words.items() if word in known}
    for word, pieces in pieces_of.items():
        for piece in pieces:
            found[piece] = found.get(piece, 0) + words[word]
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
    """The longest known words from the start on."""
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


def _added(rows: Sequence[int], width: int) -> Sequence[int]:
    """The rows added, number by number."""
    if len(rows) <= TOGETHER:
        return struct.unpack(f"<{width}H", sum(rows).to_bytes(2 * width, "little"))
    parts = (_added(rows[first : first + TOGETHER], width) for first in range(0, len(rows), TOGETHER))
    return [sum(numbers) for numbers in zip(*parts, strict=True)]
