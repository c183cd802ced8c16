"""Ordering the few texts that share most with a question: what the two have in common, and what each has beside it.

Every feature is scale-free, so that the same weights serve a hundred entries and ten thousand. `WEIGHTS` were learnt;
docs/adr/0051 says from what.
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
        -1.60, 1.26, 5.19, 0.84,
        -2.13, 3.00, 1.06,
        4.41, 1.95,
        2.62,
        -0.44, -0.34, 0.52, -0.26, -0.72, -0.63, -1.00,
        -2.88, -0.42,
        1.68,
    ),
    dtype=np.float32,
)
# fmt: on
LONG_WEIGHT = 14.0
"""Of `first` alone, for a letter: what it says beside the question tells nothing."""

_SIDE_OF_LONG = 0.5
_LOOKED_AT = 64
_PRONOUNS = 15
_LAST_CODE = 0xFFFF
_BITS_SET = np.array([number.bit_count() for number in range(_PRONOUNS + 1)], dtype=np.float32)


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
        self._places = places
        self._rarity_of = rarity_of
        self._own = np.maximum(postings.own, 1e-6)
        self._flags = np.fromiter((text.flags for text in texts), dtype=np.int32, count=len(texts))
        self._long = (self._flags & IS_LONG) != 0
        self._intents = np.zeros(int(postings.owners[-1]) + 1 if len(texts) else 0, dtype=np.int32)
        np.bitwise_or.at(self._intents, postings.owners, self._flags)
        short = [text if not text.flags & IS_LONG else None for text in texts]
        self._lengths = np.array([len(text.plain) if text else 1 for text in short], dtype=np.float32)
        self._heard = _side_by_side([text.heard if text else "" for text in short])
        written = _side_by_side([text.plain if text else "" for text in short])
        self._begins = written[:, 0].copy()
        rarities = np.zeros(_LAST_CODE + 1, dtype=np.float32)
        for character, rarity in rarity_of.items():
            rarities[min(ord(character), _LAST_CODE)] = rarity
        longest = int(self._lengths.max(initial=1))
        self._rarities = rarities[written[:, :longest]]

    def scored(
        self, asked: Asked, rows: Numbers, shared: Floats, attainable: Floats, first: Floats
    ) -> tuple[Floats, Floats]:
        """Features x rows and a score for each row; `shared` and `first` are those of the rows, `attainable` by field.

        A letter is scored by `first` alone; its other features are left out, for they are dear: see `shown`.
        """
        long = self._long[rows]
        if not long.any():
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
            self._meant(asked, np.array([row], dtype=np.int32), features[7:9, None])
            features[4:7] = features[8] = features[9] = _SIDE_OF_LONG
            features[10:19] = 0
            heard = self._texts[row].heard
            lacking = (rarity for sound, rarity in self._rarities_in(asked) if sound not in heard)
            features[17] = max(lacking, default=0.0) / self._postings.unknown
        return cast(list[float], features.tolist())

    def _features(
        self, asked: Asked, rows: Numbers, shared: Floats, attainable: Floats, first: Floats
    ) -> Floats:
        """As `scored`, of short texts."""
        table = np.empty((len(FEATURES), len(rows)), dtype=np.float32)
        share = shared / attainable[:, None]
        table[:3], table[3] = share[:3], share[4]  # pairs tell little beside what stands before them
        table[4:7] = (shared / self._own.take(rows, axis=1))[::2]  # words, characters, sounds
        self._meant(asked, rows, table[7:9])
        self._compared(asked, rows, table[9:19])
        table[19] = first
        return table

    def _rarities_in(self, asked: Asked) -> list[tuple[str, float]]:
        """Each sound of the question and the rarity of the character that was written."""
        rarity_of, unknown = self._rarity_of.get, self._postings.unknown
        return [(sound, rarity_of(one, unknown)) for one, sound in zip(asked.plain, asked.heard, strict=True)]

    def _meant(self, asked: Asked, rows: Numbers, meant: Floats) -> None:
        """For each text: how much of the asked words, by rarity, it says in near words; and the other way round."""
        texts = [self._texts[row] for row in rows.tolist()]
        numbers = np.array(asked.word_numbers, dtype=np.int64)
        counts = [text.words for text in texts]
        if not len(numbers) or not all(counts):
            meant[:] = 0
            return
        places, rarities = self._places[numbers], self._postings.rarity[numbers]
        if asked.unknown[0]:  # words no text holds
            places[numbers < 0] = -1
            rarities[numbers < 0] = self._postings.unknown
        theirs = np.concatenate([text.tokens[: text.words] for text in texts])
        near = nearness(places, self._places[theirs])
        near[numbers[:, None] == theirs] = 1.0
        begins = np.zeros(len(counts), dtype=np.intp)
        np.cumsum(counts[:-1], out=begins[1:])
        weight = self._postings.rarity[theirs]
        np.divide(rarities @ np.maximum.reduceat(near, begins, axis=1), rarities.sum(), out=meant[0])
        said = np.add.reduceat(np.stack((near.max(axis=0) * weight, weight)), begins, axis=1)
        np.divide(said[0], said[1], out=meant[1])

    def _compared(self, asked: Asked, rows: Numbers, table: Floats) -> None:
        """The ten features from `in_order` to `left_over`, a row each."""
        unknown, flags = self._postings.unknown, self._flags[rows]
        length = min(len(asked.plain), _LOOKED_AT)
        asked_sounds = _side_by_side([asked.heard], len(asked.heard))[0]
        same = self._heard.take(rows, axis=0) == asked_sounds[:, None, None]  # asked x rows x cells
        stands = np.packbits(same, axis=2, bitorder="little").view(np.uint64)[:, :, 0]
        lengths = self._lengths[rows]
        table[0] = _common_in_order(stands[:length])
        table[0] *= 2 / (length + lengths)
        longer = np.log(lengths / length)
        table[1] = np.maximum(longer, 0)
        table[2] = np.maximum(-longer, 0)
        table[3] = self._begins[rows] == min(ord(asked.plain[0]), _LAST_CODE)
        differs = flags ^ asked.flags
        table[4] = (differs & NEGATED) != 0
        table[5] = 0
        if asked.flags & HAS_FIGURES or (flags & HAS_FIGURES).any():
            said = figures(asked.plain)
            table[5] = [said != figures(self._texts[row].plain) for row in rows.tolist()]
        table[6] = _BITS_SET[differs & _PRONOUNS]
        table[7] = 0
        intents = asked.flags & INTENT_BITS
        if intents:
            lacking = intents & ~self._intents[self._postings.owners[rows]]
            table[7] = [number.bit_count() for number in lacking.tolist()]
        rarities = np.array([rarity for _, rarity in self._rarities_in(asked)], dtype=np.float32)
        table[8] = np.maximum.reduce(rarities[:, None] * (stands == 0), axis=0)
        left_over = self._rarities.take(rows, axis=0)
        left_over[np.logical_or.reduce(same, axis=0)[:, : left_over.shape[1]]] = 0
        table[9] = np.maximum.reduce(left_over, axis=1)
        table[8:] /= unknown


def _common_in_order(stands: NDArray[np.uint64]) -> NDArray[np.int64]:
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


def _side_by_side(texts: Sequence[str], cells: int = _CELLS) -> NDArray[np.uint16]:
    """len(texts) x cells: their characters as numbers, noughts behind; the rarest few share the last number."""
    joined = "".join([text.ljust(cells, "\0") for text in texts])
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    return np.minimum(codes, _LAST_CODE).astype(np.uint16).reshape(len(texts), cells)
