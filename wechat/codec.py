"""Checks, decrypts and encrypts the messages exchanged with the platform.

With an AES key the codec knows safe mode only: a plain body is refused, because a signature without Encrypt
does not cover the body, and of a body that holds both only Encrypt is read. Without a key it knows plain mode
only, which is for local trials, and refuses a body that holds Encrypt.

Everything before the signature check may say what is wrong. Everything after it (base64, padding, length,
appid) fails with one and the same refusal, so that answers never help to decrypt.
"""

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from hashlib import sha1
from hmac import compare_digest
from typing import Final
from urllib.parse import unquote_plus

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from wechat.parse import MAX_BODY_BYTES, Fields, ParseError, parse_xml

Reader = Callable[[bytes], Fields]

MAX_SKEW_S: Final = 300
MAX_QUERY_CHARS: Final = 2_048
_BLOCK: Final = 32  # the platform pads to 32, although AES blocks have 16
_RANDOM: Final = 16
_HEADER: Final = _RANDOM + 4
_PADDING: Final = tuple(bytes([size]) * size for size in range(_BLOCK + 1))
_MAX_NONCE_CHARS: Final = 128
_ECHO_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")


class Refusal(StrEnum):
    """Why a request was turned away; each kind has exactly one HTTP status."""

    FORBIDDEN = "forbidden"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


_STATUS = {Refusal.FORBIDDEN: 403, Refusal.TOO_LARGE: 413, Refusal.UNREADABLE: 400}


class CodecError(Exception):
    """A request that is not the platform's, or not readable. `reason` is for logs and holds no content.

    `skew_s` is set when all is well but the time: our clock minus the time the request was signed at.
    """

    def __init__(self, kind: Refusal, reason: str, skew_s: int | None = None) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason
        self.skew_s = skew_s

    @property
    def status(self) -> int:
        return _STATUS[self.kind]


class SignedQuery(msgspec.Struct, frozen=True):
    """The query parameters the platform signs with; an absent one is the empty string."""

    timestamp: str = ""
    nonce: str = ""
    signature: str = ""
    msg_signature: str = ""
    echostr: str = ""

    @classmethod
    def parse(cls, query_string: str) -> "SignedQuery":
        """Reads a raw query string; a parameter given twice, whichever it is, refuses the request."""
        if len(query_string) > MAX_QUERY_CHARS:
            raise _forbidden("the query string is too long")
        values: dict[str, str] = {}
        for pair in query_string.split("&"):
            name, _, value = pair.partition("=")
            if "%" in name or "+" in name:
                name = unquote_plus(name)
            if name in values:
                raise _forbidden("a query parameter occurs twice")
            values[name] = unquote_plus(value) if "%" in value or "+" in value else value
        get = values.get
        return cls(
            get("timestamp", ""),
            get("nonce", ""),
            get("signature", ""),
            get("msg_signature", ""),
            get("echostr", ""),
        )


def sign(token: str, timestamp: str, nonce: str, encrypted: str = "") -> str:
    """The platform's signature: `signature` without, `msg_signature` with the encrypted text."""
    parts = [token, timestamp, nonce, encrypted] if encrypted else [token, timestamp, nonce]
    parts.sort()
    return sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()


