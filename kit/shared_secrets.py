"""Secrets shared with others outside: a file for each of them in KEY_DIR, read whenever it is asked for.

A file holds one or two lines of 64 hexadecimal digits, the newest first. While there are two, both are taken from the
other side and we sign with the older: whoever is slow to change keeps being understood. Ending the older is an act
of its own.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kit.files.disk import write_whole
from kit.secrets import KeyRingError

FOLDER: Final = "exchange"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_CONTENT = re.compile(rb"([0-9a-f]{64}\n){1,2}")
_FORBIDDEN_MODE = 0o037


class SharedSecrets:
    """The secrets in `KEY_DIR/exchange`. `repr` shows the folder only."""

    def __init__(self, key_dir: Path) -> None:
        self._folder = key_dir / FOLDER

    def of(self, name: str) -> tuple[bytes, ...]:
        """The secrets in force, the newest first; none for a name that has none.

        Raises KeyRingError with one sentence in Chinese for a file that cannot be used.
        """
        path = self._path(name)
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(200)
        except FileNotFoundError:
            return ()
        except OSError as refused:
            raise KeyRingError(f"密钥文件 {path} 无法读取：{refused.strerror}。") from None
        if mode & _FORBIDDEN_MODE:
            raise KeyRingError(f"密钥文件 {path} 的权限过宽，请执行 chmod 600。")
        if not _CONTENT.fullmatch(content):
            raise KeyRingError(f"密钥文件 {path} 已损坏，请从密钥备份中恢复，或重新生成。")
        return tuple(bytes.fromhex(line.decode()) for line in content.split())

    def all(self) -> Mapping[str, tuple[bytes, ...]]:
        """Every name that has secrets, with those in force. Raises KeyRingError as `of` does."""
        names = sorted(path.stem for path in self._folder.glob("*.key"))
        return {name: self.of(name) for name in names}

    def put_back(self, those: Mapping[str, tuple[bytes, ...]]) -> tuple[str, ...]:
        """Write what a backup held, and return for whom; whoever has secrets already keeps those."""
        missing = tuple(name for name in those if not self.of(name))
        for name in missing:
            self._write(name, those[name])
        return missing

    def renew(self, name: str) -> str:
        """Make a new secret beside the newest there is; what was older ends. Returns it in hexadecimal, once."""
        new = secrets.token_bytes(32)
        self._write(name, (new, *self.of(name)[:1]))
        return new.hex()

    def end_older(self, name: str) -> bool:
        """Let only the newest be in force. Returns whether there was an older one."""
        found = self.of(name)
        if len(found) < 2:
            return False
        self._write(name, found[:1])
        return True

    def _write(self, name: str, those: tuple[bytes, ...]) -> None:
        write_whole(self._path(name), b"".join(one.hex().encode() + b"\n" for one in those))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise KeyRingError(f"平台代码“{name[:40]}”的格式不对。")
        return self._folder / f"{name}.key"

    def __repr__(self) -> str:
        return f"SharedSecrets({self._folder})"
