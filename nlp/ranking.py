"""Ordering the few texts that share most with a question: what the two have in common, and what each has beside it.

Every feature is scale-free, so that the same weights serve a hundred entries and ten thousand. `WEIGHTS` were learnt;
docs/adr/0073 says from what, and how to learn them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from nlp.fields import Postings
from nlp.nearness import nearness
from nlp.one_thread import np
from nlp.reading import HAS_FIGURES, INTENT_BITS, IS_LONG, NEGATED, Asked, Text, figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int32]
    Rows = NDArray[np.intp]

FEATURES = (
    "words", "stand_ins", "characters", "sounds",  # share of what was asked, by rarity, that the text holds
    "own_words", "own_characters", "own_sounds",  # share of what the text says that was asked
    "means_asked", "means_own",  # the two by how near the nearest words are in meaning
    "in_order",  # longest common subsequence of syllables
    "longer", "shorter", "begins", "negation", "figures", "people", "other_intent",
    "left_out", "left_over",  # the rarest syllable that the other side lacks
    "first",  # the score the text was found by
)  # fmt: skip

# fmt: off
WEIGHTS = np.array(
    (
        -2.25, 0.49, 5.95, 0.42,
        -0.36, 1.30, 1.01,
        5.73, 0.96,
        2.87,
        -1.36, 0.19, 0.50, -0.12, -1.36, -0.69, -0.85,
        -0.79, 0.13,
        0.55,
    ),
    dtype=np.float32,
)
# fmt: on
LONG_WEIGHT = 14.0
"""Of `first` alone, for a letter: what it says beside the question tells nothing."""

_NO_WORD = -2
_NO_WORDS = np.empty(0, dtype=np.int32)
_SIDE_OF_LONG = 0.5
_LOOKED_AT = 64
_PRONOUNS = 15
_LAST_CODE = 0xFFFF
_LAST_CHARACTER = chr(_LAST_CODE)
_DIFFER = np.array(
    [(float(bits & NEGATED != 0), 0.0, float((bits & _PRONOUNS).bit_count())) for bits in range(2 * NEGATED)],
    dtype=np.float32,
).T.copy()
"""`negation`, nought and `people` by which of the flags of two texts differ."""


_NO_FIGURES: frozenset[str] = frozenset()
_LENGTHS = np.arange(_LOOKED_AT + 1, dtype=np.float32).clip(1)
_LONGER = np.log(_LENGTHS) - np.log(_LENGTHS)[:, None]
_BY_LENGTH = np.stack((2 / (_LENGTHS + _LENGTHS[:, None]), _LONGER.clip(0), (-_LONGER).clip(0)), axis=1)
"""By the length of the question, 3 x lengths of a text: by what `in_order` is multiplied, `longer`, `shorter`."""

_CELLS = 64
_WHOLE = (1 << _CELLS - 1) - 1
"""One bit for each cell of a text but the last, which takes what is carried over."""


class Comparer:
    """Compares a question with texts of one index.

    The short texts lie side by side in a table, one character a cell, so that a question is held against a dozen at
    once. A row has 64 cells, so that what stands in a text is one number of 64 bits; the last cell is always empty.
    """

    def __init__(
        self, texts: Sequence[Text], postings: Postings, places: Numbers, rarity_of: dict[str, float]
    ) -> None:
        """`places`: by token the row in the table of meanings; `rarity_of`: of every character that is known."""
        self._texts = texts
        self._postings = postings
        # The last two of each: no word at all, and a word that no text holds.
        self._places = np.append(places, (-1, -1)).astype(np.int32)
        self._rarity = np.append(postings.rarity, (0.0, postings.unknown)).astype(np.float32)
        self._rarity_of = rarity_of
        self._own = np.maximum(postings.own[::2], 1e-6)
        self._flags = np.fromiter((text.flags for text in texts), dtype=np.int32, count=len(texts))
        self._long = (self._flags & IS_LONG) != 0
        self._all_short = not self._long.any()
        with_figures = (self._flags & HAS_FIGURES).nonzero()[0].tolist()
        self._figures = {row: figures(texts[row].plain) for row in with_figures}
        self._intents = np.zeros(int(postings.owners[-1]) + 1 if len(texts) else 0, dtype=np.int32)
        np.bitwise_or.at(self._intents, postings.owners, self._flags)
        short = [text if not text.flags & IS_LONG else None for text in texts]
        self._counts = [text.words if text else 0 for text in short]
        self._words = _table_of([text.tokens[: text.words] if text else _NO_WORDS for text in short])
        self._weight = np.maximum(self._rarity.take(self._words).sum(axis=1), 1e-6)
        lengths = np.array([len(text.plain) if text else 1 for text in short], dtype=np.int32)
        self._heard = _side_by_side([text.heard if text else "" for text in short])
        written = _side_by_side([text.plain if text else "" for text in short])
        self._lengths, self._begins = lengths, written[:, 0].copy()
        # As a share of the highest, which is that of a character that no text holds.
        self._rarity_by_code = np.ones(_LAST_CODE + 1, dtype=np.float32)
        self._rarity_by_code[0] = 0  # an empty cell
        for character, rarity in rarity_of.items():
            self._rarity_by_code[_code(character)] = rarity / postings.unknown
        longest = int(lengths.max(initial=1))
        self._rarities = self._rarity_by_code.take(written[:, :longest])

    def scored(
        self, asked: Asked, rows: Rows, shared: Floats, attainable: Floats, first: Floats
    ) -> tuple[Floats, Floats]:
        """Features x rows and a score for each row; `shared` and `first` are those of the rows, `attainable` by field.

        A letter is scored by `first` alone; its other features are left out, for they are dear: see `shown`.
        """
        if self._all_short or not (long := self._long.take(rows)).any():
            table = self._features(asked, rows, shared, attainable, first)
            return table, np.matmul(WEIGHTS, table)
        table = np.empty((len(FEATURES), len(rows)), dtype=np.float32)
        share = shared / attainable[:, None]
        table[:3], table[3], table[-1] = share[:3], share[4], first
        score: Floats = np.multiply(np.float32(LONG_WEIGHT), first)
        short = np.flatnonzero(~long)
        if len(short):
            table[:, short] = self._features(asked, rows[short], shared[:, short], attainable, first[short])
            score[short] = np.matmul(WEIGHTS, table[:, short])
        return table, score

    def shown(self, asked: Asked, features: Floats, row: int) -> list[float]:
        """The features of one row of those `scored`, whole even if it is a letter."""
        if self._long[row]:
            text = self._texts[row]
            words = text.tokens[None, : text.words]
            self._meant(asked, words, self._rarity.take(words).sum(axis=1), features[7:9, None])
            features[4:7] = features[8] = features[9] = _SIDE_OF_LONG
            features[10:19] = 0
            heard = text.heard
            rarity_of, unknown = self._rarity_of.get, self._postings.unknown
            lacking = [
                rarity_of(one, unknown)
                for one, sound in zip(asked.plain, asked.heard, strict=True)
                if sound not in heard
            ]
            features[17] = max(lacking, default=0.0) / unknown
        return cast(list[float], features.tolist())

    def _features(
        self, asked: Asked, rows: Rows, shared: Floats, attainable: Floats, first: Floats
    ) -> Floats:
        """As `scored`, of short texts."""
        table = np.empty((len(FEATURES), len(rows)), dtype=np.float32)
        np.divide(shared[:3], attainable[:3, None], out=table[:3])
        np.divide(shared[4], attainable[4], out=table[3])  # pairs tell little beside what stands before them
        np.divide(shared[::2], self._own.take(rows, axis=1), out=table[4:7])  # words, characters, sounds
        most = max(map(self._counts.__getitem__, rows.tolist()))
        words = self._words.take(rows, axis=0)[:, :most]
        self._meant(asked, words, self._weight.take(rows), table[7:9])
        self._compared(asked, rows, table[9:19])
        table[19] = first
        return table

    def _meant(self, asked: Asked, words: Numbers, weight: Floats, meant: Floats) -> None:
        """For each text: how much of the asked words, by rarity, it says in near words; and the other way round.

        `words`: the numbers of their words, a text a row; `weight`: how rare these are in sum.
        """
        if not asked.word_numbers:
            meant[:] = 0
            return
        numbers = np.array(asked.word_numbers, dtype=np.int32)
        rarities = self._rarity.take(numbers)
        others = words.T.ravel()
        near = nearness(self._places.take(numbers), self._places.take(others))
        np.putmask(near, numbers[:, None] == others, 1.0)
        nearest = near.reshape(len(numbers), *words.T.shape).max(axis=1)
        np.divide(rarities @ nearest, rarities.sum(), out=meant[0])
        said = near.max(axis=0)
        said *= self._rarity.take(others)
        np.divide(said.reshape(words.T.shape).sum(axis=0), weight, out=meant[1])

    def _compared(self, asked: Asked, rows: Rows, table: Floats) -> None:
        """The ten features from `in_order` to `left_over`, a row each."""
        flags = self._flags.take(rows)
        length = min(len(asked.plain), _LOOKED_AT)
        same = self._heard.take(rows, axis=0) == _codes(asked.heard)[:, None, None]  # asked x rows x cells
        stands = np.packbits(same, bitorder="little").view(np.uint64).reshape(len(same), len(rows))
        _BY_LENGTH[length].take(self._lengths.take(rows), axis=1, out=table[:3], mode="clip")
        table[0] *= _common_in_order(stands[:length])
        np.equal(self._begins.take(rows), _code(asked.plain[0]), out=table[3])
        table[4:7] = _DIFFER.take((flags ^ asked.flags) & (NEGATED | _PRONOUNS), axis=1)
        if asked.flags & HAS_FIGURES or not self._figures.keys().isdisjoint(rows.tolist()):
            said, held = figures(asked.plain), self._figures.get
            table[5] = [_differing(said, held(row, _NO_FIGURES)) for row in rows.tolist()]
        table[7] = 0
        intents = asked.flags & INTENT_BITS
        if intents:
            lacking = intents & ~self._intents[self._postings.owners[rows]]
            table[7] = [number.bit_count() for number in lacking.tolist()]
        rarities = self._rarity_by_code.take(_codes(asked.plain))
        np.maximum.reduce(np.where(stands, 0, rarities[:, None]), axis=0, out=table[8])
        left_over = self._rarities.take(rows, axis=0)
        np.putmask(left_over, np.logical_or.reduce(same, axis=0)[:, : left_over.shape[1]], 0)
        np.maximum.reduce(left_over, axis=1, out=table[9])


def _differing(asked: frozenset[str], said: frozenset[str]) -> float:
    """0 where the figures are the same, 1 where they are others, half of it where but one side has any or they overlap."""
    if asked == said:
        return 0.0
    return 0.5 if not asked or not said or asked & said else 1.0


def _common_in_order(stands: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Length of the longest common subsequence of a question and each text.

    `stands`: for each character of the question and each text, one bit for each place where it stands in the text. All
    texts are taken as one long number, so that a character of the question costs one step and not one for each text.
    """
    texts = stands.shape[1]
    size = texts * 8
    whole = int.from_bytes(_WHOLE.to_bytes(8, "little") * texts, "little")
    places = stands.tobytes()
    still_open = whole
    for at in range(0, len(places), size):
        found = still_open & int.from_bytes(places[at : at + size], "little")
        if found:
            still_open = (still_open + found | still_open - found) & whole
    closed = np.frombuffer((still_open ^ whole).to_bytes(size, "little"), dtype=np.uint64)
    return np.bitwise_count(closed)


def _table_of(words: Sequence[Numbers]) -> Numbers:
    """len(words) x as many as the most of one: their numbers, behind them that of no word."""
    counts = np.array([len(one) for one in words], dtype=np.int32)
    table: Numbers = np.full((len(words), int(counts.max(initial=1))), _NO_WORD, dtype=np.int32)
    if len(words):
        table[np.arange(table.shape[1]) < counts[:, None]] = np.concatenate(words)
    return table


def _side_by_side(texts: Sequence[str]) -> NDArray[np.uint16]:
    """len(texts) x cells: the codes of their characters, noughts behind."""
    return _codes("".join([text.ljust(_CELLS, "\0") for text in texts])).reshape(len(texts), _CELLS)


def _codes(text: str) -> NDArray[np.uint16]:
    """A number for each character; the few that are not of the basic plane share the last one."""
    if text.isascii() or max(text) <= _LAST_CHARACTER:
        return np.frombuffer(text.encode("utf-16-le"), dtype=np.uint16)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    return np.minimum(codes, _LAST_CODE).astype(np.uint16)


def _code(character: str) -> int:
    return min(ord(character), _LAST_CODE)
