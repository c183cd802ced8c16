"""`draw verify`: does the published file of a draw hold against the commitment that was published before it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from app.refusals import CommandRefused
from casework.inspections.draw import SeedRefused
from casework.inspections.rechecking import Difference, FileUnreadable, read, recheck
from casework.inspections.rosters import RostersRefused

OK = 0
LARGEST_BYTES = 256 * 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
SAID: dict[tuple[Difference, ...], str] = {
    ("commitment",): "底册不是当初封存的那一份：承诺值对不上。",
    ("result",): "结果不是由底册和种子算出来的：与复算的对不上。",
    ("commitment", "result"): "底册和结果都对不上：承诺值不同，结果也不是由这份底册和种子算出来的。",
}


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    verifying = actions.add_parser(
        "verify", help="照公布的文件复算一次抽取，并与当初公布的承诺值核对；对不上退出码为 2"
    )
    verifying.add_argument("file", type=Path, metavar="文件", help="揭示时公布的整个文件，原样，不要另存")
    verifying.add_argument(
        "--commitment",
        required=True,
        metavar="承诺值",
        help="封存时公布的，64 位十六进制；请用自己当初记下的",
    )
    verifying.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    promised = arguments.commitment.strip().lower()
    if not _HEX.fullmatch(promised):
        raise CommandRefused("承诺值要写成 64 位十六进制数。")
    file = _content(arguments.file)
    try:
        found = recheck(file, bytes.fromhex(promised))
        rosters, _, seed = read(file)
    except FileUnreadable as fault:
        where = f"第 {fault.line} 行" if fault.line else "写法"
        raise CommandRefused(f"{arguments.file} 的{where}不是抽取文件应有的样子，照它复算不了。") from None
    except RostersRefused as fault:
        first = fault.faults[0]
        more = f"等 {len(fault.faults)} 处" if len(fault.faults) > 1 else ""
        raise CommandRefused(
            f"{arguments.file} 里的名单自相矛盾（{first.where} {first.row}：{first.field}{more}），复算不了。"
        ) from None
    except SeedRefused:
        raise CommandRefused(f"{arguments.file} 里的种子不是公布的样子，复算不了。") from None
    if found:
        raise CommandRefused(SAID[found])
    print(f"对得上：{rosters.terms.plan}，种子 {seed}。底册就是当初封存的那一份，结果由它和种子算出。")
    return OK


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_BYTES:
        raise CommandRefused(f"{path} 太大，不像公布的文件。")
    return path.read_bytes()
