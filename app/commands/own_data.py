"""`people forget-case|restrict-case` and `retention report|run|repeat`: what names a person, deleted on request and in time."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from app.commands.running import with_desk
from app.environment import read_settings
from app.erasures import Repeated, erasures_folder, repeat_erasures
from app.profile import profile_in_force
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.actors import system
from casework.complaints.desk import Desk
from casework.complaints.filing import KIND
from casework.complaints.forgetting import forget_case, forget_thread
from casework.complaints.models import Complaint
from casework.complaints.restricting import restrict_case
from casework.inquiries.models import Inquiry
from casework.permits.forgetting import forget_application
from casework.permits.models import PermitApplication
from casework.permits.submitting import FILING_KIND
from casework.permits.submitting import KIND as PERMIT_KIND
from casework.retention.anonymising import keep_no_longer
from casework.retention.due import COUNTED_TO, KeptLine, report
from casework.retention.profile import RetentionSection
from kit.catalogue import Catalogue
from kit.files.store import LocalFileStore
from kit.references import Reference, parse_reference
from kit.secrets import KeyRing


def add_to_people(actions: Any) -> None:
    forgetting = actions.add_parser(
        "forget-case",
        help="按本人要求，删除一件已办结投诉（或已结束留言、许可和备案申请）里的个人信息：是谁、说的话、地点、姓名电话、照片",
    )
    forgetting.add_argument("--reference", required=True, help="投诉、留言或申请的编号")
    forgetting.add_argument("--yes", action="store_true", help="确认删除；删除后不能恢复")
    forgetting.set_defaults(run=_forget)
    restricting = actions.add_parser(
        "restrict-case", help="本人要求删除、依法还要保存的投诉：限制处理，只留存，不再用于别的"
    )
    restricting.add_argument("--reference", required=True, help="投诉编号")
    restricting.add_argument("--yes", action="store_true", help="确认限制")
    restricting.set_defaults(run=_restrict)


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    showing = actions.add_parser("report", help="每一类保存多久、凭什么、多少到期了；只看，不删")
    showing.set_defaults(run=_report)
    running = actions.add_parser("run", help="现在就去除已到期的个人信息；不执行也会由 worker 陆续完成")
    running.add_argument("--yes", action="store_true", help="确认执行；去除后不能恢复。不加则只看")
    running.set_defaults(run=_run)
    repeating = actions.add_parser("repeat", help="恢复备份之后：把备份以后按本人要求删除过的再删一次")
    repeating.add_argument(
        "place", nargs="?", type=Path, metavar="记录", help="文件夹或文件，默认 DATA_DIR/erasures"
    )
    repeating.add_argument("--yes", action="store_true", help="确认删除；删除后不能恢复。不加则只看")
    repeating.set_defaults(run=_repeat)


def _forget(arguments: argparse.Namespace) -> int:
    parsed = _reference(arguments.reference)
    if not arguments.yes:
        raise CommandRefused(f"没有删除。确认要删除 {parsed} 里的个人信息，请加上 --yes；删除后不能恢复。")
    instead = Catalogue.load(CATALOGUE_FOLDER).text("complaint.forgotten")

    async def work(desk: Desk) -> tuple[UUID, ...]:
        if parsed.kind in (PERMIT_KIND, FILING_KIND):
            application = await PermitApplication.get_or_none(reference=str(parsed))
            if application is None:
                raise CommandRefused(f"没有编号为 {parsed} 的申请。")
            kept = (await _retention()).archive_duty
            return await forget_application(desk.db, system(), application.id, instead=instead, duty=kept)
        if parsed.kind != KIND:
            thread = await Inquiry.get_or_none(reference=str(parsed))
            if thread is None:
                raise CommandRefused(f"没有编号为 {parsed} 的留言。")
            await forget_thread(desk.db, system(), thread.id, instead=instead)
            return ()
        row = await Complaint.get_or_none(reference=str(parsed))
        if row is None:
            raise CommandRefused(f"没有编号为 {parsed} 的投诉。")
        duty = (await _retention()).archive_duty
        return await forget_case(desk.db, system(), row.id, instead=instead, duty=duty, sealer=desk.sealer)

    files = with_desk(work)
    _remove(files)
    print(f"已删除 {parsed} 里的个人信息，连同 {len(files)} 个文件；备份里的要等备份过期。")
    return 0


def _restrict(arguments: argparse.Namespace) -> int:
    parsed = _reference(arguments.reference)
    if not arguments.yes:
        raise CommandRefused(f"没有限制。确认要限制处理 {parsed}，请加上 --yes。")

    async def work(desk: Desk) -> str:
        row = await Complaint.get_or_none(reference=str(parsed))
        if row is None:
            raise CommandRefused(f"没有编号为 {parsed} 的投诉。")
        duty = (await _retention()).archive_duty
        if duty is None:
            raise CommandRefused("单位画像的 retention 一节没有写 archive_duty，本人要求删除的可以直接删除。")
        await restrict_case(desk.db, system(), row.id, basis=duty.basis)
        return duty.basis

    basis = with_desk(work)
    print(f"已限制处理 {parsed}：{basis}。名单和搜索里不再出现，本人看得到这句依据。")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    async def work(desk: Desk) -> list[str]:
        return _lines(await report(await _retention(), desk.db.clock.now()))

    print("\n".join(with_desk(work)))
    return 0


def _run(arguments: argparse.Namespace) -> int:
    settings, words = read_settings(for_wechat=False), Catalogue.load(CATALOGUE_FOLDER)
    store = LocalFileStore(settings.data_dir / "files", KeyRing.open(settings.key_dir, create=False))

    async def work(desk: Desk) -> list[str]:
        retention = await _retention()
        lines = _lines(await report(retention, desk.db.clock.now()))
        if not arguments.yes:
            return [*lines, "没有执行。确认要去除已到期的个人信息，请加上 --yes；去除后不能恢复。"]
        done, instead = 0, words.text("privacy.anonymised")
        while portion := await keep_no_longer(desk, retention, store.delete, instead=instead):
            done += portion
        return [f"已去除 {done} 件（投诉、语音视频、留言）里到期的个人信息；备份里的要等备份过期。"]

    print("\n".join(with_desk(work)))
    return 0 if arguments.yes else 1


def _repeat(arguments: argparse.Namespace) -> int:
    settings, words = read_settings(for_wechat=False), Catalogue.load(CATALOGUE_FOLDER)
    store = LocalFileStore(settings.data_dir / "files", KeyRing.open(settings.key_dir, create=False))
    place = arguments.place or erasures_folder(settings.data_dir)
    if not place.exists():
        raise CommandRefused(f"没有 {place}。原来的盘没了的，请写明另存在外面的删除记录在哪里。")

    async def work(desk: Desk) -> Repeated:
        return await repeat_erasures(
            desk,
            place,
            store.delete,
            instead=words.text("complaint.forgotten"),
            duty=(await _retention()).archive_duty,
            only_count=not arguments.yes,
        )

    found = with_desk(work)
    for id in found.waiting:
        print(f"还没有办结，现在不能删，办结后请再执行一次：{id}", file=sys.stderr)
    print(f"记录里有 {found.needless} 项不用再做。")
    if not arguments.yes:
        print(f"还要再做 {found.done} 项。没有执行。确认请加上 --yes；删除后不能恢复。")
        return 1 if found.done else 0
    print(f"再做了 {found.done} 项。")
    return 1 if found.waiting else 0


def _reference(text: str) -> Reference:
    parsed = parse_reference(text)
    if parsed is None:
        raise CommandRefused(f"编号 {text} 不对。")
    return parsed


def _remove(files: Iterable[UUID]) -> None:
    settings = read_settings(for_wechat=False)
    store = LocalFileStore(settings.data_dir / "files", KeyRing.open(settings.key_dir, create=False))

    async def remove() -> None:
        for one in files:
            await store.delete(one)

    asyncio.run(remove())


async def _retention() -> RetentionSection:
    return (await profile_in_force()).section(RetentionSection)


def _lines(found: Iterable[KeptLine]) -> list[str]:
    words = Catalogue.load(CATALOGUE_FOLDER)
    return [
        f"{words.text(f'privacy.kept.{one.kind}')}：保存 {one.years} 年；已到期 {_count(one.due)}，"
        f"30 天内到期 {_count(one.soon)}；依据 {one.basis}"
        for one in found
    ]


def _count(number: int) -> str:
    return f"{number} 件" if number < COUNTED_TO else f"{COUNTED_TO} 件以上"
