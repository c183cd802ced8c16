"""Sealing of small personal fields (telephone, name) with SM4-GCM, and keyed look-up values for them.

A sealed field is `version (1 byte) | nonce (12) | ciphertext | tag (16)`. Table, column and row id are bound
into the tag, so that a value copied into another row or column does not open.
"""

import os
import re
from collections.abc import Callable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

from kit.secrets import KeyRing

_VERSION = b"\x01"
_NONCE_LENGTH = 12
_TAG_LENGTH = 16
_SHORTEST = len(_VERSION) + _NONCE_LENGTH + _TAG_LENGTH


class SealError(Exception):
    """A sealed field does not open: altered, moved to another row, or sealed with another key."""


class FieldSealer:
    """Seals and opens personal fields with keys derived from the ring's `fields` secret."""

    def __init__(self, keys: KeyRing, random: Callable[[int], bytes] = os.urandom) -> None:
        self._key = keys.derive("fields", "seal/1", 16)
        self._index_key = keys.derive("fields", "blind-index/1", 32)
        self._random = random

    def seal(self, value: str, *, table: str, column: str, row_id: UUID) -> bytes:
        """The value as bytes for a binary column; sealing the same value twice gives different bytes."""
        nonce = self._random(_NONCE_LENGTH)
        encryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_place(table, column, row_id))
        ciphertext = encryptor.update(value.encode()) + encryptor.finalize()
        return _VERSION + nonce + ciphertext + encryptor.tag

    def open(self, sealed: bytes, *, table: str, column: str, row_id: UUID) -> str:
        """The value sealed for exactly this table, column and row. Raises SealError."""
        if len(sealed) < _SHORTEST or sealed[:1] != _VERSION:
            raise SealError(f"{table}.{column} of {row_id} is not a sealed field")
        nonce, tag = sealed[1 : 1 + _NONCE_LENGTH], sealed[-_TAG_LENGTH:]
        decryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(_place(table, column, row_id))
        try:
            opened = decryptor.update(sealed[1 + _NONCE_LENGTH : -_TAG_LENGTH]) + decryptor.finalize()
        except InvalidTag:
            raise SealError(f"{table}.{column} of {row_id} does not open") from None
        return opened.decode()

    def blind_index(self, value: str, *, purpose: str = "phone") -> bytes:
        """32 bytes (HMAC-SM3) that are equal for equal values of one purpose: finds a row without opening it.

        Bring the value into its one written form first; " 138…" and "138…" are two values here.
        """
        mac = HMAC(self._index_key, hashes.SM3())
        mac.update(_prefixed(purpose.encode()) + value.encode())
        return mac.finalize()


def mask_identity_number(number: str) -> str:
    """An identity number as its owner recognises it: the first three and the last two characters."""
    return (
        f"{number[:3]}{'*' * max(0, len(number) - 5)}{number[-2:]}" if len(number) > 8 else "*" * len(number)
    )


def mask_phone(phone: str) -> str:
    """The number as staff lists show it: 138****1234. Shorter numbers keep their last two digits."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) == 13:
        digits = digits.removeprefix("86")
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + (digits[-2:] if len(digits) >= 5 else "")


def _place(table: str, column: str, row_id: UUID) -> bytes:
    return _VERSION + _prefixed(table.encode()) + _prefixed(column.encode()) + row_id.bytes


def _prefixed(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part
