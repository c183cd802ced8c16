"""Where backups are, and when the last one was complete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from kit.files.disk import write_whole


class LastBackup(msgspec.Struct, frozen=True):
    """What is noted beside the data: the figure that an alarm looks at."""

    finished_at: datetime
    folder: str


def backups_folder(data_dir: Path) -> Path:
    """Where `chengguan backup` writes to when nothing else is said."""
    return data_dir / "backups"


def last_backup(data_dir: Path) -> LastBackup | None:
    """The last backup of this installation that was complete; None when there was none."""
    try:
        return msgspec.json.decode(_note(data_dir).read_bytes(), type=LastBackup)
    except (OSError, msgspec.DecodeError):
        return None


def note_backup(data_dir: Path, folder: Path, finished_at: datetime) -> None:
    """Remember a backup that is complete, wherever it went."""
    write_whole(_note(data_dir), msgspec.json.encode(LastBackup(finished_at, str(folder))))


def _note(data_dir: Path) -> Path:
    return backups_folder(data_dir) / "last.json"
