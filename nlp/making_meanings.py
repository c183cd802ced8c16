"""Makes `meanings.bin` from rows of numbers for words, as any encoder gives them. Not needed to run or to train.

`python -m nlp.making_meanings VECTORS.npy WORDS.txt OUT`: the words one a line with their frequency, in the order of
the rows. The rows are cut to their weightiest dimensions and to a few steps, so that the table stays small.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.meanings import END, HEAD, MAGIC, NOUGHT

if TYPE_CHECKING:
    import numpy

DIMENSIONS = 128
STEPS = 7
REACH = 3.2
"""Standard deviations that the steps span; what lies farther out is cut."""


def table_of(vectors: Path, words: Path) -> bytes:
    """The table as bytes. A word that occurs twice is an error (ValueError)."""
    import numpy as np

    rows = np.load(vectors).astype(np.float64)
    lines = [line.rsplit(" ", 1) for line in words.read_text(encoding="utf-8").splitlines()]
    names, often = [line[0] for line in lines], np.array([float(line[1]) + 1 for line in lines])
    if len(set(names)) != len(names) or len(names) != len(rows):
        raise ValueError("every word has one row")
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    share = np.sqrt(often / often.sum())
    share /= share.sum()
    rows -= share @ rows
    _, _, directions = np.linalg.svd(rows * np.sqrt(share)[:, None], full_matrices=False)
    short = rows @ directions[:DIMENSIONS].T
    short /= np.sqrt((short**2).sum(axis=1).mean())
    step = float(short.std() * REACH / STEPS)
    return packed(names, np.clip(np.rint(short / step), -STEPS, STEPS).astype(np.int8), step)


def packed(words: Sequence[str], rows: numpy.ndarray, step: float) -> bytes:
    """The file of `nlp.meanings`: `rows` (words x dimensions) are whole numbers from -STEPS to STEPS."""
    import numpy as np

    names = [word.encode() for word in words]
    order = sorted(range(len(names)), key=names.__getitem__)
    lows, highs = np.split((rows[order] + NOUGHT).astype(np.uint8), 2, axis=1)
    texts = [names[place] for place in order]
    ends = b"".join(END.pack(end) for end in accumulate(map(len, texts)))
    head = MAGIC + HEAD.pack(len(names), rows.shape[1], step)
    return head + ends + b"".join(texts) + (lows | highs << 4).astype(np.uint8).tobytes()


if __name__ == "__main__":
    Path(sys.argv[3]).write_bytes(table_of(Path(sys.argv[1]), Path(sys.argv[2])))
