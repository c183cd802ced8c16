"""Copies of folders for backups: what has not changed is linked, what is new is copied, everything is summed up.

The files of a store never change under their names: they appear whole, are replaced whole, or go. So a hard
link to the last backup's copy, or to the file itself on the same disk, is as good as a copy and costs nothing.
The sums are in the form that `sha256sum -c` reads.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SUMS = "SHA256SUMS"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A file of an earlier backup."""

    path: Path
    sha256: str


@dataclass
class Tally:
    """What a copy came to."""

    files: int = 0
    bytes: int = 0
    bytes_copied: int = 0


def files_of(folder: Path) -> Iterator[Path]:
    """Every finished file below a folder; drafts and locks have hidden names. Empty where there is no folder."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(path) / name


def keep_tree(
    source: Path, target: Path, prefix: str, earlier: Mapping[str, Kept], sums: dict[str, str], tally: Tally
) -> None:
    """Keep all of `source` below `target/prefix`. `sums` gets the digest of each file by its name in the backup.

    A file that goes meanwhile is left out.
    """
    for path in files_of(source):
        name = f"{prefix}/{path.relative_to(source).as_posix()}"
        with contextlib.suppress(FileNotFoundError):
            sums[name] = _keep(path, target / name, earlier.get(name), tally)


def kept_files(backup: Path) -> dict[str, Kept]:
    """What an earlier backup holds, by name. Empty where its sums cannot be read."""
    try:
        return {name: Kept(backup / name, digest) for name, digest in read_sums(backup).items()}
    except (OSError, ValueError):
        return {}


def write_sums(folder: Path, sums: Mapping[str, str]) -> str:
    """Write the sums and return the digest of that file itself."""
    path = folder / SUMS
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    return digest_of(path)


def read_sums(folder: Path) -> dict[str, str]:
    """Name -> digest. Raises OSError; ValueError for a line that is none, or a name that leads out of the folder."""
    sums = {}
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or name.startswith("/") or ".." in name.split("/"):
            raise ValueError(line)
        sums[name] = digest
    return sums


def digest_of(path: Path) -> str:
    """SHA-256, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_tree(folder: Path) -> None:
    """On return everything below is on the disk."""
    for path, _, names in os.walk(folder):
        for one in [*(Path(path) / name for name in names), Path(path)]:
            descriptor = os.open(one, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _keep(source: Path, target: Path, before: Kept | None, tally: Tally) -> str:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stat = source.stat()
    tally.files += 1
    tally.bytes += stat.st_size
    if before is not None and _is_same(stat, before.path):
        _link_or_copy(before.path, target, tally)
        return before.sha256
    _link_or_copy(source, target, tally)
    return digest_of(target)


def _is_same(stat: os.stat_result, other: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        found = other.stat()
        return found.st_size == stat.st_size and found.st_mtime_ns == stat.st_mtime_ns
    return False


def _link_or_copy(source: Path, target: Path, tally: Tally) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        # Another disk, or one that knows no links, or has no more of them.
        shutil.copy2(source, target)
        tally.bytes_copied += target.stat().st_size
