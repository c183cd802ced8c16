"""The tokens of all texts of an index, ready to score.

Each posting holds the rarity of its token, damped by how often the text says it and how long the text is (BM25); a text
of average length that says the token once holds just the rarity. Frequent tokens are kept as dense rows of numbers, all
others as pairs of row and weight; none as both. Behind the rows lie the entries, where some have several texts: what any
of these says counts for them with the rarity of the token alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nlp.one_thread import np
from nlp.reading import FIELDS, PAIR, STANDS, WORD, Text, Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int32]

_DAMPING = 0.8  # k1: how soon saying a token again stops to count
_LENGTH_SHARE = 0.3  # b: how much a text longer than the average must say more
# A token of more rows than this share is kept as a dense row: adding a row whole then costs less than adding number by
# number, and takes at most four times the memory.
_DENSE_SHARE = 1 / 8
_DENSE_FROM = 64
_ROW_BITS, _OFTEN_BITS = 24, 12  # of a posting while it is sorted; its token has what is left of 63


class Postings:
    """The tokens of all rows, ready to score. `owners` gives the entry of each row, ascending."""

    def __init__(
        self,
        texts: Sequence[Text],
        owners: Sequence[int],
        vocabulary: Vocabulary,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self.rows = rows = len(texts)
        self.owners: Numbers = np.asarray(owners, dtype=np.int32)
        entries = int(self.owners[-1]) + 1 if rows else 0
        fields = np.asarray(vocabulary.fields, dtype=np.int8)
        tokens = len(fields)
        keys = _sorted_postings(texts, pause)
        of_token = (keys >> _ROW_BITS + _OFTEN_BITS).astype(np.int32)
        row_of: Numbers = (keys >> _OFTEN_BITS & (1 << _ROW_BITS) - 1).astype(np.int32)
        often = (keys & (1 << _OFTEN_BITS) - 1).astype(np.float32)
        del keys
        pause()
        owner_of = self.owners[row_of]
        new = np.diff(of_token, prepend=-1) != 0
        new |= np.diff(owner_of, prepend=-1) != 0
        known_in = np.bincount(of_token[new], minlength=tokens).astype(np.float32)
        self.rarity: Floats = np.log1p((entries - known_in + 0.5) / (known_in + 0.5)).astype(np.float32)
        self.unknown = float(np.log1p((entries + 0.5) / 0.5))
        field_of = fields[of_token] if tokens else np.empty(0, dtype=np.int8)
        new &= (field_of == WORD) | (field_of == PAIR)
        # What an entry says: a token each, and whose it is.
        self.entries = entries if len(set(owners)) < rows else 0
        new &= self.entries > 0
        says, who = of_token[new], owner_of[new]
        del owner_of, new
        pause()
        # Length of each row by field, in tokens, and what the row could have been asked for at most.
        place = field_of.astype(np.int32) * np.int32(rows) + row_of
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
        # In place: of a thousand letters each of these is many megabytes.
        weight: Floats = self.rarity[of_token]
        weight *= often
        weight *= np.float32(_DAMPING + 1)
        often += lengthened[place]
        weight /= often
        del often
        pause()
        self.held_by = counts = np.bincount(of_token, minlength=tokens)
        ends = np.cumsum(counts)
        is_dense = counts > max(_DENSE_SHARE * rows, _DENSE_FROM)
        frequent = np.flatnonzero(is_dense).tolist()
        # One block: many small ones would lie among what building has used, and keep it from being given back.
        table = np.zeros((len(frequent), rows + self.entries), dtype=np.float32)
        for row, token in zip(table, frequent, strict=True):
            at = slice(ends[token] - counts[token], ends[token])
            row[row_of[at]] = weight[at]
            row[rows + who[says == token]] = self.rarity[token]
        self.dense: dict[int, Floats] = dict(zip(frequent, table, strict=True))
        pause()
        rare, rarely = ~is_dense[of_token], ~is_dense[says]
        says, who = says[rarely], who[rarely]
        lists = np.concatenate((of_token[rare], says))
        order = lists.argsort(kind="stable") if len(says) else slice(None)
        self._places: Numbers = np.concatenate((place[rare], np.int32(FIELDS * rows) + who))[order]
        self._weights: Floats = np.concatenate((weight[rare], self.rarity[says]))[order]
        self._counts = np.bincount(lists, minlength=tokens)
        self._begins = np.cumsum(self._counts) - self._counts
        self.tokens = tokens
        self.rarities: list[float] = self.rarity.tolist()
        self.living = int(np.count_nonzero(counts))

    def shared(self, known: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """FIELDS x rows: the weight of these tokens, given by field, that each row holds; and what each entry says."""
        whole = np.zeros(FIELDS * self.rows + self.entries, dtype=np.float32)
        found, said = whole[: FIELDS * self.rows].reshape(FIELDS, self.rows), whole[FIELDS * self.rows :]
        tokens = np.array([token for numbers in known for token in numbers], dtype=np.intp)
        # All lists at once: where the first begins, then each one's distance from those before it.
        counts = self._counts.take(tokens)
        after = counts.cumsum()
        if len(after) and after[-1]:
            at = (self._begins.take(tokens) - after + counts).repeat(counts)
            at += np.arange(after[-1])
            # Numbers of another width would be widened one by one.
            np.add.at(whole, self._places.take(at).astype(np.intp), self._weights.take(at))
        for field, numbers in enumerate(known):
            for token in self.dense.keys() & numbers:
                found[field] += self.dense[token][: self.rows]
                if self.entries:
                    said += self.dense[token][self.rows :]
        return found, said


def _sorted_postings(texts: Sequence[Text], pause: Callable[[], None]) -> NDArray[np.int64]:
    """A number for every token of every text: token, row and how often, in this order, so that they sort as needed."""
    if not texts:
        return np.empty(0, dtype=np.int64)
    lengths = np.fromiter((len(text.tokens) for text in texts), dtype=np.int64, count=len(texts))
    keys = np.concatenate([text.tokens for text in texts]).astype(np.int64)
    keys <<= _ROW_BITS
    pause()
    keys |= np.repeat(np.arange(len(texts)), lengths)
    keys <<= _OFTEN_BITS
    pause()
    keys |= np.concatenate([text.often for text in texts])
    pause()
    keys.sort()
    pause()
    return keys
