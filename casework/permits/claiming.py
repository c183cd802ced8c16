"""An application that was entered at the window, taken into the applicant's own account.

By its receipt, or by the telephone it was entered with, where the platform vouches for that number on the account. From then on
it is like one that was filed there: its receipt opens nothing any more, notices come by themselves, and so does the permit.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.people.merging import members
from casework.people.models import Account
from casework.permits.desk import PermitDesk
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import note
from casework.permits.submitting import application_by_receipt
from kit.db import Change
from kit.problems import NotFound
from kit.references import parse_reference

NOT_FITTING = "problem.permit.receipt_does_not_fit"
SHOWN_MOST = 10


async def claimable(account_id: UUID) -> tuple[PermitApplication, ...]:
    """Applications of nobody's account that were entered with a number the platform vouches for on this person's."""
    indexes = await _phones(account_id)
    if not indexes:
        return ()
    rows = PermitApplication.filter(account_id=None, phone_index__in=sorted(indexes), anonymised_at=None)
    return tuple(await rows.order_by("-submitted_at", "-id").limit(SHOWN_MOST))


async def claim(desk: PermitDesk, actor: Actor, reference: str, secret: str = "") -> str:
    """Take it into the actor's account, by its secret or by their telephone; its reference. To claim one's own does nothing.

    Raises NotFound for whatever does not fit.
    """
    if actor.kind != "citizen" or actor.id is None:
        raise NotFound(NOT_FITTING)
    account_id, parsed = actor.id, parse_reference(reference)
    row = await PermitApplication.get_or_none(reference=str(parsed)) if parsed is not None else None
    if row is not None and row.account_id is not None and row.account_id in await members(account_id):
        return row.reference
    by_secret = await application_by_receipt(desk, reference, secret) if secret.strip() else None
    phones = await _phones(account_id)

    async def work(change: Change) -> str:
        found = await change.lock(PermitApplication, row.id) if row is not None else None
        if found is None or found.account_id is not None or found.anonymised_at is not None:
            raise NotFound(NOT_FITTING)
        by_phone = found.phone_index is not None and found.phone_index in phones
        if found.id != by_secret and (secret.strip() or not by_phone):
            raise NotFound(NOT_FITTING)
        found.account_id, found.updated_at = account_id, change.now
        await found.save(update_fields=["account_id", "updated_at"])
        await Permit.filter(application_id=found.id, account_id=None).update(account_id=account_id)
        await note(change, actor, found, "claim", {"by": "receipt" if found.id == by_secret else "phone"})
        return found.reference

    return await desk.db.change(work)


async def _phones(account_id: UUID) -> frozenset[str]:
    ids = sorted(await members(account_id))
    rows = await Account.filter(id__in=ids, phone_index__isnull=False, phone_verified_at__isnull=False)
    return frozenset(row.phone_index for row in rows if row.phone_index is not None)
