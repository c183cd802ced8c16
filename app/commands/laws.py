"""`laws import|list|show|check|repeal|digest`: official texts of laws, and the index that is held against them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.commands.running import with_database
from app.refusals import CommandRefused
from casework.actors import system
from content.interpretations.law_digests import DIGESTS_FILE, digested, write_digests
from content.interpretations.law_ending import Ending, end_law
from content.interpretations.law_files import LawFile, law_paths, read_law_file, texts_by_version
from content.interpretations.law_import import Imported, ImportOptions, LawRefused, import_law
from content.interpretations.law_queries import (
    ArticleShown,
    HeldLaw,
    article_shown,
    check_file,
    check_files,
    check_imported,
    held_laws,
    not_imported,
)
from content.interpretations.law_reading import plain_title
from content.interpretations.laws import KnowledgeError, LawIndex, Standing, shipped_laws
from content.interpretations.numerals import article_number
from kit.clock import SystemClock, local
from kit.db import Database

OK, DIFFERING = 0, 2
STATES = {"unknown": "不明", "not_yet": "尚未施行", "in_force": "现行", "superseded": "已废止"}


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    _add_import(actions)
    listing = actions.add_parser("list", help="知道哪些法、哪一版、现行还是已废止，原文导入了没有")
    listing.set_defaults(run=_list)
    showing = actions.add_parser("show", help="看一条：原文、大意、数额和期限、是否现行")
    showing.add_argument("title", metavar="法名", help="不带书名号和“中华人民共和国”，如 行政处罚法")
    showing.add_argument("article", metavar="条", help="30、三十 或 第三十条")
    showing.add_argument("--version", type=_day, metavar="日期", help="哪一版；不写则是现行的")
    showing.set_defaults(run=_show)
    checking = actions.add_parser("check", help="原文与法条索引核对，每处不同一行；有不同退出码为 2")
    checking.add_argument(
        "path", nargs="?", type=Path, metavar="文件或文件夹", help="核对这些文本；不写则核对已导入的"
    )
    checking.set_defaults(run=_check)
    _add_repeal(actions)
    digesting = actions.add_parser("digest", help="由原文重写索引的摘要文件（随程序附带的，改版时用）")
    digesting.add_argument("folder", type=Path, metavar="文件夹")
    digesting.add_argument("--to", type=Path, default=DIGESTS_FILE, metavar="文件", help="写到哪里，默认原处")
    digesting.set_defaults(run=_digest)


def _add_import(actions: Any) -> None:
    taking = actions.add_parser("import", help="导入法律原文（.md 或 .txt，UTF-8 或 GB18030），按条存放")
    taking.add_argument("path", type=Path, metavar="文件或文件夹", help="文件夹只看本层；每个文件各自成败")
    taking.add_argument("--check", action="store_true", help="只核对，什么都不写")
    taking.add_argument(
        "--version", type=_day, metavar="日期", help="这一版的公布（修订）日期，如 2021-01-22"
    )
    taking.add_argument("--in-force", type=_day, metavar="日期", help="这一版的施行日期")
    taking.add_argument(
        "--superseded", action="store_true", help="是已废止的法或旧版，只供查阅，问答不能引用"
    )
    taking.add_argument("--repealed-on", type=_day, metavar="日期", help="哪天废止；索引里没有时写")
    taking.add_argument("--successor", default="", metavar="法名", help="由哪部法取代")
    taking.add_argument(
        "--replace", action="store_true", help="同一版的文本不同时，用这份替换；须写 --reason"
    )
    taking.add_argument("--reason", default="", metavar="原因", help="为什么替换，记入留痕")
    taking.set_defaults(run=_import)


def _add_repeal(actions: Any) -> None:
    ending = actions.add_parser("repeal", help="记下一部法哪天废止；从那天起引用它的问答不再给出")
    ending.add_argument("title", metavar="法名")
    when = ending.add_mutually_exclusive_group(required=True)
    when.add_argument("--on", type=_day, metavar="日期", help="从哪天起不再有效")
    when.add_argument("--undo", action="store_true", help="记错了，撤销")
    ending.add_argument("--successor", default="", metavar="法名", help="由哪部法取代")
    ending.add_argument("--reason", required=True, metavar="依据", help="依据，如废止决定的文号，记入留痕")
    ending.set_defaults(run=_repeal)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，要写成 2021-01-22") from None


def _today() -> date:
    return local(SystemClock().now()).date()


def _paths(path: Path) -> list[Path]:
    if not path.exists():
        raise CommandRefused(f"没有文件或文件夹 {path}。")
    paths = law_paths(path)
    if not paths:
        raise CommandRefused(f"文件夹 {path} 里没有 .md 或 .txt 文件。")
    return paths


def _import(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    paths = _paths(arguments.path)
    if len(paths) > 1 and (arguments.version or arguments.in_force or arguments.repealed_on):
        raise CommandRefused("--version、--in-force、--repealed-on 只能和一个文件一起用。")
    files = [read_law_file(path, arguments.version, arguments.in_force) for path in paths]
    if len(files) > 1:
        files, others = [file for file in files if file.is_text], [file for file in files if not file.is_text]
        for file in others:
            print(f"{file.name}：{file.faults[0]}，跳过")

    async def work(db: Database) -> int:
        refused = 0
        for file in files:
            try:
                print(_told(file, await import_law(db, system(), file, _today(), options), options))
            except LawRefused as refusal:
                refused += 1
                print(f"{file.name}：没有导入。{refusal}")
        did = "核对" if options.is_check else "导入"
        print(f"{did} {len(files) - refused} 个文件" + (f"，拒绝 {refused} 个" if refused else ""))
        return DIFFERING if refused else OK

    return with_database(work)


def _options(arguments: argparse.Namespace) -> ImportOptions:
    reason = arguments.reason.strip()
    if arguments.replace and not reason:
        raise CommandRefused("替换要用 --reason 写明原因。")
    if (arguments.repealed_on or arguments.successor) and not arguments.superseded:
        raise CommandRefused("--repealed-on、--successor 和 --superseded 一起用。")
    return ImportOptions(
        superseded=arguments.superseded,
        repealed_on=arguments.repealed_on,
        successor=plain_title(arguments.successor),
        reason=reason if arguments.replace else "",
        is_check=arguments.check,
    )


def _told(file: LawFile, done: Imported, options: ImportOptions) -> str:
    part = f" {file.part}" if file.part else ""
    did = "与已有的相同，没有改动" if not done.is_news else "可以导入" if options.is_check else "已导入"
    first, last = file.articles[0].number, file.articles[-1].number
    span = f"第 {first}–{last} 条" if first > 1 else f"{done.articles} 条"
    head = (
        f"{file.name}：《{done.title}》{part}（{done.version_on} 版）{span}，"
        f"{done.in_force_on} 施行，{STATES[done.status]}；{did}"
    )
    differing = check_file(shipped_laws(), file)
    return "\n".join((head, *(f"    注意：{note}" for note in (*done.notes, *differing))))


def _repeal(arguments: argparse.Namespace) -> int:
    title, reason = plain_title(arguments.title), arguments.reason.strip()
    if not reason:
        raise CommandRefused("请用 --reason 写明依据。")
    successor = plain_title(arguments.successor)

    async def work(db: Database) -> Ending:
        return await end_law(db, system(), title, arguments.on, successor, reason, _today())

    try:
        done = with_database(work)
    except LawRefused as refusal:
        raise CommandRefused(f"{refusal}。") from None
    name = f"《{done.title}》（{done.version_on} 版）"
    if done.ends_on is None:
        print(f"已撤销：{name}没有废止日期。")
        return OK
    print(f"已记下：{name}{done.ends_on} 起不再有效；从那天起 {len(done.slugs)} 条问答不再给出。")
    for slug in done.slugs:
        print(f"    {slug}")
    return OK


def _list(_: argparse.Namespace) -> int:
    async def work(_db: Database) -> list[HeldLaw]:
        return await held_laws(_today())

    laws = with_database(work)
    for law in laws:
        text = f"原文 {law.articles} 条" if law.articles else "原文没有导入"
        print(
            f"《{law.title}》（{law.version_on} 版）{law.in_force_on} 施行，{_state(law.standing)}；"
            f"{text}，索引 {law.cited} 条"
        )
    print(f"共 {len(laws)} 版")
    return OK


def _state(standing: Standing) -> str:
    words = STATES[standing.status]
    if standing.ends_on is None:
        return words
    by = f"，由《{standing.successor}》取代" if standing.successor else ""
    return f"{words}（{standing.ends_on} 起不再有效{by}）"


def _show(arguments: argparse.Namespace) -> int:
    title = plain_title(arguments.title)
    number = article_number(arguments.article.strip().removeprefix("第").removesuffix("条"))
    if number is None:
        raise CommandRefused(f"“{arguments.article}”不是条号，要写成 30、三十 或 第三十条。")

    async def work(_: Database) -> ArticleShown | None:
        return await article_shown(title, number, arguments.version, _today())

    shown = with_database(work)
    if shown is None:
        raise CommandRefused(f"没有《{title}》第 {number} 条：原文没有导入，法条索引里也没有。")
    print(f"{shown.label}（{shown.version_on} 版，{_state(shown.standing)}）")
    print(shown.text if shown.text is not None else "原文没有导入。")
    if shown.gist:
        print(f"大意：{shown.gist}")
    if shown.figures:
        print(f"数额、期限：{'、'.join(shown.figures)}")
    return OK


def _check(arguments: argparse.Namespace) -> int:
    index = _index()
    if arguments.path is not None:
        return _differences(check_files(index, [read_law_file(path) for path in _paths(arguments.path)]))

    async def work(_: Database) -> tuple[list[str], list[str]]:
        return await check_imported(index, _today()), await not_imported(index)

    lines, missing = with_database(work)
    if missing:
        print(f"索引里有 {len(missing)} 部法的原文没有导入：{'、'.join(missing)}")
    return _differences(lines)


def _differences(lines: Sequence[str]) -> int:
    for line in lines:
        print(line)
    print(f"{len(lines)} 处不同" if lines else "没有不同")
    return DIFFERING if lines else OK


def _digest(arguments: argparse.Namespace) -> int:
    index = _index()
    files = [read_law_file(path) for path in _paths(arguments.folder)]
    report = digested(index, texts_by_version(files))
    is_changed = write_digests(report.digests, arguments.to)
    for line in (*report.missing, *report.wrong):
        print(line)
    count = sum(len(law.articles) for law in report.digests)
    print(f"{len(report.digests)} 部法、{count} 条的摘要" + ("已写入" if is_changed else "没有变化"))
    return DIFFERING if report.missing or report.wrong else OK


def _index() -> LawIndex:
    try:
        return LawIndex.load()
    except KnowledgeError as error:
        raise CommandRefused("\n".join(error.faults)) from None
