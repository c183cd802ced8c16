"""`areas import|list|locate|relocate`: the bureau's own districts, streets and grids on the map."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.commands.running import with_database
from app.refusals import CommandRefused
from casework.actors import system
from casework.areas.actions import Report, import_areas
from casework.areas.kinds import AreaKind
from casework.areas.models import AreaImport
from casework.areas.places import load_places
from casework.areas.reading import Properties, read_areas
from casework.areas.relocating import note_relocating, relocate
from casework.complaints.place import Position, checked
from kit.clock import local
from kit.db import Database
from kit.geojson import GeoJsonError

KINDS = {AreaKind.DISTRICT: "区县", AreaKind.STREET: "街道", AreaKind.GRID: "网格"}
LARGEST_FILE = 256 * 1024 * 1024
NAMED_AT_MOST = 20


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    taking = actions.add_parser(
        "import", help="导入一类区域的边界（GeoJSON），文件里有的就是这一类的全部；有错就一个也不导入"
    )
    taking.add_argument(
        "file", type=Path, metavar="文件", help="GeoJSON（FeatureCollection，Polygon 或 MultiPolygon）"
    )
    taking.add_argument(
        "--kind", required=True, choices=[*AreaKind], help="区县 district、街道 street、网格 grid"
    )
    taking.add_argument("--code-property", default="code", help="编号写在哪个属性里，默认 code")
    taking.add_argument("--name-property", default="name", help="名称写在哪个属性里，默认 name")
    taking.add_argument(
        "--parent-property", default="parent", help="上级编号写在哪个属性里，默认 parent；没有的按位置找"
    )
    _add_datum(taking, "文件里的坐标系：wgs84（含 CGCS2000），或 gcj02")
    taking.add_argument("--dry-run", action="store_true", help="只核对和比较，什么都不写")
    taking.set_defaults(run=_import)
    listing = actions.add_parser("list", help="现有的区域和历次导入")
    listing.add_argument("--kind", choices=[*AreaKind], help="只列一类")
    listing.set_defaults(run=_list)
    finding = actions.add_parser("locate", help="一个点在哪个街道、哪个网格")
    finding.add_argument("latitude", type=float, metavar="纬度")
    finding.add_argument("longitude", type=float, metavar="经度")
    _add_datum(finding, "这个点的坐标系")
    finding.set_defaults(run=_locate)
    moving = actions.add_parser("relocate", help="按现在的边界重新认定在办投诉的区域；导入后会自动做一次")
    moving.add_argument("--all", action="store_true", help="已经办结的也重新认定；以往的统计会跟着变")
    moving.set_defaults(run=_relocate)


def _add_datum(parser: Any, words: str) -> None:
    parser.add_argument("--datum", choices=["wgs84", "gcj02"], default="wgs84", help=words)


def _import(arguments: argparse.Namespace) -> int:
    kind = AreaKind(arguments.kind)
    content = _content(arguments.file)
    properties = Properties(
        code=arguments.code_property, name=arguments.name_property, parent=arguments.parent_property
    )
    try:
        areas = read_areas(content, properties, arguments.datum)

        async def work(db: Database) -> Report:
            report = await import_areas(db, system(), kind, areas, dry_run=arguments.dry_run)
            if report.version is not None:
                await _relocated(db, also_ended=False)
            return report

        report = with_database(work)
    except GeoJsonError as error:
        told = "\n".join(f"{arguments.file}：{fault}" for fault in error.faults)
        raise CommandRefused(f"{told}\n什么都没有导入。") from None
    print("\n".join(_told(report, dry_run=arguments.dry_run)))
    return 0


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise CommandRefused(f"没有文件 {path}。")
    if path.stat().st_size > LARGEST_FILE:
        raise CommandRefused(f"文件 {path} 超过 {LARGEST_FILE // 1024 // 1024} MB，请先简化边界。")
    return path.read_bytes()


def _told(report: Report, *, dry_run: bool) -> list[str]:
    what = KINDS[report.kind]
    lines = [f"文件里有 {report.areas} 个{what}。"]
    for words, codes in (("新增", report.came), ("变更", report.changed), ("不再有", report.went)):
        if codes:
            lines.append(f"{words} {len(codes)} 个：{_named(codes)}")
    if report.left_behind:
        lines.append(f"注意：{len(report.left_behind)} 个下级区域的上级不再有：{_named(report.left_behind)}")
    if not report.is_news:
        lines.append("与现有的完全相同，没有改动。")
    elif dry_run:
        lines.append("只是核对，什么都没有写；去掉 --dry-run 才会导入。")
    else:
        lines.append(f"已导入，是第 {report.version} 次；各进程一两秒内换用。")
    return lines


def _named(codes: Sequence[str]) -> str:
    more = f"……等 {len(codes)} 个" if len(codes) > NAMED_AT_MOST else ""
    return "、".join(codes[:NAMED_AT_MOST]) + more


def _list(arguments: argparse.Namespace) -> int:
    async def work(_: Database) -> list[str]:
        places = await load_places()
        lines = [
            f"{KINDS[one.kind]}  {one.code}  {one.name}" + (f"  属于 {one.parent}" if one.parent else "")
            for one in sorted(
                places.atlas.named.values(), key=lambda one: ([*AreaKind].index(one.kind), one.code)
            )
            if arguments.kind in (None, one.kind)
        ]
        imports = await AreaImport.all().order_by("version")
        lines.extend(
            f"第 {one.version} 次导入  {local(one.at):%Y-%m-%d %H:%M}  {KINDS[AreaKind(one.kind)]} {one.areas} 个"
            for one in imports
        )
        return lines or ["还没有导入过区域。"]

    print("\n".join(with_database(work)))
    return 0


def _locate(arguments: argparse.Namespace) -> int:
    async def work(_: Database) -> tuple[list[str], int]:
        at = checked(Position(arguments.latitude, arguments.longitude, arguments.datum)).as_wgs84()
        places = await load_places()
        found = places.atlas.at(at.latitude, at.longitude)
        if not places.atlas.named:
            return ["还没有导入过区域。"], 1
        if not found:
            return ["不在任何一个区域里。"], 1
        return [
            f"{KINDS[kind]}  {found[kind].code}  {found[kind].name}" for kind in AreaKind if kind in found
        ], 0

    lines, code = with_database(work)
    print("\n".join(lines))
    return code


def _relocate(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> int:
        return await _relocated(db, also_ended=arguments.all)

    changed = with_database(work)
    print(f"有 {changed} 件投诉的区域变了。" if changed else "没有投诉的区域要变。")
    return 0


async def _relocated(db: Database, *, also_ended: bool) -> int:
    """Place cases anew, saying how far it has come; how many changed."""
    places, changed = await load_places(), 0
    async for seen, changed in relocate(db, places, also_ended=also_ended):
        if seen % 20_000 < 500:
            print(
                f"\r正在认定投诉的区域：看过 {seen} 件，{changed} 件有变化",
                end="",
                file=sys.stderr,
                flush=True,
            )
    if changed:
        print(f"\r投诉的区域认定完毕，{changed} 件有变化。" + " " * 20, file=sys.stderr)
        newest = await AreaImport.all().order_by("-version").first()
        if newest is not None:
            await note_relocating(db, system(), newest.id, changed)
    return changed
