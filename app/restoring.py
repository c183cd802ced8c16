"""`chengguan restore`: a backup into an empty place, and never over anything.

What went out between the backup and the loss is not in the backup: messages still waiting in it may have been
sent, serial numbers behind it may be in citizens' hands. So unless it is told that nothing ran since (`moved`),
a restore sends nothing that waited, says so in each row, and numbers new cases of the day from further on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.backing_up import TREES
from app.backup_manifest import DATABASE, Manifest, check_content, read_manifest
from app.meters import metrics_folder
from app.models import MODEL_MODULES
from app.refusals import CommandRefused
from casework.complaints.filing import KIND as COMPLAINTS
from casework.inquiries.filing import KIND as INQUIRIES
from kit.clock import Clock, local
from kit.db.loading import load_database, set_database_aside
from kit.db.migrate import stamp
from kit.db.standing import known_steps, standing_of
from kit.files.disk import sync_folder
from kit.files.trees import files_of
from kit.metrics import living
from kit.secrets import KeyRing, KeyRingError
from kit.settings import Settings

SERIALS_SKIPPED = 5000
"""More than a bureau gives out in a day: the day's numbers behind the backup are never given out again."""
_MARK = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    manifest: Manifest
    has_keys: bool
    is_behind: bool
    set_aside: tuple[str, ...]


async def restore_all(
    settings: Settings,
    folder: Path,
    keys: KeyRing | None,
    clock: Clock,
    *,
    without_keys: bool = False,
    moved: bool = False,
    set_aside: bool = False,
) -> Restored:
    """Put a backup where the settings point. `keys` come from a sealed file; those in KEY_DIR are used if there.

    Everything is checked before anything is written. Killed half-way, it can be run again, with `set_aside` where
    it says so. Raises CommandRefused
    with what is in the way, DatabaseRefused, MigrationError, OSError.
    """
    manifest = read_manifest(folder)
    _check_program(settings, manifest)
    ring = _fitting_keys(settings, keys, manifest)
    if ring is None and not without_keys:
        raise CommandRefused(f"{lost_without_keys(manifest)}\n{_HOW_TO_GO_ON}")
    running = living(metrics_folder(settings.data_dir))
    if running:
        raise CommandRefused(f"{'、'.join(running)} 还在这个数据目录上运行，请先停止 serve 和 worker。")
    check_content(folder, manifest)
    moved_away: list[str] = []
    if set_aside:
        moved_away = await _set_aside(settings, clock)
    mark = settings.data_dir / _MARK
    await _check_empty(settings, mark)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(f"{folder.absolute()}\n", encoding="utf-8")
    for tree in TREES:
        if (folder / tree).is_dir():
            _copy_tree(folder / tree, settings.data_dir / tree)
    if ring is not None:
        ring.write(settings.key_dir)
    # From here on the files are whole: whoever finds them without a database must not clear them away.
    mark.unlink()
    sync_folder(settings.data_dir)
    await load_database(
        settings.database_url,
        folder / DATABASE,
        MODEL_MODULES,
        steps=manifest.steps,
        then=[] if moved else _behind_the_backup(manifest, clock),
    )
    return Restored(manifest, ring is not None, set(manifest.steps) != set(known_steps()), tuple(moved_away))


def lost_without_keys(manifest: Manifest) -> str:
    """One paragraph: what of this backup stays shut without its keys, in numbers, and what does not."""
    sealed = manifest.sealed

    def number(**columns: str) -> int:
        return sum(sealed.get(f"{table}.{column}", 0) for table, column in columns.items())

    parts = (
        (number(account="phone_sealed", complaint="phone_sealed"), "个手机号"),
        (number(wechat_identity="openid_sealed"), "个微信身份（认不出这些市民，也无法再给他们发消息）"),
        (number(stored_file="wrapped_key"), "件照片、录音和视频的原件（照片重新编码的副本仍可看）"),
        (number(conversation_turn="session_sealed", form_draft="content_sealed"), "份没有填完的草稿"),
        (number(personal_consent="details_sealed"), "份监护人信息"),
        (number(staff="totp_sealed"), "位工作人员的两步验证"),
    )
    lost = "、".join(f"{count} {what}" for count, what in parts if count)
    entries = manifest.tables.get("audit_entry", 0)
    return (
        "没有这份备份所用的密钥。少了密钥，"
        f"{f'{lost}再也打不开；' if lost else ''}"
        f"{entries} 条留痕无法核验，也不能接着写，所以服务不会在这个数据库上启动；"
        "所有人要重新登录，每日封存要换新的公钥。"
        f"没有加密、照样能读的是 {manifest.tables.get('complaint', 0)} 件投诉和 {manifest.tables.get('inquiry', 0)} 件留言"
        "的文字、地点、办理经过和答复。"
    )


