"""The tokens of all texts of an index, ready to score.

Each posting holds the rarity of its token, damped by how often the text says it and how long the text is (BM25); a text
of average length that says the token once holds just the rarity. Frequent tokens are kept as dense rows of numbers, rare
ones as pairs of row and weight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nlp.one_thread import np
from nlp.reading import FIELDS, STANDS, Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int32]

_DAMPING = 0.8  # k1: how soon saying a token again stops to count
_LENGTH_SHARE = 0.3  # b: how much a text longer than the average must say more
_DENSE_SHARE = 1 / 48  # a token of more rows than this share is kept as a dense row


class Postings:
    """The tokens of all rows, ready to score. `owners` gives the entry of each row, ascending."""

    def __init__(
        self,
        texts: Sequence[Numbers],
        owners: Sequence[int],
        vocabulary: Vocabulary,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self.rows = rows = len(texts)
        self.owners: Numbers = np.asarray(owners, dtype=np.int32)
        entries = int(self.owners[-1]) + 1 if rows else 0
        fields = np.asarray(vocabulary.fields, dtype=np.int8)
        tokens = len(fields)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=rows)
        all_tokens = np.concatenate(texts) if rows else np.empty(0, dtype=np.int32)
        pause()
        keys = all_tokens.astype(np.int64) << 32
        keys |= np.repeat(np.arange(rows, dtype=np.int64), lengths)
        pause()
        keys.sort()
        pause()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        often = np.diff(first, append=len(keys)).astype(np.float32)
        keys = keys[first]
        of_token = (keys >> 32).astype(np.int32)
        row_of: Numbers = (keys & 0xFFFFFFFF).astype(np.int32)
        del keys
        pause()
        owner_of = self.owners[row_of]
        new = np.diff(of_token, prepend=-1) != 0
        new |= np.diff(owner_of, prepend=-1) != 0
        known_in = np.bincount(of_token[new], minlength=tokens).astype(np.float32)
        self.rarity: Floats = np.log1p((entries - known_in + 0.5) / (known_in + 0.5)).astype(np.float32)
        self.unknown = float(np.log1p((entries + 0.5) / 0.5))
        field_of = fields[of_token] if tokens else np.empty(0, dtype=np.int8)
        pause()
        # Length of each row by field, in tokens, and what the row could have been asked for at most.
        self.place_of = place = field_of.astype(np.int64) * rows + row_of
        length = np.bincount(place, often, minlength=FIELDS * rows).reshape(FIELDS, rows).astype(np.float32)
        pause()
        self.own: Floats = (
            np.bincount(place, self.rarity[of_token], minlength=FIELDS * rows)
            .reshape(FIELDS, rows)
            .astype(np.float32)
        )
        pause()
        average = np.maximum(length.mean(axis=1, keepdims=True), 1e-6) if rows else np.ones((FIELDS, 1))
        share = np.full((FIELDS, 1), _LENGTH_SHARE, dtype=np.float32)
        share[STANDS] = 0
        lengthened = (_DAMPING * (1 - share + share * length / average)).astype(np.float32).ravel()
        self.weight: Floats = (
            self.rarity[of_token] * often * (_DAMPING + 1) / (often + lengthened[place])
        ).astype(np.float32)
        pause()
        counts = np.bincount(of_token, minlength=tokens)
        self.begins: list[int] = np.concatenate(([0], np.cumsum(counts))).tolist()
        self.dense: dict[int, Floats] = {}
        for token in np.flatnonzero(counts > max(_DENSE_SHARE * rows, 64)).tolist():
            at = slice(self.begins[token], self.begins[token + 1])
            row = np.zeros(rows, dtype=np.float32)
            row[row_of[at]] = self.weight[at]
            self.dense[token] = row
        self.fields = vocabulary.fields
        self.tokens = tokens
        self.rarities: list[float] = self.rarity.tolist()
        self.living = int(np.count_nonzero(counts))

    def held_by(self, token: int) -> int:
        """How many rows hold this token."""
        return self.begins[token + 1] - self.begins[token]

    def shared(self, tokens: Sequence[int]) -> Floats:
        """FIELDS x rows: the weight of these tokens that each row holds."""
        found = np.zeros((FIELDS, self.rows), dtype=np.float32)
        begins, dense, fields = self.begins, self.dense, self.fields
        slices = []
        for token in tokens:
            row = dense.get(token)
            if row is not None:
                found[fields[token]] += row
            elif token < self.tokens:
                slices.append(slice(begins[token], begins[token + 1]))
        if slices:
            places = np.concatenate([self.place_of[at] for at in slices])
            np.add.at(found.reshape(-1), places, np.concatenate([self.weight[at] for at in slices]))
        return found
