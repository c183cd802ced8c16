"""`backup`, `restore`, `upgrade`: what one does before and after something has gone wrong."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

from app.environment import read_settings
from app.refusals import CommandRefused
from kit.clock import SystemClock, local
from kit.sealed_keys import UnsealedKeys, read_sealed_keys, write_sealed_keys
from kit.secrets import KeyRing
from kit.settings import Settings
from kit.shared_secrets import SharedSecrets
from kit.signing_keys import SigningKeys


def add_backup(backup: Any) -> None:
    backup.add_argument("--to", type=Path, metavar="文件夹", help="备份放在哪里（默认 DATA_DIR/backups）")
    backup.add_argument("--keep", type=_at_least_one, metavar="份数", help="只留最近几份，更早的删除")
    backup.add_argument("--keys", type=Path, metavar="文件", help="只备份密钥：写成一个用口令封住的文件")
    _passphrase(backup)
    backup.set_defaults(run=_backup)


def add_restore(restore: Any) -> None:
    restore.add_argument(
        "folder", nargs="?", type=Path, metavar="备份", help="备份的文件夹；只恢复密钥时不写"
    )
    restore.add_argument("--keys", type=Path, metavar="文件", help="密钥备份文件；KEY_DIR 里已有密钥时不用")
    _passphrase(restore)
    restore.add_argument("--check", action="store_true", help="只核对备份是否完好，什么都不写")
    restore.add_argument("--without-keys", action="store_true", help="没有密钥也恢复（会说明少了什么）")
    restore.add_argument(
        "--moved", action="store_true", help="计划内搬迁：备份之后原处没有再运行过，等待发送的照常发送"
    )
    restore.add_argument("--set-aside", action="store_true", help="先把现有的数据库和文件挪到一边（不删除）")
    restore.set_defaults(run=_restore)


def add_upgrade(upgrade: Any) -> None:
    upgrade.add_argument("--check", action="store_true", help="只检查，什么都不改")
    upgrade.add_argument(
        "--to", type=Path, metavar="文件夹", help="升级前的备份放在哪里（默认 DATA_DIR/backups）"
    )
    upgrade.set_defaults(run=_upgrade)


def _passphrase(parser: Any) -> None:
    parser.add_argument("--passphrase-stdin", action="store_true", help="口令从标准输入读一行")


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _backup(arguments: argparse.Namespace) -> int:
    settings = read_settings(for_wechat=False)
    if arguments.keys is not None:
        return _backup_keys(settings, arguments)
    from app.backing_up import back_up_all
    from app.backup_places import backups_folder

    done = asyncio.run(
        back_up_all(settings, arguments.to or backups_folder(settings.data_dir), keep=arguments.keep)
    )
    tables = done.manifest.tables
    print(
        f"已备份到 {done.folder}：投诉 {tables.get('complaint', 0)} 件、留言 {tables.get('inquiry', 0)} 件、"
        f"文件 {done.tally.files} 个（{_size(done.tally.bytes)}，新写入 {_size(done.tally.bytes_copied)}）。"
    )
    if done.manifest.missing_files:
        print(
            f"注意：数据库里有 {done.manifest.missing_files} 个文件在文件夹里找不到，备份里也没有。",
            file=sys.stderr,
        )
    print("备份里没有密钥：请用 chengguan backup --keys 另存一次，放到别处。")
    return 0


def _backup_keys(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.to is not None or arguments.keep is not None:
        raise CommandRefused("--keys 单独使用：密钥不和数据放在一起。")
    keys = KeyRing.open(settings.key_dir, create=False)
    shared = SharedSecrets(settings.key_dir).all()
    write_sealed_keys(
        arguments.keys, keys, _ask(arguments, twice=True), shared, SigningKeys(settings.key_dir).content()
    )
    peers = f"，连同和 {'、'.join(shared)} 共用的" if shared else ""
    print(f"密钥已封入 {arguments.keys}{peers}。口令另外保管：忘了口令，这个文件就打不开。")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from app.backup_manifest import check_content, read_manifest
    from app.restoring import lost_without_keys, restore_all

    settings = read_settings(for_wechat=False)
    if arguments.check:
        if arguments.folder is None:
            raise CommandRefused("请写明要核对的备份。")
        manifest = read_manifest(arguments.folder)
        check_content(arguments.folder, manifest)
        at = local(manifest.finished_at).strftime("%Y-%m-%d %H:%M")
        print(f"完好：{at} 的备份，程序 {manifest.program}，投诉 {manifest.tables.get('complaint', 0)} 件。")
        return 0
    unsealed = read_sealed_keys(arguments.keys, _ask(arguments)) if arguments.keys is not None else None
    if arguments.folder is None:
        return _restore_keys(settings, unsealed)
    done = asyncio.run(
        restore_all(
            settings,
            arguments.folder,
            unsealed.ring if unsealed is not None else None,
            SystemClock(),
            without_keys=arguments.without_keys,
            moved=arguments.moved,
            set_aside=arguments.set_aside,
        )
    )
    if unsealed is not None:
        _put_back_shared(settings, unsealed)
    for place in done.set_aside:
        print(f"原有内容已挪到 {place}。")
    at = local(done.manifest.started_at).strftime("%Y-%m-%d %H:%M:%S")
    print(
        f"已恢复到 {at} 的样子：投诉 {done.manifest.tables.get('complaint', 0)} 件、文件 {done.manifest.files} 个。"
        "这一刻之后收到的不在里面。"
    )
    if not arguments.moved:
        print("当时等待发送的通知可能已经发过，没有再发，在通知记录里标为“结果不明”。")
        print("备份之后按本人要求删除过的又回来了：启动之前执行 chengguan retention repeat，再删一次。")
    if not done.has_keys:
        print(lost_without_keys(done.manifest), file=sys.stderr)
        return 1
    print("接着执行 chengguan migrate 和 chengguan audit verify，再启动。" if done.is_behind else
          "接着执行 chengguan audit verify，再启动。")  # fmt: skip
    return 0


def _restore_keys(settings: Settings, unsealed: UnsealedKeys | None) -> int:
    if unsealed is None:
        raise CommandRefused("请写明备份的文件夹，或用 --keys 写明密钥备份文件。")
    if any(settings.key_dir.glob("*.key")):
        raise CommandRefused(f"密钥目录 {settings.key_dir} 里已有密钥，不会覆盖。")
    unsealed.ring.write(settings.key_dir)
    print(f"密钥已恢复到 {settings.key_dir}。")
    _put_back_shared(settings, unsealed)
    return 0


def _put_back_shared(settings: Settings, unsealed: UnsealedKeys) -> None:
    if SigningKeys(settings.key_dir).put_back(unsealed.signing):
        print("电子许可证的签名密钥也已恢复。")
    if names := SharedSecrets(settings.key_dir).put_back(unsealed.shared):
        print(f"和 {'、'.join(names)} 共用的密钥也已恢复；备份之后换过的，请和对方再换一次。")


def _upgrade(arguments: argparse.Namespace) -> int:
    from app.backup_places import backups_folder
    from app.upgrading import upgrade

    settings = read_settings()
    to = arguments.to or backups_folder(settings.data_dir)
    return asyncio.run(upgrade(settings, to, only_check=arguments.check))


def _ask(arguments: argparse.Namespace, *, twice: bool = False) -> str:
    if arguments.passphrase_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandRefused("没有终端可以输入口令，请用 --passphrase-stdin。")
    passphrase = getpass.getpass("口令：")
    if twice and getpass.getpass("再输一次：") != passphrase:
        raise CommandRefused("两次输入的口令不一样。")
    return passphrase


def _size(number: int) -> str:
    return f"{number / (1 << 20):.1f} MB" if number < 1 << 30 else f"{number / (1 << 30):.1f} GB"
