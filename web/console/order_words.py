"""Orders in words: addresses, states, rows of a list, photos."""

from __future__ import annotations

from datetime import datetime

from casework.work_orders.lifecycle import State
from casework.work_orders.views import OrderLine, OrderPhotoView
from kit.files.models import FileState
from web.console.case_screens import Photo
from web.console.door import ConsoleDoor
from web.console.frame import ORDERS
from web.console.order_panel_screens import OrderRow
from web.console.screens import Chip, Tone

NEW = f"{ORDERS}/new"
PHOTOS = f"{ORDERS}/photos"
TONES: dict[State, Tone] = {
    State.ISSUED: "brand",
    State.ACCEPTED: "soon",
    State.DONE: "brand",
    State.VERIFIED: "good",
    State.DECLINED: "late",
}


def order_address(reference: str) -> str:
    """The page of an order."""
    return f"{ORDERS}/{reference}"


def state_chip(door: ConsoleDoor, state: State) -> Chip:
    """An order's state."""
    return Chip(words=door.words.text(f"work_order.state.{state.value}"), tone=TONES.get(state, "plain"))


def row_of(door: ConsoleDoor, line: OrderLine, now: datetime, *, names_contractor: bool) -> OrderRow:
    """One line of a list."""
    return OrderRow(
        reference=line.reference,
        href=order_address(line.reference),
        state=state_chip(door, line.state),
        due=door.words.time_left(line.due_at, now),
        category=line.category_name,
        words=line.words,
        place=line.place_text,
        who=line.contractor_name if names_contractor else "",
    )


def photos_of_order(door: ConsoleDoor, photos: tuple[OrderPhotoView, ...], stage: str) -> tuple[Photo, ...]:
    """The photos of one stage, in order."""
    own = [one for one in photos if one.stage == stage]
    return tuple(_photo(door, one, number) for number, one in enumerate(own, start=1))


def _photo(door: ConsoleDoor, one: OrderPhotoView, number: int) -> Photo:
    text = door.words.text
    if one.state == FileState.READY.value:
        href = f"{PHOTOS}/{one.id}"
        return Photo(words=text("console.case.photo", number=number), href=href, small=f"{href}?size=small")
    key = "photo_failed" if one.state == FileState.REFUSED.value else "photo_waiting"
    return Photo(words=text(f"console.case.{key}"))
