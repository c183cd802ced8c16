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
_LIFE: Final[tuple[Standing, ...]] = ("next", "active", "old", "withdrawn")
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
        """Add what a backup held to the keys that are here; whether that changed anything.

        The key that signs here goes on signing, another one that signed is old; what was withdrawn stays withdrawn. Raises
        KeyRingError where the backup says another key of the same id, and then nothing is written.
        """
        if not content:
            return False
        here = self.held().keys
        merged = _merged(here, _decoded(content, "密钥备份里的签名密钥已损坏，没有写入。").keys)
        if merged == here:
            return False
        self._write(merged)
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
        held = _decoded(content, f"密钥文件 {self._path} 已损坏，请从密钥备份中恢复。")
        for one in held.keys:
            _require_own_id(one, f"密钥文件 {self._path} 已损坏，请从密钥备份中恢复。")
        return held

    def _write(self, keys: tuple[HeldKey, ...]) -> None:
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(HeldKeys(keys))) + b"\n")

    def __repr__(self) -> str:
        return f"SigningKeys({self._path})"


def _decoded(content: bytes, wrong: str) -> HeldKeys:
    try:
        held = msgspec.json.decode(content, type=HeldKeys)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise KeyRingError(wrong) from None
    if not held.keys:
        raise KeyRingError(wrong)
    return held


def _require_own_id(key: HeldKey, wrong: str) -> None:
    if key.alg not in SUITES or key.id != key_id_of(SUITES[key.alg], key.public):
        raise KeyRingError(wrong)


def _merged(here: tuple[HeldKey, ...], theirs: tuple[HeldKey, ...]) -> tuple[HeldKey, ...]:
    """Both, the oldest first; of a key that both have, where it stands further on in its life. Raises KeyRingError."""
    known, signs_here = {one.id: one for one in here}, any(one.standing == "active" for one in here)
    for one in theirs:
        wrong = f"密钥备份里的 {one.id[:80]} 和现有的不是同一个密钥，没有写入：请核对备份是不是这个单位的。"
        _require_own_id(one, wrong)
        mine = known.get(one.id)
        if mine is None:
            # Only one key signs, and that is the one that does so now.
            is_second = one.standing == "active" and signs_here
            known[one.id] = _stands(one, "old", one.changed_at) if is_second else one
            continue
        if mine.private and one.private and mine.private != one.private:
            raise KeyRingError(wrong)
        if (mine.standing, one.standing) == ("active", "withdrawn"):
            raise KeyRingError(f"密钥备份里的 {one.id} 已经作废，这里还用它签名，没有写入：请先启用另一个。")
        is_further = _LIFE.index(one.standing) > _LIFE.index(mine.standing)
        if is_further and mine.standing != "active" and one.standing != "active":
            known[one.id] = one
    return tuple(sorted(known.values(), key=lambda one: (one.made_at, one.id)))


def _stands(key: HeldKey, standing: Standing, at: datetime) -> HeldKey:
    """The key in its new standing; only what may still sign keeps its private part."""
    private = key.private if standing in ("next", "active") else b""
    return msgspec.structs.replace(key, standing=standing, private=private, changed_at=at)
