"""The keys of an installation in one file, sealed with a passphrase, to be kept apart from the data.

A line of JSON: what the passphrase is stretched with (Argon2id), and the keys under AES-256-GCM. Which
installation they belong to is told by their fingerprints, which give nothing away. The secrets shared with other
platforms are among the sealed keys, under `exchange/` and the code of the platform; the file of the keys that sign
e-permits is one of them too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kit.files.disk import write_whole
from kit.secrets import SECRET_NAMES, KeyRing
from kit.shared_secrets import FOLDER
from kit.signing_keys import FOLDER as SIGNING_FOLDER

FORM = "chengguan-keys/1"
PASSPHRASE_AT_LEAST = 12
_SHARED = f"{FOLDER}/"
_SIGNING = f"{SIGNING_FOLDER}/ring"


class SealedKeysError(Exception):
    """The file or the passphrase cannot be used; the text is one sentence for the operator."""


@dataclass(frozen=True)
class UnsealedKeys:
    """What such a file held: the ring, by the code of a platform what is shared with it, the newest first, and the
    content of the file of signing keys (empty in a backup from before there were any).
    """

    ring: KeyRing
    shared: Mapping[str, tuple[bytes, ...]]
    signing: bytes = b""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    memory_kib: int
    passes: int
    lanes: int
    salt: bytes
    nonce: bytes
    fingerprints: dict[str, str]
    sealed: bytes


def write_sealed_keys(
    path: Path,
    keys: KeyRing,
    passphrase: str,
    shared: Mapping[str, tuple[bytes, ...]] | None = None,
    signing: bytes = b"",
) -> None:
    """Write the file, whole or not at all; never over one that is there. Raises SealedKeysError, OSError."""
    if len(passphrase) < PASSPHRASE_AT_LEAST:
        raise SealedKeysError(f"口令至少 {PASSPHRASE_AT_LEAST} 个字，建议用四五个不相干的词。")
    if path.exists():
        raise SealedKeysError(f"{path} 已经存在，不会覆盖；请换一个文件名。")
    fingerprints = {name: keys.fingerprint(name) for name in SECRET_NAMES}
    empty = _File(FORM, 64 * 1024, 3, 1, os.urandom(16), os.urandom(12), fingerprints, b"")
    secrets = {name: keys.secret(name).hex() for name in SECRET_NAMES}
    secrets |= {
        _SHARED + name: " ".join(one.hex() for one in those) for name, those in (shared or {}).items()
    }
    if signing:
        secrets[_SIGNING] = signing.hex()
    content = msgspec.json.encode(secrets)
    sealed = AESGCM(_stretched(empty, passphrase)).encrypt(empty.nonce, content, _bound(empty))
    write_whole(path, msgspec.json.encode(msgspec.structs.replace(empty, sealed=sealed)) + b"\n")


def read_sealed_keys(path: Path, passphrase: str) -> UnsealedKeys:
    """Open the file. Raises SealedKeysError, OSError."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.DecodeError:
        raise SealedKeysError(f"{path} 不是密钥备份文件，或已损坏。") from None
    # Bounds: a forged file must not make us take all memory.
    if file.form != FORM or not (file.memory_kib <= 1 << 20 and file.passes <= 20 and file.lanes <= 8):
        raise SealedKeysError(f"{path} 不是这个版本认得的密钥备份文件。")
    try:
        content = AESGCM(_stretched(file, passphrase)).decrypt(file.nonce, file.sealed, _bound(file))
        secrets = {
            name: tuple(bytes.fromhex(one) for one in text.split())
            for name, text in msgspec.json.decode(content, type=dict[str, str]).items()
        }
    except (InvalidTag, ValueError, msgspec.DecodeError):
        raise SealedKeysError("口令不对，或密钥备份文件已损坏。") from None
    signing = b"".join(secrets.pop(_SIGNING, ()))
    return UnsealedKeys(
        KeyRing({name: b"".join(those) for name, those in secrets.items() if not name.startswith(_SHARED)}),
        {name.removeprefix(_SHARED): those for name, those in secrets.items() if name.startswith(_SHARED)},
        signing,
    )


def _stretched(file: _File, passphrase: str) -> bytes:
    stretching = Argon2id(
        salt=file.salt, length=32, iterations=file.passes, lanes=file.lanes, memory_cost=file.memory_kib
    )
    return stretching.derive(passphrase.encode())


def _bound(file: _File) -> bytes:
    return msgspec.json.encode([file.form, sorted(file.fingerprints.items())])
