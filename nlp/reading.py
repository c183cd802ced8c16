"""Reading a text once: its plain form, its words, how it sounds, and the numbers of its tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from operator import add
from threading import Lock
from typing import TYPE_CHECKING, cast

import msgspec

from nlp.courtesies import bare
from nlp.lexicon import INTENTS, SAME_WORD
from nlp.nearness import place_of
from nlp.normalise import normalise
from nlp.one_thread import np
from nlp.pinyin import sound
from nlp.segment import Segmenter, Term, TermSegmenter
from nlp.spelling import Respeller

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD, STANDS, CHARACTER, PAIR, SOUNDS = range(5)
FIELDS = 5
"""Words, what they stand for, characters, pairs of them, pairs of syllables."""

MAX_QUESTION_CHARACTERS = 120
"""Questions worth answering are short; the tail of a longer text only costs time."""
MAX_INDEXED_CHARACTERS = 2_000
LONG = 48
"""Characters from which an indexed text is a letter: what it says beside the question tells nothing."""

_WORD, _STANDS = "\x01", "\x02"  # marks of tokens: no normalised text holds them
_NEGATED = frozenset("\u4e0d\u6ca1\u522b\u65e0\u672a\u975e")
_DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_COUNTED = "小时|个|分钟|分(?!之)|点(?!半?[儿心])|天|月|号|日|年|元|块|米|平|次|倍|岁|楼|层|级|斤|度|公里|周|乘|加|减|除|万"
_FIGURES = re.compile(
    f"[0-9a-z]+|[零一二三四五六七八九两十百千]{{2,}}(?={_COUNTED}|$)|[二三四五六七八九两十](?={_COUNTED})"
    "|(?<=星期)[一二三四五六]|(?<=[乘加减除])[一二三四五六七八九十百千]+"
)
_PEOPLE = "\u6211\u4f60\u4ed6\u5979"
NEGATED, HAS_FIGURES, IS_LONG = 16, 32, 64
"""Bits of a text's flags above those of the four pronouns."""

INTENT_BITS = sum(1 << 8 + place for place in range(len(INTENTS)))
_INTENT_BITS = {
    word: 1 << 8 + place
    for place, intent in enumerate(sorted(INTENTS))
    for word, stands in SAME_WORD.items()
    if stands == intent
}


class Text(msgspec.Struct, frozen=True):
    """An indexed text. `tokens`: distinct numbers in the vocabulary, its `words` words first, and how `often` each is
    said; `flags` see above.
    """

    plain: str
    heard: str
    words: int
    flags: int
    tokens: NDArray[np.int32]
    often: NDArray[np.uint16]


class Asked(msgspec.Struct, frozen=True):
    """A question: as `Text`. `words` are distinct, `word_numbers` theirs, -1 for those no indexed text holds.

    `known`: by field the numbers of the distinct tokens that indexed texts hold; `unknown`: how many others there are.
    """

    plain: str
    heard: str
    words: tuple[str, ...]
    flags: int
    word_numbers: list[int]
    known: tuple[list[int], ...]
    unknown: tuple[int, ...]


