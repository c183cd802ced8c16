"""`kb check|build|ask|eval`: the Q&A knowledge."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from app.commands.running import with_database
from app.database import open_database
from app.environment import read_settings
from app.profile import complaint_policy, profile_in_force
from casework.permits.kinds import PermitsSection
from content.interpretations.commands import kb_ask, kb_build, kb_check
from content.interpretations.evaluating import kb_eval
from content.interpretations.law_library import laws_for
from content.interpretations.profile import KnowledgeSection
from content.interpretations.queries import every_entry, published_entries
from content.interpretations.views import EntryView
from kit.clock import SystemClock, local
from kit.db import Database
from kit.secrets import KeyRing


def add(parser: Any) -> None:
    parser.set_defaults(starter=False)
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    checking = actions.add_parser(
        "check", help="核对引用的法条是否现行、数额和期限条文里有没有、问法是否重复、答案是否过长"
    )
    checking.add_argument("--on", type=_day, metavar="日期", help="按哪一天核对，默认今天；可以看以后的日子")
    checking.add_argument("--json", action="store_true", help="只输出一行 JSON")
    checking.set_defaults(run=_check)
    building = actions.add_parser("build", help="建一次索引，报告大小和用时")
    building.set_defaults(run=lambda arguments: _run(arguments, kb_build))
    asking = actions.add_parser("ask", help="问一个问题，显示答案、依据和命中的词")
    asking.add_argument("text", help="要问的话")
    asking.set_defaults(run=lambda arguments: _run(arguments, lambda known: kb_ask(arguments.text, known)))
    evaluating = actions.add_parser(
        "eval", help="用一套问题量问答的准确、把握和快慢；不带参数时用随程序附带的知识和问题，不读数据库"
    )
    evaluating.add_argument(
        "--base", type=Path, metavar="文件", help='题库，每行 {"id", "text"}，同一 id 可有多行'
    )
    evaluating.add_argument("--queries", type=Path, metavar="文件", help='问题，每行 {"query", "gold"}')
    evaluating.add_argument(
        "--oos", type=Path, metavar="文件", help='没有答案的问题，每行 {"query"}，可带 "kind"'
    )
    evaluating.add_argument("--json", action="store_true", help="只输出一行 JSON")
    evaluating.add_argument(
        "--rescored", action="store_true", help="拿不准时再用句子编码器排一遍（要装 rescoring 一组的包）"
    )
    evaluating.set_defaults(run=_evaluate)
    for action in (checking, building, asking):
        action.add_argument("--starter", action="store_true", help="用随程序附带的起步知识，不读数据库")


def _evaluate(arguments: argparse.Namespace) -> int:
    files = (arguments.base, arguments.queries, arguments.oos)
    code, text = kb_eval(*files, as_json=arguments.json, rescored=arguments.rescored)
    print(text)
    return code


def _check(arguments: argparse.Namespace) -> int:
    """Everything that is published, also what is not answered because its law has ended."""
    on = arguments.on or _today()
    if arguments.starter:
        code, text = kb_check(on, as_json=arguments.json)
        print(text)
        return code

    async def work(_: Database) -> tuple[int, str]:
        entries = await every_entry()
        profile = await profile_in_force()
        groups = complaint_policy(profile).groups
        return kb_check(
            on,
            entries,
            laws=await laws_for(entries),
            places={
                *(f"permit:{kind.code}" for kind in profile.section(PermitsSection).kinds),
                *(f"complaint:{group}" for group in groups),
            },
            local=profile.section(KnowledgeSection).local,
            as_json=arguments.json,
        )

    code, text = with_database(work)
    print(text)
    return code


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，要写成 2026-08-15") from None


def _today() -> date:
    return local(SystemClock().now()).date()


def _run(arguments: argparse.Namespace, work: Callable[[list[EntryView] | None], tuple[int, str]]) -> int:
    code, text = work(None if arguments.starter else _entries())
    print(text)
    return code


def _entries() -> list[EntryView]:
    settings = read_settings(for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)

    async def run() -> list[EntryView]:
        async with open_database(settings, keys):
            return await published_entries(_today())

    return asyncio.run(run())
