"""What words mean, as a table of numbers: near words have near rows.

Training reads it whole; in service `nlp.nearness` takes the rows of the words it meets. The table lets a model trained
on a few hundred texts know words that none of them held: whoever learnt 幼儿园 knows something of 托儿所.
docs/adr/0040 says where it comes from and how it is made.

The file holds, one behind the other: MAGIC; how many words and dimensions there are and how long a step is; where each
word ends; the words in UTF-8, ascending; a row for each word, two numbers of half a byte in each byte. It is not
compressed, so that one row can be read without the others.
"""

from __future__ import annotations

import os
import struct
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy

TABLE = Path(__file__).with_name("meanings.bin")
MAGIC = b"CGMT2\n"
HEAD = struct.Struct("<IIf")
END = struct.Struct("<I")
NOUGHT = 8
"""What stands for nought in half a byte; the steps go from -7 to 7."""


class Meanings(msgspec.Struct, frozen=True):
    """`places` of words in the rows of `vectors` (words x dimensions), whose length is 1 on average."""

    places: dict[str, int]
    vectors: numpy.ndarray


@cache
def shipped_meanings() -> Meanings:
    """The table that comes with the program, 5 MB; some 70 MB in memory."""
    table = Table(TABLE)
    places = {word: place for place, word in enumerate(table.words())}
    return Meanings(places, table.rows(0, table.count) * table.step)


class Table:
    """The words of the file at `path` in memory, the rows on disk. Raises ValueError if it is no table of meanings."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # for good: forked processes read on
        head = os.pread(self._file, len(MAGIC) + HEAD.size, 0)
        if not head.startswith(MAGIC):
            raise ValueError(f"{path.name} is no table of meanings")
        self.count: int
        self.count, self.dimensions, self.step = HEAD.unpack_from(head, len(MAGIC))
        ends = os.pread(self._file, self.count * END.size, len(head))
        # Words as strings of their own would take ten times as much memory.
        self._ends = np.frombuffer(ends, dtype=END.format).astype(np.uint32).data
        self._texts = os.pread(self._file, self._ends[-1], len(head) + len(ends))
        self._rows_at = len(head) + len(ends) + len(self._texts)

    def words(self) -> list[str]:
        """All of them, in the order of the rows."""
        begins = [0, *self._ends]
        return [self._texts[begin:end].decode() for begin, end in pairwise(begins)]

    def place(self, word: str) -> int:
        """The row of a word; -1 for one that is not known."""
        sought, texts, ends = word.encode(), self._texts, self._ends
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            found = texts[ends[middle - 1] if middle else 0 : ends[middle]]
            if found == sought:
                return middle
            if found < sought:
                low = middle + 1
            else:
                high = middle
        return -1

    def rows(self, first: int, count: int) -> numpy.ndarray:
        """`count` x dimensions, in steps of one byte."""
        import numpy as np

        size = self.dimensions // 2
        found = os.pread(self._file, count * size, self._rows_at + first * size)
        packed = np.frombuffer(found, dtype=np.uint8).reshape(count, size)
        return np.concatenate((packed & 15, packed >> 4), axis=1).astype(np.int8) - np.int8(NOUGHT)
