"""Numbers for a draw: HMAC_DRBG with SHA-256 (NIST SP 800-90A, 10.1.2), whole numbers below a bound, and choosing by them.

Deterministic: whoever knows the three inputs has the same numbers. docs/draws.md says it to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hmac import digest
from struct import unpack
from typing import Final, TypeVar

WORDS: Final = 2**32
REQUEST_BYTES: Final = 1_024
"""Bytes of each request to the generator; four make a word, big-endian."""

Row = TypeVar("Row")


class Generator:
    """HMAC_DRBG without reseeding and additional input. A draw is far from the 2^48 requests after which it may not go on."""

    def __init__(self, entropy: bytes, nonce: bytes, personalisation: bytes) -> None:
        self._key, self._value = bytes(32), b"\x01" * 32
        self._update(entropy + nonce + personalisation)

    def generate(self, count: int) -> bytes:
        """The bytes of one request."""
        given = b""
        while len(given) < count:
            self._value = digest(self._key, self._value, "sha256")
            given += self._value
        self._update(b"")
        return given[:count]

    def _update(self, provided: bytes) -> None:
        for mark in (b"\x00", b"\x01") if provided else (b"\x00",):
            self._key = digest(self._key, self._value + mark + provided, "sha256")
            self._value = digest(self._key, self._value, "sha256")


class Stream:
    """A generator's bytes as words, and words as whole numbers below a bound."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._waiting: list[int] = []

    def below(self, bound: int) -> int:
        """0 to bound - 1, each as likely: words past the last whole multiple of the bound are thrown away."""
        limit = first_refused(bound)
        while (word := self._word()) >= limit:
            pass
        return word % bound

    def _word(self) -> int:
        if not self._waiting:
            self._waiting = list(unpack(f">{REQUEST_BYTES // 4}I", self._generator.generate(REQUEST_BYTES)))
            self._waiting.reverse()
        return self._waiting.pop()


def first_refused(bound: int) -> int:
    """The largest multiple of the bound that is not above 2^32: words from there on are thrown away."""
    if not 1 <= bound <= WORDS:
        raise ValueError(f"no word is below {bound}")
    return WORDS - WORDS % bound


def chosen(rows: Sequence[Row], count: int, below: Callable[[int], int]) -> list[Row]:
    """So many of the rows, in the order in which they are drawn: Fisher-Yates from the front."""
    left = list(rows)
    for place in range(count):
        other = place + below(len(left) - place)
        left[place], left[other] = left[other], left[place]
    return left[:count]
