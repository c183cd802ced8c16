"""Ordering the few texts that share most with a question: what the two have in common, and what each has beside it.

Every feature is scale-free, so that the same weights serve a hundred entries and ten thousand. `WEIGHTS` were learnt;
docs/adr/0051 says from what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nlp.fields import Postings
from nlp.nearness import directions
from nlp.one_thread import np
from nlp.reading import (
    CHARACTER,
    HAS_FIGURES,
    INTENT_BITS,
    IS_LONG,
    NEGATED,
    SOUNDS,
    STANDS,
    WORD,
    Asked,
    Text,
    figures,
)

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

_ASKED_FIELDS = [WORD, STANDS, CHARACTER, SOUNDS]
_OWN_FIELDS = [WORD, CHARACTER, SOUNDS]
_SIDE_OF_LONG = 0.5
_LOOKED_AT = 64


def places_in(text: str) -> dict[str, int]:
    """For every character the places where it stands, as bits."""
    places: dict[str, int] = {}
    for place, character in enumerate(text):
        places[character] = places.get(character, 0) | 1 << place
    return places


def common_in_order(places: dict[str, int], length: int, text: str) -> int:
    """Length of the longest common subsequence of `text` and the text of that length the places are of."""
    still_open = whole = (1 << length) - 1
    known = places.get
    for character in text:
        found = still_open & known(character, 0)
        if found:
            still_open = (still_open + found | still_open - found) & whole
    return length - still_open.bit_count()


class Comparer:
    """Compares a question with texts of one index."""

    def __init__(
        self, texts: Sequence[Text], postings: Postings, places: Numbers, rarity_of: dict[str, float]
    ) -> None:
        """`places`: by token the row in the table of meanings; `rarity_of`: of every character that is known."""
        self._texts = texts
        self._postings = postings
        self._places = places
        self._rarity_of = rarity_of
        self._own = np.maximum(postings.own[_OWN_FIELDS], 1e-6)
        self._intents = np.zeros(int(postings.owners[-1]) + 1 if len(texts) else 0, dtype=np.int32)
        flags = np.fromiter((text.flags for text in texts), dtype=np.int32, count=len(texts))
        np.bitwise_or.at(self._intents, postings.owners, flags)

    def features(
        self, asked: Asked, rows: Numbers, shared: Floats, attainable: Sequence[float], first: Floats
    ) -> Floats:
        """len(rows) x features; `shared` and `first` are those of the rows, `attainable` by field of the question."""
        table = np.empty((len(rows), len(FEATURES)), dtype=np.float32)
        most = np.array([attainable[field] for field in _ASKED_FIELDS], dtype=np.float32)
        table[:, :4] = shared[_ASKED_FIELDS].T / most
        table[:, 4:7] = (shared[_OWN_FIELDS] / self._own[:, rows]).T
        texts = [self._texts[row] for row in rows.tolist()]
        table[:, 7:9] = self._meant(asked, texts)
        table[:, 9:19] = self._compared(asked, texts, self._intents[self._postings.owners[rows]].tolist())
        table[:, 19] = first
        for place, text in enumerate(texts):
            if text.flags & IS_LONG:
                table[place, 4:7] = table[place, 8] = _SIDE_OF_LONG
        return table

    def _meant(self, asked: Asked, texts: Sequence[Text]) -> Floats:
        """For each text: how much of the asked words, by rarity, it says in near words; and the other way round."""
        numbers = np.array(
            [-2 if token is None else token for _, token in asked.tokens[: len(asked.words)]], dtype=np.int64
        )
        counts = [text.words for text in texts]
        if not len(numbers) or not all(counts):
            return np.zeros((len(texts), 2), dtype=np.float32)
        known = numbers >= 0
        place = np.where(known, self._places[numbers], -1)
        rarity = np.where(known, self._postings.rarity[numbers], np.float32(self._postings.unknown))
        theirs = np.concatenate([text.tokens[: text.words] for text in texts])
        near = directions(place) @ directions(self._places[theirs]).T
        near[numbers[:, None] == theirs[None, :]] = 1.0
        begins = np.cumsum([0, *counts[:-1]])
        weight = self._postings.rarity[theirs]
        said = rarity @ np.maximum.reduceat(near, begins, axis=1) / rarity.sum()
        back = np.add.reduceat(near.max(axis=0) * weight, begins) / np.add.reduceat(weight, begins)
        return np.stack((said, back), axis=1)

    def _compared(
        self, asked: Asked, texts: Sequence[Text], spoken_of: Sequence[int]
    ) -> list[tuple[float, ...]]:
        plain, heard, rarity_of, unknown = asked.plain, asked.heard, self._rarity_of, self._postings.unknown
        length = min(len(plain), _LOOKED_AT)
        places, sounds = places_in(heard[:length]), set(heard)
        # Rarest first, so that the first one the other side lacks is the answer.
        rarest = sorted(
            ((rarity_of.get(one, unknown), spoken) for one, spoken in set(zip(plain, heard, strict=True))),
            reverse=True,
        )
        said = figures(plain) if asked.flags & HAS_FIGURES else []
        begins, flags = plain[:1], asked.flags
        compared: list[tuple[float, ...]] = []
        for text, intents in zip(texts, spoken_of, strict=True):
            theirs, spoken = text.plain, text.heard
            left_out = next((rarity for rarity, sound in rarest if sound not in spoken), 0.0) / unknown
            if text.flags & IS_LONG:
                compared.append((_SIDE_OF_LONG, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, left_out, 0.0))
                continue
            left_over = 0.0
            for character, sound in zip(theirs, spoken, strict=True):
                if sound not in sounds and rarity_of[character] > left_over:
                    left_over = rarity_of[character]
            longer = math.log(len(theirs) / length)
            differs = text.flags ^ flags
            other_figures = (flags | text.flags) & HAS_FIGURES and said != figures(theirs)
            compared.append((
                2 * common_in_order(places, length, spoken) / (length + len(theirs)),
                longer if longer > 0 else 0.0,
                -longer if longer < 0 else 0.0,
                float(theirs.startswith(begins)),
                float(bool(differs & NEGATED)),
                float(bool(other_figures)),
                float((differs & 15).bit_count()),
                float((flags & INTENT_BITS & ~intents).bit_count()),
                left_out,
                left_over / unknown,
            ))  # fmt: skip
        return compared


def scores(features: Floats, long: NDArray[np.bool_]) -> Floats:
    """One number a row, comparable between the rows of one question; `long` tells which rows are letters."""
    plain = features @ WEIGHTS
    if long.any():
        return np.where(long, features[:, -1] * np.float32(LONG_WEIGHT), plain)
    return plain