class Vocabulary:
    """Numbers of tokens, given in the order they are first seen; grows with every text that is read.

    `fields` gives the field of each token, `places` the row of each word in the table of meanings (-1 without one).
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._growing = Lock()  # two indexes may be built from one at once
        self.fields: list[int] = []
        self.places: list[int] = []

    def __len__(self) -> int:
        return len(self.fields)

    def numbers_of(self, tokens: Iterable[str], field: int) -> list[int]:
        """The numbers of these tokens, new ones for those that have none."""
        numbers = list(map(self.numbers.get, tokens))
        if None not in numbers:
            return cast(list[int], numbers)
        return [
            self._number(token, field) if number is None else number
            for token, number in zip(tokens, numbers, strict=True)
        ]

    def _number(self, token: str, field: int) -> int:
        number = self.numbers.get(token)
        if number is None:
            with self._growing:
                number = self.numbers.get(token)
                if number is None:
                    number = len(self.fields)
                    self.places.append(place_of(token[1:]) if field == WORD else -1)
                    self.fields.append(field)
                    self.numbers[token] = number
        return number


class Reader:
    """Reads with one segmenter and the terms of one index; `same_as` of a term makes it stand for that word."""

    def __init__(self, segmenter: Segmenter, terms: Sequence[Term] = ()) -> None:
        self.terms = tuple(terms)
        self._segmenter: Segmenter = TermSegmenter(segmenter, self.plain_of(terms)) if terms else segmenter
        self._meant = {
            normalise(term.term): normalise(term.same_as) for term in terms if normalise(term.same_as)
        }
        longest = sorted(self._meant, key=len, reverse=True)
        self._others = re.compile("|".join(map(re.escape, longest))) if longest else None

    def plain(self, text: str, at_most: int) -> str:
        """A `bare` text as it is compared: what stands for other words is replaced by them."""
        if self._others is not None:
            text = self._others.sub(lambda found: self._meant[found.group()], text)
        return text[:at_most]

    def said(self, words: Sequence[str], text: str) -> tuple[str, ...]:
        """Words of `plain` as they were typed in this `bare` text: the term where it was replaced."""
        if self._others is None:
            return tuple(words)
        typed = {self._meant[term]: term for term in self._others.findall(text)}
        return tuple(typed.get(word, word) for word in words)

    def cut(self, plain: str) -> tuple[str, ...]:
        """The distinct words of a normalised text, in order."""
        return tuple(dict.fromkeys(self._segmenter.cut(plain))) if plain else ()

    @staticmethod
    def plain_of(terms: Iterable[Term]) -> list[str]:
        """The normalised words that these terms cut or give another meaning."""
        return sorted(
            {plain for term in terms for word in (term.term, term.same_as) if (plain := normalise(word))}
        )

    def stands_for(self, word: str) -> str:
        """The token of the word that stands for this one; empty if none does."""
        return _STANDS + SAME_WORD[word] if word in SAME_WORD else ""

    def text(self, raw: str, vocabulary: Vocabulary) -> Text:
        """A text to be indexed; its tokens enter the vocabulary."""
        plain = self.plain(bare(raw), MAX_INDEXED_CHARACTERS)
        heard = sound(plain)
        cut = self._segmenter.cut(plain) if plain else []
        words = tuple(dict.fromkeys(cut))
        numbers: list[int] = []
        often: list[int] = []
        for field, tokens in enumerate(self._tokens(plain, heard, words)):
            counts = Counter([_WORD + word for word in cut] if field == WORD else tokens)
            # Every distinct token is looked up once: of a letter's tokens half were said before.
            numbers += vocabulary.numbers_of(counts, field)
            often += counts.values()
        as_numbers = np.array(numbers, dtype=np.int32)
        return Text(
            plain, heard, len(words), _flags(plain, words), as_numbers, np.array(often, dtype=np.uint16)
        )

    def asked(self, text: str, vocabulary: Vocabulary, size: int, respeller: Respeller) -> Asked:
        """A `bare` question; the vocabulary stays as it is, and of it only the first `size` tokens are known."""
        plain = self.plain(text, MAX_QUESTION_CHARACTERS)
        heard = sound(plain)
        cut = self._segmenter.cut(plain) if plain else []
        meant = respeller.respelt(plain, heard, cut)
        if meant != plain:
            plain, cut = meant, self._segmenter.cut(meant)
        words = tuple(dict.fromkeys(cut))
        number_of = vocabulary.numbers.get
        word_numbers: list[int] = []
        known, unknown = [], []
        for field, tokens in enumerate(self._tokens(plain, heard, words)):
            # What is not known, or not yet in this index, has a number from `size`.
            found = list(map(number_of, dict.fromkeys(tokens), repeat(size)))
            numbers = [number for number in found if number < size]
            known.append(numbers)
            unknown.append(len(found) - len(numbers))
            if field == WORD:
                word_numbers = numbers if not unknown[WORD] else [n if n < size else -1 for n in found]
        return Asked(plain, heard, words, _flags(plain, words), word_numbers, tuple(known), tuple(unknown))

    @staticmethod
    def _tokens(plain: str, heard: str, words: Sequence[str]) -> Iterator[Iterable[str]]:
        """By field, in the order of the fields, the tokens of a text."""
        yield [_WORD + word for word in words]
        yield [_STANDS + SAME_WORD[word] for word in words if word in SAME_WORD]
        yield plain
        pairs = list(map(add, plain, plain[1:]))
        yield pairs
        # Where both characters have no syllable of their own the pair is there already.
        sounds = map(add, heard, heard[1:])
        yield [sound for sound, pair in zip(sounds, pairs, strict=True) if sound != pair]


def figures(plain: str) -> frozenset[str]:
    """The numbers and Latin words of a normalised text; numbers in characters, where they count something, as digits."""
    return frozenset(one if one.isascii() else _in_digits(one) for one in _FIGURES.findall(plain))


def _in_digits(words: str) -> str:
    """A number below ten thousand, or one said digit by digit."""
    if not _TENS.keys() & set(words):
        return "".join(str(_DIGITS[one]) for one in words)
    total, digit = 0, 0
    for one in words:
        if one in _DIGITS:
            digit = _DIGITS[one]
        else:
            total, digit = total + max(1, digit) * _TENS[one], 0
    return str(total + digit)


def _flags(plain: str, words: Iterable[str]) -> int:
    flags = 0
    for place, person in enumerate(_PEOPLE):
        if person in plain:
            flags |= 1 << place
    if not _NEGATED.isdisjoint(plain):
        flags |= NEGATED
    if _FIGURES.search(plain):
        flags |= HAS_FIGURES
    for word in _INTENT_BITS.keys() & words:
        flags |= _INTENT_BITS[word]
    return flags | IS_LONG * (len(plain) > LONG)
