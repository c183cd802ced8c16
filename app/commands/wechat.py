"""`wechat …`: connecting the official account, its menu, its codes on signs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    checking = actions.add_parser("check", help="检查公众号和小程序是否接通，逐项说明怎么办")
    checking.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    checking.set_defaults(run=_check)
    _add_menu(actions, type(parser))
    _add_codes(actions, type(parser))
    _add_files(actions, type(parser))


def _add_menu(actions: Any, kind: Any) -> None:
    menu = actions.add_parser("menu", help="底部菜单")
    doing = menu.add_subparsers(metavar="动作", required=True, parser_class=kind)
    doing.add_parser("show", help="显示公众号现在的菜单").set_defaults(run=_menu("show"))
    doing.add_parser("diff", help="对比单位画像里的菜单和公众号现在的菜单").set_defaults(run=_menu("diff"))
    pushing = doing.add_parser("push", help="把单位画像里的菜单推送到公众号")
    pushing.add_argument("--yes", action="store_true", help="确认推送；不加则只显示变化")
    pushing.set_defaults(run=_menu("push"))
    importing = doing.add_parser("import", help="把公众号现在的菜单导出为单位画像的写法")
    importing.add_argument("--to", type=Path, help="写入这个文件；不填则显示出来")
    importing.set_defaults(run=_menu("import_menu"))
    replies = actions.add_parser("autoreply", help="自动回复")
    doing = replies.add_subparsers(metavar="动作", required=True, parser_class=kind)
    importing = doing.add_parser("import", help="把公众号现在的自动回复导出为单位画像的写法")
    importing.add_argument("--to", type=Path, help="写入这个文件；不填则显示出来")
    importing.set_defaults(run=_menu("import_auto_replies"))


def _add_codes(actions: Any, kind: Any) -> None:
    codes = actions.add_parser("qr", help="标牌上的二维码")
    doing = codes.add_subparsers(metavar="动作", required=True, parser_class=kind)
    adding = doing.add_parser("add", help="新建一个码")
    adding.add_argument(
        "--kind",
        required=True,
        help="street_chief 街巷长公示牌、project 码上监督、sign 店招备案牌、article 文章",
    )
    adding.add_argument("--title", required=True, help="标题，印在码下面")
    adding.add_argument("--place", help="地点")
    adding.add_argument("--at", help="坐标“纬度,经度”（WGS-84），如 30.25,120.15")
    adding.add_argument("--unit", help="单位代码，见单位画像的 units")
    adding.add_argument("--contact", help="联系人和电话，给市民看")
    adding.add_argument("--target", help="打开的网页或编号；文章必填")
    adding.set_defaults(run=_codes("add"))
    listing = doing.add_parser("list", help="列出")
    listing.add_argument("--all", action="store_true", help="连同已停用的")
    listing.set_defaults(run=_codes("listing"))
    retiring = doing.add_parser("retire", help="停用一个码")
    retiring.add_argument("code", help="码，见 list")
    retiring.set_defaults(run=_codes("retire"))
    picture = doing.add_parser("image", help="生成可打印的图")
    picture.add_argument("code", help="码，见 list")
    picture.add_argument("--to", type=Path, required=True, help="文件名，以 .svg（带标题）或 .png 结尾")
    picture.add_argument("--font", type=Path, help="PNG 要带标题时，一个中文字体文件")
    picture.set_defaults(run=_codes("image"))


def _add_files(actions: Any, kind: Any) -> None:
    files = actions.add_parser("verify-file", help="域名校验文件")
    doing = files.add_subparsers(metavar="动作", required=True, parser_class=kind)
    adding = doing.add_parser("add", help="加入从公众平台下载的校验文件")
    adding.add_argument("path", type=Path, help="文件路径，文件名不要改")
    adding.set_defaults(run=_files("add"))
    doing.add_parser("list", help="列出各文件的网址").set_defaults(run=_files("listing"))
    removing = doing.add_parser("remove", help="去掉一个文件")
    removing.add_argument("name", help="文件名")
    removing.set_defaults(run=_files("remove"))


# The commands' own modules bring the client and its HTTP library: not for whoever only wants help.


def _check(arguments: argparse.Namespace) -> int:
    from app.wechat_checking import check

    return check(arguments)


def _menu(name: str) -> Any:
    def run(arguments: argparse.Namespace) -> int:
        from app import wechat_menu

        return int(getattr(wechat_menu, name)(arguments))

    return run


def _codes(name: str) -> Any:
    def run(arguments: argparse.Namespace) -> int:
        from app import wechat_codes

        return int(getattr(wechat_codes, name)(arguments))

    return run


def _files(name: str) -> Any:
    def run(arguments: argparse.Namespace) -> int:
        from app import wechat_verification

        return int(getattr(wechat_verification, name)(arguments))

    return run
