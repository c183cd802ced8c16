"""What a work order shows. Nothing here is of the reporter; `case_reference` is empty for contractors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.work_orders.lifecycle import State


class OrderPhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo by its own id, never the file's. `stage`: before or after; `state` is the file's."""

    id: UUID
    stage: str
    state: str


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a list."""

    id: UUID
    reference: str
    state: State
    revision: int
    category_name: str
    words: str
    place_text: str
    due_at: datetime | None
    updated_at: datetime
    contractor_id: UUID
    contractor_name: str


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One order. `moves` are those the viewer may take; `latitude` and `longitude` are WGS-84 degrees.

    `sent_back` says that the ground is why it was sent back.
    """

    line: OrderLine
    latitude: float | None
    longitude: float | None
    issued_at: datetime
    issued_by_name: str
    working_minutes: int
    report: str
    ground: str
    done_at: datetime | None
    ended_at: datetime | None
    photos: tuple[OrderPhotoView, ...]
    moves: tuple[str, ...]
    case_reference: str = ""
    needs_photo: bool = False


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some orders; `after` leads to the next ones, None at the end."""

    rows: tuple[OrderLine, ...]
    after: str | None
