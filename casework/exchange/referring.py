"""Sending a case of ours to the platform whose it is. Our case stays where it stands: a dispatcher closes it in the
usual way, by refusing it and naming the body, or goes on with a part of it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.erasing import names_of
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.complaints.sight import require_on
from casework.complaints.wording import required
from casework.exchange.models import ExchangeOrder
from casework.exchange.orders import INBOUND, OUTBOUND
from casework.exchange.planning import ORDER, new_message
from casework.exchange.profile import Peer
from casework.permissions import Operation, require
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, NotFound
from kit.rows import new_row
from nlp.personal import masked

REASON_AT_MOST: Final = 500


async def refer_out(desk: Desk, actor: Actor, complaint_id: UUID, peer: Peer, *, reason: str) -> UUID:
    """Refer an open case to a platform, once. Returns the id of the order; a doubled tap gives the same one.

    Raises Forbidden, NotFound, Invalid without a reason, Conflict for a case that is over, that came from this very
    platform, or a platform that takes nothing from us.
    """
    require(actor, Operation.REFER_OUT)
    why = required(reason, field="reason", at_most=REASON_AT_MOST)
    if peer.callback is None or not peer.refer_to:
        raise Conflict("problem.exchange.takes_nothing", peer=peer.name)

    async def work(change: Change) -> UUID:
        row = await change.lock(Complaint, complaint_id)
        if row is None:
            raise NotFound("problem.complaint.not_found")
        require_on(actor, Operation.REFER_OUT, row.unit, row.assignee_id)
        known = await ExchangeOrder.filter(complaint_id=row.id, peer=peer.code).first()
        if known is not None and known.direction == INBOUND:
            raise Conflict("problem.exchange.came_from_there", peer=peer.name)
        if known is not None:
            return known.id
        if row.state not in OPEN_STATES:
            raise Conflict("problem.complaint.over")
        return await _refer(desk, change, actor, row, peer, why)

    return await desk.db.change(work)


async def _refer(desk: Desk, change: Change, actor: Actor, row: Complaint, peer: Peer, why: str) -> UUID:
    order = new_row(
        ExchangeOrder,
        id=change.ids.new(),
        peer=peer.code,
        external_number=row.reference,
        direction=OUTBOUND,
        complaint_id=row.id,
        created_at=change.now,
        reason=why,
        created_by=actor.id,
    )
    await order.save(force_create=True)
    # The words of the complaint are put in when it is sent: they are kept in one place only.
    content = {"number": row.reference, "step": ORDER, "at": local(change.now).isoformat(timespec="seconds")}
    now = await change.database_now()
    message = new_message(change, peer, order, change.ids.new(), ORDER, content | {"reason": why}, now)
    await message.save(force_create=True)
    facts = {"content": {"peer": peer.name, "reason": why}, "order": str(order.id)}
    await change.audit(row.id, actor, "exchange.refer_out", facts)
    return order.id


async def words_told(desk: Desk, complaint_id: UUID) -> tuple[str, str]:
    """Story and place as a platform is told them, for whoever is about to refer the case."""
    row = await Complaint.get_or_none(id=complaint_id)
    return _masked(desk, row) if row is not None else ("", "")


def words_of(desk: Desk, peer: Peer, row: Complaint) -> dict[str, object]:
    """What a platform is told of the complaint itself: never the telephone or the name, in the story neither."""
    story, place = _masked(desk, row)
    found: dict[str, object] = {
        "story": story,
        "place": place,
        "category": _theirs(peer, row.category),
        "category_name": desk.policy.category_name(row.category),
        "submitted_at": local(row.submitted_at).isoformat(timespec="seconds"),
    }
    if row.latitude is not None and row.longitude is not None:
        original = msgspec.json.decode(row.place_original, type=Position) if row.place_original else None
        wgs84 = Position(row.latitude, row.longitude, "wgs84")
        gcj02 = original if original is not None and original.datum == "gcj02" else wgs84.as_gcj02()
        found["positions"] = [msgspec.to_builtins(one) for one in (wgs84, gcj02)]
    return found


def _masked(desk: Desk, row: Complaint) -> tuple[str, str]:
    names = names_of(desk.sealer, row)
    return masked(row.story, names), masked(row.place_text, names)


def _theirs(peer: Peer, category: str | None) -> str | None:
    """What the platform calls a category of ours; its first word for it, None where it has none."""
    return next((theirs for theirs, ours in peer.categories.items() if ours == category), None)
