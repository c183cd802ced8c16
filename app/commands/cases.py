"""`cases import`: bring in what another system closed, with a report of every line that is wrong."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from app.commands.running import with_desk
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.actors import system
from casework.complaints.desk import Desk
from casework.exchange.closed_cases import Fault, Words
from casework.exchange.importing import IMPORTED, Import, Report
from kit.catalogue import Catalogue
from kit.table_files import opener

SHOWN = 200
EVERY = 5_000


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    importing = actions.add_parser(
        "import", help="从 CSV 或 XLSX 导入以前系统里办结的案件；有一行不对就一行也不导入"
    )
    importing.add_argument("file", type=Path, metavar="文件", help="CSV（UTF-8、GBK）或 XLSX 的第一张表")
    importing.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    importing.add_argument(
        "--from",
        dest="origin",
        default=IMPORTED,
        metavar="代码",
        help="从哪个系统来的；同一系统的编号不重复导入",
    )
    importing.add_argument("--uncategorised", action="store_true", help="对不上的分类和单位留空，不算错")
    importing.add_argument("--report", type=Path, metavar="文件", help="把每一处错误写进这个文件")
    importing.set_defaults(run=_import)


def _import(arguments: argparse.Namespace) -> int:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", arguments.origin, re.ASCII):
        raise CommandRefused("--from 只能用小写字母、数字、- 和 _。")
    table, catalogue = opener(arguments.file), Catalogue.load(CATALOGUE_FOLDER)

    async def work(desk: Desk) -> Report:
        one = Import(
            desk=desk,
            actor=system(),
            table=table,
            words=Words.of(catalogue),
            origin=arguments.origin,
            lenient=arguments.uncategorised,
            progress=_progress,
        )
        return await (one.check() if arguments.dry_run else one.run())

    report = with_desk(work)
    sentences = [_sentence(catalogue, one) for one in report.faults]
    if arguments.report is not None:
        arguments.report.write_text("".join(f"{one}\n" for one in sentences), encoding="utf-8")
    for line in sentences[:SHOWN]:
        print(line, file=sys.stderr)
    if report.faults_in_all:
        left = report.faults_in_all - min(len(sentences), SHOWN)
        more = f"（另有 {left} 处没有列出）" if left else ""
        raise CommandRefused(
            f"{report.lines} 行里有 {report.faults_in_all} 处不对{more}，一行也没有导入；改好之后再导入一次。"
        )
    for number in report.changed[:SHOWN]:
        print(f"第 {number} 行以前导入过，内容和当时不同，没有改动。")
    print(_summary(report))
    return 0


def _summary(report: Report) -> str:
    known = f"，{report.known} 件以前导入过、跳过" if report.known else ""
    if report.is_done:
        return f"已导入 {report.new} 件{known}。"
    if report.new:
        return f"检查过 {report.lines} 行，没有错误：可以导入 {report.new} 件{known}；没有写入。"
    return f"没有要导入的{known}。"


def _sentence(catalogue: Catalogue, fault: Fault) -> str:
    def named(field: str) -> str:
        return catalogue.text(f"cases_import.column.{field}").split()[0]

    params = {name: named(value) if name == "than" else value for name, value in fault.params.items()}
    said = catalogue.text(f"cases_import.fault.{fault.key}", **params)
    return f"第 {fault.line} 行“{named(fault.column)}”：{said}。"


def _progress(lines: int) -> None:
    if lines % EVERY < 250 and sys.stderr.isatty():
        print(f"\r{lines} 行…", end="", file=sys.stderr, flush=True)
