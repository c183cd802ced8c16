"""Key ring: the installation's secrets, kept in KEY_DIR outside the database.

Each secret is one file of 64 hexadecimal digits. They are made once and never replaced by this code:
a lost key cannot be made again, and what it sealed is lost with it, so only the first set-up may create.
"""

import fcntl
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.files.disk import sync_folder

SECRET_NAMES = ("audit", "fields", "files", "sessions", "seals")
SIGNING_NAME = "seals"

_HEX_32_BYTES = re.compile(rb"[0-9a-f]{64}\n?")
# A group may read (mounted secrets often come so); nobody else may do anything.
_FORBIDDEN_MODE = 0o037


class KeyRingError(Exception):
    """The keys cannot be used; the text is one sentence for the operator, without any key material."""


class KeyRing:
    """All secrets of one installation, read once. `repr` shows names only."""

    def __init__(self, secret_bytes: Mapping[str, bytes]) -> None:
        for name in SECRET_NAMES:
            if len(secret_bytes.get(name, b"")) != 32:
                raise KeyRingError(f"密钥 {name} 缺失或长度不是 32 字节。")
        self._secrets = dict(secret_bytes)

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> "KeyRing":
        """Read the ring from `folder`; with `create`, make what is missing first.

        Any number of processes may open with `create` at once: all get the same keys.
        Raises KeyRingError with one sentence in Chinese.
        """
        try:
            if create:
                _create_missing(folder)
            return cls({name: _read(folder / f"{name}.key") for name in SECRET_NAMES})
        except FileNotFoundError as missing:
            raise KeyRingError(
                f"密钥目录 {folder} 中缺少 {Path(str(missing.filename)).name}："
                "首次安装请先执行 chengguan migrate；已在使用的请检查 KEY_DIR，或从密钥备份中恢复。"
            ) from None
        except OSError as refused:
            raise KeyRingError(f"密钥目录 {folder} 无法使用：{refused.strerror}。") from None

    def write(self, folder: Path) -> None:
        """Put this ring where `open` reads it. Files that are there stay. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in SECRET_NAMES:
            if not (folder / f"{name}.key").exists():
                _write_new(folder / f"{name}.key", self._secrets[name].hex().encode() + b"\n")
        sync_folder(folder)

    @classmethod
    def random(cls) -> "KeyRing":
        """A ring that lives in memory only, for tests and trials."""
        return cls({name: secrets.token_bytes(32) for name in SECRET_NAMES})

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._secrets)})"

    def secret(self, name: str) -> bytes:
        """The 32 bytes of one secret. Sign with `signing_key`, not with secret("seals")."""
        if name not in self._secrets:
            raise KeyRingError(f"没有名为 {name} 的密钥。")
        return self._secrets[name]

    def derive(self, name: str, purpose: str, length: int) -> bytes:
        """A key of `length` bytes for one purpose, so that no two uses ever share a key (HKDF-SHA256)."""
        hkdf = HKDF(hashes.SHA256(), length=length, salt=None, info=f"chengguan/{name}/{purpose}".encode())
        return hkdf.derive(self.secret(name))

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Signs the published seals of the audit chains."""
        return Ed25519PrivateKey.from_private_bytes(self._secrets[SIGNING_NAME])

    @property
    def verify_key(self) -> bytes:
        """The 32 public bytes that belong to `signing_key`; meant for publication."""
        return self.signing_key.public_key().public_bytes_raw()

    def fingerprint(self, name: str) -> str:
        """Sixteen hexadecimal digits that tell two keys apart and give nothing away."""
        return hmac.digest(self.secret(name), b"chengguan/fingerprint", "sha256").hex()[:16]


def _create_missing(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # O_CLOEXEC: a child started meanwhile must not keep the lock.
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [name for name in SECRET_NAMES if not (folder / f"{name}.key").exists()]
        for name in missing:
            _write_new(folder / f"{name}.key", secrets.token_hex(32).encode() + b"\n")
        if missing:
            sync_folder(folder)
    finally:
        os.close(lock)


def _write_new(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over an existing key: link() fails where rename() would replace."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        content = file.read(100)
    if mode & _FORBIDDEN_MODE:
        raise KeyRingError(f"密钥文件 {path} 的权限过宽，请执行 chmod 600 后再启动。")
    if not _HEX_32_BYTES.fullmatch(content):
        raise KeyRingError(f"密钥文件 {path} 已损坏(应为 64 位十六进制),请从密钥备份中恢复。")
    return bytes.fromhex(content.decode())
