"""`wechat verify-file add|list|remove`: domain verification files, served at our address."""

from __future__ import annotations

import argparse

from app.refusals import CommandRefused
from app.wechat_account import Desk, with_desk
from bot import verification


def add(arguments: argparse.Namespace) -> int:
    """Take a file downloaded from the platform's console, under its own name."""
    if not arguments.path.is_file():
        raise CommandRefused(f"没有文件 {arguments.path}。")
    with arguments.path.open("rb") as opened:
        content = opened.read(verification.CONTENT_AT_MOST + 1)

    async def work(desk: Desk) -> int:
        kept = await verification.add(desk.db, arguments.path.name, content)
        print(
            desk.catalogue.text(
                "wechat_check.verify_file.added", address=f"{desk.settings.public_url}/{kept.name}"
            )
        )
        return 0

    return with_desk(work, for_wechat=False)


def listing(_: argparse.Namespace) -> int:
    """Where each is served."""

    async def work(desk: Desk) -> int:
        for one in await verification.every():
            print(f"{desk.settings.public_url}/{one.name}")
        return 0

    return with_desk(work, for_wechat=False)


def remove(arguments: argparse.Namespace) -> int:
    """Serve it no more."""

    async def work(desk: Desk) -> int:
        await verification.remove(desk.db, arguments.name)
        print(desk.catalogue.text("wechat_check.verify_file.removed", name=arguments.name))
        return 0

    return with_desk(work, for_wechat=False)
