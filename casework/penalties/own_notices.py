"""Whoever is the party keeps away (行政处罚法 43): no officer acts on a notice of their own, and none signs or reports for its party.

A refusal is kept in the chain first and said then.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.penalties.case_sight import is_own
from casework.penalties.models import RectificationNotice
from casework.people.merging import members
from casework.people.models import Staff, StaffBinding
from casework.people.own_numbers import number_index
from kit.db import Change
from kit.problems import Forbidden
from kit.sealing import FieldSealer

OWN = "problem.penalty.own_notice"


async def is_party(
    sealer: FieldSealer, actor: Actor, number: str, party_index: str, account_id: UUID | None = None
) -> bool:
    """Whether a member of staff is the party: by their own number, or by the WeChat bound to them."""
    if actor.kind != "staff" or actor.id is None:
        return False
    row = await Staff.filter(id=actor.id).only("id", "identity_index").first()
    own = row.identity_index if row is not None else None
    if own is not None and number and own == number_index(sealer, number):
        return True
    return await is_own(actor, party_index, account_id)


async def is_its_officer(actor: Actor, row: RectificationNotice) -> bool:
    """Whether somebody who comes as the party is one of the officers of the notice, by the WeChat bound to them."""
    if actor.kind != "citizen" or actor.id is None:
        return False
    officers = [one for one in (row.officer_id, row.second_officer_id) if one is not None]
    ids = sorted(await members(actor.id))
    return await StaffBinding.filter(account_id__in=ids, staff_id__in=officers, unbound_at=None).exists()


async def note_on_staff(change: Change, actor: Actor, tried: str) -> None:
    """In the chain of who tried, where there is no notice yet."""
    row = await change.lock(Staff, actor.id) if actor.id is not None else None
    if row is not None:
        await change.audit(row.id, actor, "rectification.own_refused", {"tried": tried})


def require_not_own(done: bool) -> None:
    """Say the refusal once it is kept. Raises Forbidden."""
    if not done:
        raise Forbidden(OWN)
