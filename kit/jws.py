"""Signed texts: JWS (RFC 7515), compact and flattened JSON, with Ed25519 (RFC 8037) or any other suite put beside it.

A suite signs and verifies bytes and says what its key looks like as a JWK; nobody else knows an algorithm. Reading is
strict: one spelling of every text, so that no character of a token can be another one and still be taken.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOKEN_AT_MOST: Final = 2_000
"""Characters of a compact token that are looked at."""
KEY_ID_LENGTH: Final = 12
"""60 bits of the thumbprint: enough to tell our keys apart, short enough for a QR code and for a notice board."""
_PARTS = re.compile(r"([A-Za-z0-9_-]{2,200})\.([A-Za-z0-9_-]{2,2000})\.([A-Za-z0-9_-]{2,400})", re.ASCII)


class Suite(Protocol):
    """One algorithm. `alg` is its name in a JWS header."""

    alg: str

    def new_private(self) -> bytes:
        """A new private key in the suite's own form."""

    def public_of(self, private: bytes) -> bytes:
        """The public key that belongs to it."""

    def sign(self, private: bytes, message: bytes) -> bytes:
        """The signature of a message."""

    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's of this message. Never raises for what the bytes are."""

    def jwk(self, public: bytes) -> dict[str, str]:
        """The members of the public key as a JWK that its thumbprint is made of (RFC 7638)."""

    def public_in(self, jwk: Mapping[str, str]) -> bytes | None:
        """The public key of a JWK; None for one of another suite, or damaged."""


class Ed25519:
    """RFC 8032, in a JWS as RFC 8037 has it."""

    alg = "EdDSA"

    def new_private(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public_of(self, private: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).sign(message)

    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def jwk(self, public: bytes) -> dict[str, str]:
        return {"crv": "Ed25519", "kty": "OKP", "x": encoded(public)}

    def public_in(self, jwk: Mapping[str, str]) -> bytes | None:
        if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
            return None
        public = decoded(jwk.get("x", ""))
        return public if public is not None and len(public) == 32 else None


SUITES: Final[Mapping[str, Suite]] = {one.alg: one for one in (Ed25519(),)}
"""Another suite (SM2 with SM3) is put in here, and nothing that signs or verifies changes."""


@dataclass(frozen=True)
class PublicKey:
    """A key that signatures are checked with."""

    id: str
    alg: str
    public: bytes

    def jwk(self) -> dict[str, str]:
        """As it is published (RFC 7517)."""
        return {**SUITES[self.alg].jwk(self.public), "kid": self.id, "alg": self.alg, "use": "sig"}


@dataclass(frozen=True)
class PrivateKey:
    """A key to sign with. `repr` shows no secret."""

    id: str
    alg: str
    private: bytes

    def __repr__(self) -> str:
        return f"PrivateKey({self.id}, {self.alg})"


@dataclass(frozen=True)
class Signed:
    """A token taken apart and not yet believed."""

    key_id: str
    alg: str
    payload: bytes
    message: bytes
    signature: bytes

    def is_by(self, key: PublicKey) -> bool:
        """Whether this very key signed it, with its own algorithm."""
        return (self.key_id, self.alg) == (key.id, key.alg) and SUITES[key.alg].is_signed(
            key.public, self.message, self.signature
        )


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing else is understood, so nothing else is taken (`crit`, `jku`, an embedded key)."""

    alg: str
    kid: str


class Flattened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The flattened JSON form (RFC 7515, 7.2.2)."""

    payload: str
    protected: str
    signature: str


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes | None:
    """What was encoded; None unless this is the one way to write it."""
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return content if encoded(content) == text else None


def key_id_of(suite: Suite, public: bytes) -> str:
    """The beginning of the key's thumbprint (RFC 7638), in base32 and small letters, to be read out and typed."""
    members = msgspec.json.encode(suite.jwk(public), order="sorted")
    return b32encode(hashlib.sha256(members).digest()).decode().lower()[:KEY_ID_LENGTH]


def compact(key: PrivateKey, payload: bytes) -> str:
    """The signed text as `header.payload.signature`."""
    head = encoded(msgspec.json.encode(_Header(key.alg, key.id)))
    message = f"{head}.{encoded(payload)}"
    return f"{message}.{encoded(SUITES[key.alg].sign(key.private, message.encode()))}"


def flattened(key: PrivateKey, payload: bytes) -> str:
    """The signed text as JSON."""
    head, body, signature = compact(key, payload).split(".")
    return msgspec.json.encode(Flattened(payload=body, protected=head, signature=signature)).decode()


def read_compact(token: str) -> Signed | None:
    """The parts of a token; None for what is none. Believe nothing before `Signed.is_by`."""
    parts = _PARTS.fullmatch(token) if len(token) <= TOKEN_AT_MOST else None
    return _read(parts[1], parts[2], parts[3]) if parts is not None else None


def read_flattened(text: str | bytes) -> Signed | None:
    """The parts of the JSON form; None for what is none."""
    try:
        found = msgspec.json.decode(text, type=Flattened)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return _read(found.protected, found.payload, found.signature)


def _read(head: str, body: str, tail: str) -> Signed | None:
    header, payload, signature = (_or_none(part) for part in (head, body, tail))
    if header is None or payload is None or signature is None:
        return None
    try:
        said = msgspec.json.decode(header, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Signed(said.kid, said.alg, payload, f"{head}.{body}".encode(), signature)


def _or_none(text: str) -> bytes | None:
    return decoded(text) if text.isascii() else None
