"""`wechat qr add|list|retire|image`: codes on signs, and the pictures to print."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.refusals import CommandRefused
from app.scene_code_images import png_code, svg_sheet
from app.wechat_account import Desk, with_desk
from bot.capabilities import sentence_key
from casework.actors import system
from casework.complaints.place import Position
from casework.scene_codes import actions, queries
from casework.scene_codes.actions import NewSceneCode
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.views import SceneCodeView
from wechat.account_kinds import Right
from wechat.errors import WeChatError

KINDS = [kind.value for kind in SceneKind]


def add(arguments: argparse.Namespace) -> int:
    """Make a code, and the platform's QR code for it where the account may have one."""
    if arguments.kind not in KINDS:
        raise CommandRefused(f"没有 {arguments.kind} 这种码，可用的有：{'、'.join(KINDS)}。")
    position = _position(arguments.at)
    new = NewSceneCode(
        kind=SceneKind(arguments.kind),
        title=arguments.title,
        place_text=arguments.place or "",
        position=position,
        unit=arguments.unit,
        contact=arguments.contact or "",
        target=arguments.target or "",
    )

    async def work(desk: Desk) -> int:
        made = await actions.add(desk.db, system(), new)
        made = await _with_platform_url(desk, made)
        print(f"{made.code}\t{_kind(desk, made)}\t{made.title}\t{address_of(desk, made)}")
        return 0

    return with_desk(work)


def listing(arguments: argparse.Namespace) -> int:
    """All codes, the newest first."""

    async def work(desk: Desk) -> int:
        after: str | None = None
        while True:
            page = await queries.page(after=after, limit=queries.PAGE_AT_MOST)
            for one in page.rows:
                if arguments.all or not one.is_retired:
                    retired = desk.catalogue.text("wechat_check.qr.retired") if one.is_retired else ""
                    print(f"{one.code}\t{_kind(desk, one)}\t{one.title}\t{one.place_text}{retired}")
            if page.after is None:
                return 0
            after = page.after

    return with_desk(work, for_wechat=False)


def retire(arguments: argparse.Namespace) -> int:
    """The sign comes down."""

    async def work(desk: Desk) -> int:
        found = await _found(desk, arguments.code)
        await actions.retire(desk.db, system(), found.id)
        print(desk.catalogue.text("wechat_check.qr.now_retired", title=found.title))
        return 0

    return with_desk(work, for_wechat=False)


def image(arguments: argparse.Namespace) -> int:
    """The picture to print, by the file's ending: .svg with the title beneath, .png the code."""
    to: Path = arguments.to
    if to.suffix not in (".svg", ".png"):
        raise CommandRefused("文件名应以 .svg 或 .png 结尾：SVG 带标题，可直接打印。")
    if to.exists():
        raise CommandRefused(f"{to} 已经存在，没有覆盖；请换一个文件名，或先移开它。")
    if arguments.font is not None and not arguments.font.is_file():
        raise CommandRefused(f"没有字体文件 {arguments.font}。")

    async def work(desk: Desk) -> int:
        found = await _with_platform_url(desk, await _found(desk, arguments.code))
        words, address = desk.catalogue, address_of(desk, found)
        if to.suffix == ".svg":
            lines = (found.place_text, words.text("wechat_check.qr.scan_me"))
            to.write_text(svg_sheet(address, found.title, tuple(filter(None, lines))), encoding="utf-8")
        else:
            to.write_bytes(png_code(address, found.title, arguments.font))
        print(words.text("wechat_check.qr.written", file=to))
        if to.suffix == ".png" and arguments.font is None:
            print(words.text("wechat_check.qr.png_without_title"))
        return 0

    return with_desk(work)


def address_of(desk: Desk, code: SceneCodeView) -> str:
    """What the picture encodes: the platform's address, else the mobile page."""
    return code.platform_url or f"{desk.settings.public_url}/h5/codes/{code.code}"


async def _with_platform_url(desk: Desk, code: SceneCodeView) -> SceneCodeView:
    """Ask the platform for its own QR code once; without the right a plain link does, and it is said."""
    if code.platform_url is not None or code.is_retired:
        return code
    words = desk.catalogue
    if Right.QRCODE in desk.section.rights():
        try:
            async with desk.client() as client:
                ticket = await client.create_qrcode(code.code)
            return await actions.note_platform_url(desk.db, system(), code.id, ticket.url)
        except WeChatError as error:
            if error.meaning.name != "no_permission":
                # The code is kept; the next `image` asks again.
                print(words.text("wechat_check.qr.later", code=code.code))
                raise
    print(words.text(sentence_key(Right.QRCODE)))
    return code


async def _found(desk: Desk, code: str) -> SceneCodeView:
    found = await queries.by_code(code)
    if found is None:
        raise CommandRefused(desk.catalogue.text("wechat_check.qr.unknown", code=code))
    return found


def _kind(desk: Desk, code: SceneCodeView) -> str:
    return desk.catalogue.text(f"wechat_check.qr_kind.{code.kind.value}")


def _position(at: str | None) -> Position | None:
    if at is None:
        return None
    latitude, _, longitude = at.partition(",")
    try:
        return Position(float(latitude), float(longitude), "wgs84")
    except ValueError:
        raise CommandRefused("--at 应写成“纬度,经度”（WGS-84），例如 30.25,120.15。") from None
