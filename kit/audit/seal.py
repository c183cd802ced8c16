"""The tree over the last entries of all chains, and its signature.

Merkle tree as in RFC 6962 section 2.1, with SM3: a leaf is SM3(0x00 || case id (16 bytes) || position (8,
big-endian) || mac (32)), a node SM3(0x01 || left || right), leaves ordered by case id, the root of no leaves
SM3 of nothing. What Ed25519 signs, each part preceded by its length as 8 bytes big-endian: the tag
`chengguan audit seal v1`, the number (8, big-endian), the date (ISO 8601), the count of heads (8,
big-endian), the root of the seal before (32 bytes, or none for the first), the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_TAG = b"chengguan audit seal v1"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of one chain."""

    case_id: UUID
    position: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class SealContent:
    """What a signature covers."""

    number: int
    sealed_on: date
    heads_count: int
    previous_root: bytes
    root: bytes

    def signed_bytes(self) -> bytes:
        """The bytes that are signed; the module says how they are made."""
        parts = (
            _TAG,
            self.number.to_bytes(8, "big"),
            self.sealed_on.isoformat().encode(),
            self.heads_count.to_bytes(8, "big"),
            self.previous_root,
            self.root,
        )
        return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


class TreeBuilder:
    """Takes heads in the order of their case ids and needs memory for one path only."""

    def __init__(self) -> None:
        self.count = 0
        self._subtrees: list[tuple[int, bytes]] = []
        self._last: UUID | None = None

    def add(self, head: Head) -> None:
        """The next head. ValueError if its case id does not follow the one before."""
        if self._last is not None and head.case_id <= self._last:
            raise ValueError("heads come in the order of their case ids, each once")
        self._last = head.case_id
        self.count += 1
        size, node = 1, _leaf(head)
        while self._subtrees and self._subtrees[-1][0] == size:
            node = _node(self._subtrees.pop()[1], node)
            size *= 2
        self._subtrees.append((size, node))

    def root(self) -> bytes:
        """The root over everything added so far."""
        if not self._subtrees:
            return _sm3(b"")
        *rest, (_, node) = self._subtrees
        for _, left in reversed(rest):
            node = _node(left, node)
        return node


def merkle_root(heads: Iterable[Head]) -> bytes:
    """The root over heads in the order of their case ids."""
    tree = TreeBuilder()
    for head in heads:
        tree.add(head)
    return tree.root()


def sign(private_key: bytes, content: SealContent) -> bytes:
    """The 64-byte Ed25519 signature; `private_key` is the raw 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(content.signed_bytes())


def is_signed(public_key: bytes, content: SealContent, signature: bytes) -> bool:
    """Whether the holder of this raw public key signed this content."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content.signed_bytes())
    except InvalidSignature:
        return False
    return True


def public_key_of(private_key: bytes) -> bytes:
    """The raw public key, for publication."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def key_id_of(public_key: bytes) -> str:
    """A short name of a public key: the first 16 hexadecimal digits of its SM3."""
    return _sm3(public_key).hex()[:16]


def head_line(head: Head) -> str:
    """A head as one line of a seal: case id, position, mac in hexadecimal."""
    return f"{head.case_id} {head.position} {head.mac.hex()}\n"


def heads_in(text: str) -> Iterator[Head]:
    """The heads a seal lists. ValueError if a line is damaged."""
    for line in text.splitlines():
        case_id, position, mac = line.split(" ")
        yield Head(UUID(case_id), int(position), bytes.fromhex(mac))


def _leaf(head: Head) -> bytes:
    return _sm3(b"\x00" + head.case_id.bytes + head.position.to_bytes(8, "big") + head.mac)


def _node(left: bytes, right: bytes) -> bytes:
    return _sm3(b"\x01" + left + right)


def _sm3(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()
