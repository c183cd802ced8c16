"""`staff add|passwd|list`: who may log in to the console. Further acts are in `staff_acts`."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from app.commands import staff_acts
from app.commands.running import ROLES, check_unit, known_role, with_database
from app.refusals import CommandRefused
from casework.actors import system
from casework.people.passwords import Passwords
from casework.people.staff import add_staff, list_staff, set_password
from kit.db import Database


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    adding = actions.add_parser("add", help="新增账号")
    adding.add_argument("--login", required=True, help="登录名（字母、数字）")
    adding.add_argument("--name", required=True, help="姓名")
    adding.add_argument("--role", required=True, action="append", help="角色，可重复：" + "、".join(ROLES))
    adding.add_argument("--unit", help="单位代码，见单位画像的 units；不填则为全局")
    adding.add_argument("--password-stdin", action="store_true", help="从标准输入读密码")
    adding.set_defaults(run=_add)
    password = actions.add_parser("passwd", help="改密码")
    password.add_argument("--login", required=True, help="登录名")
    password.add_argument("--password-stdin", action="store_true", help="从标准输入读密码")
    password.set_defaults(run=_passwd)
    listing = actions.add_parser("list", help="列出账号")
    listing.set_defaults(run=_list)
    staff_acts.add(actions)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandRefused("没有终端可以输入密码，请用 --password-stdin 从标准输入给出。")
    first = getpass.getpass("密码：")
    if first != getpass.getpass("再输一次："):
        raise CommandRefused("两次输入的密码不一样。")
    return first


def _add(arguments: argparse.Namespace) -> int:
    roles = [known_role(role) for role in arguments.role]
    password = _read_password(arguments.password_stdin)

    async def work(db: Database) -> None:
        await check_unit(arguments.unit)
        await add_staff(
            db,
            Passwords(),
            system(),
            login=arguments.login,
            name=arguments.name,
            password=password,
            grants=[(role, arguments.unit) for role in roles],
        )

    with_database(work)
    print(f"已新增 {arguments.login}。")
    return 0


def _passwd(arguments: argparse.Namespace) -> int:
    password = _read_password(arguments.password_stdin)

    async def work(db: Database) -> None:
        await set_password(db, Passwords(), system(), arguments.login, password)

    with_database(work)
    print("密码已更改，原有登录随即失效。")
    return 0


def _list(_: argparse.Namespace) -> int:
    for person in with_database(list_staff):
        roles = "、".join(f"{one.role}{'@' + one.unit if one.unit else ''}" for one in person.grants)
        left = "（已离职）" if person.left_at else ""
        print(f"{person.login}\t{person.name}\t{roles}{left}")
    return 0
