"""`exchange list|new-secret|end-older`: the platforms of the profile and the secrets shared with them."""

from __future__ import annotations

import argparse
from typing import Any

from app.commands.running import with_database
from app.environment import read_settings
from app.profile import profile_in_force
from app.refusals import CommandRefused
from casework.exchange.profile import ExchangeSection
from kit.db import Database
from kit.shared_secrets import SharedSecrets


def add(parser: Any) -> None:
    actions = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    listing = actions.add_parser("list", help="单位画像里有哪些平台，密钥齐不齐")
    listing.set_defaults(run=_list)
    renewing = actions.add_parser("new-secret", help="生成新密钥，只显示这一次；原来的仍有效，直到 end-older")
    renewing.add_argument("peer", metavar="平台代码")
    renewing.set_defaults(run=_renew)
    ending = actions.add_parser("end-older", help="对方换好之后，让旧密钥失效")
    ending.add_argument("peer", metavar="平台代码")
    ending.set_defaults(run=_end)


def _secrets() -> SharedSecrets:
    return SharedSecrets(read_settings(for_wechat=False).key_dir)


def _section() -> ExchangeSection:
    async def work(_: Database) -> ExchangeSection:
        return (await profile_in_force()).section(ExchangeSection)

    return with_database(work)


def _list(arguments: argparse.Namespace) -> int:
    secrets, peers = _secrets(), _section().peers
    for peer in peers:
        count = len(secrets.of(peer.code))
        state = {0: "没有密钥", 1: "密钥齐备", 2: "新旧两个密钥都有效"}[count]
        print(f"{peer.code}  {peer.name}  {peer.callback or '不接收消息'}  {state}")
    if not peers:
        print("单位画像的 exchange 一节里还没有平台。")
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    section = _section()
    if section.peer(arguments.peer) is None:
        known = "、".join(peer.code for peer in section.peers) or "一个也没有"
        raise CommandRefused(f"单位画像的 exchange 里没有平台 {arguments.peer}，现有：{known}。")
    print(_secrets().renew(arguments.peer))
    print("请当面或用加密的方式交给对方，这里不再显示。对方换好之后执行 end-older。")
    return 0


def _end(arguments: argparse.Namespace) -> int:
    if not _secrets().end_older(arguments.peer):
        raise CommandRefused(f"平台 {arguments.peer} 没有旧密钥。")
    print("旧密钥已失效，从现在起我方用新密钥签名。")
    return 0
