"""Which cases somebody called about before: found by the telephone number they call with, without opening any.

The number is brought into its one written form and looked up by its blind index. Each look is an act of its own in
the clerk's chain, with a digest of the number: whose number it was can be proved later, and not read.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.assembly import masked_opening
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.restricting import sees_restricted
from casework.complaints.sight import sight_of
from casework.complaints.wording import digest
from casework.people.models import Staff
from casework.people.phone import normalised_phone
from casework.permissions import Operation, require
from kit.db import Change
from kit.problems import Forbidden, Invalid

AT_MOST = 30
FINDS_PER_MINUTE = 20
"""For one person: a hotline clerk takes a call every few minutes."""
OPENING_CHARACTERS = 60


class FoundCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case filed with the number; `opening` is how its story begins, masked."""

    id: UUID
    reference: str
    state: State
    category_name: str
    unit_name: str
    place_text: str
    opening: str
    submitted_at: datetime


class FoundByPhone(msgspec.Struct, frozen=True, kw_only=True):
    """Cases in the viewer's sight, newest first; `there_are_more` of them than are shown."""

    rows: tuple[FoundCase, ...]
    there_are_more: bool


def index_of(desk: Desk, typed: str) -> str | None:
    """The blind index of a number as typed; None where it is no telephone number in China."""
    number = normalised_phone(typed)
    return None if number is None else desk.sealer.blind_index(number).hex()


async def note_find(desk: Desk, actor: Actor, typed: str) -> None:
    """Note in the clerk's own chain that a number was looked up. Raises Forbidden, Invalid for what is no number."""
    require(actor, Operation.FIND_BY_PHONE)
    number = normalised_phone(typed)
    if number is None:
        raise Invalid("problem.own_data.no_number", field="phone")

    async def work(change: Change) -> None:
        staff_id = actor.id
        if staff_id is None or await change.lock(Staff, staff_id) is None:
            raise Forbidden()
        await change.audit(staff_id, actor, "staff.find_by_phone", {"digest": digest(desk.sealer, number)})

    await desk.db.change(work)


async def find_by_phone(desk: Desk, actor: Actor, typed: str) -> FoundByPhone:
    """The cases filed with this number, as far as the viewer sees them; that it was looked up is audited first."""
    await note_find(desk, actor, typed)
    narrowed = Q(phone_index=index_of(desk, typed)) & sight_of(actor).narrowed()
    if not sees_restricted(actor):
        narrowed &= Q(restricted_at__isnull=True)
    rows = await Complaint.filter(narrowed).order_by("-submitted_at").limit(AT_MOST + 1)
    return FoundByPhone(
        rows=tuple(_found(desk, row) for row in rows[:AT_MOST]), there_are_more=len(rows) > AT_MOST
    )


def _found(desk: Desk, row: Complaint) -> FoundCase:
    return FoundCase(
        id=row.id,
        reference=row.reference,
        state=State(row.state),
        category_name=desk.policy.category_name(row.category or row.suggested_category),
        unit_name=desk.policy.unit_name(row.unit),
        place_text=row.place_text,
        opening=masked_opening(desk, row, OPENING_CHARACTERS),
        submitted_at=row.submitted_at,
    )
