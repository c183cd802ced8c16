"""`chengguan backup`: database, files and what was published, while the service runs; the keys never among them.

The database first and the files after it: a file is on the disk before a row knows of it, so whatever the copy
of the database knows is there to be copied. A backup has its name only once it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.backup_manifest import DATABASE, FORM, MANIFEST, Manifest, program_version, read_manifest
from app.backup_places import note_backup
from app.refusals import CommandRefused
from kit.clock import SystemClock
from kit.db.backup import Columns, copy_database
from kit.db.migrate import stamp
from kit.db.standing import standing_of
from kit.files.disk import sync_folder
from kit.files.trees import Tally, digest_of, files_of, keep_tree, kept_files, sync_tree, write_sums
from kit.settings import Settings

TREES = ("files", "published", "calendar")
"""Below DATA_DIR. What else is there is made anew, or is the database itself."""
ROOM_FACTOR = 1.2
_PREFIX = "chengguan-"


@dataclass(frozen=True)
class BackedUp:
    """A backup that is whole."""

    folder: Path
    manifest: Manifest
    tally: Tally


async def back_up_all(settings: Settings, to: Path, *, keep: int | None = None) -> BackedUp:
    """Make one below `to`, and delete the oldest beyond `keep`. Raises CommandRefused, OSError, what
    `copy_database` raises; nothing half-made is left then."""
    clock = SystemClock()
    started_at = clock.now()
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(to):
        _clear_drafts(to)
        standing = await standing_of(settings.database_url)
        if not standing.applied:
            raise CommandRefused("数据库里还没有建表，没有可备份的内容。")
        earlier = backups_in(to)
        _check_room(to, standing.bytes_size, settings.data_dir)
        name = f"{_PREFIX}{stamp(started_at)}"
        part = to / f".{name}.part"
        (part / DATABASE).mkdir(mode=0o700, parents=True)
        try:
            copied = await copy_database(settings.database_url, part / DATABASE, _questions)
            sums = {f"{DATABASE}/{one.name}": digest_of(one) for one in files_of(part / DATABASE)}
            tally = Tally()
            known = kept_files(earlier[-1]) if earlier else {}
            for tree in TREES:
                keep_tree(settings.data_dir / tree, part, tree, known, sums, tally)
            there = {Path(one).name.partition("-")[0] for one in sums if one.startswith("files/originals/")}
            wanted = {str(row[0]).replace("-", "") for row in copied.answers.pop("files")}
            keys = {str(row[0]): str(row[1]) for row in copied.answers.pop("keys")}
            manifest = Manifest(
                form=FORM,
                program=program_version(),
                engine="sqlite" if settings.database_url.startswith("sqlite") else "postgres",
                steps=tuple(str(row[0]) for row in copied.answers.pop("steps")),
                started_at=started_at,
                finished_at=clock.now(),
                tables=copied.tables,
                keys=keys,
                sealed={one: int(rows[0][0]) for one, rows in copied.answers.items()},
                files=tally.files,
                bytes=tally.bytes,
                missing_files=len(wanted - there),
                sums_sha256=write_sums(part, sums),
            )
            (part / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            sync_tree(part)
            folder = to / name
            part.rename(folder)
            sync_folder(to)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        note_backup(settings.data_dir, folder.absolute(), manifest.finished_at)
        if keep is not None:
            for old in backups_in(to)[:-keep]:
                shutil.rmtree(old)
    return BackedUp(folder, manifest, tally)


def backups_in(to: Path) -> list[Path]:
    """Whole backups, oldest first."""
    found = []
    for path in sorted(to.glob(f"{_PREFIX}*")):
        with contextlib.suppress(CommandRefused):
            read_manifest(path)
            found.append(path)
    return found


def _questions(columns: Columns) -> dict[str, str]:
    """Of the moment of the copy: the schema, the keys, the files it knows, and how much of it is sealed."""
    questions = {
        "steps": "SELECT name FROM tortoise_migrations ORDER BY name",
        "keys": "SELECT name, fingerprint FROM key_fingerprint",
        "files": "SELECT id FROM stored_file WHERE state <> 'refused'",
    }
    for table, names in columns.items():
        for name in filter(is_sealed, names):
            questions[f"{table}.{name}"] = f'SELECT count("{name}") FROM "{table}"'  # noqa: S608 - our own names
    return questions


def is_sealed(column: str) -> bool:
    """Whether what is in a column does not open without the keys; by its name, which says so everywhere."""
    return column.endswith(("_sealed", "wrapped_key"))


@contextlib.contextmanager
def _alone(to: Path) -> Iterator[None]:
    lock = os.open(to / ".backup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CommandRefused(f"另一个备份正在写 {to}，请等它结束。") from None
    try:
        yield
    finally:
        os.close(lock)


def _clear_drafts(to: Path) -> None:
    """What a killed backup left: nobody else writes here now."""
    for path in to.glob(f".{_PREFIX}*.part"):
        shutil.rmtree(path, ignore_errors=True)


def _check_room(to: Path, database_bytes: int, data_dir: Path) -> None:
    needed = database_bytes
    if to.stat().st_dev != data_dir.stat().st_dev and not backups_in(to):
        needed += sum(one.stat().st_size for tree in TREES for one in files_of(data_dir / tree))
    free = shutil.disk_usage(to).free
    if free < needed * ROOM_FACTOR:
        raise CommandRefused(
            f"{to} 所在的磁盘只剩 {free >> 20} MB，这次备份约需 {int(needed * ROOM_FACTOR) >> 20} MB，请先腾出空间。"
        )
