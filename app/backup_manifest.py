"""What a backup says of itself, and whether it still holds."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from app.refusals import CommandRefused
from kit.files.trees import SUMS, digest_of, read_sums

FORM = "chengguan-backup/1"
MANIFEST = "manifest.json"
DATABASE = "database"


class Manifest(msgspec.Struct, frozen=True):
    """`engine` is "sqlite" or "postgres". `sealed` counts what cannot be read without the keys, by table and column.

    `missing_files` counts files the database knows that were not in the store when it was copied.
    """

    form: str
    program: str
    engine: str
    steps: tuple[str, ...]
    started_at: datetime
    finished_at: datetime
    tables: dict[str, int]
    keys: dict[str, str]
    sealed: dict[str, int]
    files: int
    bytes: int
    missing_files: int
    sums_sha256: str


def program_version() -> str:
    """Of this installation."""
    return version("chengguan")


def read_manifest(folder: Path) -> Manifest:
    """Raises CommandRefused for what is no backup of a form known here."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError:
        raise CommandRefused(f"{folder} 不是完整的备份：里面没有 {MANIFEST}。") from None
    except msgspec.DecodeError:
        raise CommandRefused(f"{folder / MANIFEST} 已损坏，或来自更新的版本。") from None
    if manifest.form != FORM:
        raise CommandRefused(f"{folder} 的格式是 {manifest.form}，这个版本只认 {FORM}。")
    return manifest


def check_content(folder: Path, manifest: Manifest) -> None:
    """Read every byte and compare. Raises CommandRefused naming what is damaged or missing."""
    try:
        if digest_of(folder / SUMS) != manifest.sums_sha256:
            raise CommandRefused(f"{folder / SUMS} 被改动过，这份备份不可信。")
        sums = read_sums(folder)
    except (OSError, ValueError):
        raise CommandRefused(f"{folder / SUMS} 读不出来，这份备份不完整。") from None
    wrong = [name for name, digest in sums.items() if not _holds(folder / name, digest)]
    if wrong:
        more = f" 等 {len(wrong)} 个文件" if len(wrong) > 3 else ""
        raise CommandRefused(f"备份里 {'、'.join(wrong[:3])}{more} 缺失或已损坏，请换一份备份。")


def _holds(path: Path, digest: str) -> bool:
    try:
        return digest_of(path) == digest
    except OSError:
        return False
