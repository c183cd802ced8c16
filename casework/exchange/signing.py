"""The signature of a message between platforms: HMAC-SHA256 over everything that must not be changed on the way.

    v1 LF sender LF METHOD LF path?query LF timestamp LF nonce LF SHA-256 of the body, hexadecimal

The sender is part of it, so that what we sent cannot be sent back to us; the path, so that a message for one place is
good for no other. Both directions use the same form and the same secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

PEER, TIMESTAMP = "x-exchange-peer", "x-exchange-timestamp"
NONCE, SIGNATURE = "x-exchange-nonce", "x-exchange-signature"
HEADERS: Final = (PEER, TIMESTAMP, NONCE, SIGNATURE)
FRESH_FOR: Final = timedelta(seconds=300)

_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_MOMENT = re.compile(r"[1-9][0-9]{9,10}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})", re.ASCII)
_NOBODY: Final = (b"\0" * 32, b"\1" * 32)
"""Stand in for missing secrets: a stranger waits as long for the refusal as a peer would."""


@dataclass(frozen=True)
class Envelope:
    """The four headers of a message, each in its form. `mac` is 32 bytes."""

    sender: str
    timestamp: str
    nonce: str
    mac: bytes

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was signed within FRESH_FOR of now, before or after."""
        return abs(datetime.fromtimestamp(int(self.timestamp), UTC) - now) <= FRESH_FOR


def parse(headers: Iterable[tuple[str, str]]) -> Envelope | None:
    """The envelope of a request; None unless each header is there once and in its form. Names in any case."""
    found: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        if name in HEADERS:
            if name in found:
                return None
            found[name] = value
    mac = _SIGNATURE.fullmatch(found.get(SIGNATURE, ""))
    if (
        mac is None
        or not _SENDER.fullmatch(found.get(PEER, ""))
        or not _MOMENT.fullmatch(found.get(TIMESTAMP, ""))
        or not _NONCE.fullmatch(found.get(NONCE, ""))
    ):
        return None
    return Envelope(found[PEER], found[TIMESTAMP], found[NONCE], bytes.fromhex(mac[1]))


def is_signed(envelope: Envelope, secrets: tuple[bytes, ...], method: str, target: str, body: bytes) -> bool:
    """Whether one of the secrets made the signature. Takes the same time for every answer."""
    text = _text(envelope.sender, method, target, envelope.timestamp, envelope.nonce, body)
    tried = (*secrets, *_NOBODY)[:2]
    matches = [hmac.compare_digest(hmac.digest(one, text, "sha256"), envelope.mac) for one in tried]
    return any(match for match, _ in zip(matches, secrets, strict=False))


def signed(
    secret: bytes, *, sender: str, method: str, target: str, now: datetime, nonce: str, body: bytes
) -> Mapping[str, str]:
    """The headers of a message of ours. `target` is path and query as they are sent."""
    timestamp = str(int(now.timestamp()))
    text = _text(sender, method, target, timestamp, nonce, body)
    return {
        PEER: sender,
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: f"v1={hmac.digest(secret, text, 'sha256').hex()}",
    }


def _text(sender: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    whole = hashlib.sha256(body).hexdigest()
    return "\n".join(("v1", sender, method, target, timestamp, nonce, whole)).encode("utf-8", "replace")
