"""Files that appear whole or not at all and stay after a power cut: draft, fsync, rename, fsync of the folder."""

import os
import secrets
from pathlib import Path


class Draft:
    """A file being written under a hidden name beside its final place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _make_folder(path.parent)
        self._draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, content: bytes) -> None:
        self._file.write(content)

    def publish(self) -> None:
        """Give it its name; on return it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self._path)
        sync_folder(self._path.parent)

    def close(self) -> None:
        """To be called in any case; an unpublished draft leaves nothing behind."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write or replace one file."""
    draft = Draft(path)
    try:
        draft.write(content)
        draft.publish()
    finally:
        draft.close()


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in one folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