class Codec:
    """One account's token, key and appid. Safe to share; holds no state of a message."""

    def __init__(
        self,
        token: str,
        aes_key_b64: str | None,
        app_id: str,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`aes_key_b64` is the console's EncodingAESKey of 43 characters; ValueError when it is not one."""
        self._token = token
        self._app_id = app_id.encode()
        self._random = random
        self._cipher = _cipher(aes_key_b64) if aes_key_b64 else None

    @property
    def is_safe_mode(self) -> bool:
        return self._cipher is not None

    def open(self, query: SignedQuery, body: bytes, now: datetime, read: Reader = parse_xml) -> bytes:
        """The message itself, once signature and encryption are found to be the platform's.

        `read` reads the envelope: `parse_xml`, or `read_json` for a mini-program that is pushed JSON.
        """
        if len(body) > MAX_BODY_BYTES:
            raise CodecError(Refusal.TOO_LARGE, "the body is larger than 64 kB")
        skew_s = _skew(query.timestamp, now)
        # The envelope has to be read before the signature is checked, because the signature covers Encrypt.
        try:
            encrypted = read(body).get("Encrypt")
        except ParseError as error:
            raise CodecError(Refusal.UNREADABLE, f"envelope: {error}") from None
        if self._cipher is None:
            if encrypted is not None:
                raise CodecError(Refusal.UNREADABLE, "an encrypted message, but no AES key is set")
            self._verify(query.signature, query.timestamp, query.nonce)
            _check_freshness(skew_s)
            return body
        if not isinstance(encrypted, str) or not encrypted:
            raise CodecError(Refusal.UNREADABLE, "envelope: no Encrypt element")
        self._verify(query.msg_signature, query.timestamp, query.nonce, encrypted)
        _check_freshness(skew_s)
        return self.decrypt(encrypted)

    def seal(self, reply: bytes, nonce: str, timestamp: int, *, as_json: bool = False) -> bytes:
        """The reply as the platform expects it: an encrypted envelope, or `reply` itself in plain mode."""
        if self._cipher is None:
            return reply
        encrypted = self.encrypt(reply)
        signature = sign(self._token, str(timestamp), nonce, encrypted)
        if as_json:
            return msgspec.json.encode(
                {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce}
            )
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp>"
            f"<Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()

    def check_url(
        self,
        signature: str,
        timestamp: str,
        nonce: str,
        echostr: str,
        now: datetime,
        msg_signature: str | None = None,
    ) -> str:
        """What to answer when the platform's console verifies the address.

        With `msg_signature` the echo is encrypted and covered by it; otherwise it is returned as it came,
        which the platform also does in safe mode.
        """
        skew_s = _skew(timestamp, now)
        if not echostr or len(echostr) > MAX_QUERY_CHARS or not _ECHO_CHARACTERS.issuperset(echostr):
            raise _forbidden("the echo is missing or not one of the platform's")
        if not msg_signature:
            self._verify(signature, timestamp, nonce)
            _check_freshness(skew_s)
            return echostr
        if self._cipher is None:
            raise _forbidden("an encrypted echo without an AES key")
        self._verify(msg_signature, timestamp, nonce, echostr)
        _check_freshness(skew_s)
        try:
            return self.decrypt(echostr).decode()
        except UnicodeDecodeError:
            raise _unreadable() from None

    def encrypt(self, xml: bytes) -> str:
        """base64 of AES-CBC over: 16 random bytes, length, `xml`, appid, padding to 32."""
        if self._cipher is None:
            raise ValueError("plain mode has no key")
        size = _HEADER + len(xml) + len(self._app_id)
        encryptor = self._cipher.encryptor()
        plain = b"".join(
            (
                self._random(_RANDOM),
                len(xml).to_bytes(4, "big"),
                xml,
                self._app_id,
                _PADDING[_BLOCK - size % _BLOCK],
            )
        )
        return b64encode(encryptor.update(plain)).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The reverse of `encrypt`; every failure is the same refusal. Verify the signature first."""
        if self._cipher is None:
            raise ValueError("plain mode has no key")
        try:
            sealed = binascii.a2b_base64(encrypted.encode(), strict_mode=True)
        except (binascii.Error, ValueError):
            raise _unreadable() from None
        if not sealed or len(sealed) % _BLOCK:
            raise _unreadable()
        plain = self._cipher.decryptor().update(sealed)
        padding = plain[-1]
        end = len(plain) - padding
        start = _HEADER + int.from_bytes(plain[_RANDOM:_HEADER], "big")
        if (
            not 1 <= padding <= _BLOCK
            or not compare_digest(plain[end:], _PADDING[padding])
            or start > end
            or not compare_digest(plain[start:end], self._app_id)
        ):
            raise _unreadable()
        return plain[_HEADER:start]

    def _verify(self, given: str, timestamp: str, nonce: str, encrypted: str = "") -> None:
        if not nonce or len(nonce) > _MAX_NONCE_CHARS or not nonce.isascii() or "]" in nonce:
            raise _forbidden("the nonce is missing or not one of the platform's")
        expected = sign(self._token, timestamp, nonce, encrypted)
        if not given.isascii() or not compare_digest(expected, given):
            raise _forbidden("the signature does not match")


def _cipher(aes_key_b64: str) -> Cipher[CBC]:
    try:
        key = b64decode(aes_key_b64 + "=", validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("the EncodingAESKey is not 43 base64 characters")
    return Cipher(AES(key), CBC(key[:16]))


def _skew(timestamp: str, now: datetime) -> int:
    """Seconds our clock is ahead of the time the request was signed at."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise _forbidden("the timestamp is missing or not a number")
    return int(now.timestamp()) - int(timestamp)


def _check_freshness(skew_s: int) -> None:
    """Called once the signature is found right, so that a stale request tells on our clock."""
    if abs(skew_s) > MAX_SKEW_S:
        raise CodecError(Refusal.FORBIDDEN, "the timestamp is more than 300 s off", skew_s)


def _forbidden(reason: str) -> CodecError:
    return CodecError(Refusal.FORBIDDEN, reason)


def _unreadable() -> CodecError:
    return CodecError(Refusal.UNREADABLE, "the message cannot be read")