_HOW_TO_GO_ON = (
    "请用 --keys 指定密钥备份文件，或把密钥放回 KEY_DIR；确实只想取回能读的部分，加 --without-keys。"
)


def _check_program(settings: Settings, manifest: Manifest) -> None:
    engine = "sqlite" if settings.database_url.startswith("sqlite") else "postgres"
    if engine != manifest.engine:
        raise CommandRefused(f"备份来自 {manifest.engine}，DATABASE_URL 指向 {engine}：两者要相同。")
    unknown = [step for step in manifest.steps if step not in known_steps()]
    if unknown:
        raise CommandRefused(
            f"备份的数据库结构比程序新（{'、'.join(unknown)}），备份时的程序是 {manifest.program}："
            "请用不低于该版本的程序恢复。"
        )


def _fitting_keys(settings: Settings, given: KeyRing | None, manifest: Manifest) -> KeyRing | None:
    """The ring that opens this backup, None where there is none. Raises CommandRefused for a wrong one."""
    found, where = given, "密钥备份文件"
    if found is None:
        try:
            found, where = KeyRing.open(settings.key_dir, create=False), f"密钥目录 {settings.key_dir}"
        except KeyRingError:
            if any(settings.key_dir.glob("*.key")):
                raise
            return None
    wrong = [name for name, print_ in manifest.keys.items() if found.fingerprint(name) != print_]
    if wrong:
        raise CommandRefused(f"{where}里的 {'、'.join(wrong)} 不是这份备份所用的密钥。")
    others = [path.stem for path in settings.key_dir.glob("*.key")]
    if given is not None and others:
        try:
            there = KeyRing.open(settings.key_dir, create=False)
        except KeyRingError:
            there = None
        if there is None or any(there.fingerprint(name) != print_ for name, print_ in manifest.keys.items()):
            raise CommandRefused(
                f"密钥目录 {settings.key_dir} 里已有别的密钥，不会覆盖；请先移走或换一个 KEY_DIR。"
            )
    return found


async def _check_empty(settings: Settings, mark: Path) -> None:
    if (await standing_of(settings.database_url)).tables:
        raise CommandRefused(
            "DATABASE_URL 指向的数据库里已有内容，恢复只写进空的地方：请换一个库，"
            "或加 --set-aside 把现有的内容挪到一边。"
        )
    trees = [tree for tree in TREES if any(True for _ in files_of(settings.data_dir / tree))]
    if trees and mark.exists():
        # An earlier try was killed while it copied files: they are its own, and not whole.
        for tree in trees:
            shutil.rmtree(settings.data_dir / tree)
    elif trees:
        raise CommandRefused(
            f"{settings.data_dir} 里已有 {'、'.join(trees)}，恢复只写进空的地方：请换一个 DATA_DIR，或加 --set-aside。"
        )


async def _set_aside(settings: Settings, clock: Clock) -> list[str]:
    """Move what is there into a folder of its own, never delete it."""
    name = f"set-aside-{stamp(clock.now())}"
    folder = settings.data_dir / name
    moved = []
    if (await standing_of(settings.database_url)).tables:
        moved.append(await set_database_aside(settings.database_url, folder, name.replace("-", "_").lower()))
    for tree in TREES:
        if (settings.data_dir / tree).exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(settings.data_dir / tree, folder / tree)
            moved.append(str(folder / tree))
    return moved


def _copy_tree(source: Path, target: Path) -> None:
    """Copies, not links: what is restored must not share its bytes with the backup."""
    for path in files_of(source):
        to = target / path.relative_to(source)
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(path, to)
        descriptor = os.open(to, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _behind_the_backup(manifest: Manifest, clock: Clock) -> Sequence[str]:
    """What must not be done again by whoever goes on from this moment of the past."""
    today = local(clock.now()).date().isoformat()
    statements = [
        "UPDATE delivery SET state = 'uncertain', final_reason = 'restored', lease_until = NULL "
        "WHERE state IN ('queued', 'sending')",
        "UPDATE late_reply SET state = 'uncertain', reason = 'restored', lease_until = NULL, "
        "inbound_sealed = NULL, reply_sealed = NULL WHERE state IN ('working', 'ready', 'sending')",
        "DELETE FROM duty_lease",
        # Who logged out, left or lost a phone since must not be logged in again by it.
        "UPDATE http_session SET ended_at = last_seen_at WHERE ended_at IS NULL",
        # What a kind has on this very day goes on behind what it may have given out since.
        f"UPDATE serial_block SET next = next + {SERIALS_SKIPPED} WHERE name LIKE '%:{today}'",  # noqa: S608
    ]
    statements += [
        f"INSERT INTO serial_block (name, next) VALUES ('{kind}:{today}', {SERIALS_SKIPPED + 1}) "  # noqa: S608
        "ON CONFLICT (name) DO NOTHING"
        for kind in (COMPLAINTS, INQUIRIES)
    ]
    return statements
