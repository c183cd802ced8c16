"""`wechat menu show|diff|push|import` and `wechat autoreply import`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from app.refusals import CommandRefused
from app.wechat_account import Desk, with_desk
from bot import auto_replies
from bot.capabilities import sentence_key
from bot.inbound_words import MENU_WORDS
from bot.menu import Entry, MenuSection, differences, entries, imported, platform_menu
from kit.catalogue import Catalogue
from wechat.account_kinds import Right
from wechat.errors import WeChatError

MARKS = {"same": " ", "added": "+", "removed": "-", "changed": "~"}


def show(_: argparse.Namespace) -> int:
    """The menu citizens see now."""

    async def work(desk: Desk) -> int:
        found = await _current(desk)
        words = desk.catalogue
        for entry in found:
            print(line(words, entry))
        if not found:
            print(words.text("wechat_check.menu.none"))
        return 0

    return with_desk(work)


def diff(_: argparse.Namespace) -> int:
    """What a push would change."""

    async def work(desk: Desk) -> int:
        print("\n".join(_preview(desk.catalogue, await _current(desk), _ours(desk))))
        return 0

    return with_desk(work)


def push(arguments: argparse.Namespace) -> int:
    """Put the profile's menu in place of the account's. Without `--yes` it is only shown."""

    async def work(desk: Desk) -> int:
        words, ours = desk.catalogue, _ours(desk)
        if not ours:
            raise CommandRefused(words.text("wechat_check.menu.profile_empty"))
        if Right.MENU not in desk.section.rights():
            raise CommandRefused(
                words.text("wechat_check.menu.no_right") + words.text(sentence_key(Right.MENU))
            )
        before = await _current(desk)
        print("\n".join(_preview(words, before, ours)))
        if before == ours:
            return 0
        if not arguments.yes:
            print(words.text("wechat_check.menu.ask_yes"))
            return 1
        async with desk.client() as client:
            await client.create_menu(_menu(desk))
        print(words.text("wechat_check.menu.pushed"))
        return 0

    return with_desk(work)


def import_menu(arguments: argparse.Namespace) -> int:
    """The account's menu as the profile's YAML, with what cannot be taken over as comments."""

    async def work(desk: Desk) -> str:
        async with desk.client() as client:
            found = imported(await client.self_menu())
        words = desk.catalogue
        comments = [
            words.text("wechat_check.menu.left_out_key", path=entry.path, does=entry.does)
            if entry.kind == "click"
            else words.text("wechat_check.menu.left_out", path=entry.path, kind=_kind(words, entry.kind))
            for entry in found.left_out
        ]
        if any(entry.kind == "click" for entry in found.left_out):
            comments.append(words.text("wechat_check.menu.known_keys", keys="、".join(MENU_WORDS)))
        return document("menu", found.section, comments)

    _hand_over(with_desk(work), arguments.to)
    return 0


def import_auto_replies(arguments: argparse.Namespace) -> int:
    """The account's automatic replies as the profile's YAML."""

    async def work(desk: Desk) -> str:
        async with desk.client() as client:
            found = auto_replies.imported(await client.auto_replies())
        words = desk.catalogue
        comments = [
            words.text("wechat_check.autoreply.left_out", rule=rule, kind=_kind(words, kind))
            for rule, kind in found.left_out
        ]
        return document("auto_replies", found.section, comments)

    _hand_over(with_desk(work), arguments.to)
    return 0


def line(words: Catalogue, entry: Entry) -> str:
    """One button as a clerk reads it: where it stands, and what it does."""
    return _flat(f"{entry.path}：{_deed(words, entry)}")


def _deed(words: Catalogue, entry: Entry) -> str:
    if entry.kind == "click":
        known = MENU_WORDS.get(entry.does)
        return words.text(
            "wechat_check.menu.press" if known else "wechat_check.menu.press_unknown", key=entry.does
        )
    if entry.kind in ("view", "miniprogram"):
        return words.text(f"wechat_check.menu.{entry.kind}", address=entry.does)
    return _kind(words, entry.kind)


def _kind(words: Catalogue, kind: str) -> str:
    key = f"wechat_check.menu_kind.{kind}"
    return words.text(key) if words.has(key) else kind


def _menu(desk: Desk) -> dict[str, Any]:
    return platform_menu(desk.profile.section(MenuSection), desk.settings.public_url)


def _ours(desk: Desk) -> list[Entry]:
    return entries(_menu(desk))


async def _current(desk: Desk) -> list[Entry]:
    async with desk.client() as client:
        try:
            return entries(await client.self_menu())
        except WeChatError as error:
            if error.meaning.name == "no_menu":
                return []
            raise


def _preview(words: Catalogue, before: list[Entry], after: list[Entry]) -> list[str]:
    """Line by line what pushing `after` does; one sentence at the end says it in a word."""
    found = differences(before, after)
    lines = []
    for one in found:
        entry = one.after or one.before
        assert entry is not None
        told = f"{MARKS[one.what]} {line(words, entry)}"
        if one.what == "changed" and one.before is not None:
            told += words.text("wechat_check.menu.was", deed=_deed(words, one.before))
        lines.append(told)
    counts = {what: sum(one.what == what for one in found) for what in MARKS}
    if counts["added"] or counts["removed"] or counts["changed"]:
        lines.append(
            words.text(
                "wechat_check.menu.changes",
                added=counts["added"],
                removed=counts["removed"],
                changed=counts["changed"],
            )
        )
    elif before != after:
        lines.append(words.text("wechat_check.menu.order"))
    else:
        lines.append(words.text("wechat_check.menu.same"))
    return lines


def document(name: str, section: Mapping[str, Any], comments: list[str]) -> str:
    """The section as a file of the profile; names in the comments are the platform's, and may hold anything."""
    text = yaml.safe_dump({name: dict(section)}, allow_unicode=True, sort_keys=False, width=120)
    return "".join(f"# {_flat(comment)}\n" for comment in comments) + text


def _flat(text: str) -> str:
    """In one line, without what only steers a screen or ends a comment."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _hand_over(document: str, to: Path | None) -> None:
    if to is None:
        print(document, end="")
        return
    if to.exists():
        raise CommandRefused(f"{to} 已经存在，没有覆盖；请换一个文件名，或先移开它。")
    to.write_text(document, encoding="utf-8")
    print(f"已写入 {to}。核对后放进单位画像文件夹，再执行 chengguan migrate。")
