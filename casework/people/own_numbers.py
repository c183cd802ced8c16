"""A member of staff's own telephone and identity number, by which what they apply for themselves is recognised.

Only keyed indexes are kept: whoever reads the table, or the console, learns that there is one and never which.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from casework.actors import Actor
from casework.people.models import Staff
from casework.people.phone import normalised_phone
from casework.people.staff_rows import locked_here, require_keeper
from kit.db import Change, Database
from kit.numbers import folded_number, is_identity_number
from kit.problems import Invalid
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class KnownNumbers:
    """Whether there is one of each."""

    phone: bool = False
    identity: bool = False


def number_index(sealer: FieldSealer, number: str) -> str:
    """The look-up value of a person's or organisation's number, the same as that of the holder of an application."""
    return sealer.blind_index(folded_number(number), purpose="holder").hex()


async def known_numbers(staff_id: UUID) -> KnownNumbers:
    """What there is of somebody."""
    row = await Staff.filter(id=staff_id).only("id", "phone_index", "identity_index").first()
    if row is None:
        return KnownNumbers()
    return KnownNumbers(phone=row.phone_index is not None, identity=row.identity_index is not None)


async def keep_numbers(
    db: Database, sealer: FieldSealer, actor: Actor, staff_id: UUID, *, phone: str = "", identity: str = ""
) -> None:
    """Write down what is given; what is empty stays as it is. Raises Forbidden, NotFound, Invalid naming the field."""
    require_keeper(actor, staff_id)
    own_phone = normalised_phone(phone) if phone.strip() else None
    if phone.strip() and own_phone is None:
        raise Invalid("problem.people.phone", field="own_phone")
    if identity.strip() and not is_identity_number(identity):
        raise Invalid("problem.people.identity_number", field="own_identity")
    if own_phone is None and not identity.strip():
        raise Invalid("problem.people.own_numbers_empty", field="own_phone")

    async def work(change: Change) -> None:
        row = await locked_here(change, staff_id)
        kept = []
        if own_phone is not None:
            row.phone_index = sealer.blind_index(own_phone).hex()
            kept.append("phone")
        if identity.strip():
            row.identity_index = number_index(sealer, identity)
            kept.append("identity")
        await row.save(update_fields=["phone_index", "identity_index"])
        await change.audit(row.id, actor, "staff.keep_numbers", {"kept": kept})

    await db.change(work)


async def forget_numbers(db: Database, actor: Actor, staff_id: UUID) -> None:
    """Take both away. Raises Forbidden, NotFound."""
    require_keeper(actor, staff_id)

    async def work(change: Change) -> None:
        row = await locked_here(change, staff_id)
        if row.phone_index is None and row.identity_index is None:
            return
        row.phone_index = row.identity_index = None
        await row.save(update_fields=["phone_index", "identity_index"])
        await change.audit(row.id, actor, "staff.forget_numbers", {})

    await db.change(work)
