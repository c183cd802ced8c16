"""The forms of an order's moves: what each asks for, and which action takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.actors import Actor
from casework.complaints.filing import PHOTOS_AT_MOST
from casework.complaints.wording import REASON_AT_MOST
from casework.work_orders import actions
from casework.work_orders.desk import OrderDesk
from casework.work_orders.views import OrderView
from kit.files.kinds import MAX_FILE_BYTES
from web.console.case_screens import Act
from web.console.door import ConsoleDoor
from web.console.form_shapes import PHOTOS_BYTES, FieldKind, Filled
from web.console.order_words import order_address
from web.console.screens import Ask
from web.console.submission import MEGABYTE, Typed

Take = Callable[[OrderDesk, Actor, UUID, Filled], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class OrderForm:
    """What one move asks for: names and kinds of its fields."""

    fields: tuple[tuple[str, FieldKind], ...] = ()
    take: Take
    grave: bool = False


async def _accept(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    await actions.accept(desk, actor, order, expected_revision=given.revision)


async def _report(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    said = given.texts.get("report", "")
    await actions.report(
        desk, actor, order, report=said, photos=given.photos, expected_revision=given.revision
    )


async def _decline(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    await actions.decline(
        desk, actor, order, ground=given.texts.get("ground", ""), expected_revision=given.revision
    )


async def _verify(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    take_photos = bool(given.texts.get("take_photos"))
    await actions.verify(desk, actor, order, take_photos=take_photos, expected_revision=given.revision)


async def _send_back(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    await actions.send_back(
        desk, actor, order, ground=given.texts.get("ground", ""), expected_revision=given.revision
    )


async def _cancel(desk: OrderDesk, actor: Actor, order: UUID, given: Filled) -> None:
    await actions.cancel(
        desk, actor, order, ground=given.texts.get("ground", ""), expected_revision=given.revision
    )


_GROUND: tuple[tuple[str, FieldKind], ...] = (("ground", "long"),)
ORDER_FORMS: Mapping[str, OrderForm] = {
    "accept": OrderForm(take=_accept),
    "report": OrderForm(fields=(("report", "long"), ("after_photos", "photos")), take=_report),
    "verify": OrderForm(take=_verify),
    "send_back": OrderForm(fields=_GROUND, take=_send_back),
    "decline": OrderForm(fields=_GROUND, take=_decline, grave=True),
    "cancel": OrderForm(fields=_GROUND, take=_cancel, grave=True),
}
"""In the order in which they are offered."""
TEXTS = ("report", "ground", "take_photos")


def acts_of(door: ConsoleDoor, view: OrderView, typed: Typed | None) -> tuple[Act, ...]:
    """The forms of the moves that the viewer may take, the usual one open."""
    names = [name for name in ORDER_FORMS if name in view.moves]
    opened = typed.move if typed is not None and typed.move in names else next(iter(names), "")
    return tuple(_act(door, view, name, typed, is_open=name == opened) for name in names)


def _act(door: ConsoleDoor, view: OrderView, name: str, typed: Typed | None, *, is_open: bool) -> Act:
    text, form = door.words.text, ORDER_FORMS[name]
    mine = typed if typed is not None and typed.move == name else None
    return Act(
        move=name,
        words=text(f"work_order.move.{name}"),
        button=text(f"console.orders.act.{name}.button"),
        hint=text(f"console.orders.act.{name}.hint"),
        action=f"{order_address(view.line.reference)}/{name}",
        asks=tuple(_ask(door, view, field, kind, mine) for field, kind in form.fields),
        open=is_open,
        grave=form.grave,
        key=door.db.ids.new().hex,
    )


def _ask(door: ConsoleDoor, view: OrderView, name: str, kind: FieldKind, typed: Typed | None) -> Ask:
    text, is_photos = door.words.text, kind == "photos"
    numbers = {"count": PHOTOS_AT_MOST, "megabytes": MAX_FILE_BYTES // MEGABYTE}
    return Ask(
        name=name,
        kind=kind,
        label=text(f"console.orders.field.{name}"),
        optional=is_photos and not view.needs_photo,
        help=text("console.orders.help.after_photos", **numbers) if is_photos else "",
        typed=typed.texts.get(name, "") if typed is not None else "",
        wrong=typed.wrong.get(name, "") if typed is not None else "",
        at_most=PHOTOS_BYTES if is_photos else actions.REPORT_AT_MOST if name == "report" else REASON_AT_MOST,
        too_large=text("console.form.photos_too_large", megabytes=PHOTOS_BYTES // MEGABYTE)
        if is_photos
        else "",
    )
