"""`people links|link|unlink`: which accounts are one person's, and mending that. Deleting is in `own_data.py`."""

from __future__ import annotations

import argparse
from typing import Any
from uuid import UUID

from app.commands import own_data
from app.commands.running import with_database
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.actors import system
from casework.complaints.queries import account_of
from casework.people import merging
from casework.people.models import Account
from casework.people.views import LinkView
from kit.catalogue import Catalogue
from kit.clock import local
from kit.db import Change, Database


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    showing = actions.add_parser("links", help="哪些账户被认作同一个人，凭什么、什么时候")
    _add_whose(showing)
    showing.set_defaults(run=_links)
    joining = actions.add_parser("link", help="确认两个账户是同一个人，合在一起，记入审计链")
    joining.add_argument("--account", required=True, help="账户编号")
    joining.add_argument("--into", required=True, help="合到哪个账户")
    joining.set_defaults(run=_link)
    parting = actions.add_parser("unlink", help="把一个账户从关联中分开，记入审计链；以后不再自动合上")
    _add_whose(parting)
    parting.add_argument("--yes", action="store_true", help="确认分开；不加则只显示现状")
    parting.set_defaults(run=_unlink)
    own_data.add_to_people(actions)


def _add_whose(parser: Any) -> None:
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--reference", help="案件编号：交这个案件的账户")
    whose.add_argument("--account", help="账户编号，links 会列出来")


async def _account(arguments: argparse.Namespace) -> UUID:
    if arguments.reference is not None:
        found = await account_of(arguments.reference)
        if found is None:
            raise CommandRefused(f"没有编号为 {arguments.reference} 的案件，或者它不是从哪个账户交来的。")
        return found
    return await _known(arguments.account)


async def _known(text: str) -> UUID:
    try:
        account_id = UUID(text)
    except ValueError:
        raise CommandRefused(f"账户编号 {text} 的格式不对。") from None
    if not await Account.filter(id=account_id).exists():
        raise CommandRefused(f"没有账户 {account_id}。")
    return account_id


def _links(arguments: argparse.Namespace) -> int:
    async def work(_: Database) -> list[str]:
        return await _told(await _account(arguments))

    print("\n".join(with_database(work)))
    return 0


def _link(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> list[str]:
        one, other = await _known(arguments.account), await _known(arguments.into)

        async def join(change: Change) -> bool:
            return await merging.link(change, one, other, merging.Basis.STAFF, system())

        if not await db.change(join):
            raise CommandRefused("这两个账户已经算同一个人，不用再合。")
        return await _told(one)

    print("\n".join(with_database(work)))
    return 0


def _unlink(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> tuple[list[str], int]:
        account_id = await _account(arguments)
        if not await merging.links_of(account_id):
            raise CommandRefused(f"账户 {account_id} 没有和别的账户关联，不用分开。")
        if not arguments.yes:
            return [*await _told(account_id), f"没有分开。确认要把 {account_id} 分出来，请加上 --yes。"], 1
        ended = await merging.unlink(db, system(), account_id)
        return [*map(_line, ended), f"已把 {account_id} 分开，{len(ended)} 处关联结束。"], 0

    lines, code = with_database(work)
    print("\n".join(lines))
    return code


async def _told(account_id: UUID) -> list[str]:
    """The person's accounts, the one asked for marked; then the links, those that ended included."""
    members = await merging.members(account_id)
    accounts = await Account.filter(id__in=list(members)).order_by("id")
    lines = [
        f"{'*' if row.id == account_id else ' '} 账户 {row.id}  {local(row.created_at):%Y-%m-%d} 起"
        for row in accounts
    ]
    links = await merging.history_of(account_id)
    return [*lines, *map(_line, links)] if links else [*lines, "没有和别的账户关联过。"]


def _line(link: LinkView) -> str:
    words = Catalogue.load(CATALOGUE_FOLDER)
    basis = words.text(f"people.link_basis.{link.basis}")
    ended = f"，{local(link.unlinked_at):%Y-%m-%d %H:%M} 分开" if link.unlinked_at is not None else ""
    return (
        f"  {link.account_id} → {link.into_id}  {basis}，{local(link.linked_at):%Y-%m-%d %H:%M} 关联{ended}"
    )
