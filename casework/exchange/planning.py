"""Each step of a case that another platform knows becomes one message to it: a row, in the relay's transaction.

What is told is picked from the event field by field. An event never carries the story, the place or the telephone, and
what only concerns staff (a ground, a colleague) is not picked either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from casework.case_event import CaseEvent
from casework.complaints.events import ComplaintEvent
from casework.exchange.models import ExchangeMessage, ExchangeOrder
from casework.exchange.orders import INBOUND
from casework.exchange.profile import ExchangeSection, Peer
from kit.clock import local
from kit.db import Change

QUEUED, SENDING, DELIVERED, FAILED = "queued", "sending", "delivered", "failed"
STATES: Final = (QUEUED, SENDING, DELIVERED, FAILED)
ORDER: Final = "order"
"""The kind of the first message of a case that we refer; all others are named after what happened."""
ABOUT_OURS: Final = frozenset({"withdrawn"})
"""What a platform is told of a case that we referred to it: how it goes on with us is not its matter."""
_PICKED: Final = (
    "answer",
    "reason",
    "responsible_body",
    "update",
    "unit_name",
    "score",
    "accept_by_at",
    "answer_by_at",
    "close_by_at",
)


class ExchangePlanner:
    """Hears every event in the relay's transaction."""

    def __init__(self, section: ExchangeSection) -> None:
        self._section = section

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if not self._section.peers or not isinstance(event, ComplaintEvent):
            return
        step = step_of(event)
        told = [
            (peer, order)
            for order in await ExchangeOrder.filter(complaint_id=event.complaint_id).order_by("id")
            if (peer := self._section.peer(order.peer)) is not None and is_told(peer, order, step)
        ]
        if told:
            now = await change.database_now()
            rows = [_message(change, peer, order, event_id, event, now) for peer, order in told]
            await ExchangeMessage.bulk_create(rows, ignore_conflicts=True)


def step_of(event: ComplaintEvent) -> str:
    """What the event is called between platforms."""
    return event.name.rpartition(".")[2]


def is_told(peer: Peer, order: ExchangeOrder, step: str) -> bool:
    """Whether this platform hears of this step of this order."""
    if peer.callback is None or step not in peer.steps:
        return False
    return order.direction == INBOUND or step in ABOUT_OURS


def new_message(
    change: Change,
    peer: Peer,
    order: ExchangeOrder,
    event_id: UUID,
    kind: str,
    content: Mapping[str, object],
    now: datetime,
) -> ExchangeMessage:
    """An unsaved message, due at once. `now` is the database's."""
    return ExchangeMessage(
        id=change.ids.new(),
        peer=peer.code,
        order_id=order.id,
        case_id=order.complaint_id,
        event_id=event_id,
        kind=kind,
        body=msgspec.json.encode(content).decode(),
        state=QUEUED,
        attempts=0,
        fence=0,
        next_at=now,
        created_at=change.now,
        updated_at=change.now,
    )


def _message(
    change: Change, peer: Peer, order: ExchangeOrder, event_id: UUID, event: ComplaintEvent, now: datetime
) -> ExchangeMessage:
    step = step_of(event)
    content: dict[str, object] = {
        "number": order.external_number,
        "reference": event.reference,
        "step": step,
        "status": peer.status_of(step),
        "at": _moment(event.at),
    }
    for name in _PICKED:
        value: Any = getattr(event, name, None)
        if value not in (None, ""):
            content[name] = _moment(value) if isinstance(value, datetime) else value
    return new_message(change, peer, order, event_id, step, content, now)


def _moment(at: datetime) -> str:
    return local(at).isoformat(timespec="seconds")
