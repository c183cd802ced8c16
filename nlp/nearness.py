"""How near words are in meaning, from the table of `nlp.meanings`: one byte a dimension, and only of the words met."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from nlp.meanings import TABLE, Table
from nlp.one_thread import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int8]
    Floats = NDArray[np.float32]

_FIRST_ROOM = 1_024


class _Met:
    """The rows of the words met so far: those of indexed texts are a tenth of all the table knows.

    `rows` has room behind for words to come, so that its last row is always of noughts; with it goes what makes each row
    of length 1. An index may be built beside the requests: both are replaced at once, and no row changes once given.
    """

    def __init__(self) -> None:
        self._table = Table(TABLE)
        self._met = np.full(self._table.count, -1, dtype=np.int32)
        self._count = 0
        self._growing = Lock()
        self.rows: tuple[Rows, Floats] = self._with_room(_FIRST_ROOM)

    def place(self, word: str) -> int:
        at = self._table.place(word)
        if at < 0:
            return -1
        if self._met[at] < 0:
            with self._growing:
                if self._met[at] < 0:
                    self._met[at] = self._added(at)
        return int(self._met[at])

    def _added(self, at: int) -> int:
        place, row = self._count, self._table.rows(at, 1)[0]
        if place + 1 == len(self.rows[0]):
            rows, scale = self._with_room(2 * len(self.rows[0]))
            rows[:place], scale[:place] = self.rows[0][:place], self.rows[1][:place]
            self.rows = rows, scale
        rows, scale = self.rows
        rows[place] = row
        scale[place] = 1 / max(np.sqrt(np.float32(row.dot(row.astype(np.int32)))), np.float32(1))
        self._count += 1
        return place

    def _with_room(self, count: int) -> tuple[Rows, Floats]:
        return np.zeros((count, self._table.dimensions), dtype=np.int8), np.ones(count, dtype=np.float32)


@cache
def _met() -> _Met:
    return _Met()


def place_of(word: str) -> int:
    """The place of a word; -1 for one the table does not know, which is near nothing."""
    return _met().place(word)


def nearness(one: NDArray[np.int32], other: NDArray[np.int32]) -> Floats:
    """len(one) x len(other), -1 to 1: how near words at these places are; a word that is not known is near nothing."""
    rows, scale = _met().rows
    ours = rows.take(one, axis=0) * scale.take(one)[:, None]
    near: Floats = np.matmul(ours, rows.take(other, axis=0).astype(np.float32).T)
    return np.multiply(near, scale.take(other), out=near)


def warm() -> None:
    """Open the table now, so that forked processes share it."""
    _met()
