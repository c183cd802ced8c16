"""`staff grant|revoke|leave|reset-second-factor|deputy`: what an administrator does in the console, from a terminal."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from app.commands.running import ROLES, check_unit, known_role, with_database, with_desk
from app.refusals import CommandRefused
from casework.actors import system
from casework.complaints.desk import Desk
from casework.complaints.handing_over import leave_work
from casework.people import second_factor
from casework.people.deputies import arrangements, end_deputy, name_deputy
from casework.people.staff import grant, revoke, staff_by_login
from casework.people.views import StaffView
from kit.clock import local
from kit.db import Database


def add(actions: Any) -> None:
    granting = actions.add_parser("grant", help="授予岗位，可以写起止日期")
    _add_role(granting)
    granting.add_argument("--from", dest="from_on", type=_day, help="开始日期，如 2026-12-01；不填从今天起")
    granting.add_argument("--until", dest="until_on", type=_day, help="结束日期（含当天）；不填一直有效")
    granting.set_defaults(run=_grant)
    revoking = actions.add_parser("revoke", help="撤销岗位，立即生效，此人的登录随即退出")
    _add_role(revoking)
    revoking.set_defaults(run=_revoke)
    leaving = actions.add_parser("leave", help="办理离岗：登录、微信绑定、代理同时结束")
    leaving.add_argument("--login", required=True, help="登录名")
    whose = leaving.add_mutually_exclusive_group()
    whose.add_argument("--successor", help="手上的案件移交给谁（登录名）")
    whose.add_argument("--to-units", action="store_true", help="手上的案件交回承办单位")
    leaving.set_defaults(run=_leave)
    resetting = actions.add_parser(
        "reset-second-factor", help="重置动态码：手机和备用码都丢失时用，先确认是本人"
    )
    resetting.add_argument("--login", required=True, help="登录名")
    resetting.set_defaults(run=_reset)
    deputy = actions.add_parser("deputy", help="代理（AB 岗）：安排、提前结束、查看")
    deputy.add_argument("--principal", help="谁不在岗（登录名）")
    deputy.add_argument("--deputy", help="由谁代理（登录名）；不填则只列出安排")
    deputy.add_argument("--from", dest="from_on", type=_day, help="开始日期；不填从今天起")
    deputy.add_argument("--until", dest="until_on", type=_day, help="结束日期（含当天）")
    deputy.add_argument("--end", action="store_true", help="提前结束 --principal 现在和将要开始的代理")
    deputy.set_defaults(run=_deputy)


def _add_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--login", required=True, help="登录名")
    parser.add_argument("--role", required=True, help="角色：" + "、".join(ROLES))
    parser.add_argument("--unit", help="单位代码，见单位画像的 units；不填则为全局")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期 {text} 不对，请写成 2026-12-01 的样子") from None


async def _person(db: Database, login: str) -> StaffView:
    found = await staff_by_login(db, login)
    if found is None:
        raise CommandRefused(f"没有账号 {login}。")
    return found


def _grant(arguments: argparse.Namespace) -> int:
    role = known_role(arguments.role)

    async def work(db: Database) -> None:
        await check_unit(arguments.unit)
        person = await _person(db, arguments.login)
        days = {"from_on": arguments.from_on, "until_on": arguments.until_on}
        await grant(db, system(), person.id, role, arguments.unit, **days)

    with_database(work)
    print(f"已授予 {arguments.login} 岗位 {role.value}。")
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    role = known_role(arguments.role)

    async def work(db: Database) -> None:
        person = await _person(db, arguments.login)
        await revoke(db, system(), person.id, role, arguments.unit)

    with_database(work)
    print(f"已撤销 {arguments.login} 的岗位 {role.value}，登录随即退出。")
    return 0


def _leave(arguments: argparse.Namespace) -> int:
    async def work(desk: Desk) -> None:
        person = await _person(desk.db, arguments.login)
        heir = await _person(desk.db, arguments.successor) if arguments.successor else None
        await leave_work(
            desk,
            system(),
            person.id,
            to_id=heir.id if heir is not None else None,
            to_units=arguments.to_units,
        )

    with_desk(work)
    print(f"{arguments.login} 已离岗。")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> bool:
        return await second_factor.reset(db, system(), (await _person(db, arguments.login)).id)

    had = with_database(work)
    print(f"{arguments.login} 的动态码已重置。" if had else f"{arguments.login} 没有设置动态码。")
    return 0


def _deputy(arguments: argparse.Namespace) -> int:
    if arguments.deputy and not (arguments.principal and arguments.until_on):
        raise CommandRefused("安排代理要写明 --principal（谁不在岗）和 --until（到哪天）。")
    if arguments.end and (arguments.deputy or not arguments.principal):
        raise CommandRefused("提前结束代理只要写明 --principal（谁回来了）。")

    async def work(db: Database) -> list[str]:
        today = local(db.clock.now()).date()
        principal = await _person(db, arguments.principal) if arguments.principal else None
        if principal is not None and arguments.end:
            for one in await arrangements(today, staff_id=principal.id):
                if one.principal_id == principal.id:
                    await end_deputy(db, system(), one.id)
        elif principal is not None and arguments.deputy:
            await name_deputy(
                db,
                system(),
                principal_id=principal.id,
                deputy_id=(await _person(db, arguments.deputy)).id,
                from_on=arguments.from_on or today,
                until_on=arguments.until_on,
            )
        found = await arrangements(today, staff_id=principal.id if principal is not None else None)
        return [
            f"{one.deputy_name} 代理 {one.principal_name}  {one.from_on} 至 {one.until_on}" for one in found
        ]

    print("\n".join(with_database(work)) or "现在没有代理安排。")
    return 0
