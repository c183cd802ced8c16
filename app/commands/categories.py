"""`categories import|export`: the bureau's list of categories as a table."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.category_columns import COLUMNS, cells_of
from app.category_import import SECTION, check_open_cases, checked_map, differences, put_in_force, told
from app.category_list import Defaults, NewList, read_list
from app.commands.running import with_database, with_desk
from app.profile import PROFILE_REFUSED, whole_profile
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.people.staff import staff_by_login
from casework.roles import Role
from content.amendments import REASON_AT_MOST, Checks, document_in_force, version
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.sheets import csv_pieces, xlsx_pieces


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    taking = actions.add_parser(
        "import", help="导入本市自己的分类清单（CSV 或 XLSX），文件里有的就是全部；有错就一个也不导入"
    )
    taking.add_argument("file", type=Path, metavar="文件", help="各列的写法见 docs/categories.md")
    taking.add_argument(
        "--by", metavar="登录名", help="由哪位管理员导入，记在设置的变更记录里；--dry-run 时不用"
    )
    taking.add_argument("--reason", help="为什么改，记在变更记录里；不写则是“导入分类清单 文件名”")
    taking.add_argument("--dry-run", action="store_true", help="只核对和比较，什么都不写")
    taking.add_argument(
        "--map", action="append", default=[], metavar="旧代码=新代码", help="取消的分类里在办的案件转到哪一类"
    )
    taking.add_argument("--unit", default="", help="没有写承办单位的新分类归哪个单位（代码）")
    taking.add_argument("--group", default="", help="没有写市民选项的新分类归哪一项（代码）")
    taking.set_defaults(run=_import)
    giving = actions.add_parser("export", help="导出现行的分类清单，改好可以再导入")
    giving.add_argument(
        "file", nargs="?", type=Path, metavar="文件", help=".xlsx 或 .csv；不写则以 CSV 写到标准输出"
    )
    giving.set_defaults(run=_export)


def _import(arguments: argparse.Namespace) -> int:
    checks = _checks()
    file: Path = arguments.file
    if not file.is_file():
        raise CommandRefused(f"没有文件 {file}。")

    async def work(desk: Desk) -> str:
        _, seen = await version()
        document = await document_in_force(checks)
        new = read_list(file, document, Defaults(arguments.unit, arguments.group))
        found = differences(document, new)
        mapped = checked_map(found, arguments.map)
        counts = await check_open_cases(found, mapped)
        report = told(found, mapped, counts, new.unused)
        if found.is_empty:
            return f"{report}\n与现行清单一样，没有改动。"
        if arguments.dry_run:
            _check_whole(document, new)
            return f"{report}\n这是试算，什么都没有写。"
        actor = await _administrator(desk.db, arguments.by)
        reason = (arguments.reason or f"导入分类清单 {file.name}")[:REASON_AT_MOST]

        async def put(change: Change) -> int:
            return await put_in_force(
                change, desk, actor, checks, new, found, mapped, reason=reason, seen=seen
            )

        moved = await desk.db.change(put)
        return f"{report}\n已导入，在办案件转类 {moved} 件。各进程会在一分钟内换用新的清单。"

    print(with_desk(work))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    file: Path | None = arguments.file
    if file is not None and file.suffix.lower() not in (".csv", ".xlsx"):
        raise CommandRefused(f"文件 {file} 的名字要以 .xlsx 或 .csv 结尾。")
    checks = _checks()

    async def work(_: Database) -> list[list[str]]:
        section = (await document_in_force(checks))[SECTION]
        majors = {(one["kind"], one["code"]): one["name"] for one in section.get("majors", ())}
        rows = [cells_of(one, majors) for one in section["categories"]]
        return [[column.headings[0] for column in COLUMNS], *([row[c.name] for c in COLUMNS] for row in rows)]

    table = with_database(work)
    content = asyncio.run(_written(table, is_sheet=file is not None and file.suffix.lower() == ".xlsx"))
    if file is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return 0
    file.write_bytes(content)
    print(f"已写入 {file}：{len(table) - 1} 类。")
    return 0


async def _written(table: Sequence[Sequence[str]], *, is_sheet: bool) -> bytes:
    async def rows() -> AsyncIterator[Sequence[Sequence[str]]]:
        yield table

    pieces = xlsx_pieces(rows(), "投诉分类") if is_sheet else csv_pieces(rows())
    return b"".join([piece async for piece in pieces])


def _check_whole(document: Mapping[str, Any], new: NewList) -> None:
    """What else of the profile names a category, such as a rule of who gets a case, has to go on finding it."""
    section = {**document[SECTION], "categories": new.categories, "majors": new.majors}
    try:
        whole_profile({**document, SECTION: section})
    except PROFILE_REFUSED as refusal:
        raise CommandRefused(f"换成这份清单后，单位画像就不完整了：{refusal}") from None


def _checks() -> Checks:
    return Checks(whole_profile, PROFILE_REFUSED, Catalogue.load(CATALOGUE_FOLDER))


async def _administrator(db: Database, login: str | None) -> Actor:
    """Who changes the settings: the same who may in the console."""
    if not login:
        raise CommandRefused("请用 --by 写明由哪位管理员导入（登录名）。")
    found = await staff_by_login(db, login)
    if found is None or found.left_at is not None:
        raise CommandRefused(f"没有账号 {login}。")
    if Role.ADMINISTRATOR not in found.roles:
        raise CommandRefused(f"{login} 不是管理员，不能改分类。")
    return found.actor()
