"""`figures recompute`: the figures of a published month, reckoned again from its published rows. Needs no database."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.figures.anonymous import OTHER, PublicFigures, PublicLine, public_figures
from casework.figures.sheet import digest_of, read
from casework.figures.wording import percent
from kit.catalogue import Catalogue
from kit.problems import Invalid

LARGEST_BYTES = 512 * 1024 * 1024


def add(figures: Any) -> None:
    actions = figures.add_subparsers(metavar="动作", required=True, parser_class=type(figures))
    again = actions.add_parser("recompute", help="由公布的底表复算当月数据，与公布的页面对照")
    again.add_argument("file", type=Path, metavar="底表", help="从公布页面下载的 CSV")
    again.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    again.set_defaults(run=_recompute)


def _recompute(arguments: argparse.Namespace) -> int:
    catalogue, path = Catalogue.load(CATALOGUE_FOLDER), arguments.file
    if path.stat().st_size > LARGEST_BYTES:
        raise CommandRefused(f"{path} 太大，不像公布的底表。")
    try:
        content = path.read_bytes().decode("utf-8")
        found = public_figures(read(content, catalogue))
    except UnicodeDecodeError:
        raise CommandRefused(f"{path} 不是 UTF-8 文字，请重新下载，不要用表格软件另存。") from None
    except Invalid as problem:
        raise CommandRefused(catalogue.text(problem.key, **problem.params)) from None
    digest = digest_of(content)
    if arguments.json:
        print(json.dumps({"digest": digest, "figures": msgspec.to_builtins(found)}, ensure_ascii=False))
        return 0
    print(f"SM3 校验值 {digest}")
    _show(found, catalogue)
    return 0


def _show(found: PublicFigures, catalogue: Catalogue) -> None:
    named = {"": catalogue.text("figures.none"), OTHER: catalogue.text("figures.other")}
    print(_line("全部", found.whole))
    for name, lines in found.by.items():
        print(catalogue.text(f"public.figures.by.{name}"))
        for line in lines:
            print("  " + _line(named.get(line.code, line.code), line))


def _line(name: str, line: PublicLine) -> str:
    """Times in working minutes, as they stand in the file."""
    in_time = percent(line.in_time / line.judged if line.judged else None)
    satisfied = percent(line.satisfied / line.rated if line.rated else None)
    return (
        f"{name}：{line.counted} 件，按时 {in_time}，首次答复 {line.answer_median}/{line.answer_p90} 分钟，"
        f"办结 {line.close_median}/{line.close_p90} 分钟，满意 {satisfied}，退单 {line.handed_back} 件"
    )
