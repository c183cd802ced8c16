"""Putting right what a case says of its owner (telephone, name, place), because the owner asked for it.

In any state of the case, unlike `reclassify`, which is about the work. The chain keeps digests of what stood there
before and of what stands there now, so that a dispute about a correction can be settled without keeping either.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.assembly import opened_name, opened_phone
from casework.complaints.desk import Desk
from casework.complaints.filing import NAME_AT_MOST, PLACE_AT_MOST
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.restricting import sees_restricted
from casework.complaints.sight import acts_on
from casework.complaints.wording import digest, optional
from casework.people.phone import normalised_phone
from casework.permissions import PERMISSIONS, Operation, require
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """What is to stand there: as typed; None leaves a field as it is, "" empties it."""

    phone: str | None = None
    name: str | None = None
    place_text: str | None = None


async def correct_person(desk: Desk, actor: Actor, complaint_id: UUID, corrected: Corrected) -> None:
    """Correct the case. Raises Forbidden, NotFound, Conflict for a case that names nobody any more, Invalid naming the
    field; also where nothing would change.
    """
    require(actor, Operation.CORRECT_PERSONAL_DATA)
    phone = _phone(corrected.phone)
    name = _text(corrected.name, "name", NAME_AT_MOST)
    place = _text(corrected.place_text, "place_text", PLACE_AT_MOST)

    async def work(change: Change) -> None:
        row = await change.lock(Complaint, complaint_id)
        if row is None or (row.restricted_at is not None and not sees_restricted(actor)):
            raise NotFound("problem.complaint.not_found")
        if not acts_on(
            actor, PERMISSIONS[Operation.CORRECT_PERSONAL_DATA], row.unit, row.assignee_id
        ) and not may_everywhere(actor):
            raise Forbidden("problem.complaint.not_your_case")
        if row.anonymised_at is not None:
            raise Conflict("problem.own_data.nobodys")
        changes = _fill(desk, row, phone, name, place)
        if not changes:
            raise Invalid("problem.own_data.nothing_corrected", field="phone")
        row.updated_at = change.now
        await row.save()
        await change.audit(row.id, actor, ACTION + "correct_person", {"content": changes})

    await desk.db.change(work)


def may_everywhere(actor: Actor) -> bool:
    """An administrator keeps what the bureau holds of people, whatever unit a case is in."""
    return not PERMISSIONS[Operation.KEEP_PERSONAL_DATA].isdisjoint(actor.roles)


def _fill(
    desk: Desk, row: Complaint, phone: str | None, name: str | None, place: str | None
) -> dict[str, object]:
    before = {
        "phone": opened_phone(desk, row) if row.phone_sealed else "",
        "name": opened_name(desk, row) if row.name_sealed else "",
        "place": row.place_text,
    }
    wanted = {"phone": phone, "name": name, "place": place}
    moved = {field: new for field, new in wanted.items() if new is not None and new != before[field]}
    if "phone" in moved:
        number = moved["phone"]
        row.phone_sealed = _sealed(desk, row, "phone", number)
        row.phone_index = desk.sealer.blind_index(number).hex() if number else None
    if "name" in moved:
        row.name_sealed = _sealed(desk, row, "name", moved["name"])
    if "place" in moved:
        row.place_text = moved["place"]
    facts: dict[str, object] = {}
    for field, new in moved.items():
        facts[f"{field}_before_digest"] = digest(desk.sealer, before[field] or None)
        facts[f"{field}_digest"] = digest(desk.sealer, new or None)
    return facts


def _sealed(desk: Desk, row: Complaint, column: str, value: str) -> bytes | None:
    return desk.sealer.seal(value, table="complaint", column=column, row_id=row.id) if value else None


def _phone(typed: str | None) -> str | None:
    if typed is None or not typed.strip():
        return None if typed is None else ""
    number = normalised_phone(typed)
    if number is None:
        raise Invalid("problem.complaint.phone", field="phone")
    return number


def _text(typed: str | None, field: str, at_most: int) -> str | None:
    return None if typed is None else optional(typed, field=field, at_most=at_most) or ""
