"""The sealed form of an original: AES-256-GCM in chunks, under a key of its own.

`magic (4) | chunk, chunk, …` where every chunk is up to 64 KiB of content and a 16-byte tag. The nonce is the
chunk's number and whether it is the last, so chunks cannot be swapped, dropped or cut off; the key is never
used for a second file, so counting from zero is safe. The file's id is bound into every tag. The key itself
is stored wrapped (sealed) with a key of the ring.
"""

import os
from collections.abc import Iterator
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kit.secrets import KeyRing

MAGIC = b"CGF1"
CHUNK = 64 * 1024
_TAG = 16
_NONCE = 12


class EnvelopeError(Exception):
    """A sealed file or a wrapped key does not open: altered, cut off, or sealed with another key."""


class KeyWrapper:
    """Makes and opens the wrapped per-file keys."""

    def __init__(self, keys: KeyRing) -> None:
        self._wrapping = AESGCM(keys.derive("files", "wrap/1", 32))

    def wrap(self, key: bytes, file_id: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        return MAGIC + nonce + self._wrapping.encrypt(nonce, key, MAGIC + file_id.bytes)

    def unwrap(self, wrapped: bytes, file_id: UUID) -> bytes:
        """The 32-byte key of this file. Raises EnvelopeError."""
        body = wrapped.removeprefix(MAGIC)
        try:
            return self._wrapping.decrypt(body[:_NONCE], body[_NONCE:], MAGIC + file_id.bytes)
        except (InvalidTag, ValueError):
            raise EnvelopeError(f"the key of file {file_id} does not open") from None


class Sealing:
    """Seals one file as its content arrives: `add` and `finish` return what is to be written next."""

    def __init__(self, key: bytes, file_id: UUID) -> None:
        self._cipher = AESGCM(key)
        self._bound = MAGIC + file_id.bytes
        self._waiting = bytearray()
        self._number = 0
        self._begun = False

    def add(self, content: bytes) -> bytes:
        self._waiting += content
        sealed = bytearray(self._opening())
        # The last chunk has a nonce of its own, so a full one waits until more is known to follow.
        while len(self._waiting) > CHUNK:
            sealed += self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return bytes(sealed)

    def finish(self) -> bytes:
        return self._opening() + self._seal(bytes(self._waiting), last=True)

    def _opening(self) -> bytes:
        opening = b"" if self._begun else MAGIC
        self._begun = True
        return opening

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, last), chunk, self._bound)
        self._number += 1
        return sealed


def unseal(sealed: bytes, key: bytes, file_id: UUID) -> Iterator[bytes]:
    """The content, chunk by chunk. Raises EnvelopeError, possibly after some chunks."""
    cipher, bound = AESGCM(key), MAGIC + file_id.bytes
    if not sealed.startswith(MAGIC):
        raise EnvelopeError(f"file {file_id} is not a sealed file")
    starts = range(len(MAGIC), max(len(sealed), len(MAGIC) + 1), CHUNK + _TAG)
    for number, start in enumerate(starts):
        last = number == len(starts) - 1
        try:
            yield cipher.decrypt(_nonce(number, last), sealed[start : start + CHUNK + _TAG], bound)
        except (InvalidTag, ValueError):
            raise EnvelopeError(f"file {file_id} was altered or cut off in chunk {number}") from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])
