"""What words mean, as a table of numbers: near words have near rows.

Training reads it whole; in service `nlp.nearness` keeps it as bytes. The table lets a model trained on a few hundred texts know words that none of them held: whoever learnt 幼儿园 knows
something of 托儿所. docs/adr/0040 says where it comes from and how it is made.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy

TABLE = Path(__file__).with_name("meanings.bin")
MAGIC = b"CGMT1\n"
_HEAD = struct.Struct("<IIf")


class Meanings(msgspec.Struct, frozen=True):
    """`places` of words in the rows of `vectors` (words x dimensions), whose length is 1 on average."""

    places: dict[str, int]
    vectors: numpy.ndarray


@cache
def shipped_meanings() -> Meanings:
    """The table that comes with the program, 4 MB; some 70 MB in memory."""
    words, columns = raw_meanings()
    return Meanings({word: place for place, word in enumerate(words)}, columns.T * _step())


def raw_meanings() -> tuple[list[str], numpy.ndarray]:
    """The words and, dimension by dimension, their numbers in steps of one byte."""
    import numpy as np

    whole = _whole()
    count, dimensions, _ = _HEAD.unpack_from(whole, len(MAGIC))
    rest = zlib.decompress(whole[len(MAGIC) + _HEAD.size :])
    size = count * dimensions
    # Kept dimension by dimension, which packs better.
    columns = np.frombuffer(rest, dtype=np.int8, count=size).reshape(dimensions, count)
    return rest[size:].decode().split("\n"), columns


def _whole() -> bytes:
    whole = TABLE.read_bytes()
    if not whole.startswith(MAGIC):
        raise ValueError(f"{TABLE.name} is no table of meanings")
    return whole


def _step() -> float:
    return float(_HEAD.unpack_from(_whole(), len(MAGIC))[2])
