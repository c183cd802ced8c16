"""Keys that sign what the public verifies: several are known, one is active; all in one file of KEY_DIR.

A life of a key: `next` (published, signs nothing yet) -> `active` (signs) -> `old` (what it signed stays good; its
private part is gone) or `withdrawn` (what it signed is no longer good). The file is read again whenever it changes,
so that a rotation needs no restart.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from kit.files.disk import write_whole
from kit.jws import SUITES, PrivateKey, PublicKey, key_id_of
from kit.secrets import KeyRingError

FOLDER: Final = "permits"
Standing = Literal["next", "active", "old", "withdrawn"]
_FORBIDDEN_MODE = 0o037


class HeldKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key. `private` is empty where it is not needed any more."""

    id: str
    alg: str
    public: bytes
    private: bytes = b""
    standing: Standing
    made_at: datetime
    changed_at: datetime

    def public_key(self) -> PublicKey:
        return PublicKey(self.id, self.alg, self.public)


class HeldKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content, the oldest key first."""

    keys: tuple[HeldKey, ...] = ()

    @property
    def good(self) -> Mapping[str, PublicKey]:
        """By id, the keys whose signatures are good."""
        return {one.id: one.public_key() for one in self.keys if one.standing != "withdrawn"}

    @property
    def active(self) -> PrivateKey:
        """The one to sign with. Raises KeyRingError where there is none."""
        found = next((one for one in self.keys if one.standing == "active"), None)
        if found is None or not found.private:
            raise KeyRingError("还没有电子许可证的签名密钥：请执行 chengguan permits keys new --use。")
        return PrivateKey(found.id, found.alg, found.private)


class SigningKeys:
    """The keys in `KEY_DIR/permits/ring.json`. `repr` shows the place only."""

    def __init__(self, key_dir: Path) -> None:
        self._path = key_dir / FOLDER / "ring.json"
        self._seen: tuple[int, int] | None = None
        self._held = HeldKeys()

    def held(self) -> HeldKeys:
        """All keys as they are now; none before the first was made. Raises KeyRingError."""
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_ino)
            if seen != self._seen:
                self._held, self._seen = self._read(), seen
        except FileNotFoundError:
            self._held, self._seen = HeldKeys(), None
        except OSError as refused:
            raise KeyRingError(f"密钥文件 {self._path} 无法读取：{refused.strerror}。") from None
        return self._held

    def add(self, at: datetime, *, use: bool, alg: str = "EdDSA") -> str:
        """Make a key, `use` it at once or keep it as the next one. Returns its id."""
        suite = SUITES[alg]
        private = suite.new_private()
        public = suite.public_of(private)
        made = HeldKey(
            id=key_id_of(suite, public),
            alg=alg,
            public=public,
            private=private,
            standing="next",
            made_at=at,
            changed_at=at,
        )
        self._write((*self.held().keys, made))
        if use:
            self.use(made.id, at)
        return made.id

    def use(self, id: str, at: datetime) -> None:
        """Sign with the next key from now on; the active one becomes old. Raises KeyRingError."""
        self._require(id, {"next"}, "只有备用的密钥可以启用")
        self._write(
            tuple(
                _stands(one, "active", at)
                if one.id == id
                else _stands(one, "old", at)
                if one.standing == "active"
                else one
                for one in self.held().keys
            )
        )

    def withdraw(self, id: str, at: datetime) -> None:
        """What this key signed is no longer good. Not the active one: first another has to be used."""
        self._require(id, {"next", "old"}, "正在签名的要先启用另一个才能作废，作废过的不能再作废")
        self._write(tuple(_stands(one, "withdrawn", at) if one.id == id else one for one in self.held().keys))

    def content(self) -> bytes:
        """The file for a backup of the keys; empty where there is none."""
        return self._path.read_bytes() if self.held().keys else b""

    def put_back(self, content: bytes) -> bool:
        """Write what a backup held, unless there are keys already. Returns whether it was written."""
        if not content or self.held().keys:
            return False
        write_whole(self._path, content)
        return True

    def _require(self, id: str, standings: set[Standing], why_not: str) -> None:
        found = next((one for one in self.held().keys if one.id == id), None)
        if found is None:
            known = "、".join(one.id for one in self.held().keys) or "一个也没有"
            raise KeyRingError(f"没有密钥 {id[:40]}，现有：{known}。")
        if found.standing not in standings:
            raise KeyRingError(f"密钥 {id} 不能这样改：{why_not}。")

    def _read(self) -> HeldKeys:
        with self._path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(1_000_000)
        if mode & _FORBIDDEN_MODE:
            raise KeyRingError(f"密钥文件 {self._path} 的权限过宽，请执行 chmod 600。")
        try:
            held = msgspec.json.decode(content, type=HeldKeys)
        except msgspec.DecodeError:
            held = HeldKeys()
        if not held.keys or any(
            one.alg not in SUITES or one.id != key_id_of(SUITES[one.alg], one.public) for one in held.keys
        ):
            raise KeyRingError(f"密钥文件 {self._path} 已损坏，请从密钥备份中恢复。")
        return held

    def _write(self, keys: tuple[HeldKey, ...]) -> None:
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(HeldKeys(keys))) + b"\n")

    def __repr__(self) -> str:
        return f"SigningKeys({self._path})"


def _stands(key: HeldKey, standing: Standing, at: datetime) -> HeldKey:
    """The key in its new standing; only what may still sign keeps its private part."""
    private = key.private if standing in ("next", "active") else b""
    return msgspec.structs.replace(key, standing=standing, private=private, changed_at=at)
