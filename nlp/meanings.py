"""What words mean, as a table of numbers: near words have near rows. Read while a model is trained, never in service.

The table lets a model trained on a few hundred texts know words that none of them held: whoever learnt 幼儿园 knows
something of 托儿所. `nlp.making_meanings` makes it.
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
_HEAD = struct.Struct("<II")


class Meanings(msgspec.Struct, frozen=True):
    """`places` of words in the rows; `vectors` (words x dimensions); `weights`: rare words say more than common ones."""

    places: dict[str, int]
    vectors: numpy.ndarray
    weights: numpy.ndarray


@cache
def shipped_meanings() -> Meanings:
    """The table that comes with the program, 2 MB; some 20 MB in memory."""
    import numpy as np

    whole = TABLE.read_bytes()
    if not whole.startswith(MAGIC):
        raise ValueError(f"{TABLE.name} 不是词义表")
    count, dimensions = _HEAD.unpack_from(whole, len(MAGIC))
    rest = zlib.decompress(whole[len(MAGIC) + _HEAD.size :])
    size = count * dimensions
    vectors = (
        np.frombuffer(rest, dtype=np.int8, count=size).reshape(count, dimensions).astype(np.float64) / 127
    )
    weights = np.frombuffer(rest, dtype="<f4", count=count, offset=size).astype(np.float64)
    words = rest[size + 4 * count :].decode().split("\n")
    return Meanings({word: place for place, word in enumerate(words)}, vectors, weights)
