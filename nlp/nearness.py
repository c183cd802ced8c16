"""How near words are in meaning, from the table of `nlp.meanings`: one byte a dimension, shared by forked processes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nlp.meanings import raw_meanings
from nlp.one_thread import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def _table() -> tuple[dict[str, int], NDArray[np.int8], NDArray[np.float32]]:
    """Places of words; their rows and one of noughts behind; what makes each row of length 1."""
    words, columns = raw_meanings()
    rows = np.zeros((len(words) + 1, columns.shape[0]), dtype=np.int8)
    rows[:-1] = columns.T
    lengths = np.sqrt(np.einsum("rd,rd->r", rows, rows, dtype=np.float32))
    return {word: place for place, word in enumerate(words)}, rows, 1 / np.maximum(lengths, 1)


def place_of(word: str) -> int:
    """The row of a word; -1 for one the table does not know, which is near nothing."""
    return _table()[0].get(word, -1)


def nearness(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.float32]:
    """len(one) x len(other), -1 to 1: how near words at these places are; a word that is not known is near nothing."""
    _, rows, scale = _table()
    ours = rows.take(one, axis=0) * scale.take(one)[:, None]
    near: NDArray[np.float32] = np.matmul(ours, rows.take(other, axis=0).astype(np.float32).T)
    return np.multiply(near, scale.take(other), out=near)


def warm() -> None:
    """Read the table now, so that forked processes share it."""
    _table()
